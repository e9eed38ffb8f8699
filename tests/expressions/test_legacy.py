"""The legacy parameters: they mean the same as expressions, with their own rules of what goes together."""

from __future__ import annotations

from typing import Any

import pytest

from slipring.expressions import (
    KeyRange,
    attribute_updates,
    attributes_to_get,
    expected_condition,
    filter_condition,
    key_conditions,
)
from slipring.model.errors.tree import ValidationException

INVALID = "One or more parameter values were invalid: "
ITEM: dict[str, Any] = {
    "s": {"S": "hello"},
    "n": {"N": "10"},
    "b": {"B": "AQIDBA=="},
    "ss": {"SS": ["x", "y"]},
    "ns": {"NS": ["1", "2"]},
    "l": {"L": [{"S": "x"}, {"N": "1"}]},
    "m": {"M": {"k": {"S": "v"}}},
}


def comparison(operator: str, *arguments: dict[str, Any]) -> dict[str, Any]:
    return {"ComparisonOperator": operator, "AttributeValueList": list(arguments)}


S, N = {"S": "hello"}, {"N": "10.0"}
TRUE: list[tuple[str, dict[str, Any]]] = [
    ("s", comparison("EQ", {"S": "hello"})),
    ("n", comparison("EQ", {"N": "10.0"})),
    ("ss", comparison("EQ", {"SS": ["y", "x"]})),
    ("m", comparison("EQ", {"M": {"k": {"S": "v"}}})),
    ("s", comparison("NE", {"N": "10"})),
    ("gone", comparison("NE", {"N": "10"})),
    ("n", comparison("LE", {"N": "10"})),
    ("n", comparison("LT", {"N": "1e2"})),
    ("n", comparison("GE", {"N": "10"})),
    ("s", comparison("GT", {"S": "hell"})),
    ("n", comparison("BETWEEN", {"N": "9"}, {"N": "11"})),
    ("n", comparison("IN", {"N": "9"}, {"N": "10"})),
    ("s", comparison("BEGINS_WITH", {"S": "he"})),
    ("b", comparison("BEGINS_WITH", {"B": "AQI="})),
    ("s", comparison("CONTAINS", {"S": "ell"})),
    ("ss", comparison("CONTAINS", {"S": "x"})),
    ("l", comparison("CONTAINS", {"N": "1"})),
    ("s", comparison("NOT_CONTAINS", {"S": "xyz"})),
    ("ns", comparison("NOT_CONTAINS", {"N": "3"})),
    ("gone", {"ComparisonOperator": "NULL"}),
    ("s", {"ComparisonOperator": "NOT_NULL"}),
]
FALSE: list[tuple[str, dict[str, Any]]] = [
    ("s", comparison("EQ", {"S": "bye"})),
    ("gone", comparison("EQ", {"S": "bye"})),
    ("n", comparison("NE", {"N": "1e1"})),
    ("n", comparison("GT", {"S": "1"})),
    ("gone", comparison("LT", {"N": "11"})),
    ("s", comparison("IN", {"S": "x"})),
    ("ss", comparison("IN", {"S": "x"})),
    ("n", comparison("BETWEEN", {"N": "11"}, {"N": "12"})),
    ("n", comparison("BEGINS_WITH", {"S": "1"})),
    ("s", comparison("CONTAINS", {"N": "1"})),
    ("s", comparison("NOT_CONTAINS", {"S": "ell"})),
    ("ss", comparison("NOT_CONTAINS", {"S": "x"})),
    # Surprising, but observed: what is not there does not "not contain" anything either
    ("gone", comparison("NOT_CONTAINS", {"S": "x"})),
    ("s", {"ComparisonOperator": "NULL"}),
    ("gone", {"ComparisonOperator": "NOT_NULL"}),
]


