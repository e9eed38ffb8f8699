"""After tables got new data keys: what was sealed before is sealed anew in the background, a little at a time.

A table is through once a whole sweep of its values found none to seal anew: while the first one goes on, a process that
has not heard of the new key yet may still write with the old one. What is sealed meanwhile needs no sweep. Keys stay in
the store all the same; they are small, and nobody could prove that no value needs them.
"""

from __future__ import annotations

import asyncio
import logging
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import orjson

from slipring.clock import Clock, Ids
from slipring.engine import keyspace
from slipring.engine.leases import Lease
from slipring.engine.recurring import Recurring
from slipring.model.keys import successor
from slipring.storage.contract import DATA_KEYS_CHANGED, SEALED, Writes
from slipring.storage.encryption.store import EncryptedStore

_LOOK_SECONDS = 60.0
_LEASE_SECONDS = 30.0
_PAUSE_SECONDS = 0.05
"""Between two commits of a hundred values or so: some thousand a second."""
_NOTED_EVERY = 50
"""So many stretches are looked at anew, at the most, when a sweep is taken up by another process."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a table has come."""

    number: int = 0
    """Of the data key that its values are being sealed with."""
    through: bool = True
    renewed: int = 0
    """How many values the sweep that goes on has sealed anew."""
    after: bytes = b""
    """The key that the sweep has come to; empty before the first."""

    def encoded(self) -> bytes:
        after = b64encode(self.after).decode()
        return orjson.dumps({"Number": self.number, "Through": self.through, "Renewed": self.renewed, "After": after})


def _decoded(stored: bytes | None) -> Progress:
    """A table that nothing is noted of had its first key all the time."""
    if stored is None:
        return Progress()
    found = orjson.loads(stored)
    return Progress(found["Number"], found["Through"], found["Renewed"], b64decode(found["After"]))


async def waiting(store: EncryptedStore) -> dict[bytes, Progress]:
    """The tables, by their ids, of which values may be sealed with a key that is not the newest."""
    numbers = await store.newest_numbers()
    stored = await store.get_many([keyspace.renewal(table) for table in numbers])
    found = {}
    for (table, newest), value in zip(numbers.items(), stored, strict=True):
        progress = _decoded(value)
        if progress.number < newest:
            found[table] = Progress(newest, through=False)
        elif not progress.through:
            found[table] = progress
    return found


async def renew(store: EncryptedStore, table: bytes, progress: Progress, pause: Callable[[], Awaitable[bool]]) -> int:
    """Sweep a table until it is through; how many values were sealed anew. Ends early once `pause` is false."""
    total = stretches = 0
    while not progress.through:
        at = progress.after or SEALED[0] + table
        (prefix,) = [each for each in SEALED if at.startswith(each)]
        stretch = await store.renew(table, at, successor(prefix + table))
        total += stretch.renewed
        onward = stretch.next or _next_range(prefix, table)
        progress = replace(progress, renewed=progress.renewed + stretch.renewed, after=onward or b"")
        if onward is None:
            progress = replace(progress, through=not progress.renewed, renewed=0)
        stretches += 1
        if onward is None or stretches % _NOTED_EVERY == 0:
            await _note(store, table, progress)
        if not await pause():
            break
    return total


def _next_range(prefix: bytes, table: bytes) -> bytes | None:
    following = SEALED[SEALED.index(prefix) + 1 :]
    return following[0] + table if following else None


async def _note(store: EncryptedStore, table: bytes, progress: Progress) -> None:
    value = progress.encoded()
    await store.commit((), lambda _: Writes({keyspace.renewal(table): value}, None, None))


class Renewal:
    """The work of one process."""

    def __init__(self, store: EncryptedStore, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._lease = Lease(store, clock, "renewal", ids.uuid(), _LEASE_SECONDS)
        self.tables_waiting = 0
        """Of how many tables values may be sealed with an older key, when this was last looked at."""
        self.renewed = 0
        """How many values this process has sealed anew."""
        recurring = Recurring("the renewal of sealed values", _LOOK_SECONDS, self._lease, self.renew_if_due)
        store.watch(DATA_KEYS_CHANGED, recurring.wake)
        self.start = recurring.start
        self.stop = recurring.stop

    async def renew_if_due(self) -> None:
        found = await waiting(self._store)
        self.tables_waiting = len(found)
        for table, progress in found.items():
            if not await self._lease.hold():
                return
            self.renewed += await renew(self._store, table, progress, self._pause)
            self.tables_waiting -= 1
        if found:
            _log.info("the values of %d tables are sealed with their newest data keys", len(found))

    async def _pause(self) -> bool:
        await asyncio.sleep(_PAUSE_SECONDS)
        return await self._lease.hold()
