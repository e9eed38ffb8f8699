"""GetRecords: the next records of a shard, in the order they were committed."""

from __future__ import annotations

from typing import Any

from slipring.engine import keyspace
from slipring.engine.engine import Engine
from slipring.engine.shards import first_position, is_open, position_value
from slipring.engine.stream_records import render
from slipring.iam.caller import Caller
from slipring.model import limits
from slipring.model.errors import streams as errors
from slipring.operations.answers import AnswerParts
from slipring.operations.streams.iterators import ShardIterator
from slipring.operations.streams.lookup import find_stream
from slipring.operations.streams.retention import oldest_position

_RECORDS_MAX = 1000


async def get_records(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """Raises TrimmedDataAccessException if what the iterator points to was trimmed since it was handed out (Streams API
    Reference, "GetRecords"): a consumer is told that it missed something."""
    now = engine.clock.now()
    iterator = ShardIterator.decode(request["ShardIterator"], now)
    stream = await find_stream(engine, iterator.arn, caller)
    shard = next((shard for shard in stream["Shards"] if shard["Number"] == iterator.shard_number), None)
    if shard is None:
        raise errors.records_trimmed()
    position = iterator.position
    if position < await oldest_position(engine, stream, shard):
        raise errors.records_trimmed()
    prefix = keyspace.journal(stream["TableId"])
    found = await engine.store.scan(
        prefix + position_value(position),
        prefix + position_value(first_position(shard["Number"] + 1)),
        limit=request.get("Limit", _RECORDS_MAX),
        bytes_max=limits.PAGE_BYTES_MAX,
    )
    if found:
        position = int.from_bytes(found[-1][0][-8:], "big") + 1
    parts = AnswerParts()
    parts.splice(b"Records", b"[" + b",".join([render(*pair, stream, caller.region) for pair in found]) + b"]")
    if found or is_open(shard):
        parts.add(b"NextShardIterator", ShardIterator(iterator.arn, iterator.shard_number, position, now).encode())
    return parts.finish()
