"""Streams and shards by the names that clients use."""

from __future__ import annotations

from typing import Any

import orjson

from slipring.engine import keyspace
from slipring.engine.engine import Engine
from slipring.engine.streams import StreamRecord, shards_of
from slipring.iam.caller import Caller
from slipring.model.errors import streams as errors

_ARN_PARTS = 6


def parse_stream_arn(arn: str) -> tuple[str, str]:
    """The table name and label in a stream's ARN. Raises ValidationException."""
    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or parts[2] != "dynamodb":
        raise errors.invalid_stream_arn()
    resource = parts[5].split("/")
    if len(resource) != 4 or resource[0] != "table" or resource[2] != "stream":
        raise errors.invalid_stream_arn()
    return resource[1], resource[3]


async def find_stream(engine: Engine, arn: str, caller: Caller) -> StreamRecord:
    """The stream, with the Shards that it has now. Raises ResourceNotFoundException, ValidationException."""
    name, label = parse_stream_arn(arn)
    stored = await engine.store.get(keyspace.stream(caller.namespace, name, label))
    if stored is None:
        raise errors.stream_not_found(arn)
    stream: StreamRecord = orjson.loads(stored)
    journal = await engine.store.get(keyspace.journal_record(stream["TableId"]))
    # Without its journal nothing of the stream is left: it is about to be forgotten.
    shards = [] if journal is None else shards_of(stream, orjson.loads(journal), engine.clock.now())
    return {**stream, "Shards": shards}


def find_shard(stream: StreamRecord, wanted: str, arn: str) -> dict[str, Any]:
    """Raises ResourceNotFoundException."""
    for shard in stream["Shards"]:
        if shard["Id"] == wanted:
            found: dict[str, Any] = shard
            return found
    raise errors.shard_not_found(wanted, arn)
