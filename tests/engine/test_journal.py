"""The journal: one record of each change, in shards whose times never go back."""

from __future__ import annotations

import asyncio
import os
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.clock import ManualClock
from slipring.engine import journal, journal_upkeep, keyspace
from slipring.engine.actions import Delete
from slipring.engine.changes import Change
from slipring.engine.journal import Entry, Origin
from slipring.engine.table import Table
from slipring.model.errors.tree import TrimmedDataAccessException
from slipring.model.keys import successor
from slipring.storage.contract import Store, StoreDamaged, decode_counts
from slipring.storage.memory import MemoryStore
from tests.engine.running import Process

STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
ENABLED = {"PointInTimeRecoveryEnabled": True}
NEW_ONLY = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}


async def stored_of(store: Store, table: Table) -> list[tuple[bytes, bytes]]:
    prefix = keyspace.journal(table.id)
    return await store.scan(prefix, successor(prefix), limit=10_000, bytes_max=1 << 30)


async def entries_of(process: Process, name: str = "things") -> list[Entry]:
    table = await process.engine.catalog.table(name)
    return [journal.decode(value) for _, value in await stored_of(process.engine.store, table)]


def test_a_table_that_nobody_reads_the_journal_of_has_none() -> None:
    """Most tables have no stream and no recovery, and their writes should not pay for those that have."""

    async def scenario() -> None:
        process = Process(MemoryStore())
        await process.make_table("things")
        await process.put("things", "a")
        assert await entries_of(process) == []

    asyncio.run(scenario())


def test_times_never_go_back_and_a_transaction_has_one() -> None:
    """Clocks of several processes disagree. What was restored to a moment would otherwise hold a later write and lack
    an earlier one, or half of a transaction."""
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    random = Random(seed)

    async def scenario() -> None:
        clock = ManualClock()
        process = Process(MemoryStore(), clock)
        await process.make_table("things", StreamSpecification=STREAM)
        await process.make_table("others", StreamSpecification=STREAM)
        for number in range(50):
            clock.advance(random.uniform(-2, 4))
            puts = [
                {"Put": {"TableName": table, "Item": {"pk": {"S": pk}, "n": {"N": str(number)}}}}
                for table in ("things", "others")
                for pk in "ab"
            ]
            await process.call("TransactWriteItems", TransactItems=puts)
        times = [entry.time_us for entry in await entries_of(process)]
        assert times == [entry.time_us for entry in await entries_of(process, "others")]
        assert times == sorted(times)
        assert times[::2] == times[1::2], "a transaction wrote two records"
        assert len(set(times)) > 5

    asyncio.run(scenario())


def test_a_shard_does_not_begin_before_its_parent_ended() -> None:
    """The clock of the machine that closes a shard may be behind that of one that wrote to it. An item's later write
    would otherwise seem to be the earlier one, and survive a restore that takes the earlier one back."""

    async def scenario() -> None:
        store, fast, slow = MemoryStore(), ManualClock(), ManualClock()
        ahead, behind = Process(store, fast), Process(store, slow)
        await ahead.make_table("things", StreamSpecification=STREAM)
        fast.advance(10)
        await ahead.put("things", "a", n={"N": "1"})
        await behind.call("UpdateContinuousBackups", TableName="things", PointInTimeRecoverySpecification=ENABLED)
        await behind.put("things", "a", n={"N": "2"})
        times = [entry.time_us for entry in await entries_of(ahead)]
        assert len(times) == 2
        assert times == sorted(times)

    asyncio.run(scenario())


def test_old_rows_are_kept_for_those_who_ask() -> None:
    """A stream of new images has no use for old ones, which would double what each write writes. The row of a removed
    item stays, for nothing else tells the item's key."""

    async def scenario() -> None:
        process = Process(MemoryStore())
        for name, stream in (("old", STREAM), ("new", NEW_ONLY)):
            await process.make_table(name, StreamSpecification=stream)
            await process.put(name, "a", n={"N": "1"})
            await process.put(name, "a", n={"N": "2"})
            await process.call("DeleteItem", TableName=name, Key={"pk": {"S": "a"}})
        rows = [(bool(e.old_row), bool(e.new_row), e.is_insert) for e in await entries_of(process, "old")]
        assert rows == [(False, True, True), (True, True, False), (True, False, False)]
        rows = [(bool(e.old_row), bool(e.new_row), e.is_insert) for e in await entries_of(process, "new")]
        assert rows == [(False, True, True), (False, True, False), (True, False, False)]

    asyncio.run(scenario())


