"""Deletes expired items, off the way of requests.

One process at a time looks for them, under a lease, and at a bounded rate. A deletion is a write like any other: it
moves indexes and counters and is told in the stream. Its decision looks at the item again, so an item that was
refreshed after it was found stays.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from slipring.clock import Clock, Ids
from slipring.engine import expiry_backfill, keyspace, rows
from slipring.engine.actions import Action, Expire
from slipring.engine.catalog import Catalog, CatalogChanged
from slipring.engine.changes import Change
from slipring.engine.journal import Origin
from slipring.engine.leases import Lease
from slipring.engine.recurring import Recurring
from slipring.engine.table import Table, TableRecord
from slipring.model.errors.tree import ResourceNotFoundException
from slipring.model.keys import successor
from slipring.storage.contract import Store

WriteAll = Callable[[Sequence[Action], Origin], Awaitable[list[Change]]]
"""Commits actions together."""

_LEASE_SECONDS = 3.0
_ITEMS_PER_COMMIT = 25
"""A commit decides them all in one go, between requests; the largest items make it a few milliseconds."""
_TABLES_PER_READ = 256
_PAUSE_FOR_LOOK = 200
"""A full look at a table that takes a millisecond is not done again for so many."""


class _Look(NamedTuple):
    """The last look at a table."""

    until: float
    """What expired before was found."""
    full_again_s: float
    """When to look through everything again, on the monotonic clock."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How eagerly expired items are looked for."""

    period_s: float = 1.0
    deletions_per_s: float = 2000.0


class TimeToLive:
    """The deletion of expired items by one process."""

    def __init__(self, store: Store, catalog: Catalog, clock: Clock, ids: Ids, write_all: WriteAll, pace: Pace) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._write_all = write_all
        self._looks: dict[tuple[int, int], _Look] = {}
        """By the ids of the table and of its entries' index."""
        self._pause_s = _ITEMS_PER_COMMIT / pace.deletions_per_s
        self._lease = Lease(store, clock, "time to live", ids.uuid(), _LEASE_SECONDS)
        self._recurring = Recurring("time-to-live", pace.period_s, self._lease, self._sweep)
        self.start = self._recurring.start
        self.stop = self._recurring.stop

    async def run_now(self) -> int:
        """Delete everything that has expired by now, whatever the rate; how many items that were.

        Needs no lease: whoever else is at it finds nothing left to do."""
        await expiry_backfill.finish(self._store, self._catalog)
        deleted = 0
        while True:
            self._looks.clear()
            try:
                async for table, keys in self._expired():
                    deleted += await self._delete(table, keys)
            except CatalogChanged:
                self._store.refresh()
            else:
                return deleted

    async def _sweep(self) -> None:
        try:
            async for table, keys in self._expired():
                if not await self._lease.hold():
                    return
                await self._delete(table, keys)
                await asyncio.sleep(self._pause_s)
        except CatalogChanged:
            # The next look finds what is left.
            self._looks.clear()
            self._store.refresh()

    async def _expired(self) -> AsyncIterator[tuple[Table, list[bytes]]]:
        """The keys of expired items, so many as go into one commit."""
        now, looks = self._clock.now(), self._looks
        self._looks = {}
        async for table in self._tables():
            assert table.expiry is not None
            place = (table.id, table.expiry.id)
            start, stop = table.expiry.expired_range(now, self._since(looks.get(place)))
            began_s = self._clock.monotonic()
            found = await self._store.scan(start, stop, limit=_ITEMS_PER_COMMIT, bytes_max=1 << 20)
            took_s = self._clock.monotonic() - began_s
            while found:
                yield table, [table.expiry.item_key(key) for key, _ in found]
                await asyncio.sleep(0)
                start = found[-1][0] + b"\x00"
                found = await self._store.scan(start, stop, limit=_ITEMS_PER_COMMIT, bytes_max=1 << 20)
            self._looks[place] = _next_look(looks.get(place), now, began_s, took_s)

    def _since(self, look: _Look | None) -> float:
        """From which time on to look for expired items.

        What was deleted before lies in the way of a scan until the store has tidied up. So everything is looked
        through only now and then, the more seldom the longer it takes, and in between only what has expired since:
        what is written when it has expired already, waits for a full look."""
        return 0.0 if look is None or self._clock.monotonic() >= look.full_again_s else look.until

    async def _tables(self) -> AsyncIterator[Table]:
        """The tables that have time to live."""
        start, stop = keyspace.EXPIRING_TABLES, successor(keyspace.EXPIRING_TABLES)
        while found := await self._store.scan(start, stop, limit=_TABLES_PER_READ, bytes_max=1 << 20):
            for key, value in found:
                named = orjson.loads(value)
                # A dropped table's entry goes when the table is erased.
                with contextlib.suppress(ResourceNotFoundException):
                    table = await self._catalog.table(named["TableName"], named["Namespace"])
                    if table.expiry is not None and keyspace.expiring_table(table.id) == key:
                        yield table
            start = found[-1][0] + b"\x00"

    async def _delete(self, table: Table, keys: Sequence[bytes]) -> int:
        """How many of the items were. Raises CatalogChanged."""
        now = self._clock.now()
        found = zip(keys, await self._store.get_many(keys), strict=True)
        doomed = [(key, rows.decode(row)) for key, row in found if row is not None]
        changes = await self._write_all([Expire(table, key, item, now) for key, item in doomed], Origin.TIME_TO_LIVE)
        deleted = sum([change.old_row is not None and change.new_row is None for change in changes])
        table.usage.expired_items += deleted
        return deleted


def _next_look(last: _Look | None, now: float, began_s: float, took_s: float) -> _Look:
    if last is not None and began_s < last.full_again_s:
        return _Look(now, last.full_again_s)
    return _Look(now, began_s + took_s * _PAUSE_FOR_LOOK)


def expiring_table(record: TableRecord, namespace: str) -> bytes:
    """What stands under `keyspace.expiring_table` while the table has time to live."""
    return orjson.dumps({"Namespace": namespace, "TableName": record["TableName"]})
