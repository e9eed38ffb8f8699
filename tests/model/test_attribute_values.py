"""Attribute values: what is refused and with which words, and the one normal form of what is accepted."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.model import sizes
from slipring.model.attribute_values import normalise_item, normalise_value, set_members
from slipring.model.errors import attribute_values as errors
from slipring.model.errors.tree import SerializationException, ValidationException
from tests.model.strategies import items, values

INVALID = "One or more parameter values were invalid: "
EMPTY = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"

REFUSED: list[tuple[Any, str]] = [
    ({}, EMPTY),
    (None, EMPTY),
    ({"S": None}, EMPTY),
    ({"X": "unknown"}, EMPTY),
    (
        {"S": "a", "N": "1"},
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    ),
    ({"NULL": False}, INVALID + "Null attribute value types must have the value of true"),
    ({"SS": []}, INVALID + "An string set  may not be empty"),
    ({"NS": []}, INVALID + "An number set  may not be empty"),
    ({"BS": []}, INVALID + "Binary sets should not be empty"),
    ({"SS": ["a", "a"]}, INVALID + "Input collection [a, a] contains duplicates."),
    ({"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
    ({"BS": ["Yg==", "Yg=="]}, INVALID + "Input collection [Yg==, Yg==]of type BS contains duplicates."),
    ({"N": "x"}, "The parameter cannot be converted to a numeric value: x"),
    ({"NS": ["1", ""]}, "The parameter cannot be converted to a numeric value"),
    ({"L": [{"M": {"deep": {"SS": []}}}]}, INVALID + "An string set  may not be empty"),
    ({"L": [None]}, EMPTY),
    ({"M": {"a": {}}}, EMPTY),
]


@pytest.mark.parametrize(("value", "message"), REFUSED)
def test_refused_values(value: Any, message: str) -> None:
    with pytest.raises(ValidationException) as refused:
        normalise_item({"attribute": value})
    assert refused.value.message == message


ATTRIBUTE_VALUE = "com.amazonaws.dynamodb.v20120810.AttributeValue"
WRONG_JSON: list[tuple[Any, str]] = [
    ({"S": 5}, "NUMBER_VALUE cannot be converted to String"),
    ({"N": 5}, "NUMBER_VALUE cannot be converted to String"),
    ({"N": 5.5}, "DECIMAL_VALUE cannot be converted to String"),
    ({"S": True}, "TRUE_VALUE cannot be converted to String"),
    ({"S": []}, "Unrecognized collection type class java.lang.String"),
    ({"S": {}}, "Start of structure or map found where not expected"),
    ({"SS": ["a", False]}, "FALSE_VALUE cannot be converted to String"),
    ({"SS": "a"}, "Unexpected field type"),
    ({"BOOL": "true"}, "Unexpected token received from parser"),
    ({"BOOL": 1}, "NUMBER_VALUE cannot be converted to Boolean"),
    ({"NULL": "true"}, "Unexpected token received from parser"),
    ({"B": 5}, "only base-64-encoded strings are convertible to bytes"),
    ({"B": "abc"}, "Base64 encoded length is expected a multiple of 4 bytes but found: 3"),
    ({"BS": ["a"]}, "Base64 encoded length is expected a multiple of 4 bytes but found: 1"),
    ({"L": {}}, "Start of structure or map found where not expected"),
    ({"L": "x"}, "Unexpected field type"),
    ({"M": []}, f"Unrecognized collection type java.util.Map<java.lang.String, {ATTRIBUTE_VALUE}>"),
    ([], f"Unrecognized collection type class {ATTRIBUTE_VALUE}"),
    ("a", "Unexpected value type in payload"),
]


@pytest.mark.parametrize(("value", "message"), WRONG_JSON)
def test_wrong_json(value: Any, message: str) -> None:
    """SDKs with a bug in their marshalling are debugged by these words."""
    with pytest.raises(SerializationException) as refused:
        normalise_item({"attribute": value})
    assert refused.value.message == message


def wrapped(levels: int, wrap: str) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "core"}
    for _ in range(levels):
        value = {"M": {"a": value}} if wrap == "M" else {"L": [value]}
    return value


@pytest.mark.parametrize("wrap", ["M", "L"])
def test_nesting(wrap: str) -> None:
    """31 wrappers pass, 32 don't (observed), and hundreds of them don't exhaust the stack."""
    assert normalise_value(wrapped(31, wrap)) > 0
    for levels in (32, 500):
        with pytest.raises(ValidationException) as refused:
            normalise_value(wrapped(levels, wrap))
        assert refused.value.message == (
            "Nesting Levels have exceeded supported limits: "
            "Attributes in the item have nested levels beyond supported limit"
        )


@pytest.mark.parametrize("nested", [False, True])
def test_attribute_names_are_held_to_64_kib_of_utf8(nested: bool) -> None:
    def item(name: str) -> dict[str, Any]:
        return {"outer": {"M": {name: {"S": "a"}}}} if nested else {name: {"S": "a"}}

    for name in ("x" * 65_535, "é" * 32_767):
        assert normalise_item(item(name)) > 65_000
    for name in ("x" * 65_536, "é" * 32_768):
        with pytest.raises(ValidationException) as refused:
            normalise_item(item(name))
        assert refused.value.message == (
            "1 validation error detected: Attribute name is too large, must be less than 65536 bytes"
        )


def test_normal_form() -> None:
    """Numbers canonical, sets sorted: strings by UTF-8 bytes, numbers by value, binaries by raw bytes."""
    item: dict[str, Any] = {
        "number": {"N": "1.0"},
        "strings": {"SS": ["é", "z", "𝄞", "a"]},
        "numbers": {"NS": ["10", "9.0", "-1e1"]},
        # "/w==" is FF and "AAA=" is 00 00: the order of the texts would be another.
        "binaries": {"BS": ["/w==", "AAA="]},
        "list": {"L": [{"N": "1e1"}]},
    }
    normalise_item(item)
    assert item == {
        "number": {"N": "1"},
        "strings": {"SS": ["a", "z", "é", "𝄞"]},
        "numbers": {"NS": ["-10", "9", "10"]},
        "binaries": {"BS": ["AAA=", "/w=="]},
        "list": {"L": [{"N": "10"}]},
    }


def test_members_that_are_null_or_unknown_are_dropped() -> None:
    """SDKs that write every member of their value type send nulls; what is stored must not hold them."""
    item: dict[str, Any] = {"a": {"S": "x", "N": None, "L": None}, "b": {"Other": 1, "BOOL": False}}
    normalise_item(item)
    assert item == {"a": {"S": "x"}, "b": {"BOOL": False}}


@given(items)
def test_normalising_again_changes_nothing(item: dict[str, Any]) -> None:
    first = normalise_item(item)
    once = copy.deepcopy(item)
    assert normalise_item(item) == first
    assert item == once


@given(items)
def test_size_agrees_with_the_measure_of_normal_items(item: dict[str, Any]) -> None:
    """A write measures while it checks, an update measures what it made: both must say the same."""
    assert normalise_item(item) == sizes.item_bytes(item)


@given(values, st.randoms(use_true_random=False))
def test_a_sets_order_makes_no_difference(value: dict[str, Any], shuffler: random.Random) -> None:
    shuffled = copy.deepcopy(value)
    for kind in ("SS", "NS", "BS"):
        if kind in shuffled:
            shuffler.shuffle(shuffled[kind])
    normalise_value(value)
    normalise_value(shuffled)
    assert shuffled == value


@given(values)
def test_set_members_is_the_same_normal_form(value: dict[str, Any]) -> None:
    """Updates that add to sets build them from members; they must come out as if they had been sent whole."""
    normalise_value(value)
    for kind in ("SS", "NS", "BS"):
        if kind in value:
            assert set_members(kind, set(value[kind])) == value[kind]


def test_an_attribute_needs_a_name() -> None:
    """At the top level that is said before anything inside the item, inside a map after the depth of all values; the
    public suite has both."""
    deep: dict[str, Any] = {"S": "leaf"}
    for _ in range(40):
        deep = {"M": {"n": deep}}
    cases = [
        ({"d": deep, "": {"S": "x"}}, errors.empty_attribute_name()),
        ({"m": {"M": {"": {"S": "x"}}}}, errors.empty_attribute_name()),
        ({"m": {"M": {"": {"S": "x"}}}, "d": deep}, errors.nested_too_deep()),
    ]
    for item, expected in cases:
        with pytest.raises(ValidationException) as refused:
            normalise_item(item)
        assert refused.value.message == expected.message
