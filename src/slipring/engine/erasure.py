"""Erasing what a dropped table or index left behind.

Its ids are never given out again, so nothing can see these keys any more; they only take space.
"""

from __future__ import annotations

from slipring.engine import keyspace
from slipring.model.keys import successor
from slipring.storage.contract import Store, Writes

_KEYS_PER_STEP = 512
_BYTES_PER_STEP = 4 * 1024 * 1024


def of_everything(table_id: int) -> dict[bytes, bytes | None]:
    """The jobs that erase what a table holds, and its journal."""
    return {keyspace.drop_job(table_id, keyspace.TABLE_ITSELF): b"", **of_journal(table_id)}


def of_journal(table_id: int) -> dict[bytes, bytes | None]:
    """The job that erases a journal that nobody will read."""
    return {keyspace.drop_job(table_id, keyspace.ITS_JOURNAL): b""}


async def step(store: Store, job_key: bytes) -> bool:
    """Erase the next stretch of a job. Returns False once nothing is left."""
    table_id, index_id = keyspace.parse_job(job_key)
    doomed: list[bytes] = []
    for prefix in _prefixes(table_id, index_id):
        found = await store.scan(prefix, successor(prefix), limit=_KEYS_PER_STEP, bytes_max=_BYTES_PER_STEP)
        doomed = [key for key, _ in found]
        if doomed:
            break
    more = bool(doomed)
    puts: dict[bytes, bytes | None] = dict.fromkeys(doomed if more else [job_key])
    await store.commit((), lambda _: Writes(puts, None, None))
    return more


def _prefixes(table_id: int, index_id: int) -> list[bytes]:
    if index_id == keyspace.ITS_JOURNAL:
        return [keyspace.journal(table_id), keyspace.journal_heads(table_id), keyspace.journal_counts(table_id)]
    if index_id != keyspace.TABLE_ITSELF:
        return [keyspace.index_entries(table_id, index_id), keyspace.counts(table_id, index_id)]
    # Entries go before their items: whoever still reads the index relies on there being an item for each entry.
    return [
        keyspace.all_index_entries(table_id),
        keyspace.items(table_id),
        keyspace.all_counts(table_id),
        keyspace.collections(table_id),
        keyspace.expiring_table(table_id),
    ]