@pytest.mark.parametrize(("name", "condition"), TRUE)
def test_true(name: str, condition: dict[str, Any]) -> None:
    assert expected_condition({name: condition}).bind(None)(ITEM) is True
    assert filter_condition("ScanFilter", {name: condition}).bind(None)(ITEM) is True


@pytest.mark.parametrize(("name", "condition"), FALSE)
def test_false(name: str, condition: dict[str, Any]) -> None:
    assert expected_condition({name: condition}).bind(None)(ITEM) is False
    assert filter_condition("QueryFilter", {name: condition}).bind(None)(ITEM) is False


@pytest.mark.parametrize(
    ("entry", "item", "expected"),
    [
        ({"Exists": False}, None, True),
        ({"Exists": False}, ITEM, False),
        ({"Exists": True, "Value": {"S": "hello"}}, ITEM, True),
        ({"Value": {"S": "hello"}}, ITEM, True),
        ({"Value": {"S": "bye"}}, ITEM, False),
        ({"Value": {"S": "hello"}}, None, False),
        # Documented as incompatible, but accepted by the service (observed)
        ({"ComparisonOperator": "GT", "Value": {"S": "a"}}, ITEM, True),
    ],
)
def test_expected_without_a_list(entry: dict[str, Any], item: dict[str, Any] | None, expected: bool) -> None:
    assert expected_condition({"s": entry}).bind(None)(item) is expected


def test_conditions_are_joined_by_and_unless_or_is_asked_for() -> None:
    conditions = {"s": comparison("EQ", {"S": "hello"}), "n": comparison("EQ", {"N": "0"})}
    assert expected_condition(conditions).bind(None)(ITEM) is False
    assert expected_condition(conditions, "AND").bind(None)(ITEM) is False
    joined = filter_condition("QueryFilter", conditions, "OR")
    assert joined.bind(None)(ITEM) is True
    assert joined.attributes == {"s", "n"}


REFUSED: list[tuple[dict[str, Any], str]] = [
    (comparison("EQ"), "Invalid number of argument(s) for the EQ ComparisonOperator"),
    (comparison("EQ", S, S), "Invalid number of argument(s) for the EQ ComparisonOperator"),
    (comparison("NULL", S), "Invalid number of argument(s) for the NULL ComparisonOperator"),
    (comparison("NOT_NULL", S), "Invalid number of argument(s) for the NOT_NULL ComparisonOperator"),
    (comparison("BETWEEN", S), "Invalid number of argument(s) for the BETWEEN ComparisonOperator"),
    (comparison("IN"), "Invalid number of argument(s) for the IN ComparisonOperator"),
    (comparison("BEGINS_WITH", N), "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type"),
    (comparison("LT", {"SS": ["x"]}), "ComparisonOperator LT is not valid for SS AttributeValue type"),
    (comparison("CONTAINS", {"L": []}), "ComparisonOperator CONTAINS is not valid for L AttributeValue type"),
    (comparison("IN", {"NS": ["1"]}), "ComparisonOperator IN is not valid for NS AttributeValue type"),
    (comparison("IN", S, N), "AttributeValues inside AttributeValueList must be of same type"),
    (comparison("BETWEEN", S, N), "AttributeValues inside AttributeValueList must be of same type"),
]
REFUSED_EXPECTED: list[tuple[dict[str, Any], str]] = [
    (
        {"Value": S, "AttributeValueList": [S], "ComparisonOperator": "EQ"},
        "Value and AttributeValueList cannot be used together for Attribute: a",
    ),
    (
        {"Exists": True, "ComparisonOperator": "EQ", "AttributeValueList": [S]},
        "Exists and ComparisonOperator cannot be used together for Attribute: a",
    ),
    (
        {"ComparisonOperator": "GT"},
        "Value or AttributeValueList must be used with ComparisonOperator: GT for Attribute: a",
    ),
    (
        {"AttributeValueList": [S]},
        "AttributeValueList can only be used with a ComparisonOperator for Attribute: a",
    ),
    (
        {"Exists": False, "AttributeValueList": [S]},
        "AttributeValueList can only be used with a ComparisonOperator for Attribute: a",
    ),
    ({"Exists": True}, "Value must be provided when Exists is true for Attribute: a"),
    ({}, "Value must be provided when Exists is null for Attribute: a"),
    ({"Exists": False, "Value": S}, "Value cannot be used when Exists is false for Attribute: a"),
]


