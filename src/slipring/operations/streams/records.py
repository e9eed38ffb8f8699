"""GetRecords: the next records of a shard, in the order they were committed."""

from __future__ import annotations

from typing import Any

import orjson

from slipring.engine import keyspace
from slipring.engine.engine import Engine
from slipring.engine.shards import is_open, position_value
from slipring.iam.caller import Caller
from slipring.model import limits
from slipring.model.errors import streams as errors
from slipring.model.keys import successor
from slipring.operations.answers import AnswerParts
from slipring.operations.streams.iterators import ShardIterator
from slipring.operations.streams.lookup import find_stream

_RECORDS_MAX = 1000


async def get_records(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    now = engine.clock.now()
    iterator = ShardIterator.decode(request["ShardIterator"], now)
    stream = await find_stream(engine, iterator.arn, caller)
    shard = next((shard for shard in stream["Shards"] if shard["Number"] == iterator.shard_number), None)
    if shard is None:
        raise errors.records_trimmed()
    prefix = keyspace.stream_records(stream["TableId"], stream["Label"], iterator.shard_number)
    limit = request.get("Limit", _RECORDS_MAX)
    found = await engine.store.scan(
        prefix + position_value(iterator.position),
        successor(prefix),
        limit=limit,
        bytes_max=limits.PAGE_BYTES_MAX,
    )
    position = int.from_bytes(found[-1][0][-8:], "big") + 1 if found else iterator.position
    parts = AnswerParts()
    region = b'{"awsRegion":' + orjson.dumps(caller.region) + b","
    parts.splice(b"Records", b"[" + b",".join([region + value[1:] for _, value in found]) + b"]")
    if found or is_open(shard):
        parts.add(b"NextShardIterator", ShardIterator(iterator.arn, iterator.shard_number, position, now).encode())
    return parts.finish()
