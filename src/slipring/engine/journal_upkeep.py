"""What keeps journals in shape: records that nobody may ask for any more go, shards of streams that are older than
four hours hand on to a child.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from slipring.engine import journal, keyspace, recovery, shards, streams
from slipring.engine.catalog import Catalog
from slipring.engine.shards import is_open
from slipring.engine.table import TableRecord
from slipring.model.keys import successor
from slipring.storage.contract import Store, Writes, decode_counts

SHARD_SECONDS = 4 * 60 * 60
_RECORDS_PER_STEP = 256
_BYTES_PER_STEP = 4 * 1024 * 1024


async def keep(store: Store, catalog: Catalog, now: float) -> dict[str, tuple[int, int]]:
    """Trim every journal, roll the shards that are due, forget the streams that are over. Returns how many records
    and bytes each journal has then, by table name; those of tables of one name together."""
    sizes: dict[str, tuple[int, int]] = {}
    archived = await store.get(keyspace.ARCHIVED)
    archived_at = 0.0 if archived is None else float(orjson.loads(archived)["At"])
    start, stop = keyspace.JOURNAL_RECORDS, successor(keyspace.JOURNAL_RECORDS)
    while found := await store.scan(start, stop, limit=64, bytes_max=1 << 20):
        for key, value in found:
            table_id, stored = keyspace.parse_journal_record(key), orjson.loads(value)
            await _keep_journal(store, catalog, table_id, stored, now, archived_at)
            records, size = decode_counts(await store.get(keyspace.journal_counts(table_id)))
            before = sizes.get(stored["TableName"], (0, 0))
            if records:
                sizes[stored["TableName"]] = (before[0] + records, before[1] + size)
            await asyncio.sleep(0)
        start = found[-1][0] + b"\x00"
    await _forget_streams(store, now)
    return sizes


async def _keep_journal(
    store: Store, catalog: Catalog, table_id: int, stored: Mapping[str, Any], now: float, archived_at: float
) -> None:
    table = await catalog.find(stored["TableName"], stored["Namespace"])
    record = table.record if table is not None and table.id == table_id else None
    is_empty = await _trim(store, table_id, _kept_since(record, now, archived_at))
    expired = {shard["Number"] for shard in stored["Shards"] if streams.is_expired(shard, now)}
    if record is None:
        if is_empty and len(expired) == len(stored["Shards"]):
            await _delete(store, [keyspace.journal_record(table_id), keyspace.journal_counts(table_id)])
            await _delete(store, [keyspace.journal_head(table_id, number) for number in expired])
    elif expired or (_has_stream(record) and any(_is_due(shard, now) for shard in stored["Shards"])):
        await catalog.change(
            stored["TableName"], stored["Namespace"], lambda before: _tidied(before, table_id, expired, now)
        )
        await _delete(store, [keyspace.journal_head(table_id, number) for number in expired])


def _kept_since(record: TableRecord | None, now: float, archived_at: float) -> float:
    """Of a dropped table only the stream may still be read."""
    return now - streams.RETENTION_SECONDS if record is None else recovery.kept_since(record, now, archived_at)


def _has_stream(record: TableRecord) -> bool:
    return bool(record.get("Stream", {}).get("Enabled"))


def _is_due(shard: Mapping[str, Any], now: float) -> bool:
    return is_open(shard) and shard["Created"] + SHARD_SECONDS < now


def _tidied(record: TableRecord, table_id: int, expired: set[int], now: float) -> TableRecord:
    if record["Id"] != table_id:
        return record
    if _has_stream(record) and any(_is_due(shard, now) for shard in record["Journal"]["Shards"]):
        record = shards.cut(record, now)
    kept = [shard for shard in record["Journal"]["Shards"] if shard["Number"] not in expired]
    return {**record, "Journal": {**record["Journal"], "Shards": kept}}


async def _trim(store: Store, table_id: int, kept_since: float) -> bool:
    """Delete the journal's records that are older, oldest first. Returns whether none is left.

    In each shard the first one alone tells whether there are any, which most of the time there are not."""
    prefix = keyspace.journal(table_id)
    start, stop = prefix, successor(prefix)
    count, is_empty = 1, True
    while found := await store.scan(start, stop, limit=count, bytes_max=_BYTES_PER_STEP):
        number = _shard_of(found[0][0])
        ours = [pair for pair in found if _shard_of(pair[0]) == number]
        old = [pair for pair in ours if journal.time_us_of(pair[1]) < shards.microseconds(kept_since)]
        if old:
            await _delete_records(store, table_id, old)
            count = _RECORDS_PER_STEP
        if len(old) < len(ours):
            is_empty = False
            start = prefix + shards.position_value(shards.first_position(number + 1))
            count = 1
    return is_empty


def _shard_of(key: bytes) -> int:
    return shards.shard_number_of(int.from_bytes(key[-8:], "big"))


async def _delete_records(store: Store, table_id: int, doomed: Sequence[tuple[bytes, bytes]]) -> None:
    """Count what is deleted here, in case somebody else trims too."""
    keys = [key for key, _ in doomed]

    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        there = {key: value for key, value in zip(keys, old, strict=True) if value is not None}
        size = sum(map(len, there.values()))
        return Writes(dict.fromkeys(there), {keyspace.journal_counts(table_id): (-len(there), -size)}, None)

    await store.commit(keys, decide)


async def _forget_streams(store: Store, now: float) -> None:
    start, stop = keyspace.STREAM_RECORDS, successor(keyspace.STREAM_RECORDS)
    while found := await store.scan(start, stop, limit=64, bytes_max=1 << 20):
        over = [key for key, value in found if streams.is_over(orjson.loads(value), now)]
        if over:
            await _delete(store, over)
        start = found[-1][0] + b"\x00"


async def _delete(store: Store, keys: Sequence[bytes]) -> None:
    puts: dict[bytes, bytes | None] = dict.fromkeys(keys)
    await store.commit((), lambda _: Writes(puts, None, None))
