"""Query: every key condition on every type of sort key, in tables and in both kinds of index.

The order and the operators are those of the Developer Guide, "Data types" and "Key condition expressions for the Query
operation in DynamoDB"; what a condition selects is worked out here with Python's own comparisons.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.reads.conftest import SortedPlace
from tests.api.reads.ordered_values import VALUES, begins_with, position
from tests.api.reads.paging import equals
from tests.conftest import Client, s

Places = dict[tuple[str, str], SortedPlace]

KINDS = ("S", "N", "B")
PLACES = ("table", "local", "global")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ABSENT: dict[str, list[Any]] = {
    "S": ["\x00\x00\x00", "!", "a\x00b", "ac", "z", "\ufffe", "\U0010fffe", "\U0010ffff\x01"],
    "N": ["-1E+124", "-1.5", "-2E-130", "2E-130", "0.5", "1.00000000000000000000000000000000001", "1E+100"],
    "B": [b"\x00\x00\x00", b"\x02", b"a\xfe", b"\x7f\xff", b"\xfe\x00", b"\xff\xff\xff"],
}
"""Operands that no item has, between, before and behind those that items have."""


def select(ddb: Client, place: SortedPlace, condition: str, **values: dict[str, Any]) -> list[dict[str, Any]]:
    """The items that a condition on the sort key `#range` selects."""
    answer = ddb.query(
        **place.where,
        KeyConditionExpression=f"#hash = :hash AND {condition}",
        ExpressionAttributeNames={"#hash": place.hash_name, "#range": place.range_name},
        ExpressionAttributeValues={
            ":hash": s(place.partition),
            **{f":{name}": value for name, value in values.items()},
        },
    )
    assert answer["Count"] == answer["ScannedCount"] == len(answer["Items"])
    return [item[place.range_name] for item in answer["Items"]]


def positions(kind: str, values: list[dict[str, Any]]) -> list[Any]:
    return [position(kind, value[kind]) for value in values]


def test_the_values_are_listed_in_their_documented_order() -> None:
    """The tests below rely on it."""
    for kind, values in VALUES.items():
        assert sorted(values, key=lambda value: position(kind, value)) == values
        assert len({position(kind, value) for value in values}) == len(values)


@pytest.mark.parametrize("place_name", PLACES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("forward", [True, False])
def test_a_partition_comes_in_the_order_of_its_sort_key(
    ddb: Client, sorted_places: Places, kind: str, place_name: str, forward: bool
) -> None:
    """ScanIndexForward chooses the direction; forwards is the default."""
    place = sorted_places[kind, place_name]
    direction = {} if forward else {"ScanIndexForward": False}
    answer = ddb.query(**place.where, **equals(place.hash_name, s(place.partition)), **direction)
    found = positions(kind, [item[place.range_name] for item in answer["Items"]])
    assert found == sorted((position(kind, value) for value in VALUES[kind]), reverse=not forward)


@pytest.mark.parametrize("place_name", PLACES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("symbol", COMPARISONS)
def test_a_comparison_selects_what_compares_so(
    ddb: Client, sorted_places: Places, kind: str, place_name: str, symbol: str
) -> None:
    place = sorted_places[kind, place_name]
    ordered = sorted(position(kind, value) for value in VALUES[kind])
    for operand in VALUES[kind] + ABSENT[kind]:
        expected = [there for there in ordered if COMPARISONS[symbol](there, position(kind, operand))]
        found = select(ddb, place, f"#range {symbol} :operand", operand={kind: operand})
        assert positions(kind, found) == expected, operand


@pytest.mark.parametrize("place_name", PLACES)
@pytest.mark.parametrize("kind", KINDS)
def test_between_includes_both_of_its_bounds(ddb: Client, sorted_places: Places, kind: str, place_name: str) -> None:
    place = sorted_places[kind, place_name]
    ordered = sorted(position(kind, value) for value in VALUES[kind])
    bounds = sorted(VALUES[kind] + ABSENT[kind], key=lambda value: position(kind, value))
    for distance in (0, 1, 5, len(bounds) - 1):
        for lower, upper in zip(bounds, bounds[distance:], strict=False):
            low, high = position(kind, lower), position(kind, upper)
            found = select(ddb, place, "#range BETWEEN :low AND :high", low={kind: lower}, high={kind: upper})
            assert positions(kind, found) == [there for there in ordered if low <= there <= high], (lower, upper)


@pytest.mark.parametrize("place_name", PLACES)
@pytest.mark.parametrize("kind", ["S", "B"])
def test_begins_with_selects_by_prefix(ddb: Client, sorted_places: Places, kind: str, place_name: str) -> None:
    """Prefixes that end in a zero byte, or in the last code point or byte there is, have no simple upper bound."""
    place = sorted_places[kind, place_name]
    for prefix in VALUES[kind] + ABSENT[kind]:
        expected = sorted(position(kind, value) for value in VALUES[kind] if begins_with(value, prefix))
        found = select(ddb, place, "begins_with(#range, :prefix)", prefix={kind: prefix})
        assert positions(kind, found) == expected, prefix


def test_a_number_is_found_however_it_is_written(ddb: Client, sorted_places: Places) -> None:
    """Numbers are equal by value: "1.0", "1e0" and "001" are all 1."""
    place = sorted_places["N", "table"]
    for spelling in ("1", "1.0", "1e0", "001", "+1", "10E-1", "0.1E1"):
        assert select(ddb, place, "#range = :operand", operand={"N": spelling}) == [{"N": "1"}]


def test_the_operand_may_stand_before_the_key(ddb: Client, sorted_places: Places) -> None:
    """`:a < key` is `key > :a`."""
    place = sorted_places["N", "table"]
    for written, mirrored in (("<", ">"), ("<=", ">="), (">", "<"), (">=", "<="), ("=", "=")):
        swapped = select(ddb, place, f":operand {written} #range", operand={"N": "9"})
        assert swapped == select(ddb, place, f"#range {mirrored} :operand", operand={"N": "9"})


def test_the_conditions_may_stand_in_either_order_and_in_parentheses(ddb: Client, sorted_places: Places) -> None:
    place = sorted_places["S", "table"]
    answer = ddb.query(
        **place.where,
        KeyConditionExpression="((begins_with(sk, :prefix)) AND (pk = :hash))",
        ExpressionAttributeValues={":hash": s(place.partition), ":prefix": s("a")},
    )
    assert [item["sk"]["S"] for item in answer["Items"]] == [text for text in VALUES["S"] if text.startswith("a")]


def test_neighbouring_partitions_stay_apart(ddb: Client, make_table: Callable[..., str]) -> None:
    """A partition key that continues another one, or looks like another's partition and sort key put together,
    is a partition of its own."""
    table = make_table(("pk", "S"), ("sk", "S"))
    partitions = ["a", "a\x00", "a\x00\x01", "a\x01", "a\x00\x01b", "ab", "b"]
    for partition in partitions:
        for sort in partitions:
            ddb.put_item(TableName=table, Item={"pk": s(partition), "sk": s(sort)})
    for partition in partitions:
        found = ddb.query(TableName=table, **equals("pk", s(partition)))["Items"]
        assert [(item["pk"]["S"], item["sk"]["S"]) for item in found] == [
            (partition, sort) for sort in sorted(partitions)
        ]
