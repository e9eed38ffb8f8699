"""What struck calls look like to a client."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

import slipring
from slipring.clock import ManualClock
from slipring.faults.api import FaultyApi
from slipring.operations.service import Service
from tests.conftest import Client, error_of, make_client, s, table_definition, unique

MISSING = "missing-table"
INDEX = {
    "AttributeDefinitions": [{"AttributeName": "artist", "AttributeType": "S"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-artist",
            "KeySchema": [{"AttributeName": "artist", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="module")
def running(clock: ManualClock) -> Iterator[slipring.Server]:
    with slipring.Server(clock=clock) as server:
        yield server


@pytest.fixture
def faults(running: slipring.Server) -> Iterator[Any]:
    yield running.faults
    running.faults.clear()


@pytest.fixture(scope="module")
def client(running: slipring.Server) -> Iterator[Client]:
    client = make_client(running.endpoint_url)
    client.create_table(**table_definition("music", ("pk", "S"), **INDEX))
    yield client
    client.close()


def put(client: Client, key: str, **more: Any) -> None:
    client.put_item(TableName="music", Item={"pk": s(key), **more})


def found(client: Client, key: str, **more: Any) -> Any:
    return client.get_item(TableName="music", Key={"pk": s(key)}, **more).get("Item")


def test_an_error_comes_as_the_service_sends_it(client: Client, faults: Any) -> None:
    """With its usual words or with those of the rule, once, and nothing is written."""
    key = unique()
    faults.add(operation="PutItem", error="ThrottlingException", times=1)
    faults.add(operation="PutItem", error="ConditionalCheckFailedException", message="Told so", times=1)
    item = {"TableName": "music", "Item": {"pk": s(key)}}
    assert error_of(client.put_item, **item) == (
        "ThrottlingException",
        "Rate of requests exceeds the allowed throughput.",
    )
    assert error_of(client.put_item, **item) == ("ConditionalCheckFailedException", "Told so")
    assert found(client, key) is None
    client.put_item(**item)


@pytest.mark.parametrize(
    ("code", "member"),
    [
        ("ThrottlingException", "throttlingReasons"),
        ("ProvisionedThroughputExceededException", "ThrottlingReasons"),
        ("RequestLimitExceeded", "ThrottlingReasons"),
    ],
)
def test_a_throttle_tells_its_reasons(client: Client, faults: Any, code: str, member: str) -> None:
    """Applications read from them what to slow down, a table or an index."""
    faults.add(operation="Query", error=code, reasons="IndexReadProvisionedThroughputExceeded")
    with pytest.raises(ClientError) as raised:
        client.query(
            TableName="music",
            IndexName="by-artist",
            KeyConditionExpression="artist = :a",
            ExpressionAttributeValues={":a": s("x")},
        )
    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/music/index/by-artist"
    reason = {"reason": "IndexReadProvisionedThroughputExceeded", "resource": arn}
    assert raised.value.response[member] == [reason]


def test_a_transaction_is_cancelled_with_reasons(client: Client, faults: Any) -> None:
    faults.add(error="TransactionCanceledException", reasons=["TransactionConflict"])
    items = [{"Put": {"TableName": "music", "Item": {"pk": s(unique())}}} for _ in range(2)]
    with pytest.raises(ClientError) as raised:
        client.transact_write_items(TransactItems=items)
    assert [reason["Code"] for reason in raised.value.response["CancellationReasons"]] == [
        "TransactionConflict",
        "None",
    ]


def test_a_server_error_is_one(client: Client, faults: Any) -> None:
    faults.add(error="InternalServerError", times=1)
    with pytest.raises(ClientError) as raised:
        client.list_tables()
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500


def test_a_batch_is_done_in_part(client: Client, faults: Any) -> None:
    """What is left comes back to be sent again; boto3's batch writer does, and ends up with everything."""
    keys = [unique() for _ in range(4)]
    faults.add(operation="BatchWriteItem", unprocessed=0.5, times=1)
    writes = [{"PutRequest": {"Item": {"pk": s(key)}}} for key in keys]
    left = client.batch_write_item(RequestItems={"music": writes})["UnprocessedItems"]
    assert left == {"music": writes[2:]}
    assert [found(client, key) is not None for key in keys] == [True, True, False, False]
    client.batch_write_item(RequestItems=left)

    faults.add(operation="BatchGetItem", unprocessed=0.5, times=1)
    wanted = {"music": {"Keys": [{"pk": s(key)} for key in keys], "ConsistentRead": True}}
    answer = client.batch_get_item(RequestItems=wanted)
    assert sorted(item["pk"]["S"] for item in answer["Responses"]["music"]) == sorted(keys[:2])
    left = {"Keys": [{"pk": s(key)} for key in keys[2:]], "ConsistentRead": True}
    assert answer["UnprocessedKeys"] == {"music": left}


def test_a_batch_of_which_nothing_is_done(client: Client, faults: Any) -> None:
    faults.add(unprocessed=1, times=2)
    writes = [{"PutRequest": {"Item": {"pk": s(unique())}}}]
    assert client.batch_write_item(RequestItems={"music": writes})["UnprocessedItems"] == {"music": writes}
    answer = client.batch_get_item(RequestItems={"music": {"Keys": [{"pk": s("a")}]}})
    assert (answer["Responses"], answer["UnprocessedKeys"]) == ({}, {"music": {"Keys": [{"pk": s("a")}]}})


def test_what_is_no_batch_is_carried_out(client: Client, faults: Any) -> None:
    faults.add(unprocessed=1)
    key = unique()
    put(client, key)
    assert found(client, key) is not None


