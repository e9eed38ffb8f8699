"""Filling a new global index from the items that were there before it.

Writers keep the index from the moment its record is committed: they read the table's guard, so none that planned
without the index can still commit. What is left are the items nobody has written since, and each step here takes a
stretch of them, commits their entries, and notes in the same commit how far it came. An item that changed between the
step's scan and its commit is looked at again there: whoever moved its entry wrote it, and nobody did if it stayed.

Writers can't know whether an item that they change already has its entry, so until the filling is done the index's
counters are off by an unknown constant. The last step finds it out, from one snapshot of counters and entries.

The job's value moves on with each of these commits, which all rely on it: when two processes are at one job for a
moment, one of them does each step.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import orjson

from slipring.engine import keyspace, rows
from slipring.engine.catalog import Catalog, CatalogChanged
from slipring.engine.table import Index, Table, TableRecord
from slipring.model.errors.tree import ResourceNotFoundException
from slipring.model.keys import successor
from slipring.model.sizes import item_bytes
from slipring.storage.contract import Store, Writes, decode_counts

_ITEMS_PER_STEP = 64
_BYTES_PER_STEP = 512 * 1024
_ENTRIES_PER_READ = 512
_HASH_BYTES = 2

Progress = tuple[bytes, bytes, bytes]
"""A job's key, its value before a step, and its value after."""


class Overtaken(Exception):
    """Somebody else has done this step of the job."""


def first_step(namespace: str, table_name: str) -> bytes:
    """The value of a new backfill job."""
    return orjson.dumps({"Namespace": namespace, "TableName": table_name, "After": ""})


async def step(store: Store, catalog: Catalog, job_key: bytes, job_value: bytes) -> bool:
    """Do the next stretch of a job. Returns False once the index is complete, or gone with its table."""
    job = orjson.loads(job_value)
    table_id, index_id = keyspace.parse_job(job_key)
    table = await catalog.find(job["TableName"], job["Namespace"])
    index = None if table is None or table.id != table_id else _index(table, index_id)
    if table is None or index is None:
        await forget(store, job_key)
        return False
    start = bytes.fromhex(job["After"]) + b"\x00" if job["After"] else table.prefix
    found = await store.scan(start, successor(table.prefix), limit=_ITEMS_PER_STEP, bytes_max=_BYTES_PER_STEP)
    # Whatever has changed meanwhile, the next step looks at it anew.
    with contextlib.suppress(CatalogChanged, ResourceNotFoundException, Overtaken):
        if found:
            after = orjson.dumps({**job, "After": found[-1][0].hex()})
            await _commit_entries(store, table, index, found, (job_key, job_value, after))
        elif "Settled" not in job:
            await _settle_counts(store, table, index, (job_key, job_value, orjson.dumps({**job, "Settled": True})))
        else:
            await catalog.change(
                table.name,
                job["Namespace"],
                lambda record: _completed(record, table.id, index_id),
                lambda *_: {job_key: None},
            )
            return False
    return True


def _index(table: Table, index_id: int) -> Index | None:
    return next((index for index in table.indexes if index.id == index_id and not index.readable), None)


async def _commit_entries(
    store: Store, table: Table, index: Index, found: list[tuple[bytes, bytes]], progress: Progress
) -> None:
    entries: list[tuple[bytes, bytes, bytes, bytes]] = []
    for key, row in found:
        table_key = key[len(table.prefix) + _HASH_BYTES :]
        entry_key = index.entry_key(rows.decode(row), table_key)
        if entry_key is not None:
            entries.append((key, entry_key, row, table_key))

    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        puts = begin(old, table, progress)
        for position, (_key, entry_key, row, table_key) in enumerate(entries):
            row_now, entry = old[2 + 2 * position], old[3 + 2 * position]
            if row_now is None or entry is not None:
                continue
            item = rows.decode(row_now)
            if row_now == row or index.entry_key(item, table_key) == entry_key:
                projected = index.project(item)
                puts[entry_key] = rows.encode(projected, item_bytes(projected))
        return Writes(puts, None, None)

    reads = [table.guard_key, progress[0]]
    for key, entry_key, _row, _table_key in entries:
        reads += (key, entry_key)
    await store.commit(reads, decide)


def begin(old: Sequence[bytes | None], table: Table, progress: Progress) -> dict[bytes, bytes | None]:
    """The writes of a commit that reads the table's guard and the job first. Raises CatalogChanged, Overtaken."""
    job_key, before, after = progress
    if old[0] != table.guard:
        raise CatalogChanged
    if old[1] != before:
        raise Overtaken
    return {job_key: after}


async def _settle_counts(store: Store, table: Table, index: Index, progress: Progress) -> None:
    """Correct the index's counters once every item has its entry. Writers who go on meanwhile move the counters and
    the entries alike, so what the snapshot finds wrong stays what is wrong. Raises CatalogChanged, Overtaken."""
    count = size = 0
    start, stop = index.prefix, successor(index.prefix)
    with contextlib.closing(store.snapshot()) as snapshot:
        told_count, told_size = decode_counts(await snapshot.get(index.count_key))
        while found := await snapshot.scan(start, stop, limit=_ENTRIES_PER_READ, bytes_max=_BYTES_PER_STEP):
            count += len(found)
            size += sum(rows.item_bytes(row) for _, row in found)
            start = found[-1][0] + b"\x00"
            await asyncio.sleep(0)

    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        puts = begin(old, table, progress)
        return Writes(puts, {index.count_key: (count - told_count, size - told_size)}, None)

    await store.commit([table.guard_key, progress[0]], decide)


def _completed(record: TableRecord, table_id: int, index_id: int) -> TableRecord:
    """Raises CatalogChanged if the record is that of another table, which took the name."""
    if record["Id"] != table_id:
        raise CatalogChanged
    indexes = [
        {k: v for k, v in index.items() if k != "Backfilling" or index["Id"] != index_id}
        for index in record.get("GlobalSecondaryIndexes", ())
    ]
    return {**record, "GlobalSecondaryIndexes": indexes}


async def forget(store: Store, job_key: bytes) -> None:
    await store.commit((), lambda _: Writes({job_key: None}, None, None))
