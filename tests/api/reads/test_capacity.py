"""ConsumedCapacity of Query and Scan.

Developer Guide, "DynamoDB read and write operations": the sizes of the items that are read are added up and rounded up
to 4 KB; a unit covers 4 KB read consistently, or 8 KB read eventually. Filters and projections save nothing. "Local
secondary indexes", "Read capacity units": each item fetched from the table costs its own size, rounded up.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.api.reads.paging import equals, pages
from tests.conftest import Client, n, s, unique

ITEM_BYTES = 3000
COUNT = 7


@pytest.fixture(scope="module")
def name(ddb: Client, indexed_table: str) -> str:
    """A partition, and group, of seven items of exactly 3,000 bytes."""
    name = unique()
    for number in range(COUNT):
        item = {"pk": s(name), "sk": s(str(number)), "group": s(name), "rank": n(number + 1), "kept": s("k" * 400)}
        # Names and values of strings count their bytes; a number of one digit counts two.
        used = sum(map(len, ("pk", name, "sk", "0", "group", name, "rank", "kept", "left"))) + 2 + 400
        ddb.put_item(TableName=indexed_table, Item={**item, "left": s("x" * (ITEM_BYTES - used))})
    return name


def entry_bytes(index: str, name: str) -> int:
    keys = sum(map(len, ("pk", name, "sk", "0", "rank"))) + 2
    if index.startswith("global"):
        keys += len("group") + len(name)
    return ITEM_BYTES if index.endswith("all") else keys + (404 if index.endswith("some") else 0)


def units(size_bytes: int, consistent: bool) -> float:
    return math.ceil(size_bytes / 4096) * (1.0 if consistent else 0.5)


@pytest.mark.parametrize("consistent", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_a_page_of_a_table(ddb: Client, indexed_table: str, name: str, limit: int, consistent: bool) -> None:
    """Sizes are added up before they are rounded: seven items of 3,000 bytes are six units, not seven."""
    answer = ddb.query(
        TableName=indexed_table,
        **equals("pk", s(name)),
        Limit=limit,
        ConsistentRead=consistent,
        ReturnConsumedCapacity="TOTAL",
    )
    expected = units(min(limit, COUNT) * ITEM_BYTES, consistent)
    assert answer["ConsumedCapacity"] == {"TableName": indexed_table, "CapacityUnits": expected}


@pytest.mark.parametrize(
    "thrifty",
    [
        {"Select": "COUNT"},
        {"ProjectionExpression": "sk"},
        {"FilterExpression": "attribute_not_exists(kept)"},
    ],
)
def test_what_is_read_and_not_told_costs_the_same(
    ddb: Client, indexed_table: str, name: str, thrifty: dict[str, str]
) -> None:
    answer = ddb.query(TableName=indexed_table, **equals("pk", s(name)), **thrifty, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"]["CapacityUnits"] == units(COUNT * ITEM_BYTES, False)


@pytest.mark.parametrize(("consistent", "expected"), [(False, 0.5), (True, 1.0)])
def test_reading_nothing_has_a_price(ddb: Client, indexed_table: str, consistent: bool, expected: float) -> None:
    answer = ddb.query(
        TableName=indexed_table,
        **equals("pk", s(unique())),
        ConsistentRead=consistent,
        ReturnConsumedCapacity="INDEXES",
    )
    assert answer["ConsumedCapacity"] == {
        "TableName": indexed_table,
        "CapacityUnits": expected,
        "Table": {"CapacityUnits": expected},
    }


@pytest.mark.parametrize("operation", ["query", "scan"])
@pytest.mark.parametrize("index", ["local-all", "local-keys", "local-some", "global-all", "global-keys", "global-some"])
def test_an_index_costs_what_its_entries_do(
    ddb: Client, indexed_table: str, name: str, index: str, operation: str
) -> None:
    """INDEXES tells the index's share apart from the table's, which is nothing as long as nothing is fetched."""
    hash_name = "pk" if index.startswith("local") else "group"
    request: dict[str, Any] = {"TableName": indexed_table, "IndexName": index, "ReturnConsumedCapacity": "INDEXES"}
    if operation == "query":
        answer = ddb.query(**request, **equals(hash_name, s(name)))
        expected = units(COUNT * entry_bytes(index, name), False)
        assert answer["ConsumedCapacity"]["CapacityUnits"] == expected
    else:
        answer = ddb.scan(**request, Limit=1)
        expected = answer["ConsumedCapacity"]["CapacityUnits"]
        assert expected in (0.5, 1.0)
    member = "LocalSecondaryIndexes" if index.startswith("local") else "GlobalSecondaryIndexes"
    assert answer["ConsumedCapacity"] == {
        "TableName": indexed_table,
        "CapacityUnits": expected,
        "Table": {"CapacityUnits": 0.0},
        member: {index: {"CapacityUnits": expected}},
    }


@pytest.mark.parametrize("consistent", [True, False])
@pytest.mark.parametrize(
    "fetching",
    [
        {"Select": "ALL_ATTRIBUTES"},
        {"ProjectionExpression": "#left"},
        {"FilterExpression": "begins_with(#left, :x)"},
    ],
)
def test_fetching_from_the_table_costs_every_item(
    ddb: Client, indexed_table: str, name: str, fetching: dict[str, str], consistent: bool
) -> None:
    request: dict[str, Any] = {"IndexName": "local-keys", **equals("pk", s(name)), **fetching}
    if "Select" not in fetching:
        request["ExpressionAttributeNames"]["#left"] = "left"
    if "FilterExpression" in fetching:
        request["ExpressionAttributeValues"][":x"] = s("x")
    answer = ddb.query(TableName=indexed_table, **request, ConsistentRead=consistent, ReturnConsumedCapacity="INDEXES")
    of_index = units(COUNT * entry_bytes("local-keys", name), consistent)
    of_table = COUNT * units(ITEM_BYTES, consistent)
    assert answer["Count"] == COUNT
    assert answer["ConsumedCapacity"] == {
        "TableName": indexed_table,
        "CapacityUnits": of_index + of_table,
        "Table": {"CapacityUnits": of_table},
        "LocalSecondaryIndexes": {"local-keys": {"CapacityUnits": of_index}},
    }


def test_each_page_is_rounded_up_by_itself(ddb: Client, indexed_table: str, name: str) -> None:
    query = {"TableName": indexed_table, **equals("pk", s(name)), "Limit": 3, "ReturnConsumedCapacity": "TOTAL"}
    told = [answer["ConsumedCapacity"]["CapacityUnits"] for answer in pages(ddb.query, **query)]
    assert told == [units(size, False) for size in (3 * ITEM_BYTES, 3 * ITEM_BYTES, ITEM_BYTES)]


@pytest.mark.parametrize("mode", [{}, {"ReturnConsumedCapacity": "NONE"}])
def test_capacity_is_told_only_when_asked_for(ddb: Client, indexed_table: str, mode: dict[str, str]) -> None:
    assert "ConsumedCapacity" not in ddb.scan(TableName=indexed_table, Limit=1, **mode)