def test_what_the_journal_holds_is_counted() -> None:
    """Its space is reported, so it must be known without reading it."""

    async def scenario() -> None:
        process = Process(MemoryStore())
        await process.make_table("things", StreamSpecification=STREAM)
        for number in range(20):
            await process.put("things", str(number % 7), n={"N": str(number)})
        table = await process.engine.catalog.table("things")
        stored = await stored_of(process.engine.store, table)
        counts = decode_counts(await process.engine.store.get(keyspace.journal_counts(table.id)))
        assert counts == (20, sum(len(value) for _, value in stored))

    asyncio.run(scenario())


def test_a_write_tells_who_wrote() -> None:
    """Consumers of a stream tell what time to live removed from what a client did (Developer Guide, "DynamoDB Streams
    and Time to Live")."""

    async def scenario() -> None:
        process = Process(MemoryStore())
        await process.make_table("things", StreamSpecification=STREAM)
        await process.put("things", "a")
        table = await process.engine.catalog.table("things")
        key = {"pk": {"S": "a"}}
        await process.engine.write_all([Delete(table, table.key_of(key), key, None, False)], Origin.TIME_TO_LIVE)
        assert [e.origin for e in await entries_of(process)] == [Origin.CLIENT, Origin.TIME_TO_LIVE]
        [stream] = (await process.call("ListStreams"))["Streams"]
        arn = stream["StreamArn"]
        [shard] = (await process.call("DescribeStream", StreamArn=arn))["StreamDescription"]["Shards"]
        iterator = await process.call(
            "GetShardIterator", StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        put, removed = (await process.call("GetRecords", **iterator))["Records"]
        assert "userIdentity" not in put
        assert removed["userIdentity"] == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}

    asyncio.run(scenario())


def test_a_stream_shows_a_day_of_a_journal_that_is_kept_for_longer() -> None:
    """Point-in-time recovery needs the records of weeks; a consumer must not see them come back."""

    async def scenario() -> None:
        clock = ManualClock()
        process = Process(MemoryStore(), clock)
        await process.make_table("things", StreamSpecification=STREAM)
        await process.call("UpdateContinuousBackups", TableName="things", PointInTimeRecoverySpecification=ENABLED)
        for number in range(40):
            await process.put("things", str(number))
            clock.advance(300)
        clock.advance(86400 - 20 * 300)
        await journal_upkeep.keep(process.engine.store, process.engine.catalog, clock.now())
        assert len(await entries_of(process)) == 40
        [stream] = (await process.call("ListStreams"))["Streams"]
        arn = stream["StreamArn"]
        shards = (await process.call("DescribeStream", StreamArn=arn))["StreamDescription"]["Shards"]
        told = []
        for shard in shards:
            iterator = await process.call(
                "GetShardIterator", StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )
            told += (await process.call("GetRecords", **iterator))["Records"]
        assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in told] == [str(number) for number in range(20, 40)]
        number = int(told[0]["dynamodb"]["SequenceNumber"]) - 1
        with pytest.raises(TrimmedDataAccessException):
            await process.call(
                "GetShardIterator",
                StreamArn=arn,
                ShardId=shards[-2]["ShardId"],
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=str(number),
            )

    asyncio.run(scenario())


RECORDS = st.builds(
    lambda key, old, new, time_us, origin: (key, old, new, time_us, origin),
    st.binary(min_size=1, max_size=40),
    st.none() | st.binary(min_size=9, max_size=60),
    st.binary(min_size=9, max_size=60),
    st.integers(0, (1 << 64) - 1),
    st.sampled_from(Origin),
)


@given(RECORDS, st.data())
def test_a_record_reads_back_and_damage_is_noticed(
    record: tuple[bytes, bytes | None, bytes, int, Origin], data: st.DataObject
) -> None:
    """A restore is made of these bytes: any bit that turned over must be an error, never another item."""
    key, old, new, time_us, origin = record
    table = Table(
        {
            "TableName": "t",
            "Id": 1,
            "Version": 1,
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        }
    )
    change = Change(table, table.prefix + key, {}, old, None, None, new)
    value = journal.encode(change, time_us, origin, keeps_old=True)
    assert journal.decode(value) == Entry(time_us, origin, old is None, key, old, new)
    assert journal.time_us_of(value) == time_us
    bit = data.draw(st.integers(0, 8 * len(value) - 1))
    damaged = bytearray(value)
    damaged[bit // 8] ^= 1 << bit % 8
    with pytest.raises(StoreDamaged):
        journal.decode(bytes(damaged))
    with pytest.raises(StoreDamaged):
        journal.decode(value[: data.draw(st.integers(0, len(value) - 1))])
