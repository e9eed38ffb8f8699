"""Global indexes whose key has up to four HASH and four RANGE attributes: writes and queries through them.

Developer Guide, "Multi-attribute key schema": all HASH attributes are needed, with equality; RANGE attributes are
given from the left without a gap, and only the last one given may have another condition than equality. Items come in
the order of the RANGE attributes, one after the other; the public conformance suite for DynamoDB has the same facts.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.definitions import defined, index, projection
from tests.conftest import Client, error_of, n, s, unique

Item = dict[str, Any]
HASHES = {"h1": "S", "h2": "N", "h3": "B", "h4": "S"}
RANGES = {"r1": "S", "r2": "N", "r3": "B", "r4": "S"}
TYPES = HASHES | RANGES
VALUES: dict[str, list[Any]] = {
    "S": ["", "a", "ab", "b"],
    "N": ["-1", "0", "2", "10"],
    "B": [b"\x00", b"\x01\x00", b"\xff"],
}


@pytest.fixture(scope="module")
def table(make_table: Callable[..., str]) -> str:
    return make_table(
        ("pk", "S"),
        AttributeDefinitions=defined(*(f"{name}:{type_}" for name, type_ in TYPES.items())),
        GlobalSecondaryIndexes=[
            index("wide", " ".join(HASHES), " ".join(RANGES)),
            index("hashes", "h1 h2", "", projection("KEYS_ONLY")),
            index("sorted", "h1", "r2 r1", projection("KEYS_ONLY")),
        ],
    )


class Partition:
    """Items with the same HASH attributes and every combination of some RANGE values."""

    def __init__(self, ddb: Client, table: str) -> None:
        self.hashes: Item = {"h1": s(unique()), "h2": n(random.randrange(10**6)), "h3": {"B": b"h\x00"}, "h4": s("h4")}
        choices = [[{type_: value} for value in VALUES[type_][1:3]] for type_ in RANGES.values()]
        self.items = [
            {"pk": s(unique()), **self.hashes, **dict(zip(RANGES, ranges, strict=True))}
            for ranges in itertools.product(*choices)
        ]
        for item in random.sample(self.items, len(self.items)):
            ddb.put_item(TableName=table, Item=item)
        # Neighbours that no query of this partition may find.
        for name in HASHES:
            other = {**self.items[0], "pk": s(unique()), name: {TYPES[name]: VALUES[TYPES[name]][-1]}}
            ddb.put_item(TableName=table, Item=other)


@pytest.fixture(scope="module")
def partition(ddb: Client, table: str) -> Partition:
    return Partition(ddb, table)


def query(ddb: Client, table: str, index_name: str, given: Item, rest: str = "", **more: Any) -> dict[str, Any]:
    """Queries with equality of the given attributes and, behind them, another condition."""
    conditions = [f"{name} = :{name}" for name in given] + ([rest] if rest else [])
    values = {f":{name}": value for name, value in given.items()} | more.pop("values", {})
    answer: dict[str, Any] = ddb.query(
        TableName=table,
        IndexName=index_name,
        KeyConditionExpression=" AND ".join(conditions),
        ExpressionAttributeValues=values,
        **more,
    )
    return answer


@pytest.mark.parametrize("count", range(5))
@pytest.mark.parametrize("forward", [True, False])
def test_equality_of_the_leading_range_attributes(
    ddb: Client, table: str, partition: Partition, count: int, forward: bool
) -> None:
    """Of none, some or all of them: what is left is in order of the others."""
    wanted = partition.items[5]
    given = {**partition.hashes, **{name: wanted[name] for name in list(RANGES)[:count]}}
    expected = [item for item in partition.items if given.items() <= item.items()]
    found = query(ddb, table, "wide", given, ScanIndexForward=forward)["Items"]
    assert found == (expected if forward else expected[::-1])


CONDITIONS: list[tuple[str, Callable[[Any, Any, Any], bool]]] = [
    ("< :low", lambda value, low, high: value < low),
    ("<= :low", lambda value, low, high: value <= low),
    ("> :low", lambda value, low, high: value > low),
    (">= :low", lambda value, low, high: value >= low),
    ("BETWEEN :low AND :high", lambda value, low, high: low <= value <= high),
]


@pytest.mark.parametrize("position", range(4))
@pytest.mark.parametrize(("condition", "holds"), CONDITIONS, ids=[text for text, _ in CONDITIONS])
def test_a_condition_on_the_last_one_given(
    ddb: Client,
    table: str,
    partition: Partition,
    position: int,
    condition: str,
    holds: Callable[[Any, Any, Any], bool],
) -> None:
    name = list(RANGES)[position]
    type_ = RANGES[name]
    low, high = VALUES[type_][1], VALUES[type_][2]
    given = {**partition.hashes, **{before: partition.items[0][before] for before in list(RANGES)[:position]}}

    def comparable(item: Item) -> Any:
        return int(item[name]["N"]) if type_ == "N" else item[name][type_]

    bounds = (int(low), int(high)) if type_ == "N" else (low, high)
    values = {":low": {type_: low}, **({":high": {type_: high}} if ":high" in condition else {})}
    found = query(ddb, table, "wide", given, f"{name} {condition}", values=values)["Items"]
    assert found == [
        item for item in partition.items if given.items() <= item.items() and holds(comparable(item), *bounds)
    ]


def test_begins_with_on_the_last_one_given(ddb: Client, table: str, partition: Partition) -> None:
    """`a` and `ab` both begin with it, in every combination of the attributes behind."""
    found = query(ddb, table, "wide", partition.hashes, "begins_with(r1, :low)", values={":low": s("a")})["Items"]
    assert found == partition.items


def test_pages_join_without_loss(ddb: Client, table: str, partition: Partition) -> None:
    """The start key has the table's key and all eight attributes of the index's."""
    found: list[Item] = []
    start: dict[str, Any] = {}
    while True:
        page = query(ddb, table, "wide", partition.hashes, Limit=3, **start)
        found += page["Items"]
        if "LastEvaluatedKey" not in page:
            break
        assert set(page["LastEvaluatedKey"]) == {"pk", *TYPES}
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert found == partition.items


def test_hash_attributes_without_range_attributes(ddb: Client, table: str, partition: Partition) -> None:
    given = {name: partition.hashes[name] for name in ("h1", "h2")}
    found = query(ddb, table, "hashes", given)["Items"]
    expected = {item["pk"]["S"] for item in partition.items}
    assert expected <= {item["pk"]["S"] for item in found}
    for item in found:
        assert item == {"pk": item["pk"], **given}


def test_range_attributes_in_another_order(ddb: Client, table: str, partition: Partition) -> None:
    """The index sorts by number first, then by text."""
    found = query(ddb, table, "sorted", {"h1": partition.hashes["h1"]})["Items"]
    order = [(int(item["r2"]["N"]), item["r1"]["S"]) for item in found]
    assert order == sorted(order)


@pytest.mark.parametrize("missing", [*TYPES])
def test_an_item_that_lacks_any_attribute_is_not_in_the_index(ddb: Client, table: str, missing: str) -> None:
    item = {"pk": s(unique()), **{name: {type_: VALUES[type_][1]} for name, type_ in TYPES.items()}, "h1": s(unique())}
    given = {name: item[name] for name in HASHES}
    ddb.put_item(TableName=table, Item=item)
    assert query(ddb, table, "wide", given)["Items"] == [item]
    ddb.update_item(TableName=table, Key={"pk": item["pk"]}, UpdateExpression=f"REMOVE {missing}")
    assert query(ddb, table, "wide", given)["Items"] == []


@pytest.mark.parametrize("moved", [*TYPES])
def test_any_attribute_moves_the_entry(ddb: Client, table: str, moved: str) -> None:
    """There is one entry before and one after, under the new key."""
    item = {"pk": s(unique()), **{name: {type_: VALUES[type_][1]} for name, type_ in TYPES.items()}, "h1": s(unique())}
    ddb.put_item(TableName=table, Item=item)
    value = s(unique()) if moved == "h1" else {TYPES[moved]: VALUES[TYPES[moved]][2]}
    ddb.update_item(
        TableName=table,
        Key={"pk": item["pk"]},
        UpdateExpression=f"SET {moved} = :v",
        ExpressionAttributeValues={":v": value},
    )
    after = {**item, moved: value}
    assert query(ddb, table, "wide", {name: after[name] for name in TYPES})["Items"] == [after]
    assert query(ddb, table, "wide", {name: item[name] for name in TYPES})["Items"] == []


@pytest.mark.parametrize(
    ("given", "rest"),
    [(["r1", "r3"], ""), (["r2"], ""), (["r1", "r3"], "r2 > :low")],
    ids=["gap", "no first", "range before equality"],
)
def test_gaps_are_refused(ddb: Client, table: str, partition: Partition, given: list[str], rest: str) -> None:
    """The words are the expressions' matter."""
    known = {**partition.hashes, **{name: partition.items[0][name] for name in given}}
    values = {":low": n(0)} if rest else {}
    code, _ = error_of(query, ddb=ddb, table=table, index_name="wide", given=known, rest=rest, values=values)
    assert code == "ValidationException"


def test_every_hash_attribute_is_needed(ddb: Client, table: str, partition: Partition) -> None:
    given = {name: partition.hashes[name] for name in ("h1", "h2", "h3")}
    assert error_of(query, ddb=ddb, table=table, index_name="wide", given=given)[0] == "ValidationException"


def test_empty_values_are_refused_in_any_place(ddb: Client, table: str) -> None:
    for name in TYPES:
        if TYPES[name] == "N":
            continue
        item = {"pk": s(unique()), name: {TYPES[name]: "" if TYPES[name] == "S" else b""}}
        assert error_of(ddb.put_item, TableName=table, Item=item)[0] == "ValidationException"
