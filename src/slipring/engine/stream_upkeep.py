"""What keeps streams in shape: records older than a day go, shards older than four hours hand on to a child.

Streams API Reference and Developer Guide, "Change data capture for DynamoDB Streams": records live for 24 hours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

import orjson

from slipring.engine import keyspace, streams
from slipring.engine.catalog import Catalog
from slipring.engine.shards import StreamRecord, is_open
from slipring.engine.table import TableRecord
from slipring.model.keys import successor
from slipring.storage.contract import Store, Writes

RETENTION_SECONDS = 24 * 60 * 60
SHARD_SECONDS = 4 * 60 * 60
_RECORDS_PER_STEP = 256
_BYTES_PER_STEP = 4 * 1024 * 1024


async def keep(store: Store, catalog: Catalog, now: float) -> None:
    """Trim every stream and roll the shards that are due."""
    start, stop = keyspace.STREAM_RECORDS, successor(keyspace.STREAM_RECORDS)
    while found := await store.scan(start, stop, limit=64, bytes_max=1 << 20):
        for key, value in found:
            await _keep_stream(store, catalog, key, orjson.loads(value), now)
            await asyncio.sleep(0)
        start = found[-1][0] + b"\x00"


async def _keep_stream(store: Store, catalog: Catalog, key: bytes, stream: StreamRecord, now: float) -> None:
    for shard in stream["Shards"]:
        await _trim(store, keyspace.stream_records(stream["TableId"], stream["Label"], shard["Number"]), now)
    expired = {shard["Number"] for shard in stream["Shards"] if _is_expired(shard, now)}
    if len(expired) == len(stream["Shards"]):
        await _forget(store, key, stream)
    elif stream["Enabled"] and (expired or any(_is_due(shard, now) for shard in stream["Shards"])):
        namespace, name, label = keyspace.parse_stream(key)
        table = await catalog.find(name, namespace)
        if table is not None and table.id == stream["TableId"]:
            await catalog.change(name, namespace, lambda record: _tidied(record, label, expired, now))
            await _delete(store, [keyspace.stream_head(stream["TableId"], label, number) for number in expired])


def _is_expired(shard: dict[str, Any], now: float) -> bool:
    """Closed for so long that its last record is gone."""
    return not is_open(shard) and shard["Closed"] + RETENTION_SECONDS < now


def _is_due(shard: dict[str, Any], now: float) -> bool:
    return is_open(shard) and shard["Created"] + SHARD_SECONDS < now


def _tidied(record: TableRecord, label: str, expired: set[int], now: float) -> TableRecord:
    stream = record.get("Stream")
    if stream is None or stream["Label"] != label or not stream["Enabled"]:
        return record
    if any(_is_due(shard, now) for shard in stream["Shards"]):
        stream = streams.rolled(stream, now, children=1)
    kept = [shard for shard in stream["Shards"] if shard["Number"] not in expired]
    return {**record, "Stream": {**stream, "Shards": kept}}


async def _trim(store: Store, prefix: bytes, now: float) -> None:
    """Delete a shard's records that are older than the retention, oldest first.

    The first one alone tells whether there are any, which most of the time there are not."""
    count = 1
    while True:
        found = await store.scan(prefix, successor(prefix), limit=count, bytes_max=_BYTES_PER_STEP)
        old = [key for key, _ in takewhile(lambda pair: _time(pair[1]) + RETENTION_SECONDS < now, found)]
        if old:
            await _delete(store, old)
        if not old or len(old) < len(found):
            return
        count = _RECORDS_PER_STEP


def _time(record: bytes) -> float:
    told: float = orjson.loads(record)["dynamodb"]["ApproximateCreationDateTime"]
    return told


async def _forget(store: Store, key: bytes, stream: StreamRecord) -> None:
    heads = [keyspace.stream_head(stream["TableId"], stream["Label"], shard["Number"]) for shard in stream["Shards"]]
    await _delete(store, [key, *heads])


async def _delete(store: Store, keys: Sequence[bytes]) -> None:
    puts: dict[bytes, bytes | None] = dict.fromkeys(keys)
    await store.commit((), lambda _: Writes(puts, None, None))