def test_a_delay_is_a_delay(client: Client, faults: Any) -> None:
    faults.add(operation="ListTables", latency_s=0.05)
    begun_s = time.monotonic()
    client.list_tables()
    assert time.monotonic() - begun_s >= 0.05


@pytest.mark.parametrize("transport", ["http", "direct"])
@pytest.mark.parametrize(("fate", "is_written"), [("drop", False), ("drop-after", True)])
def test_a_connection_is_dropped(
    running: slipring.Server, client: Client, faults: Any, fate: str, is_written: bool, transport: Any
) -> None:
    """Before the call is carried out or after it: a client that tries again must cope with both."""
    key = unique()
    faults.add(operation="PutItem", connection=fate, times=1)
    with pytest.raises(ConnectionClosedError):
        put(_once(running, transport), key)
    assert (found(client, key) is not None) is is_written
    put(client, key)


@pytest.mark.parametrize("transport", ["http", "direct"])
def test_a_connection_stalls(running: slipring.Server, client: Client, faults: Any, transport: Any) -> None:
    """Until the client gives up. Others go on meanwhile, and the server can be stopped."""
    faults.add(operation="PutItem", connection="stall", times=1)
    with pytest.raises(ReadTimeoutError):
        put(_once(running, transport, read_timeout=0.1), unique())
    put(client, unique())


def _once(running: slipring.Server, transport: Any, **config: Any) -> Client:
    from botocore.config import Config

    return running.client(transport=transport, config=Config(retries={"total_max_attempts": 1}, **config))


def test_a_server_with_a_stalled_connection_stops_at_once() -> None:
    with slipring.Server() as server:
        server.faults.add(connection="stall")
        with pytest.raises(ReadTimeoutError):
            _once(server, "http", read_timeout=0.1).list_tables()
        begun_s = time.monotonic()
    assert time.monotonic() - begun_s < 3


@pytest.mark.parametrize(
    ("fate", "status", "reads_too"),
    [
        ("unavailable", 503, True),
        ("busy", 400, True),
        ("damaged", 500, True),
        ("full", 500, False),
        ("read-only", 500, False),
    ],
)
def test_the_store_fails(
    client: Client, faults: Any, fate: str, status: int, reads_too: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Beneath the operation: what is wrong with a request is told first, as ever."""
    key = unique()
    faults.add(store=fate)
    with pytest.raises(ClientError) as raised:
        put(client, key)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.put_item(TableName=MISSING, Item={"pk": s(key)})
    if reads_too:
        with pytest.raises(ClientError):
            found(client, key)
    else:
        assert found(client, key) is None
    faults.clear()
    put(client, key)


READS = ("GetItem", "BatchGetItem", "Query", "Scan")


def seen(client: Client, key: str) -> dict[str, str]:
    """What each kind of read sees of an item's attribute `n`."""
    batch = client.batch_get_item(RequestItems={"music": {"Keys": [{"pk": s(key)}]}})["Responses"]["music"]
    queried = client.query(
        TableName="music", KeyConditionExpression="pk = :k", ExpressionAttributeValues={":k": s(key)}
    )["Items"]
    scanned = [item for item in client.scan(TableName="music")["Items"] if item["pk"] == s(key)]
    items = (found(client, key), batch[0], queried[0], scanned[0])
    return {name: item["n"]["S"] for name, item in zip(READS, items, strict=True)}


def test_eventually_consistent_reads_are_behind(client: Client, faults: Any, clock: ManualClock) -> None:
    """By the server's clock, so a test needs no patience: within the lag the old, after it the new."""
    key = unique()
    put(client, key, n=s("old"))
    faults.add(stale_s=5)
    put(client, key, n=s("new"))
    clock.advance(1)
    put(client, key, n=s("newest"))
    clock.advance(3.5)
    assert seen(client, key) == dict.fromkeys(READS, "old")
    assert found(client, key, ConsistentRead=True)["n"]["S"] == "newest"
    clock.advance(1)
    assert seen(client, key) == dict.fromkeys(READS, "new")
    clock.advance(1)
    assert seen(client, key) == dict.fromkeys(READS, "newest")


def test_an_index_alone_is_behind(client: Client, faults: Any, clock: ManualClock) -> None:
    """What a new item looks like that its table has and its index not yet."""
    key, artist = unique(), unique()
    faults.add(index="by-artist", stale_s=2)
    put(client, key, artist=s(artist))

    def of_index() -> int:
        count: int = client.query(
            TableName="music",
            IndexName="by-artist",
            KeyConditionExpression="artist = :a",
            ExpressionAttributeValues={":a": s(artist)},
        )["Count"]
        return count

    assert found(client, key) is not None
    assert of_index() == 0
    clock.advance(2)
    assert of_index() == 1


def test_a_clock_set_back_ends_the_staleness(client: Client, faults: Any, clock: ManualClock) -> None:
    """Or reads would stay behind until the clock had caught up."""
    key = unique()
    faults.add(stale_s=5)
    put(client, key)
    clock.advance(-100)
    assert found(client, key) is not None


def test_without_rules_nothing_stands_before_the_operations(running: slipring.Server, faults: Any) -> None:
    """That is why they cost nothing while there are none."""
    routes = running.running.listener._routes

    def standing() -> type:
        return type(routes.api)

    assert standing() is Service
    faults.add(latency_s=0.001, times=1)
    assert standing() is FaultyApi
    faults.clear()
    assert standing() is Service
