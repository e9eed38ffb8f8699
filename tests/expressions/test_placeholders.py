"""Placeholders that are unused, undefined or ill-formed, and parameters that exclude each other."""

from __future__ import annotations

from typing import Any

import pytest

from slipring.expressions import (
    attribute_updates,
    attributes_to_get,
    check_conditional_operator,
    check_mixing,
    check_usage,
    compile_condition,
    compile_filter,
    compile_key_condition,
    compile_projection,
    compile_update,
    expected_condition,
    key_conditions,
    normalise_values,
)
from slipring.expressions.placeholders import Compiled
from slipring.model.errors.tree import SerializationException, ValidationException

V: dict[str, Any] = {":v": {"S": "x"}}


def test_what_is_used_exactly_passes() -> None:
    names = {"#a": "a", "#b": "b"}
    check_usage("PutItem", names, V, [compile_condition("#a = :v OR #b = :v", names)])
    check_usage("GetItem", names, None, [compile_projection("#a, #b", names)])
    check_usage(
        "Query", names, V, [compile_key_condition("#a = :v", names), compile_filter("attribute_exists(#b)", names)]
    )
    check_usage("PutItem", None, None, [])
    check_usage("UpdateItem", None, V, [compile_update("SET a = :v", None), compile_condition("b <> :v", None)])


def condition(text: str, names: dict[str, str] | None = None) -> list[Compiled]:
    return [compile_condition(text, names)]


REFUSED: list[tuple[str, dict[str, str] | None, dict[str, Any] | None, list[Compiled], str]] = [
    # public suite
    (
        "UpdateItem",
        {"#unused": "x"},
        V,
        [compile_update("SET attr1 = :v", {"#unused": "x"})],
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#unused}",
    ),
    (
        "UpdateItem",
        None,
        V | {":unused": {"S": "extra"}},
        [compile_update("SET attr1 = :v", None)],
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:unused}",
    ),
    (
        "PutItem",
        None,
        V,
        [],
        "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null",
    ),
    (
        "UpdateItem",
        None,
        None,
        [compile_update("SET attr1 = :v", None)],
        "Invalid UpdateExpression: An expression attribute value used in expression is not defined; "
        "attribute value: :v",
    ),
    # reports
    (
        "Scan",
        {"#a": "a", "#b": "b", "#c": "c"},
        V,
        [compile_filter("#b = :v", {"#a": "a", "#b": "b", "#c": "c"})],
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a, #c}",
    ),
    ("GetItem", {"#a": "a"}, None, [], "ExpressionAttributeNames can only be specified when using expressions"),
    # A legacy parameter is no expression
    (
        "GetItem",
        {"#a": "a"},
        None,
        [attributes_to_get(["a"])],
        "ExpressionAttributeNames can only be specified when using expressions",
    ),
    (
        "Query",
        None,
        V,
        [key_conditions({"a": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "x"}]}})],
        "ExpressionAttributeValues can only be specified when using expressions: "
        "FilterExpression and KeyConditionExpression are null",
    ),
    (
        "UpdateItem",
        None,
        V,
        [attribute_updates({"a": {"Action": "DELETE"}}), expected_condition({"a": {"Exists": False}})],
        "ExpressionAttributeValues can only be specified when using expressions: "
        "UpdateExpression and ConditionExpression are null",
    ),
    ("PutItem", {}, V, [], "ExpressionAttributeNames can only be specified when using expressions"),
    (
        "Query",
        None,
        V,
        [compile_projection("a", None)],
        "ExpressionAttributeValues can only be specified when using expressions: "
        "FilterExpression and KeyConditionExpression are null",
    ),
    (
        "UpdateItem",
        None,
        V,
        [],
        "ExpressionAttributeValues can only be specified when using expressions: "
        "UpdateExpression and ConditionExpression are null",
    ),
    (
        "Scan",
        None,
        V,
        [],
        "ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null",
    ),
    ("DeleteItem", None, {}, condition("attribute_exists(a)"), "ExpressionAttributeValues must not be empty"),
    (
        "Scan",
        None,
        {"loc": {"S": "x"}},
        [compile_filter("a = :loc", None)],
        'ExpressionAttributeValues contains invalid key: Syntax error; key: "loc"',
    ),
    (
        "PutItem",
        None,
        {":a-b": {"S": "x"}},
        condition("attribute_exists(a)"),
        'ExpressionAttributeValues contains invalid key: Syntax error; key: ":a-b"',
    ),
    # Undefined is told before unused, names before values
    (
        "PutItem",
        {"#a": "a"},
        {":w": {"S": "x"}},
        condition("a = :v", {"#a": "a"}),
        "Invalid ConditionExpression: An expression attribute value used in expression is not defined; "
        "attribute value: :v",
    ),
    (
        "PutItem",
        {"#a": "a"},
        V | {":w": {"S": "x"}},
        condition("a = :v", {"#a": "a"}),
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}",
    ),
]


