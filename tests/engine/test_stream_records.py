"""Stream records of one commit that writes several items of a table."""

from __future__ import annotations

import asyncio
from typing import Any

from slipring.storage.memory import MemoryStore
from tests.engine.running import Process

STREAM = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/things"


async def records_of(process: Process, stream: str) -> list[dict[str, Any]]:
    described = await process.call("DescribeStream", StreamArn=stream)
    [shard] = described["StreamDescription"]["Shards"]
    iterator = await process.call(
        "GetShardIterator", StreamArn=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )
    records: list[dict[str, Any]] = (await process.call("GetRecords", **iterator))["Records"]
    return records


def test_a_table_under_two_names_has_one_stream() -> None:
    """A transaction may name a table by name and by ARN; each item's record has a place of its own all the same."""

    async def scenario() -> None:
        process = Process(MemoryStore())
        await process.make_table("things", StreamSpecification=STREAM)
        await process.call(
            "TransactWriteItems",
            TransactItems=[
                {"Put": {"TableName": name, "Item": {"pk": {"S": pk}}}}
                for name, pk in (("things", "a"), (ARN, "b"), ("things", "c"))
            ],
        )
        [stream] = (await process.call("ListStreams"))["Streams"]
        records = [record["dynamodb"] for record in await records_of(process, stream["StreamArn"])]
        assert [record["Keys"]["pk"]["S"] for record in records] == ["a", "b", "c"]
        assert len({record["SequenceNumber"] for record in records}) == 3

    asyncio.run(scenario())
