"""ListStreams and DescribeStream."""

from __future__ import annotations

from typing import Any

from slipring.engine import keyspace
from slipring.engine.engine import Engine
from slipring.engine.shards import decode_head, first_position, is_open
from slipring.engine.streams import StreamRecord, sequence_number
from slipring.iam.caller import Caller
from slipring.model.keys import successor
from slipring.model.table_names import parse_table_name
from slipring.operations.answers import answer
from slipring.operations.streams.lookup import find_shard, find_stream, parse_stream_arn
from slipring.operations.tables.stream_settings import stream_arn

_PAGE_MAX = 100


async def list_streams(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """The streams there are, also those that are turned off and not yet trimmed away."""
    limit = request.get("Limit", _PAGE_MAX)
    prefix = keyspace.all_streams(caller.namespace)
    if "TableName" in request:
        prefix = keyspace.stream(caller.namespace, parse_table_name(request["TableName"])[0], "")
    start, stop = prefix, successor(prefix)
    if "ExclusiveStartStreamArn" in request:
        name, label = parse_stream_arn(request["ExclusiveStartStreamArn"])
        start = max(start, keyspace.stream(caller.namespace, name, label) + b"\x00")
    rows = await engine.store.scan(start, stop, limit=limit, bytes_max=1 << 40)
    told = []
    for key, _ in rows:
        _, name, label = keyspace.parse_stream(key)
        told.append({"StreamArn": stream_arn(name, label, caller), "TableName": name, "StreamLabel": label})
    listed: dict[str, Any] = {"Streams": told}
    if len(told) == limit:
        listed["LastEvaluatedStreamArn"] = told[-1]["StreamArn"]
    return answer(listed)


async def describe_stream(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    arn = request["StreamArn"]
    stream = await find_stream(engine, arn, caller)
    shards = _wanted_shards(stream, request, arn)
    limit = request.get("Limit", _PAGE_MAX)
    heads = await engine.store.get_many(
        [keyspace.journal_head(stream["TableId"], shard["Number"]) for shard in shards[:limit]]
    )
    told: dict[str, Any] = {
        "StreamArn": arn,
        "StreamLabel": stream["Label"],
        "StreamStatus": "ENABLED" if stream["Enabled"] else "DISABLED",
        "StreamViewType": stream["ViewType"],
        "CreationRequestDateTime": stream["CreationDateTime"],
        "TableName": stream["TableName"],
        "KeySchema": stream["KeySchema"],
        "Shards": [_describe(shard, head) for shard, head in zip(shards, heads, strict=False)],
    }
    if len(shards) > limit:
        told["LastEvaluatedShardId"] = told["Shards"][-1]["ShardId"]
    return answer({"StreamDescription": told})


def _wanted_shards(stream: StreamRecord, request: dict[str, Any], arn: str) -> list[dict[str, Any]]:
    shards: list[dict[str, Any]] = stream["Shards"]
    wanted = request.get("ShardFilter")
    if wanted is not None and "ShardId" in wanted:
        find_shard(stream, wanted["ShardId"], arn)
        shards = [shard for shard in shards if shard.get("ParentId") == wanted["ShardId"]]
    if "ExclusiveStartShardId" in request:
        after = find_shard(stream, request["ExclusiveStartShardId"], arn)["Number"]
        shards = [shard for shard in shards if shard["Number"] > after]
    return shards


def _describe(shard: dict[str, Any], head: bytes | None) -> dict[str, Any]:
    first = first_position(shard["Number"])
    sequence_numbers = {"StartingSequenceNumber": sequence_number(first)}
    if not is_open(shard):
        last = decode_head(head)[0] or first
        sequence_numbers["EndingSequenceNumber"] = sequence_number(last)
    told = {"ShardId": shard["Id"], "SequenceNumberRange": sequence_numbers}
    if "ParentId" in shard:
        told["ParentShardId"] = shard["ParentId"]
    return told
