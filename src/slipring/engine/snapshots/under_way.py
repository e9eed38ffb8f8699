"""Loads that are under way, kept like snapshots: what was copied by one that is broken off is found and deleted.

Whoever loads holds a lease meanwhile. A load whose lease has ended was broken off: its process is dead.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from slipring.clock import Clock, Ids
from slipring.engine import keyspace
from slipring.engine.leases import Lease
from slipring.engine.snapshots.copying import FORMAT, erasure_of
from slipring.engine.snapshots.errors import SnapshotError
from slipring.model.keys import successor
from slipring.storage.contract import Store, Writes

_MARK = "~"
"""Begins the names of loads, and those of no snapshots."""
_LEASE_SECONDS = 30.0
"""Long beside a step of copying, so that a machine which stalls for a while does not lose its work."""
_LOADS_PER_LOOK = 64


class Loading:
    """One load, of this process."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, table_ids: Sequence[int]) -> None:
        """`table_ids` are those that are copied to, which nobody else has."""
        name = f"{_MARK}{next(iter(table_ids), 0)}"
        self.key = keyspace.snapshot(name)
        self._store = store
        self._lease = _lease(store, clock, ids, name)
        record = {"Format": FORMAT, "Name": name, "Namespace": None, "Created": clock.now()}
        self._value = orjson.dumps({**record, "Ids": list(table_ids), "IsComplete": False})

    async def begin(self) -> None:
        await self._lease.hold()
        await self._store.commit((), lambda _: Writes({self.key: self._value}, None, None))

    async def go_on(self) -> None:
        """To be called with each step. Raises SnapshotError if somebody took it for broken off."""
        if not await self._lease.hold():
            raise SnapshotError("loading took too long between two steps: nothing was loaded")

    async def give_up(self) -> None:
        """Delete what was copied, unless it is in its place: whoever was told that a commit failed, or did not wait
        for its end, does not know that."""
        await _give_up(self._store, self.key)

    async def end(self) -> None:
        await self._lease.release()


def _lease(store: Store, clock: Clock, ids: Ids, name: str) -> Lease:
    return Lease(store, clock, f"snapshot {name}", ids.uuid(), _LEASE_SECONDS)


async def _give_up(store: Store, key: bytes) -> None:
    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        return Writes({} if old[0] is None else {key: None, **erasure_of(orjson.loads(old[0]))}, None, None)

    await store.commit([key], decide)


async def clear_away(store: Store, clock: Clock, ids: Ids) -> None:
    """Give up the loads whose processes are dead."""
    prefix = keyspace.snapshot(_MARK)
    for key, value in await store.scan(prefix, successor(prefix), limit=_LOADS_PER_LOOK, bytes_max=1 << 20):
        lease = _lease(store, clock, ids, orjson.loads(value)["Name"])
        if await lease.hold():
            await _give_up(store, key)
            await lease.release()
