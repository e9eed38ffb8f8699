"""Streams: every change once, in order, with the images that were asked for.

Sources: Developer Guide, "Change data capture for DynamoDB Streams"; Streams API Reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from slipring.clock import ManualClock
from tests.conftest import Client, error_of, make_client, n, s, table_definition, unique
from tests.servers import ServerThread

HOUR = 3600


def streams_client(url: str) -> Client:
    return boto3.client(
        "dynamodbstreams",
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture(scope="module")
def streams(server: ServerThread) -> Iterator[Client]:
    client = streams_client(server.url)
    yield client
    client.close()


def stream_of(ddb: Client, table: str) -> str:
    arn: str = ddb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    return arn


def shards_of(streams: Client, arn: str) -> list[dict[str, Any]]:
    shards: list[dict[str, Any]] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    return shards


def records_of(streams: Client, arn: str) -> list[dict[str, Any]]:
    """All records, shard by shard, parents first."""
    found: list[dict[str, Any]] = []
    for shard in shards_of(streams, arn):
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator)
            if not page["Records"]:
                break
            found += page["Records"]
            iterator = page.get("NextShardIterator")
    return found


def streaming(view_type: str) -> dict[str, Any]:
    return {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": view_type}}


@pytest.mark.parametrize(
    ("view_type", "images"),
    [
        ("KEYS_ONLY", set()),
        ("NEW_IMAGE", {"NewImage"}),
        ("OLD_IMAGE", {"OldImage"}),
        ("NEW_AND_OLD_IMAGES", {"NewImage", "OldImage"}),
    ],
)
def test_a_record_has_the_images_of_its_view_type(
    ddb: Client, streams: Client, make_table: Callable[..., str], view_type: str, images: set[str]
) -> None:
    """Consumers choose the view type for what they need; an image too few breaks them, one too many costs."""
    table = make_table(("pk", "S"), **streaming(view_type))
    ddb.put_item(TableName=table, Item={"pk": s("a"), "v": n(1)})
    ddb.put_item(TableName=table, Item={"pk": s("a"), "v": n(2)})
    ddb.delete_item(TableName=table, Key={"pk": s("a")})
    inserted, modified, removed = records_of(streams, stream_of(ddb, table))
    assert [r["eventName"] for r in (inserted, modified, removed)] == ["INSERT", "MODIFY", "REMOVE"]
    assert modified["dynamodb"].keys() & {"NewImage", "OldImage"} == images
    assert inserted["dynamodb"].keys() & {"NewImage", "OldImage"} == images - {"OldImage"}
    assert removed["dynamodb"].keys() & {"NewImage", "OldImage"} == images - {"NewImage"}
    if "OldImage" in images:
        assert modified["dynamodb"]["OldImage"] == {"pk": s("a"), "v": n(1)}
    if "NewImage" in images:
        assert modified["dynamodb"]["NewImage"] == {"pk": s("a"), "v": n(2)}
    assert modified["dynamodb"]["Keys"] == {"pk": s("a")}
    assert modified["dynamodb"]["StreamViewType"] == view_type
    assert modified["awsRegion"] == "eu-west-1", "the region is the caller's"


def test_a_write_that_changes_nothing_leaves_no_record(
    ddb: Client, streams: Client, make_table: Callable[..., str]
) -> None:
    """The Developer Guide: "If the operation did not change the item, no record is written"; attribute order and the
    order of a set are no part of an item."""
    table = make_table(("pk", "S"), **streaming("KEYS_ONLY"))
    item = {"pk": s("a"), "x": n(1), "set": {"SS": ["p", "q"]}}
    ddb.put_item(TableName=table, Item=item)
    ddb.put_item(TableName=table, Item={"set": {"SS": ["q", "p"]}, "x": n("1.0"), "pk": s("a")})
    ddb.update_item(
        TableName=table, Key={"pk": s("a")}, UpdateExpression="SET x = :x", ExpressionAttributeValues={":x": n(1)}
    )
    ddb.delete_item(TableName=table, Key={"pk": s("absent")})
    with pytest.raises(ddb.exceptions.ConditionalCheckFailedException):
        ddb.delete_item(TableName=table, Key={"pk": s("a")}, ConditionExpression="attribute_not_exists(pk)")
    assert [r["eventName"] for r in records_of(streams, stream_of(ddb, table))] == ["INSERT"]


def test_batches_and_transactions_are_recorded_too(
    ddb: Client, streams: Client, make_table: Callable[..., str]
) -> None:
    """There is one path for writes, and every one of them ends in the stream; a cancelled transaction does not."""
    table = make_table(("pk", "S"), **streaming("KEYS_ONLY"))
    ddb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": {"pk": s(f"b{i}")}}} for i in range(3)]})
    put = {"Put": {"TableName": table, "Item": {"pk": s("t")}}}
    check = {
        "ConditionCheck": {"TableName": table, "Key": {"pk": s("b1")}, "ConditionExpression": "attribute_exists(pk)"}
    }
    ddb.transact_write_items(TransactItems=[put, check])
    check["ConditionCheck"]["ConditionExpression"] = "attribute_not_exists(pk)"
    with pytest.raises(ddb.exceptions.TransactionCanceledException):
        ddb.transact_write_items(TransactItems=[{"Delete": {"TableName": table, "Key": {"pk": s("b0")}}}, check])
    keys = [r["dynamodb"]["Keys"]["pk"]["S"] for r in records_of(streams, stream_of(ddb, table))]
    assert sorted(keys) == ["b0", "b1", "b2", "t"]


def test_sequence_numbers_rise_and_lead_back_into_the_shard(
    ddb: Client, streams: Client, make_table: Callable[..., str]
) -> None:
    """A consumer stores a sequence number as its checkpoint and goes on AT or AFTER it."""
    table = make_table(("pk", "S"), **streaming("KEYS_ONLY"))
    for i in range(5):
        ddb.put_item(TableName=table, Item={"pk": s(str(i))})
    arn = stream_of(ddb, table)
    numbers = [r["dynamodb"]["SequenceNumber"] for r in records_of(streams, arn)]
    assert numbers == sorted(numbers, key=int)
    assert len(set(numbers)) == 5
    (shard,) = shards_of(streams, arn)
    for kind, expected in (("AT_SEQUENCE_NUMBER", numbers[2:]), ("AFTER_SEQUENCE_NUMBER", numbers[3:])):
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType=kind, SequenceNumber=numbers[2]
        )["ShardIterator"]
        page = streams.get_records(ShardIterator=iterator)
        assert [r["dynamodb"]["SequenceNumber"] for r in page["Records"]] == expected


def test_latest_sees_only_what_comes_after(ddb: Client, streams: Client, make_table: Callable[..., str]) -> None:
    """LATEST is where a consumer starts that does not care for the past; Limit bounds a page."""
    table = make_table(("pk", "S"), **streaming("KEYS_ONLY"))
    ddb.put_item(TableName=table, Item={"pk": s("before")})
    arn = stream_of(ddb, table)
    (shard,) = shards_of(streams, arn)
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="LATEST")[
        "ShardIterator"
    ]
    empty = streams.get_records(ShardIterator=iterator)
    assert empty["Records"] == []
    for i in range(3):
        ddb.put_item(TableName=table, Item={"pk": s(str(i))})
    page = streams.get_records(ShardIterator=empty["NextShardIterator"], Limit=2)
    assert [r["dynamodb"]["Keys"]["pk"]["S"] for r in page["Records"]] == ["0", "1"]
    rest = streams.get_records(ShardIterator=page["NextShardIterator"])
    assert [r["dynamodb"]["Keys"]["pk"]["S"] for r in rest["Records"]] == ["2"]


def test_a_page_ends_at_a_megabyte(ddb: Client, streams: Client, make_table: Callable[..., str]) -> None:
    """Whoever asks for a thousand records gets no more than a client can hold, and the rest with the next page."""
    table = make_table(("pk", "S"), **streaming("NEW_IMAGE"))
    arn = stream_of(ddb, table)
    text = "x" * 200_000
    for number in range(12):
        ddb.put_item(TableName=table, Item={"pk": s(f"{number}"), "text": s(text)})
    [shard] = shards_of(streams, arn)
    start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = streams.get_shard_iterator(**start)["ShardIterator"]
    keys: list[str] = []
    while len(keys) < 12:
        page = streams.get_records(ShardIterator=iterator)
        assert 0 < sum(record["dynamodb"]["SizeBytes"] for record in page["Records"]) < (1 << 20) + len(text) + 100
        keys += [record["dynamodb"]["Keys"]["pk"]["S"] for record in page["Records"]]
        iterator = page["NextShardIterator"]
    assert keys == [f"{number}" for number in range(12)]


def test_a_disabled_stream_stays_readable_and_ends(
    ddb: Client, streams: Client, make_table: Callable[..., str]
) -> None:
    """A consumer may still be behind when a stream is turned off: it reads to the end and learns that it is the end.
    A stream that is turned on again is a new one."""
    table = make_table(("pk", "S"), **streaming("KEYS_ONLY"))
    ddb.put_item(TableName=table, Item={"pk": s("a")})
    arn = stream_of(ddb, table)
    ddb.update_table(TableName=table, StreamSpecification={"StreamEnabled": False})
    ddb.put_item(TableName=table, Item={"pk": s("unseen")})
    description = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert description["StreamStatus"] == "DISABLED"
    assert "EndingSequenceNumber" in description["Shards"][0]["SequenceNumberRange"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=description["Shards"][0]["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    page = streams.get_records(ShardIterator=iterator)
    assert [r["dynamodb"]["Keys"]["pk"]["S"] for r in page["Records"]] == ["a"]
    end = streams.get_records(ShardIterator=page["NextShardIterator"])
    assert end["Records"] == []
    assert "NextShardIterator" not in end
    ddb.update_table(TableName=table, **streaming("NEW_IMAGE"))
    assert stream_of(ddb, table) != arn
    listed = streams.list_streams(TableName=table)["Streams"]
    assert {stream["StreamArn"].rpartition("/")[2] for stream in listed} == {
        a.rpartition("/")[2] for a in (arn, stream_of(ddb, table))
    }


def test_the_errors_of_streams(ddb: Client, streams: Client, make_table: Callable[..., str]) -> None:
    """Each mistake has its own error, which consumers tell apart."""
    table = make_table(("pk", "S"), **streaming("KEYS_ONLY"))
    arn = stream_of(ddb, table)
    (shard,) = shards_of(streams, arn)
    assert error_of(streams.get_records, ShardIterator="nonsense")[0] == "ValidationException"
    assert error_of(streams.describe_stream, StreamArn=arn[:-1] + "x")[0] == "ResourceNotFoundException"
    unknown = {"StreamArn": arn, "ShardId": "shardId-" + "0" * 29, "ShardIteratorType": "LATEST"}
    assert error_of(streams.get_shard_iterator, **unknown)[0] == "ResourceNotFoundException"
    at = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "AT_SEQUENCE_NUMBER"}
    assert error_of(streams.get_shard_iterator, **at)[0] == "ValidationException"
    code, message = error_of(ddb.update_table, TableName=table, **streaming("KEYS_ONLY"))
    assert (code, message) == (
        "ValidationException",
        f"Table already has an enabled stream: TableName: {table}",
    )


def test_shards_hand_on_iterators_expire_and_records_are_trimmed() -> None:
    """Over time: a shard closes after four hours and names its child, an iterator lives for fifteen minutes, a record
    for a day. A consumer that was away too long is told so instead of silently missing records."""
    clock = ManualClock()
    with ServerThread(clock=clock) as server:
        ddb, streams = make_client(server.url), streams_client(server.url)
        table = unique("table")
        ddb.create_table(**table_definition(table, ("pk", "S"), **streaming("KEYS_ONLY")))
        ddb.put_item(TableName=table, Item={"pk": s("old")})
        arn = stream_of(ddb, table)
        (parent,) = shards_of(streams, arn)
        old = records_of(streams, arn)[0]["dynamodb"]["SequenceNumber"]
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=parent["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        clock.advance(5 * HOUR)
        assert error_of(streams.get_records, ShardIterator=iterator)[0] == "ExpiredIteratorException"
        _upkeep(ddb)
        closed, child = _until(lambda: shards_of(streams, arn), lambda shards: len(shards) == 2)
        assert "EndingSequenceNumber" in closed["SequenceNumberRange"]
        assert child["ParentShardId"] == parent["ShardId"]
        ddb.put_item(TableName=table, Item={"pk": s("new")})
        assert [r["dynamodb"]["Keys"]["pk"]["S"] for r in records_of(streams, arn)] == ["old", "new"]
        clock.advance(20 * HOUR)
        _upkeep(ddb)
        kept = _until(lambda: records_of(streams, arn), lambda records: len(records) == 1)
        assert kept[0]["dynamodb"]["Keys"]["pk"] == s("new")
        behind = {"StreamArn": arn, "ShardId": parent["ShardId"], "ShardIteratorType": "AT_SEQUENCE_NUMBER"}
        code, _ = error_of(streams.get_shard_iterator, **behind, SequenceNumber=old)
        assert code == "TrimmedDataAccessException"
        ddb.close()
        streams.close()


def test_a_shard_is_read_from_a_moment_on() -> None:
    """Whoever restores what a consumer lost asks for what was written since. What is older than a day cannot be had,
    so a moment before that is the horizon; a moment after the last record is where the next one will be; a moment to
    come is refused (Streams API Reference, "GetShardIterator")."""
    clock = ManualClock()
    with ServerThread(clock=clock) as server:
        ddb, streams = make_client(server.url), streams_client(server.url)
        table = unique("table")
        ddb.create_table(**table_definition(table, ("pk", "S"), **streaming("KEYS_ONLY")))
        arn = stream_of(ddb, table)
        (shard,) = shards_of(streams, arn)
        asked = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "AT_TIMESTAMP"}

        def since(moment: float) -> list[str]:
            iterator = streams.get_shard_iterator(**asked, Timestamp=moment)["ShardIterator"]
            page = streams.get_records(ShardIterator=iterator)
            return [record["dynamodb"]["Keys"]["pk"]["S"] for record in page["Records"]]

        moments = []
        for i in range(5):
            clock.advance(10)
            moments.append(clock.now())
            ddb.put_item(TableName=table, Item={"pk": s(f"{i}a")})
            ddb.put_item(TableName=table, Item={"pk": s(f"{i}b")})
        written = [f"{i}{letter}" for i in range(5) for letter in "ab"]
        for i, moment in enumerate(moments):
            assert since(moment) == written[2 * i :], "at a record's own moment it is the first"
            assert since(moment - 0.5) == written[2 * i :]
            assert since(moment + 0.5 - (i == 4) / 2) == written[2 * (i + (i < 4)) :]
        assert since(0) == written
        clock.advance(1)
        latest = streams.get_shard_iterator(**asked, Timestamp=clock.now())["ShardIterator"]
        ddb.put_item(TableName=table, Item={"pk": s("new")})
        (record,) = streams.get_records(ShardIterator=latest)["Records"]
        assert record["dynamodb"]["Keys"]["pk"] == s("new")
        assert error_of(streams.get_shard_iterator, **asked, Timestamp=clock.now() + 1)[0] == "ValidationException"
        assert error_of(streams.get_shard_iterator, **asked)[0] == "ValidationException"
        clock.advance(24 * HOUR - 30)
        assert since(moments[0]) == since(0) == [*written[4:], "new"], "what is older than a day is not shown"
        ddb.close()
        streams.close()


def test_a_reader_is_told_that_its_record_was_trimmed() -> None:
    """An iterator lives for a quarter of an hour, in which its record can become older than a day. To go on with the
    next one would lose it without a word (Streams API Reference, TrimmedDataAccessException); a new iterator at the
    horizon goes on."""
    clock = ManualClock()
    with ServerThread(clock=clock) as server:
        ddb, streams = make_client(server.url), streams_client(server.url)
        table = unique("table")
        ddb.create_table(**table_definition(table, ("pk", "S"), **streaming("KEYS_ONLY")))
        ddb.put_item(TableName=table, Item={"pk": s("first")})
        clock.advance(600)
        ddb.put_item(TableName=table, Item={"pk": s("second")})
        arn = stream_of(ddb, table)
        (shard,) = shards_of(streams, arn)
        horizon = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        clock.advance(24 * HOUR - 900)
        begun = streams.get_shard_iterator(**horizon)["ShardIterator"]
        page = streams.get_records(ShardIterator=begun, Limit=1)
        assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in page["Records"]] == ["first"]
        clock.advance(600)
        assert error_of(streams.get_records, ShardIterator=begun)[0] == "TrimmedDataAccessException"
        for iterator in (page["NextShardIterator"], streams.get_shard_iterator(**horizon)["ShardIterator"]):
            (record,) = streams.get_records(ShardIterator=iterator)["Records"]
            assert record["dynamodb"]["Keys"]["pk"] == s("second")
        ddb.close()
        streams.close()


def test_a_table_of_the_same_name_and_moment_has_a_stream_of_its_own() -> None:
    """Tests drop and create tables within a millisecond, or with a clock that stands still. The old stream's records
    must stay readable beside the new one's."""
    with ServerThread(clock=ManualClock()) as server:
        ddb, streams = make_client(server.url), streams_client(server.url)
        table = unique("table")
        arns = []
        for name in ("first", "second"):
            ddb.create_table(**table_definition(table, ("pk", "S"), **streaming("KEYS_ONLY")))
            ddb.put_item(TableName=table, Item={"pk": s(name)})
            arns.append(stream_of(ddb, table))
            ddb.delete_table(TableName=table)
        told = [[r["dynamodb"]["Keys"]["pk"]["S"] for r in records_of(streams, arn)] for arn in arns]
        assert told == [["first"], ["second"]]
        ddb.close()
        streams.close()


def _upkeep(ddb: Client) -> None:
    """Wakes the background, which otherwise looks every few seconds: any change of a table does."""
    name = unique("table")
    ddb.create_table(**table_definition(name, ("pk", "S")))
    ddb.update_table(TableName=name, DeletionProtectionEnabled=False)


def _until(look: Callable[[], list[Any]], found: Callable[[list[Any]], bool]) -> list[Any]:
    for _ in range(1000):
        if found(seen := look()):
            return seen
    raise AssertionError("the background did not get to it")
