"""The metrics of a whole server: what a client was told it consumed is what the page says."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from slipring.admin.metrics import METRICS
from tests.admin.prometheus import Page, parse
from tests.conftest import Client, error_of, make_client, n, s, table_definition
from tests.servers import ServerThread

READ, WRITE, RETURNED = (
    "slipring_consumed_read_capacity_units_total",
    "slipring_consumed_write_capacity_units_total",
    "slipring_returned_items_total",
)


@pytest.fixture(scope="module")
def own() -> Iterator[ServerThread]:
    """A server that nobody else uses, so that its counters are known."""
    with ServerThread() as server:
        yield server


@pytest.fixture(scope="module")
def client(own: ServerThread) -> Iterator[Client]:
    client = make_client(own.url)
    client.create_table(**table_definition("music", ("pk", "S"), ("sk", "N"), **INDEXES))
    for number in range(10):
        client.put_item(TableName="music", Item=song(number))
    yield client
    client.close()


INDEXES = {
    "AttributeDefinitions": [{"AttributeName": "year", "AttributeType": "N"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-year",
            "KeySchema": [{"AttributeName": "year", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "of-artist",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "year", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
}
KEY = {"pk": s("one"), "sk": n(1)}
OTHER_KEY = {"pk": s("one"), "sk": n(2)}
LARGE = "x" * 9000


def song(number: int, **more: Any) -> dict[str, Any]:
    return {"pk": s("one"), "sk": n(number), "year": n(1960 + number % 3), "text": s("x" * 2000), **more}


def page_of(server: ServerThread) -> Page:
    with urllib.request.urlopen(f"{server.url}/metrics") as response:
        return parse(response.read().decode())


def consumed(page: Page) -> dict[tuple[str, str], float]:
    """Units by metric and index; of the table itself under an empty index."""
    indexes = ("", "by-year", "of-artist")
    return {
        (name, index): page.value(name, table="music", **({"index": index} if index else {}))
        for name in (READ, WRITE)
        for index in indexes
    }


def told(answer: dict[str, Any], name: str) -> dict[tuple[str, str], float]:
    """The same from what the client was told."""
    capacity = answer["ConsumedCapacity"]
    units: dict[tuple[str, str], float] = {}
    for each in capacity if isinstance(capacity, list) else [capacity]:
        parts = {"": each["Table"], **each.get("GlobalSecondaryIndexes", {}), **each.get("LocalSecondaryIndexes", {})}
        for index, part in parts.items():
            units[name, index] = units.get((name, index), 0) + part["CapacityUnits"]
    return units


def update(expression: str, value: Any) -> dict[str, Any]:
    return {"Key": KEY, "UpdateExpression": expression, "ExpressionAttributeValues": {":v": value}}


def transaction(kind: str, **more: Any) -> dict[str, Any]:
    return {kind: {"TableName": "music", **more}}


def statements(*texts: str) -> list[dict[str, str]]:
    return [{"Statement": text} for text in texts]


def query(expression: str, **more: Any) -> dict[str, Any]:
    return {"KeyConditionExpression": expression, **more}


OF_ARTIST = query("pk = :pk", ExpressionAttributeValues={":pk": s("one")})
OF_YEAR = query("#y = :y", ExpressionAttributeNames={"#y": "year"}, ExpressionAttributeValues={":y": n(1960)})

TABLE = {"TableName": "music"}
FAILING = {**TABLE, "Item": song(1), "ConditionExpression": "attribute_not_exists(pk)"}
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("get_item", READ, {**TABLE, "Key": KEY}),
    ("get_item", READ, {**TABLE, "Key": KEY, "ConsistentRead": True}),
    ("get_item", READ, {**TABLE, "Key": {"pk": s("none"), "sk": n(1)}}),
    ("put_item", WRITE, {**TABLE, "Item": song(1, text=s(LARGE))}),
    ("get_item", READ, {**TABLE, "Key": KEY}),
    ("get_item", READ, {**TABLE, "Key": KEY, "ConsistentRead": True}),
    ("put_item", WRITE, {**TABLE, "Item": song(1)}),
    ("update_item", WRITE, {**TABLE, **update("SET #y = :v", n(1999)), "ExpressionAttributeNames": {"#y": "year"}}),
    ("update_item", WRITE, {**TABLE, **update("SET plays = :v", n(1))}),
    ("delete_item", WRITE, {**TABLE, "Key": OTHER_KEY}),
    ("delete_item", WRITE, {**TABLE, "Key": OTHER_KEY}),
    ("query", READ, {**TABLE, **OF_ARTIST}),
    ("query", READ, {**TABLE, **OF_ARTIST, "ConsistentRead": True, "Limit": 3}),
    ("query", READ, {**TABLE, **OF_YEAR, "IndexName": "by-year"}),
    ("query", READ, {**TABLE, **OF_ARTIST, "IndexName": "of-artist", "Select": "ALL_ATTRIBUTES"}),
    ("scan", READ, {**TABLE, "FilterExpression": "attribute_exists(plays)"}),
    ("scan", READ, {**TABLE, "IndexName": "by-year", "Select": "COUNT"}),
    ("batch_get_item", READ, {"RequestItems": {"music": {"Keys": [KEY, OTHER_KEY], "ConsistentRead": True}}}),
    ("batch_write_item", WRITE, {"RequestItems": {"music": [{"PutRequest": {"Item": song(1)}}]}}),
    ("transact_get_items", READ, {"TransactItems": [transaction("Get", Key=KEY), transaction("Get", Key=OTHER_KEY)]}),
    (
        "transact_write_items",
        WRITE,
        {
            "TransactItems": [
                transaction("Put", Item=song(20)),
                transaction("ConditionCheck", Key=KEY, ConditionExpression="attribute_exists(pk)"),
            ],
            "ClientRequestToken": "once",
        },
    ),
    (
        "transact_write_items",
        READ,
        {
            "TransactItems": [
                transaction("Put", Item=song(20)),
                transaction("ConditionCheck", Key=KEY, ConditionExpression="attribute_exists(pk)"),
            ],
            "ClientRequestToken": "once",
        },
    ),
    ("execute_statement", READ, {"Statement": "SELECT * FROM music WHERE pk = 'one'"}),
    ("execute_statement", READ, {"Statement": 'SELECT * FROM music."by-year" WHERE "year" = 1960'}),
    ("execute_statement", WRITE, {"Statement": "UPDATE music SET plays = 2 WHERE pk = 'one' AND sk = 1"}),
    ("batch_execute_statement", READ, {"Statements": statements("SELECT * FROM music WHERE pk = 'one' AND sk = 1")}),
    ("batch_execute_statement", WRITE, {"Statements": statements("DELETE FROM music WHERE pk = 'one' AND sk = 3")}),
    (
        "execute_transaction",
        READ,
        {"TransactStatements": statements("SELECT * FROM music WHERE pk = 'one' AND sk = 1")},
    ),
    ("execute_transaction", WRITE, {"TransactStatements": statements("DELETE FROM music WHERE pk = 'one' AND sk = 4")}),
]


def test_units_counted_are_the_units_told(own: ServerThread, client: Client) -> None:
    """For every operation and every index: ConsumedReadCapacityUnits and ConsumedWriteCapacityUnits of CloudWatch."""
    before = consumed(page_of(own))
    for operation, name, parameters in CALLS:
        answer = getattr(client, operation)(**parameters, ReturnConsumedCapacity="INDEXES")
        after = consumed(page_of(own))
        grown = {key: after[key] - before[key] for key in after if after[key] != before[key]}
        assert grown == {key: units for key, units in told(answer, name).items() if units}, (operation, parameters)
        assert grown
        before = after


def test_a_failed_condition_costs_what_the_item_would(own: ServerThread, client: Client) -> None:
    """And the least there is where no item is (Developer Guide, "Working with items and attributes", "Conditional
    writes"). No index is written to."""
    client.put_item(TableName="music", Item=song(1))
    missing = {**TABLE, "Key": {"pk": s("none"), "sk": n(1)}, "ConditionExpression": "attribute_exists(pk)"}
    failing_update = "UPDATE music SET plays = 2 WHERE pk = 'one' AND sk = 1 AND absent = 1"
    calls: list[tuple[str, dict[str, Any], float]] = [
        ("put_item", FAILING, 2),
        ("update_item", {**missing, "UpdateExpression": "REMOVE plays"}, 1),
        ("delete_item", {**missing, "Key": KEY, "ConditionExpression": "attribute_not_exists(pk)"}, 2),
        ("execute_statement", {"Statement": failing_update}, 2),
    ]
    for operation, parameters, units in calls:
        before = consumed(page_of(own))
        assert error_of(getattr(client, operation), **parameters)[0] == "ConditionalCheckFailedException"
        after = consumed(page_of(own))
        assert {key: after[key] - before[key] for key in after if after[key] != before[key]} == {(WRITE, ""): units}
    before = consumed(page_of(own))
    (response,) = client.batch_execute_statement(Statements=statements(failing_update))["Responses"]
    assert response["Error"]["Code"] == "ConditionalCheckFailed"
    assert consumed(page_of(own))[WRITE, ""] - before[WRITE, ""] == 2


def test_what_has_no_documented_cost_costs_nothing(own: ServerThread, client: Client) -> None:
    """A cancelled transaction and an INSERT of what is there already (docs/differences.md), alone and in a batch."""
    client.put_item(TableName="music", Item=song(1))
    insert = "INSERT INTO music VALUE {'pk': 'one', 'sk': 1}"
    failing = {"Put": {**FAILING}}
    before = consumed(page_of(own))
    assert error_of(client.execute_statement, Statement=insert)[0] == "DuplicateItemException"
    (response,) = client.batch_execute_statement(Statements=statements(insert), ReturnConsumedCapacity="TOTAL")[
        "Responses"
    ]
    assert response["Error"]["Code"] == "DuplicateItem"
    assert error_of(client.transact_write_items, TransactItems=[failing])[0] == "TransactionCanceledException"
    code, _ = error_of(client.execute_transaction, TransactStatements=statements(insert))
    assert code == "TransactionCanceledException"
    assert consumed(page_of(own)) == before


def test_units_are_counted_whether_or_not_they_are_asked_for(own: ServerThread, client: Client) -> None:
    before = consumed(page_of(own))
    client.get_item(TableName="music", Key=KEY, ConsistentRead=True)
    client.put_item(TableName="music", Item=song(1))
    after = consumed(page_of(own))
    assert after[READ, ""] - before[READ, ""] == 1
    assert after[WRITE, ""] - before[WRITE, ""] == 2


@pytest.mark.parametrize(
    ("operation", "parameters", "index"),
    [
        ("query", {**TABLE, **OF_ARTIST}, ""),
        ("query", {**TABLE, **OF_ARTIST, "Select": "COUNT"}, ""),
        ("query", {**TABLE, **OF_YEAR, "IndexName": "by-year"}, "by-year"),
        ("scan", {**TABLE, "FilterExpression": "attribute_exists(plays)"}, ""),
    ],
)
def test_returned_items_are_those_that_passed_the_filter(
    own: ServerThread, client: Client, operation: str, parameters: dict[str, Any], index: str
) -> None:
    """ReturnedItemCount of CloudWatch; 0 is an answer too."""
    labels = {"table": "music", **({"index": index} if index else {})}
    before = page_of(own).value(RETURNED, **labels)
    count = getattr(client, operation)(**parameters)["Count"]
    assert page_of(own).value(RETURNED, **labels) - before == count


def test_requests_and_errors_are_counted_by_operation(own: ServerThread, client: Client) -> None:
    def figures() -> list[float]:
        page = page_of(own)
        return [
            page.value("slipring_requests_total", operation="PutItem"),
            page.value("slipring_request_duration_seconds_count", operation="PutItem"),
            page.value("slipring_conditional_check_failed_requests_total", operation="PutItem"),
            page.value("slipring_errors_total", operation="PutItem", error="ConditionalCheckFailedException"),
            page.value("slipring_user_errors_total", operation="PutItem"),
        ]

    before = figures()
    client.put_item(TableName="music", Item=song(1))
    assert error_of(client.put_item, **FAILING)[0] == "ConditionalCheckFailedException"
    assert error_of(client.put_item, TableName="nowhere", Item=song(1))[0] == "ResourceNotFoundException"
    assert [after - each for after, each in zip(figures(), before, strict=True)] == [3, 1, 1, 1, 1]


def test_a_table_keeps_its_counters_when_it_changes(own: ServerThread, client: Client) -> None:
    """The catalog forgets a table that changes, and reads it anew."""
    client.get_item(TableName="music", Key=KEY)
    before = consumed(page_of(own))
    client.create_table(**table_definition("another", ("pk", "S")))
    client.get_item(TableName="music", Key=KEY, ConsistentRead=True)
    assert consumed(page_of(own))[READ, ""] - before[READ, ""] == 1


def test_the_page_tells_of_everything(own: ServerThread, client: Client) -> None:
    """A server that does something of everything has a value for nearly every metric; the rest needs trouble."""
    client.query(**TABLE, **OF_ARTIST)
    error_of(client.put_item, **FAILING)
    error_of(client.put_item, TableName="nowhere", Item=song(1))
    page = page_of(own)
    assert set(page.kinds) == set(METRICS)
    silent = {name for name in METRICS if not page.total(name if page.kinds[name] != "histogram" else f"{name}_count")}
    assert silent <= {
        "slipring_expired_items_total",
        "slipring_trigger_calls_total",
        "slipring_trigger_failed_calls_total",
        "slipring_trigger_records_total",
        "slipring_trigger_discarded_records_total",
        "slipring_trigger_iterator_age_seconds",
        "slipring_system_errors_total",
        "slipring_throttled_requests_total",
        "slipring_requests_in_flight",
        "slipring_in_flight_bytes",
        "slipring_shed_connections_total",
        "slipring_shed_requests_total",
        # No table here has a reader of its journal, nothing is archived, and no scrub has come round yet.
        "slipring_journal_records",
        "slipring_journal_bytes",
        "slipring_archive_written_bytes_total",
        "slipring_archive_failing",
        "slipring_archive_failures_total",
        "slipring_archive_time_seconds",
        "slipring_scrub_differences",
        "slipring_scrub_time_seconds",
        # This store is not encrypted.
        "slipring_renewal_tables_waiting",
        "slipring_renewed_values_total",
        # No client is bounded, there is no TLS, and everybody may make admin calls.
        "slipring_limited_connections_total",
        "slipring_limited_requests_total",
        "slipring_failed_handshakes_total",
        "slipring_refused_admin_calls_total",
        # This server verifies no signatures and asks no policies.
        "slipring_denied_requests_total",
        "slipring_signature_failures_total",
        # This store lives in memory.
        "slipring_store_bytes",
        "slipring_store_commit_groups_total",
        "slipring_store_segments_waiting",
    }
    assert page.value("slipring_workers") == 1


def test_an_embedded_store_tells_of_its_disk(tmp_path: Any) -> None:
    with ServerThread(str(tmp_path / "store")) as server:
        client = make_client(server.url)
        client.create_table(**table_definition("music", ("pk", "S")))
        client.close()
        page = page_of(server)
    assert page.value("slipring_store_info", kind="file", durability="fsync") == 1
    assert page.value("slipring_store_bytes") > 0
    assert page.value("slipring_store_commits_total") > 0
    assert page.value("slipring_store_commit_groups_total") > 0
