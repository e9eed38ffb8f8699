"""Reading a stream while another process writes to it."""

from __future__ import annotations

import asyncio

import pytest

from tests.engine.running import InterruptedStore, Process

STREAM = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}


@pytest.mark.parametrize("reads", range(8))
def test_the_first_record_of_a_shard_is_not_skipped_whenever_it_comes(reads: int) -> None:
    """GetRecords reads several keys, one after the other. A record that is committed in between any two of them is
    in this answer or in the next: one that is in neither is lost to every reader."""

    async def scenario() -> None:
        store = InterruptedStore()
        process, other = Process(store), Process(store)
        await process.make_table("things", StreamSpecification=STREAM)
        arn = (await process.call("DescribeTable", TableName="things"))["Table"]["LatestStreamArn"]
        described = (await process.call("DescribeStream", StreamArn=arn))["StreamDescription"]
        [shard] = described["Shards"]
        where = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = (await process.call("GetShardIterator", **where))["ShardIterator"]
        store.during_read(lambda: other.put("things", "first"), skipped=reads)
        first = await process.call("GetRecords", ShardIterator=iterator)
        await other.put("things", "second")
        second = await process.call("GetRecords", ShardIterator=first["NextShardIterator"])
        told = [record["dynamodb"]["Keys"]["pk"]["S"] for record in first["Records"] + second["Records"]]
        assert [key for key in told if key == "second"] == ["second"]
        was_interrupted = await process.get("things", "first") is not None
        assert told.count("first") == was_interrupted

    asyncio.run(scenario())