@pytest.mark.parametrize(("condition", "expected"), REFUSED)
def test_wrong_arguments_are_refused_in_every_parameter(condition: dict[str, Any], expected: str) -> None:
    for convert in (expected_condition, key_conditions, lambda given: filter_condition("ScanFilter", given)):
        with pytest.raises(ValidationException) as raised:
            convert({"a": condition})
        assert raised.value.message == INVALID + expected


@pytest.mark.parametrize(("entry", "expected"), REFUSED_EXPECTED)
def test_members_of_expected_that_do_not_go_together(entry: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationException) as raised:
        expected_condition({"a": entry})
    assert raised.value.message == INVALID + expected


def test_a_range_the_wrong_way_round_has_its_own_words() -> None:
    with pytest.raises(ValidationException) as raised:
        expected_condition({"a": comparison("BETWEEN", {"N": "10"}, {"N": "9"})})
    assert raised.value.message == (
        "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
    )


def test_values_are_checked_like_any_others() -> None:
    with pytest.raises(ValidationException, match="may not be empty"):
        expected_condition({"a": comparison("EQ", {"SS": []})})
    with pytest.raises(ValidationException, match="numeric value"):
        attribute_updates({"a": {"Value": {"N": "ten"}}})


# Key conditions

TYPES = {"pk": "S", "sk": "N"}


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"pk": comparison("EQ", S)}, KeyRange(("hello",), (), None, ())),
        ({"sk": comparison("EQ", N), "pk": comparison("EQ", S)}, KeyRange(("hello",), ("10",), None, ())),
        ({"pk": comparison("EQ", S), "sk": comparison("GE", N)}, KeyRange(("hello",), (), ">=", ("10",))),
        (
            {"pk": comparison("EQ", S), "sk": comparison("BETWEEN", {"N": "1"}, {"N": "2"})},
            KeyRange(("hello",), (), "BETWEEN", ("1", "2")),
        ),
    ],
)
def test_key_conditions(conditions: dict[str, Any], expected: KeyRange) -> None:
    assert key_conditions(conditions).bind(None, ("pk",), ("sk",), TYPES) == expected


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, "Conditions can be of length 1 or 2 only"),
        ({name: comparison("EQ", S) for name in ("pk", "sk", "x")}, "Conditions can be of length 1 or 2 only"),
        ({"sk": comparison("EQ", N)}, "Query condition missed key schema element: pk"),
        ({"pk": comparison("GT", S)}, "Query key condition not supported"),
        ({"pk": comparison("NE", S)}, "Query key condition not supported"),
        (
            {"pk": comparison("EQ", S), "sk": comparison("CONTAINS", N)},
            "Attempted conditional constraint is not an indexable operation",
        ),
        (
            {"pk": comparison("EQ", S), "sk": comparison("NOT_NULL")},
            "Attempted conditional constraint is not an indexable operation",
        ),
        ({"pk": comparison("EQ", N)}, INVALID + "Condition parameter type does not match schema type"),
    ],
)
def test_key_conditions_that_no_key_allows(conditions: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationException) as raised:
        key_conditions(conditions).bind(None, ("pk",), ("sk",), TYPES)
    assert raised.value.message == expected


# Updates and projections

OLD: dict[str, Any] = {
    "pk": {"S": "k"},
    "n": {"N": "10"},
    "s": {"S": "x"},
    "ss": {"SS": ["a", "b"]},
    "l": {"L": [{"S": "0"}]},
}


