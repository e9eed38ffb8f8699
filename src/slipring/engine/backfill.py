"""Filling a new global index from the items that were there before it.

Writers keep the index from the moment its record is committed: they read the table's guard, so none that planned
without the index can still commit. What is left are the items nobody has written since, and each step here takes a
stretch of them, commits their entries, and notes in the same commit how far it came. An item that changed between the
step's scan and its commit already has its entry from whoever changed it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import orjson

from slipring.engine import keyspace, rows
from slipring.engine.catalog import Catalog, CatalogChanged
from slipring.engine.table import Index, Table, TableRecord
from slipring.model.keys import successor
from slipring.model.sizes import item_bytes
from slipring.storage.contract import Store, Writes

_ITEMS_PER_STEP = 64
_BYTES_PER_STEP = 512 * 1024


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
        await _forget(store, job_key)
        return False
    start = bytes.fromhex(job["After"]) + b"\x00" if job["After"] else table.prefix
    found = await store.scan(start, successor(table.prefix), limit=_ITEMS_PER_STEP, bytes_max=_BYTES_PER_STEP)
    if not found:
        await catalog.change(
            table.name, job["Namespace"], lambda record: _completed(record, index_id), lambda *_: {job_key: None}
        )
        return False
    with contextlib.suppress(CatalogChanged):  # The next step looks at the table anew.
        await _commit_entries(store, table, index, found, job_key, {**job, "After": found[-1][0].hex()})
    return True


def _index(table: Table, index_id: int) -> Index | None:
    return next((index for index in table.indexes if index.id == index_id and not index.readable), None)


async def _commit_entries(
    store: Store, table: Table, index: Index, found: list[tuple[bytes, bytes]], job_key: bytes, job: dict[str, Any]
) -> None:
    entries: list[tuple[bytes, bytes, bytes]] = []
    for key, row in found:
        entry_key = index.entry_key(rows.decode(row), key[len(table.prefix) + 2 :])
        if entry_key is not None:
            entries.append((key, entry_key, row))

    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        if old[0] != table.guard:
            raise CatalogChanged
        puts: dict[bytes, bytes | None] = {job_key: orjson.dumps(job)}
        count = size = 0
        for position, (_key, entry_key, row) in enumerate(entries):
            if old[1 + 2 * position] != row or old[2 + 2 * position] is not None:
                continue
            projected = index.project(rows.decode(row))
            entry_bytes = item_bytes(projected)
            puts[entry_key] = rows.encode(projected, entry_bytes)
            count += 1
            size += entry_bytes
        return Writes(puts, {index.count_key: (count, size)} if count else None, None)

    reads = [table.guard_key]
    for key, entry_key, _row in entries:
        reads += (key, entry_key)
    await store.commit(reads, decide)


def _completed(record: TableRecord, index_id: int) -> TableRecord:
    indexes = [
        {k: v for k, v in index.items() if k != "Backfilling" or index["Id"] != index_id}
        for index in record.get("GlobalSecondaryIndexes", ())
    ]
    return {**record, "GlobalSecondaryIndexes": indexes}


async def _forget(store: Store, job_key: bytes) -> None:
    await store.commit((), lambda _: Writes({job_key: None}, None, None))
