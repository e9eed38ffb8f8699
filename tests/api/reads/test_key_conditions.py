"""Key conditions that a Query refuses because of its table or index.

What is wrong with an expression in itself is tested with the expressions; here it is the key schema that decides.
Developer Guide, "Key condition expressions for the Query operation in DynamoDB"; messages as the service words them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.reads.paging import equals
from tests.conftest import Client, error_of, n, s

TYPE_MISMATCH = "One or more parameter values were invalid: Condition parameter type does not match schema type"
NOT_SUPPORTED = "Query key condition not supported"
EMPTY_KEY = (
    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string "
    "value. Key: {}"
)
WRONG: list[tuple[str | None, str, dict[str, Any], str]] = [
    (None, "sk = :a", {":a": s("a")}, "Query condition missed key schema element: pk"),
    (None, "pk = :a AND #rank = :one", {":a": s("a"), ":one": n(1)}, "Query condition missed key schema element: sk"),
    (
        "local-all",
        "pk = :a AND sk = :b",
        {":a": s("a"), ":b": s("b")},
        "Query condition missed key schema element: rank",
    ),
    ("global-all", "pk = :a", {":a": s("a")}, "Query condition missed key schema element: group"),
    (None, "pk > :a", {":a": s("a")}, NOT_SUPPORTED),
    (None, "begins_with(pk, :a)", {":a": s("a")}, NOT_SUPPORTED),
    ("global-all", "#group < :a", {":a": s("a")}, NOT_SUPPORTED),
    (None, "pk = :one", {":one": n(1)}, TYPE_MISMATCH),
    (None, "pk = :a AND sk = :one", {":a": s("a"), ":one": n(1)}, TYPE_MISMATCH),
    (None, "pk = :a AND sk BETWEEN :one AND :two", {":a": s("a"), ":one": n(1), ":two": n(2)}, TYPE_MISMATCH),
    ("local-all", "pk = :a AND #rank > :a", {":a": s("a")}, TYPE_MISMATCH),
    ("local-all", "pk = :a AND begins_with(#rank, :a)", {":a": s("a")}, TYPE_MISMATCH),
    (None, "pk = :empty", {":empty": s("")}, EMPTY_KEY.format("pk")),
    (None, "pk = :a AND sk > :empty", {":a": s("a"), ":empty": s("")}, EMPTY_KEY.format("sk")),
    (
        None,
        "pk = :a AND sk = :a AND #rank = :one",
        {":a": s("a"), ":one": n(1)},
        "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)",
    ),
]


@pytest.mark.parametrize(("index", "text", "values", "expected"), WRONG)
def test_a_condition_must_fit_the_key_schema(
    ddb: Client, indexed_table: str, index: str | None, text: str, values: dict[str, Any], expected: str
) -> None:
    names = {f"#{name}": name for name in ("rank", "group") if f"#{name}" in text}
    request = {
        "TableName": indexed_table,
        "KeyConditionExpression": text,
        "ExpressionAttributeValues": values,
        **({"ExpressionAttributeNames": names} if names else {}),
        **({} if index is None else {"IndexName": index}),
    }
    assert error_of(ddb.query, **request) == ("ValidationException", expected)


def test_a_query_needs_a_key_condition(ddb: Client, range_table: str) -> None:
    assert error_of(ddb.query, TableName=range_table) == (
        "ValidationException",
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
    )


def test_a_table_without_sort_key_has_one_condition(ddb: Client, hash_table: str) -> None:
    code, _ = error_of(
        ddb.query,
        TableName=hash_table,
        KeyConditionExpression="pk = :a AND sk = :a",
        ExpressionAttributeValues={":a": s("a")},
    )
    assert code == "ValidationException"


@pytest.mark.parametrize("operation", ["query", "scan"])
def test_an_index_must_exist(ddb: Client, indexed_table: str, operation: str) -> None:
    condition = equals("pk", s("a")) if operation == "query" else {}
    assert error_of(getattr(ddb, operation), TableName=indexed_table, IndexName="nowhere", **condition) == (
        "ValidationException",
        "The table does not have the specified index: nowhere",
    )


@pytest.mark.parametrize("operation", ["query", "scan"])
def test_a_table_must_exist(ddb: Client, operation: str) -> None:
    condition = equals("pk", s("a")) if operation == "query" else {}
    assert error_of(getattr(ddb, operation), TableName="nowhere-at-all", **condition) == (
        "ResourceNotFoundException",
        "Requested resource not found",
    )


@pytest.mark.parametrize("operation", ["query", "scan"])
def test_a_table_may_be_named_by_its_arn(ddb: Client, range_table: str, operation: str) -> None:
    condition = equals("pk", s("a")) if operation == "query" else {}
    arn = ddb.describe_table(TableName=range_table)["Table"]["TableArn"]
    assert getattr(ddb, operation)(TableName=arn, Limit=1, **condition)["Count"] in (0, 1)


@pytest.fixture(scope="module")
def wide_table(ddb: Client, make_table: Callable[..., str]) -> str:
    """A table with a global index over two HASH and three RANGE attributes of different types."""
    names = {"h1": "S", "h2": "N", "r1": "S", "r2": "N", "r3": "B"}
    keys = [{"AttributeName": name, "KeyType": "HASH" if name[0] == "h" else "RANGE"} for name in names]
    table = make_table(
        ("pk", "S"),
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in names.items()],
        GlobalSecondaryIndexes=[{"IndexName": "wide", "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}],
    )
    for number, (r1, r2, r3) in enumerate(
        [("b", 10, b"x"), ("b", 9, b"y"), ("b", 9, b"x"), ("a", 11, b"z"), ("ba", -1, b"x"), ("b", 9, b"xa")]
    ):
        item = {"pk": s(str(number)), "h1": s("h"), "h2": n(1), "r1": s(r1), "r2": n(r2), "r3": {"B": r3}}
        ddb.put_item(TableName=table, Item=item)
    ddb.put_item(TableName=table, Item={"pk": s("sparse"), "h1": s("h"), "h2": n(1), "r1": s("b"), "r3": {"B": b"x"}})
    ddb.put_item(
        TableName=table,
        Item={"pk": s("other"), "h1": s("h"), "h2": n(2), "r1": s("b"), "r2": n(9), "r3": {"B": b"x"}},
    )
    return table


WIDE_VALUES = {":h": s("h"), ":one": n(1), ":b": s("b"), ":nine": n(9), ":ten": n(10), ":x": {"B": b"x"}}


def wide_query(text: str) -> dict[str, Any]:
    return {
        "IndexName": "wide",
        "KeyConditionExpression": text,
        "ExpressionAttributeValues": {name: value for name, value in WIDE_VALUES.items() if name in text},
    }


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("h1 = :h AND h2 = :one", "321504"),
        ("h1 = :h AND h2 = :one AND r1 = :b", "2150"),
        ("h1 = :h AND h2 = :one AND r1 > :b", "4"),
        ("h1 = :h AND h2 = :one AND begins_with(r1, :b)", "21504"),
        ("h2 = :one AND r1 = :b AND r2 = :nine AND h1 = :h", "215"),
        ("h1 = :h AND h2 = :one AND r1 = :b AND r2 BETWEEN :nine AND :ten", "2150"),
        ("h1 = :h AND h2 = :one AND r1 = :b AND r2 = :nine AND begins_with(r3, :x)", "25"),
        ("h1 = :h AND h2 = :one AND r1 = :b AND r2 = :nine AND r3 = :x", "2"),
    ],
)
def test_keys_of_several_attributes(ddb: Client, wide_table: str, condition: str, expected: str) -> None:
    """Developer Guide, "Multi-attribute keys pattern": RANGE attributes sort one after another, conditions go from the
    left without gaps, only the last may be a range; an item without one of the attributes is not in the index."""
    found = ddb.query(TableName=wide_table, **wide_query(condition))["Items"]
    order = [item["pk"]["S"] for item in found]
    assert sorted(order) == sorted(expected)
    keys = [(item["r1"]["S"], int(item["r2"]["N"]), item["r3"]["B"]) for item in found]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    "condition",
    [
        "h1 = :h",
        "h1 = :h AND h2 = :one AND r2 = :nine",
        "h1 = :h AND h2 = :one AND r1 = :b AND r3 = :x",
        "h1 = :h AND h2 = :one AND r1 > :b AND r2 = :nine",
        "h1 = :h AND h2 > :one",
    ],
)
def test_keys_of_several_attributes_have_no_gaps(ddb: Client, wide_table: str, condition: str) -> None:
    assert error_of(ddb.query, TableName=wide_table, **wide_query(condition))[0] == "ValidationException"


def test_a_page_of_a_wide_index_ends_with_all_its_keys(ddb: Client, wide_table: str) -> None:
    request = {"TableName": wide_table, **wide_query("h1 = :h AND h2 = :one")}
    whole = ddb.query(**request)["Items"]
    page = ddb.query(**request, Limit=4)
    assert page["LastEvaluatedKey"] == whole[3]
    assert ddb.query(**request, ExclusiveStartKey=page["LastEvaluatedKey"])["Items"] == whole[4:]
