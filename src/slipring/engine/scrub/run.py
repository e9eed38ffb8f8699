"""A scrub of a whole store, table by table, each from one snapshot."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import NamedTuple

import orjson

from slipring.engine import backups, keyspace
from slipring.engine.catalog import CatalogChanged
from slipring.engine.scrub import expiries, indexes
from slipring.engine.scrub.findings import Finding, Kind, Watch
from slipring.engine.scrub.journals import check_journal
from slipring.engine.scrub.tables import Totals, check_counters, check_items
from slipring.engine.snapshots.copying import ids_of_all
from slipring.engine.table import Table
from slipring.model.keys import successor
from slipring.storage.contract import Reader, Store, Writes, decode_counts

_REPAIRED = {Kind.ENTRY_MISSING, Kind.ENTRY_WRONG, Kind.ENTRY_STRAY, Kind.ENTRY_DAMAGED}
_TABLE_ID_BYTES = 4


class Result(NamedTuple):
    findings: list[Finding]
    repaired: int
    """How many of them were put right."""


async def size_of(store: Store) -> int:
    """About how many keys a scrub will look at."""
    total = 0
    for table in [*await _tables(store), *await _backups(store)]:
        keys = [table.count_key, *[index.count_key for index in table.indexes], keyspace.journal_counts(table.id)]
        total += sum(decode_counts(value)[0] for value in await store.get_many(keys))
    return total


async def scrub(store: Store, watch: Watch, *, repairs: bool = False) -> Result:
    """Look at everything. With `repairs`, put indexes and their counters right by the items."""
    findings: list[Finding] = []
    repaired = 0
    for name in await _table_names(store):
        stored = await store.get(name)
        if stored is not None:
            table = Table(orjson.loads(stored))
            found, off = await _check_table(store, table, watch)
            findings += found
            if repairs and found:
                repaired += await _repair(store, table, found, off)
    for backup in await _backups(store):
        findings += await _check_backup(store, backup, watch)
    findings += await _check_other_journals(store, watch)
    findings += await _left_over(store, watch)
    return Result(findings, repaired)


async def _check_table(store: Store, table: Table, watch: Watch) -> tuple[list[Finding], Totals]:
    found: list[Finding] = []
    gathering = _gathering(watch, found)
    with contextlib.closing(store.snapshot()) as snapshot:
        totals = await check_items(snapshot, table, gathering)
        for index in table.indexes:
            if index.readable:
                await indexes.check_entries(snapshot, table, index, gathering)
        expiry = await expiries.complete_expiry(snapshot, table)
        if expiry is not None:
            await expiries.check_entries(snapshot, table, expiry, gathering)
        off = await check_counters(snapshot, table, totals, gathering)
        await check_journal(snapshot, table.id, table.name, table.record, gathering)
    return found, off


def _gathering(watch: Watch, found: list[Finding]) -> Watch:
    def add(finding: Finding) -> None:
        found.append(finding)
        watch.found(finding)

    return Watch(add, watch.advanced, watch.pause)


async def _repair(store: Store, table: Table, found: Sequence[Finding], off: Totals) -> int:
    """Entries first, as their items say. What is known from the item's side goes before what is known from the
    entry's. A table that changes meanwhile is left for the next scrub."""
    by_key: dict[bytes, Finding] = {}
    for finding in found:
        if finding.kind in _REPAIRED:
            by_key.setdefault(finding.key, finding)
    repaired = 0
    with contextlib.suppress(CatalogChanged):
        for finding in by_key.values():
            if finding.index != expiries.NAME:
                await indexes.repair(store, table, table.index_by_name[finding.index], finding)
            elif table.expiry is not None:
                await expiries.repair(store, table, table.expiry, finding)
            repaired += sum(each.key == finding.key for each in found if each.kind in _REPAIRED)
        await _repair_counters(store, table, off)
        repaired += len(off)
    return repaired


async def _repair_counters(store: Store, table: Table, off: Totals) -> None:
    """Writers move counters and what they count alike, so what was wrong in the snapshot is still wrong by as much."""

    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        if old[0] != table.guard:
            raise CatalogChanged
        return Writes({}, off, None)

    if off:
        await store.commit([table.guard_key], decide)


async def _check_backup(store: Store, backup: Table, watch: Watch) -> list[Finding]:
    found: list[Finding] = []
    gathering = _gathering(watch, found)
    with contextlib.closing(store.snapshot()) as snapshot:
        totals = await check_items(snapshot, backup, gathering)
        await check_counters(snapshot, backup, totals, gathering)
    return found


async def _check_other_journals(store: Store, watch: Watch) -> list[Finding]:
    """Those of tables that were dropped: their streams can still be read."""
    found: list[Finding] = []
    gathering = _gathering(watch, found)
    with contextlib.closing(store.snapshot()) as snapshot:
        tables = {table.id for table in await _tables(snapshot)}
        for key, value in await _all(snapshot, keyspace.JOURNAL_RECORDS):
            table_id = keyspace.parse_journal_record(key)
            if table_id not in tables:
                await check_journal(snapshot, table_id, orjson.loads(value)["TableName"], {}, gathering)
    return found


async def _left_over(store: Store, watch: Watch) -> list[Finding]:
    """Items under table ids that nobody has: neither a table, nor a backup, nor a snapshot, nor a job that
    will erase them."""
    found: list[Finding] = []
    with contextlib.closing(store.snapshot()) as snapshot:
        known = {keyspace.items(table.id) for table in [*await _tables(snapshot), *await _backups(snapshot, True)]}
        jobs = await snapshot.scan(keyspace.JOBS, successor(keyspace.JOBS), limit=1 << 20, bytes_max=1 << 30)
        known |= {keyspace.items(keyspace.parse_job(key)[0]) for key, _ in jobs}
        known |= {keyspace.items(table_id) for table_id in await ids_of_all(snapshot)}
        start, stop = keyspace.items(0), successor(keyspace.ITEMS)
        while page := await snapshot.scan(start, stop, limit=1, bytes_max=1):
            prefix = page[0][0][: len(keyspace.items(0))]
            if prefix not in known:
                number = int.from_bytes(prefix[-_TABLE_ID_BYTES:], "big")
                found.append(Finding(Kind.LEFT_OVER, f"table id {number}", "", prefix))
                watch.found(found[-1])
            start = successor(prefix)
            await watch.pause()
    return found


async def _table_names(reader: Reader) -> list[bytes]:
    return [key for key, _ in await _all(reader, keyspace.TABLE_RECORDS)]


async def _tables(reader: Reader) -> list[Table]:
    return [Table(orjson.loads(value)) for _, value in await _all(reader, keyspace.TABLE_RECORDS)]


async def _backups(reader: Reader, with_unfinished: bool = False) -> list[Table]:
    """Their items as tables."""
    decoded = [orjson.loads(value) for _, value in await _all(reader, keyspace.BACKUP_RECORDS)]
    return [backups.items_of(each) for each in decoded if with_unfinished or each["Status"] == "AVAILABLE"]


async def _all(reader: Reader, prefix: bytes) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    start = prefix
    while page := await reader.scan(start, successor(prefix), limit=256, bytes_max=1 << 22):
        found += page
        start = page[-1][0] + b"\x00"
    return found