@pytest.mark.parametrize(("operation", "names", "values", "compiled", "expected"), REFUSED)
def test_refused(
    operation: str,
    names: dict[str, str] | None,
    values: dict[str, Any] | None,
    compiled: list[Compiled],
    expected: str,
) -> None:
    with pytest.raises(ValidationException) as raised:
        check_usage(operation, names, values, compiled)
    assert raised.value.message == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({}, "ExpressionAttributeNames must not be empty"),
        ({"x": "a"}, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "x"'),
        ({"#": "a"}, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "#"'),
        ({"#a": "a", "#b[1]": "b"}, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "#b[1]"'),
        ({"#b\n": "b"}, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "#b\n"'),
    ],
)
def test_ill_formed_names_are_told_before_what_the_expression_lacks(names: dict[str, str], expected: str) -> None:
    """A forgotten # is a common slip; it must not show as a name that is not defined."""
    with pytest.raises(ValidationException) as raised:
        compile_condition("#x = :v", names)
    assert raised.value.message == expected


def test_values_are_normalised_and_the_bad_one_is_named() -> None:
    values: dict[str, Any] = {":n": {"N": "1.0"}, ":s": {"SS": ["b", "a"]}}
    normalise_values(values)
    assert values == {":n": {"N": "1"}, ":s": {"SS": ["a", "b"]}}
    with pytest.raises(ValidationException) as raised:
        normalise_values({":ok": {"S": ""}, ":bad": {"SS": []}})
    assert raised.value.message == (
        "ExpressionAttributeValues contains invalid value: One or more parameter values were invalid: "
        "An string set  may not be empty for key :bad"
    )
    deep: dict[str, Any] = {"S": "x"}
    for _ in range(40):
        deep = {"L": [deep]}
    with pytest.raises(ValidationException, match=r"^Nesting Levels have exceeded"):
        normalise_values({":deep": deep})
    with pytest.raises(SerializationException):
        normalise_values({":wrong": {"S": 1}})


MIXED = [
    ("PutItem", ["Expected", "ConditionExpression"], "{Expected}", "{ConditionExpression}"),
    ("UpdateItem", ["UpdateExpression", "AttributeUpdates"], "{AttributeUpdates}", "{UpdateExpression}"),
    ("GetItem", ["ProjectionExpression", "AttributesToGet"], "{AttributesToGet}", "{ProjectionExpression}"),
    ("DeleteItem", ["ConditionalOperator", "ConditionExpression"], "{ConditionalOperator}", "{ConditionExpression}"),
    (
        "Scan",
        ["ConditionalOperator", "FilterExpression", "ScanFilter", "AttributesToGet", "ProjectionExpression"],
        "{AttributesToGet, ScanFilter, ConditionalOperator}",
        "{ProjectionExpression, FilterExpression}",
    ),
    (
        "Query",
        ["KeyConditions", "FilterExpression", "KeyConditionExpression", "QueryFilter"],
        "{QueryFilter, KeyConditions}",
        "{FilterExpression, KeyConditionExpression}",
    ),
    ("Update", ["Expected", "UpdateExpression"], "{Expected}", "{UpdateExpression}"),
]


@pytest.mark.parametrize(("operation", "present", "legacy", "expressions"), MIXED)
def test_expressions_and_legacy_parameters_do_not_mix(
    operation: str, present: list[str], legacy: str, expressions: str
) -> None:
    """The first two are in the public suite; a parameter that is null counts as absent."""
    with pytest.raises(ValidationException) as raised:
        check_mixing(operation, dict.fromkeys(present, "given"))
    assert raised.value.message == (
        "Can not use both expression and non-expression parameters in the same request: "
        f"Non-expression parameters: {legacy} Expression parameters: {expressions}"
    )
    for alone in present:
        check_mixing(operation, {name: "given" if name == alone else None for name in present})


def test_a_conditional_operator_needs_two_conditions() -> None:
    one = {"a": {"Exists": False}}
    check_conditional_operator({"Expected": one})
    check_conditional_operator({"ConditionalOperator": "OR", "ScanFilter": one | {"b": {}}})
    lacking: list[dict[str, Any]] = [{}, {"Expected": {}}, {"KeyConditions": one}]
    for request in lacking:
        with pytest.raises(ValidationException) as raised:
            check_conditional_operator({"ConditionalOperator": "OR", **request})
        assert raised.value.message == "ConditionalOperator cannot be used without Filter or Expected"
    with pytest.raises(ValidationException) as raised:
        check_conditional_operator({"ConditionalOperator": "AND", "QueryFilter": one})
    assert raised.value.message == (
        "ConditionalOperator can only be used when Filter or Expected has two or more elements"
    )
