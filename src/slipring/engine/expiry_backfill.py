"""Entering the items of a table that were there before its time to live was switched on.

Writers keep the entries from the moment the setting is committed. Each step takes a stretch of the items, reads them
again in its commit, and enters them as they are then; the job's value, which moves on in the same commit, tells where
the next step begins. An entry depends on its item alone, so entering one twice does no harm.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import orjson

from slipring.engine import keyspace, rows
from slipring.engine.backfill import Overtaken, Progress, begin, forget
from slipring.engine.catalog import Catalog, CatalogChanged
from slipring.engine.table import Table
from slipring.model.keys import successor
from slipring.storage.contract import Store, Writes

_ITEMS_PER_STEP = 64
_BYTES_PER_STEP = 512 * 1024


async def step(store: Store, catalog: Catalog, job_key: bytes, job_value: bytes) -> bool:
    """Do the next stretch of a job. Returns False once every item is entered, or the setting gone."""
    job = orjson.loads(job_value)
    table_id, index_id = keyspace.parse_job(job_key)
    table = await catalog.find(job["TableName"], job["Namespace"])
    if table is None or table.id != table_id or table.expiry is None or table.expiry.id != index_id:
        await forget(store, job_key)
        return False
    start = bytes.fromhex(job["After"]) + b"\x00" if job["After"] else table.prefix
    found = await store.scan(start, successor(table.prefix), limit=_ITEMS_PER_STEP, bytes_max=_BYTES_PER_STEP)
    if not found:
        await forget(store, job_key)
        return False
    keys = [key for key, _ in found]
    # Whatever has changed meanwhile, the next step looks at it anew.
    with contextlib.suppress(CatalogChanged, Overtaken):
        await _enter(store, table, keys, (job_key, job_value, orjson.dumps({**job, "After": keys[-1].hex()})))
    return True


async def finish(store: Store, catalog: Catalog) -> None:
    """Do all there is to do, now. Whoever else is at it only makes it shorter."""
    start, stop = keyspace.EXPIRY_JOBS, successor(keyspace.EXPIRY_JOBS)
    while jobs := await store.scan(start, stop, limit=1, bytes_max=1):
        await step(store, catalog, *jobs[0])


async def _enter(store: Store, table: Table, keys: Sequence[bytes], progress: Progress) -> None:
    expiry = table.expiry
    assert expiry is not None

    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        puts = begin(old, table, progress)
        for key, row in zip(keys, old[2:], strict=True):
            entry = None if row is None else expiry.entry_key(rows.decode(row), key)
            if entry is not None:
                puts[entry] = b""
        return Writes(puts, None, None)

    await store.commit([table.guard_key, progress[0], *keys], decide)
