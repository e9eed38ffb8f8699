"""A whole deployment from its archive, on an empty store, as it was at one moment.

First every segment is read and its checksum compared: what is damaged is named before anything is written. Then the
items of each base, the journal over them, and the index entries and counters that follow from the items. The tables'
records come last, in one commit, so that nothing shows before everything is there; begun again after a crash, it
erases what the first try left.

What begins anew: streams, whose records of the last day are not in the archive, and the windows of point-in-time
recovery.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from slipring.engine import backups, journal, keyspace, recovery, rows, streams, time_to_live
from slipring.engine.archive import segments
from slipring.engine.archive.destinations import ArchiveError, Destination
from slipring.engine.archive.moments import Moment, TableMoment
from slipring.engine.archive.segments import Pairs, Segment
from slipring.engine.changes import Change
from slipring.engine.shards import NO_JOURNAL
from slipring.engine.table import Table, TableRecord, guard_value
from slipring.model.keys import successor
from slipring.storage.contract import Store, Writes

_KEYS_PER_COMMIT = 256
_BYTES_PER_READ = 1024 * 1024
_MARK = b"\x00rebuilding"
_ERASED = (b"\x01", b"\x06"), (b"\x0c", b"\xff")
"""Items, entries and counters; what is no part of a table."""
_NOT_KEPT = ("Archive", "Copies", "Journal", "Recovery", "Stream")

Advanced = Callable[[int], None]


def size_of(moment: Moment) -> int:
    """How many bytes of segments a rebuild reads."""
    sizes: list[int] = [segment["Bytes"] for segment in moment.segments()]
    return 2 * sum(sizes)


async def rebuild(store: Store, destination: Destination, moment: Moment, now: float, advanced: Advanced) -> None:
    """Raises ArchiveError if the store is not empty or a segment is damaged."""
    await _check_is_empty(store)
    for segment in moment.segments():
        await asyncio.to_thread(segments.read, destination, segment)
        advanced(segment["Bytes"])
    await _begin(store)
    source = Source(destination, moment.until_us, advanced)
    for each in moment.tables:
        await source.replay(store, each)
        await _derive(store, Table({**_record(each.record, now), "Id": each.table_id}))
    for each in moment.backups:
        await source.replay(store, each)
        await _derive(store, backups.items_of(each.record))
    for segment in moment.keys:
        await _put_all(store, await source.read(segment))
    await _show(store, moment, now)


async def _check_is_empty(store: Store) -> None:
    start, stop = keyspace.CATALOG, successor(keyspace.CATALOG)
    if await store.get(_MARK) is None and await store.scan(start, stop, limit=1, bytes_max=1):
        raise ArchiveError("the store is not empty: a deployment is rebuilt on an empty one")


async def _begin(store: Store) -> None:
    """Erase what another try left, if there was one."""
    if await store.get(_MARK) is not None:
        for start, stop in _ERASED:
            while found := await store.scan(start, stop, limit=_KEYS_PER_COMMIT, bytes_max=_BYTES_PER_READ):
                await _put_all(store, [(key, None) for key, _ in found])
    await _put_all(store, [(_MARK, b"")])


class Source:
    """The archive, read with checksums."""

    def __init__(self, destination: Destination, until_us: int, advanced: Advanced) -> None:
        self._destination = destination
        self._until_us = until_us
        self._advanced = advanced

    async def read(self, segment: Segment) -> Pairs:
        pairs = await asyncio.to_thread(segments.read, self._destination, segment)
        self._advanced(segment["Bytes"])
        return pairs

    async def replay(self, store: Store, table: TableMoment) -> None:
        """Write the items as they were at the moment."""
        for segment in table.base:
            await _put_all(store, await self.read(segment))
        prefix = keyspace.items(table.table_id)
        for segment in table.journal:
            entries = [journal.decode(value) for _, value in await self.read(segment)]
            told = [(prefix + entry.item_key, entry.new_row) for entry in entries if entry.time_us <= self._until_us]
            await _put_all(store, told)


async def _put_all(store: Store, pairs: Iterable[tuple[bytes, bytes | None]]) -> None:
    waiting: dict[bytes, bytes | None] = {}
    for key, value in pairs:
        waiting[key] = value
        if len(waiting) >= _KEYS_PER_COMMIT:
            await _put(store, waiting)
            waiting = {}
    await _put(store, waiting)


async def _put(store: Store, puts: dict[bytes, bytes | None]) -> None:
    if puts:
        await store.commit((), lambda _: Writes(puts, None, None))
        await asyncio.sleep(0)


async def _derive(store: Store, table: Table) -> None:
    """Write the index entries and counters that the items make."""
    start, stop = table.prefix, successor(table.prefix)
    while found := await store.scan(start, stop, limit=_KEYS_PER_COMMIT, bytes_max=_BYTES_PER_READ):
        await _put_derived(store, table, found)
        start = found[-1][0] + b"\x00"
        await asyncio.sleep(0)


async def _put_derived(store: Store, table: Table, found: Pairs) -> None:
    puts: dict[bytes, bytes | None] = {}
    counts: dict[bytes, tuple[int, int]] = {}
    for key, row in found:
        item = rows.decode(row)
        Change(table, key, item, None, None, item, row).write(puts, counts)
    await store.commit((), lambda _: Writes(puts, counts, None))


def _record(record: TableRecord, now: float) -> TableRecord:
    """A table's record in the new deployment: every index complete, and a new stream and a new window of recovery
    where there was one."""
    kept = {name: value for name, value in record.items() if name not in _NOT_KEPT}
    indexes = [
        {name: value for name, value in index.items() if name != "Backfilling"}
        for index in record.get("GlobalSecondaryIndexes", ())
    ]
    if indexes:
        kept["GlobalSecondaryIndexes"] = indexes
    # Shards are numbered on: whoever remembers a place in the old ones must not take it for one in the new ones.
    kept["Journal"] = {"LastShard": record.get("Journal", NO_JOURNAL)["LastShard"], "Shards": []}
    if record.get("Stream", {}).get("Enabled"):
        kept = streams.enabled(kept, record["Stream"]["ViewType"], now, record["Stream"]["Label"])
    if "Recovery" in record:
        kept = recovery.enabled(kept, record["Recovery"]["Days"], now)
    return kept


async def _show(store: Store, moment: Moment, now: float) -> None:
    """Write the records of everything, in one commit."""
    puts: dict[bytes, bytes | None] = {_MARK: None, keyspace.LAST_TABLE_ID: moment.last_id.to_bytes(8, "big")}
    for each in moment.tables:
        puts |= _shown(each.table_id, each.namespace, _record(each.record, now))
    for each in moment.backups:
        puts[each.key] = orjson.dumps(each.record)
    await store.commit((), lambda _: Writes(puts, None, None))


def _shown(table_id: int, namespace: str, record: dict[str, Any]) -> dict[bytes, bytes | None]:
    puts: dict[bytes, bytes | None] = {
        keyspace.table_record(namespace, record["TableName"]): orjson.dumps(record),
        keyspace.table_guard(table_id): guard_value(record),
        **streams.stored(namespace, {}, record),
    }
    if "TimeToLive" in record:
        puts[keyspace.expiring_table(table_id)] = time_to_live.expiring_table(record, namespace)
    return puts
