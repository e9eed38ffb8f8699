"""Time to live as its users see it: expired items go, by themselves or when asked, and everything about them is right.

Developer Guide, "Using time to live (TTL) in DynamoDB" and "Working with expired items and time to live"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.admin.prometheus import parse
from tests.admin_api import admin, move_clock
from tests.api.test_streams import records_of, stream_of, streaming, streams_client
from tests.conftest import Client, make_client, n, s, table_definition, unique
from tests.edge.wire import Client as Connection
from tests.edge.wire import eventually
from tests.servers import ServerThread

NOW = 1_767_225_600
YEAR = 365 * 24 * 3600
INDEX = {
    "IndexName": "colours",
    "KeySchema": [{"AttributeName": "colour", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}


@pytest.fixture(scope="module")
def own() -> Iterator[ServerThread]:
    """A server whose time stands still, and which deletes only when it is told to: how many went is what is shown."""
    with ServerThread(test_mode=True, ttl_period_s=86_400.0) as server:
        move_clock(server.port, freeze=NOW)
        yield server


@pytest.fixture(scope="module")
def client(own: ServerThread) -> Iterator[Client]:
    client = make_client(own.url)
    yield client
    client.close()


def make_table(client: Client, **more: Any) -> str:
    name = unique("sessions")
    client.create_table(**table_definition(name, ("pk", "S"), **more))
    client.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "at"})
    return name


def put(client: Client, table: str, pk: str, at: dict[str, Any], **more: Any) -> None:
    client.put_item(TableName=table, Item={"pk": s(pk), "at": at, **more})


def left_in(client: Client, table: str) -> set[str]:
    return {item["pk"]["S"] for item in client.scan(TableName=table)["Items"]}


def test_what_expires_goes_and_nothing_else(own: ServerThread, client: Client) -> None:
    """Texts are no times, and what lies more than five years back is a mistake rather than a wish."""
    table = make_table(client)
    put(client, table, "expired", n(NOW - 1))
    put(client, table, "expired long ago", n(NOW - 5 * YEAR + 1))
    put(client, table, "this second", n(NOW))
    put(client, table, "later", n(NOW + 100))
    put(client, table, "text", s(str(NOW - 1)))
    put(client, table, "too long ago", n(NOW - 5 * YEAR - 1))
    put(client, table, "milliseconds", n((NOW - 1) * 1000))
    client.put_item(TableName=table, Item={"pk": s("without")})
    assert admin(own.port, "POST", "/_slipring/ttl") == (200, {"deleted": 2})
    stay = {"this second", "later", "text", "too long ago", "milliseconds", "without"}
    assert left_in(client, table) == stay
    assert client.describe_table(TableName=table)["Table"]["ItemCount"] == len(stay)


def test_a_deletion_is_told_in_the_stream_as_the_services_own(own: ServerThread, client: Client) -> None:
    """Consumers archive what time to live deletes, and tell it from users' deletes by `userIdentity`."""
    streams = streams_client(own.url)
    table = make_table(client, **streaming("NEW_AND_OLD_IMAGES"))
    put(client, table, "gone", n(NOW - 1))
    put(client, table, "deleted by its user", n(NOW + 1))
    client.delete_item(TableName=table, Key={"pk": s("deleted by its user")})
    admin(own.port, "POST", "/_slipring/ttl")
    *_, by_user, by_service = records_of(streams, stream_of(client, table))
    streams.close()
    assert by_service["eventName"] == by_user["eventName"] == "REMOVE"
    assert by_service["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    assert "userIdentity" not in by_user
    assert by_service["dynamodb"]["OldImage"] == {"pk": s("gone"), "at": n(NOW - 1)}
    assert by_service["dynamodb"]["Keys"] == {"pk": s("gone")}


def test_it_leaves_indexes_right_and_costs_nothing(own: ServerThread, client: Client) -> None:
    """The service deletes without consuming throughput, and from indexes too."""
    more = {
        "GlobalSecondaryIndexes": [INDEX],
        "AttributeDefinitions": [{"AttributeName": "colour", "AttributeType": "S"}],
    }
    table = make_table(client, **more)
    for number in range(60):
        put(client, table, str(number), n(NOW - 1 if number else NOW + 1), colour=s("red"))
    before = figures(own, table)
    assert admin(own.port, "DELETE", "/_aws/dynamodb/expired") == (200, {"ExpiredItems": 59})
    assert figures(own, table) == before
    of_red = {"KeyConditionExpression": "colour = :red", "ExpressionAttributeValues": {":red": s("red")}}
    found = client.query(TableName=table, IndexName="colours", **of_red)
    assert [item["pk"] for item in found["Items"]] == [s("0")]
    [index] = client.describe_table(TableName=table)["Table"]["GlobalSecondaryIndexes"]
    assert index["ItemCount"] == 1
    assert page_of(own).value("slipring_expired_items_total", table=table) == 59


def page_of(server: ServerThread) -> Any:
    with Connection(server.port) as connection:
        return parse(connection.ask(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").body.decode())


def figures(server: ServerThread, table: str) -> list[float]:
    page = page_of(server)
    names = ("read", "write")
    return [page.total(f"slipring_consumed_{name}_capacity_units_total", table=table) for name in names]


def test_a_transaction_and_an_update_set_times_too(own: ServerThread, client: Client) -> None:
    """There is one path for writes, so whatever wrote the attribute counts."""
    table = make_table(client)
    put(client, table, "updated", n(NOW + 100))
    client.update_item(
        TableName=table,
        Key={"pk": s("updated")},
        UpdateExpression="SET #at = :at",
        ExpressionAttributeNames={"#at": "at"},
        ExpressionAttributeValues={":at": n(NOW - 1)},
    )
    client.transact_write_items(
        TransactItems=[{"Put": {"TableName": table, "Item": {"pk": s("transacted"), "at": n(NOW - 1)}}}]
    )
    client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": {"pk": s("batched"), "at": n(NOW - 1)}}}]})
    client.execute_statement(Statement=f"INSERT INTO \"{table}\" VALUE {{'pk': 'stated', 'at': {NOW - 1}}}")
    assert admin(own.port, "POST", "/_slipring/ttl") == (200, {"deleted": 4})


def test_it_runs_by_itself(client: Client) -> None:
    """By the default period an item is gone within seconds, without anybody asking."""
    with ServerThread(ttl_period_s=0.05) as server:
        client = make_client(server.url)
        table = unique("sessions")
        client.create_table(**table_definition(table, ("pk", "S")))
        # 2023; whoever runs this in 2028 moves it on.
        for number in range(60):
            put(client, table, str(number), n(1_700_000_000))
        client.update_time_to_live(TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "at"})
        assert eventually(lambda: left_in(client, table) == set())
        client.close()
