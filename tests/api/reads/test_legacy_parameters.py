"""Query and Scan by legacy parameters: KeyConditions, QueryFilter, ScanFilter, ConditionalOperator, AttributesToGet.

Developer Guide, "Legacy conditional parameters"; messages as the service words them.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.reads.paging import Item, items
from tests.conftest import Client, error_of, n, s, unique


def condition(operator: str, *values: dict[str, Any]) -> dict[str, Any]:
    return {"ComparisonOperator": operator, **({"AttributeValueList": list(values)} if values else {})}


@pytest.fixture(scope="module")
def made(ddb: Client, indexed_table: str) -> list[Item]:
    """Items a to f with the ranks 1 to 6; even ones have `tags`, the others `kept`."""
    name = unique()
    made: list[Item] = []
    for rank, letter in enumerate("abcdef", start=1):
        item: Item = {"pk": s(name), "sk": s(f"{letter}-{rank}"), "group": s(name), "rank": n(rank), "color": s(letter)}
        made.append({**item, **({"tags": {"SS": [letter, "peer"]}} if rank % 2 == 0 else {"kept": n(rank)})})
        ddb.put_item(TableName=indexed_table, Item=made[-1])
    return made


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("EQ", ["c-3"], "c"),
        ("LT", ["c-3"], "ab"),
        ("LE", ["c-3"], "abc"),
        ("GT", ["c-3"], "def"),
        ("GE", ["c-3"], "cdef"),
        ("BETWEEN", ["b", "d-4"], "bcd"),
        ("BEGINS_WITH", ["e-"], "e"),
    ],
)
def test_key_conditions(
    ddb: Client, indexed_table: str, made: list[Item], operator: str, values: list[str], expected: str
) -> None:
    keys = {"pk": condition("EQ", made[0]["pk"]), "sk": condition(operator, *map(s, values))}
    found = ddb.query(TableName=indexed_table, KeyConditions=keys)
    assert [item["sk"]["S"][0] for item in found["Items"]] == list(expected)
    assert items(ddb.query, TableName=indexed_table, KeyConditions=keys, Limit=2) == found["Items"]


def test_key_conditions_of_an_index(ddb: Client, indexed_table: str, made: list[Item]) -> None:
    keys = {"group": condition("EQ", made[0]["group"]), "rank": condition("GT", n("3.5"))}
    found = ddb.query(TableName=indexed_table, IndexName="global-all", KeyConditions=keys, ScanIndexForward=False)
    assert [item["rank"]["N"] for item in found["Items"]] == ["6", "5", "4"]


@pytest.mark.parametrize("operator", ["NE", "IN", "NOT_NULL", "NULL", "CONTAINS", "NOT_CONTAINS"])
def test_operators_that_no_key_has(ddb: Client, indexed_table: str, operator: str) -> None:
    values = [] if "NULL" in operator else [s("a")]
    keys = {"pk": condition("EQ", s("a")), "sk": condition(operator, *values)}
    assert error_of(ddb.query, TableName=indexed_table, KeyConditions=keys) == (
        "ValidationException",
        "Attempted conditional constraint is not an indexable operation",
    )


FILTERS: list[tuple[dict[str, Any], str]] = [
    ({"color": condition("EQ", s("b"))}, "b"),
    ({"color": condition("NE", s("b"))}, "acdef"),
    ({"color": condition("LT", s("c"))}, "ab"),
    ({"color": condition("LE", s("c"))}, "abc"),
    ({"color": condition("GT", s("c"))}, "def"),
    ({"color": condition("GE", s("c"))}, "cdef"),
    ({"color": condition("BETWEEN", s("b"), s("d"))}, "bcd"),
    ({"color": condition("IN", s("f"), s("a"), s("x"))}, "af"),
    ({"color": condition("BEGINS_WITH", s("d"))}, "d"),
    ({"tags": condition("NULL")}, "ace"),
    ({"tags": condition("NOT_NULL")}, "bdf"),
    ({"tags": condition("CONTAINS", s("peer"))}, "bdf"),
    ({"tags": condition("CONTAINS", s("d"))}, "d"),
    ({"tags": condition("NOT_CONTAINS", s("d"))}, "bf"),
    ({"tags": condition("EQ", {"SS": ["peer", "b"]})}, "b"),
    ({"kept": condition("GE", n(3))}, "ce"),
    ({"kept": condition("NE", n(3))}, "abdef"),
]


@pytest.mark.parametrize(("conditions", "expected"), FILTERS)
def test_filters(ddb: Client, indexed_table: str, made: list[Item], conditions: dict[str, Any], expected: str) -> None:
    """NE and CONTAINS and their kin differ on items without the attribute: NE holds, NOT_CONTAINS does not."""
    keys = {"pk": condition("EQ", made[0]["pk"])}
    answer = ddb.query(TableName=indexed_table, KeyConditions=keys, QueryFilter=conditions)
    assert [item["sk"]["S"][0] for item in answer["Items"]] == list(expected)
    assert (answer["Count"], answer["ScannedCount"]) == (len(expected), len(made))
    scanned = items(ddb.scan, TableName=indexed_table, ScanFilter={**conditions, **keys})
    assert sorted(item["sk"]["S"][0] for item in scanned) == list(expected)


@pytest.mark.parametrize(("operator", "expected"), [(None, "b"), ("AND", "b"), ("OR", "abdf")])
def test_several_conditions_are_joined(
    ddb: Client, indexed_table: str, made: list[Item], operator: str | None, expected: str
) -> None:
    joined = {} if operator is None else {"ConditionalOperator": operator}
    answer = ddb.query(
        TableName=indexed_table,
        KeyConditions={"pk": condition("EQ", made[0]["pk"])},
        QueryFilter={"color": condition("LE", s("b")), "tags": condition("CONTAINS", s("peer"))},
        **joined,
    )
    assert [item["sk"]["S"][0] for item in answer["Items"]] == list(expected)


def test_attributes_to_get(ddb: Client, indexed_table: str, made: list[Item]) -> None:
    keys = {"pk": condition("EQ", made[0]["pk"])}
    found = ddb.query(TableName=indexed_table, KeyConditions=keys, AttributesToGet=["sk", "tags", "absent"])
    assert found["Items"] == [{name: item[name] for name in ("sk", "tags") if name in item} for item in made]
    assert error_of(ddb.scan, TableName=indexed_table, AttributesToGet=["sk", "pk", "sk"]) == (
        "ValidationException",
        "One or more parameter values were invalid: Duplicate value in attribute name: sk",
    )


KEYS = {"pk": condition("EQ", s("a"))}
MIXED = "Can not use both expression and non-expression parameters in the same request: "
WRONG: list[tuple[str, dict[str, Any], str]] = [
    (
        "query",
        {"KeyConditions": KEYS, "FilterExpression": "kept = :v", "ExpressionAttributeValues": {":v": n(1)}},
        f"{MIXED}Non-expression parameters: {{KeyConditions}} Expression parameters: {{FilterExpression}}",
    ),
    (
        "query",
        {"KeyConditions": KEYS, "KeyConditionExpression": "pk = :v", "ExpressionAttributeValues": {":v": s("a")}},
        f"{MIXED}Non-expression parameters: {{KeyConditions}} Expression parameters: {{KeyConditionExpression}}",
    ),
    (
        "scan",
        {"AttributesToGet": ["pk"], "FilterExpression": "attribute_exists(kept)"},
        f"{MIXED}Non-expression parameters: {{AttributesToGet}} Expression parameters: {{FilterExpression}}",
    ),
    (
        "scan",
        {"ScanFilter": {"color": condition("EQ", s("a"))}, "ProjectionExpression": "pk"},
        f"{MIXED}Non-expression parameters: {{ScanFilter}} Expression parameters: {{ProjectionExpression}}",
    ),
    (
        "query",
        {"KeyConditions": KEYS, "QueryFilter": {"sk": condition("NE", s("a"))}},
        "QueryFilter can only contain non-primary key attributes: Primary key attribute: sk",
    ),
    (
        "query",
        {"KeyConditions": {"sk": condition("EQ", s("a"))}},
        "Query condition missed key schema element: pk",
    ),
    (
        "query",
        {"KeyConditions": {"pk": condition("GT", s("a"))}},
        "Query key condition not supported",
    ),
    (
        "query",
        {"KeyConditions": {**KEYS, "sk": condition("EQ", n(1))}},
        "One or more parameter values were invalid: Condition parameter type does not match schema type",
    ),
    (
        "query",
        {"KeyConditions": {**KEYS, "sk": condition("BETWEEN", s("b"), s("a"))}},
        "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
    ),
    (
        "query",
        {"KeyConditions": {**KEYS, "sk": condition("EQ", s("a"), s("b"))}},
        "One or more parameter values were invalid: Invalid number of argument(s) for the EQ ComparisonOperator",
    ),
    (
        "scan",
        {"ScanFilter": {"color": condition("NULL", s("a"))}},
        "One or more parameter values were invalid: Invalid number of argument(s) for the NULL ComparisonOperator",
    ),
    (
        "scan",
        {"ScanFilter": {"color": condition("IN", s("a"), n(1))}},
        "One or more parameter values were invalid: AttributeValues inside AttributeValueList must be of same type",
    ),
    (
        "scan",
        {"ScanFilter": {"color": condition("LT", {"SS": ["a"]})}},
        "One or more parameter values were invalid: ComparisonOperator LT is not valid for SS AttributeValue type",
    ),
]


@pytest.mark.parametrize(("operation", "parameters", "expected"), WRONG)
def test_refused(ddb: Client, indexed_table: str, operation: str, parameters: dict[str, Any], expected: str) -> None:
    assert error_of(getattr(ddb, operation), TableName=indexed_table, **parameters) == ("ValidationException", expected)