@pytest.mark.parametrize(
    ("updates", "expected"),
    [
        ({"s": {"Action": "PUT", "Value": {"S": "y"}}}, {"s": {"S": "y"}}),
        ({"fresh": {"Value": {"N": "1.0"}}}, {"fresh": {"N": "1"}}),
        ({"n": {"Action": "ADD", "Value": {"N": "5"}}}, {"n": {"N": "15"}}),
        ({"fresh": {"Action": "ADD", "Value": {"N": "5"}}}, {"fresh": {"N": "5"}}),
        ({"ss": {"Action": "ADD", "Value": {"SS": ["c", "a"]}}}, {"ss": {"SS": ["a", "b", "c"]}}),
        # Observed, though documented for numbers and sets only
        ({"l": {"Action": "ADD", "Value": {"L": [{"S": "1"}]}}}, {"l": {"L": [{"S": "0"}, {"S": "1"}]}}),
        ({"ss": {"Action": "DELETE", "Value": {"SS": ["b"]}}}, {"ss": {"SS": ["a"]}}),
        ({"ss": {"Action": "DELETE", "Value": {"SS": ["a", "b"]}}}, {"ss": None}),
        ({"s": {"Action": "DELETE"}, "gone": {"Action": "DELETE"}}, {"s": None}),
    ],
)
def test_attribute_updates(updates: dict[str, Any], expected: dict[str, Any]) -> None:
    result = attribute_updates(updates).bind(None).apply(OLD, OLD)
    changed = {name: result.item.get(name) for name in OLD | result.item if result.item.get(name) != OLD.get(name)}
    assert changed == expected
    assert result.updated_old() == {name: OLD[name] for name in updates if name in OLD}
    assert result.updated_new() == {name: result.item[name] for name in updates if name in result.item}


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ({}, "Only DELETE action is allowed when no attribute value is specified"),
        ({"Action": "ADD"}, "Only DELETE action is allowed when no attribute value is specified"),
        ({"Action": "ADD", "Value": S}, "ADD action is not supported for the type S"),
        ({"Action": "ADD", "Value": {"M": {}}}, "ADD action is not supported for the type M"),
        ({"Action": "DELETE", "Value": N}, "DELETE action is not supported for the type N"),
        ({"Action": "DELETE", "Value": {"L": []}}, "DELETE action is not supported for the type L"),
    ],
)
def test_attribute_updates_that_are_refused(update: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationException) as raised:
        attribute_updates({"a": update})
    assert raised.value.message == INVALID + expected


def test_attribute_updates_of_another_type_than_the_attribute() -> None:
    for update in ({"Action": "ADD", "Value": {"N": "1"}}, {"Action": "DELETE", "Value": {"SS": ["a"]}}):
        with pytest.raises(ValidationException) as raised:
            attribute_updates({"s": update}).bind(None).apply(OLD, OLD)
        assert raised.value.message == "Type mismatch for attribute to update"


def test_only_deletes_create_nothing() -> None:
    """Developer guide, "AttributeUpdates": DELETE causes nothing to happen where there is no item."""
    assert attribute_updates({"a": {"Action": "DELETE"}}).creates_item is False
    assert attribute_updates({"a": {"Action": "DELETE"}, "b": {"Value": {"S": "x"}}}).creates_item is True
    assert attribute_updates({}).creates_item is True


def test_attributes_to_get() -> None:
    """Names are taken as they are: dots, reserved words and all."""
    projection = attributes_to_get(["status", "a.b", "gone"])
    item: dict[str, Any] = {"status": {"S": "x"}, "a.b": {"N": "1"}, "a": {"M": {"b": {"N": "2"}}}}
    assert projection.apply(item) == {"status": {"S": "x"}, "a.b": {"N": "1"}}
    assert projection.top_level == ("status", "a.b", "gone")
    with pytest.raises(ValidationException) as raised:
        attributes_to_get(["a", "b", "a"])
    assert raised.value.message == INVALID + "Duplicate value in attribute name: a"
