"""Leases: which of several processes on one store does a piece of background work.

A lease is a key with its owner's name and an end; whoever finds it free or ended takes it. Work done under a lease
must still be right if two owners overlap for a moment: the lease saves effort, commits keep the truth.

Leases live by the machine's time: where the clock is moved or stands still, a dead process must be missed all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from slipring.clock import Clock
from slipring.engine import keyspace
from slipring.storage.contract import Store, Writes


class Lease:
    """One owner's view of a lease."""

    def __init__(self, store: Store, clock: Clock, name: str, owner: str, seconds: float) -> None:
        self._store = store
        self._clock = clock
        self.key = keyspace.lease(name)
        """Where it lies. A commit that reads it too can be sure that nobody else has it."""
        self._owner = owner
        self._seconds = seconds
        self._ends = 0.0

    async def hold(self) -> bool:
        """Take or renew the lease; False while somebody else has it. Renews only when half of it has passed."""
        now = self._clock.machine_now()
        if self._ends - now > self._seconds / 2:
            return True

        def decide(old: Sequence[bytes | None]) -> Writes[bool]:
            held: dict[str, Any] = {"Owner": "", "Ends": 0.0} if old[0] is None else orjson.loads(old[0])
            if held["Owner"] != self._owner and held["Ends"] > now:
                return Writes({}, None, False)
            taken = orjson.dumps({"Owner": self._owner, "Ends": now + self._seconds})
            return Writes({self.key: taken}, None, True)

        held = await self._store.commit([self.key], decide)
        self._ends = now + self._seconds if held else 0.0
        return held

    async def release(self) -> None:
        """Let others have it at once."""
        if not self._ends:
            return
        self._ends = 0.0

        def decide(old: Sequence[bytes | None]) -> Writes[None]:
            return Writes({self.key: None} if self.is_mine(old[0]) else {}, None, None)

        await self._store.commit([self.key], decide)

    def is_mine(self, stored: bytes | None) -> bool:
        """Whether what lies under the key says that this owner took it last."""
        return stored is not None and bool(orjson.loads(stored)["Owner"] == self._owner)
