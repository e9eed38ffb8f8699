"""The legacy parameters, made into the same compiled objects as expressions.

A legacy parameter holds its values itself, so what comes out is bound with no values, and nothing is cached. The
values are checked and brought to normal form in place on the way. Source: developer guide, "Legacy DynamoDB
conditional parameters"; messages as observed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slipring.expressions.actions import DecisionBinder, added, deleted, put, remove
from slipring.expressions.comparisons import ORDERINGS, are_ordered, type_of
from slipring.expressions.conditions import Condition
from slipring.expressions.key_conditions import KeyCondition, KeyTerm
from slipring.expressions.projections import Projection
from slipring.expressions.syntax import And, Between, Comparison, Function, In, Not, Or, Path, Value
from slipring.expressions.syntax import Condition as ConditionNode
from slipring.expressions.updates import Update
from slipring.model.attribute_values import AttributeValue, normalise_value
from slipring.model.errors import expressions as errors

_SYMBOLS = {"EQ": "=", "NE": "<>", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">"}
_KEY_OPERATORS = {"EQ": "=", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">", "BEGINS_WITH": "begins_with"}
_ARGUMENT_COUNTS = {"NULL": 0, "NOT_NULL": 0, "BETWEEN": 2}
"""All others take one argument, IN one or more."""

_SCALARS = frozenset({"S", "N", "B"})
_ANY = frozenset({"S", "N", "B", "SS", "NS", "BS", "L", "M", "NULL", "BOOL"})
_ARGUMENT_TYPES = {"EQ": _ANY, "NE": _ANY, "BEGINS_WITH": frozenset({"S", "B"})}
"""All others take scalars that have an order."""

_ADDABLE = frozenset({"N", "SS", "NS", "BS", "L"})
"""That lists can be added is documented nowhere, but observed."""
_DELETABLE = frozenset({"SS", "NS", "BS"})


# `check_usage` tells these from expressions by their parameter.
class _KeyConditions(KeyCondition):
    __slots__ = ()
    parameter = "KeyConditions"


class _AttributesToGet(Projection):
    __slots__ = ()
    parameter = "AttributesToGet"


class _AttributeUpdates(Update):
    __slots__ = ()
    parameter = "AttributeUpdates"


# Conditions


def expected_condition(expected: Mapping[str, Mapping[str, Any]], conditional_operator: str | None = None) -> Condition:
    """The condition of an Expected parameter. Raises ValidationException where it is wrong."""
    arguments = {name: _expected_arguments(name, entry) for name, entry in expected.items()}
    return _condition("Expected", arguments, conditional_operator)


def filter_condition(
    parameter: str, conditions: Mapping[str, Mapping[str, Any]], conditional_operator: str | None = None
) -> Condition:
    """The condition of a QueryFilter or ScanFilter. Raises ValidationException where it is wrong."""
    return _condition(parameter, _comparisons(conditions), conditional_operator)


def key_conditions(conditions: Mapping[str, Mapping[str, Any]]) -> KeyCondition:
    """The key condition of a KeyConditions parameter. Raises ValidationException where it is wrong."""
    values: dict[str, AttributeValue] = {}
    terms = []
    for name, (operator, arguments) in _comparisons(conditions).items():
        placeholders = [_place(argument, values).placeholder for argument in arguments]
        terms.append(KeyTerm(name, _KEY_OPERATORS.get(operator, operator), tuple(placeholders)))
    return _KeyConditions(terms, own_values=values)


_Comparison = tuple[str, Sequence[AttributeValue]]
"""A ComparisonOperator and its arguments."""


def _comparisons(conditions: Mapping[str, Mapping[str, Any]]) -> dict[str, _Comparison]:
    comparisons = {}
    for name, condition in conditions.items():
        operator, arguments = condition["ComparisonOperator"], condition.get("AttributeValueList") or ()
        _check_arguments(operator, arguments)
        comparisons[name] = (operator, arguments)
    return comparisons


def _expected_arguments(name: str, entry: Mapping[str, Any]) -> _Comparison:
    """One entry of Expected, in whichever of its two forms, as an operator and its arguments."""
    operator, arguments = entry.get("ComparisonOperator"), entry.get("AttributeValueList")
    exists, value = entry.get("Exists"), entry.get("Value")
    if value is not None and arguments is not None:
        raise errors.value_and_list(name)
    if operator is None:
        if arguments is not None:
            raise errors.list_without_operator(name)
        return _existence(name, exists, value)
    if exists is not None:
        raise errors.exists_and_operator(name)
    if value is not None:
        arguments = [value]
    if arguments is None and operator not in ("NULL", "NOT_NULL"):
        raise errors.operator_without_value(operator, name)
    _check_arguments(operator, arguments or ())
    return operator, arguments or ()


def _existence(name: str, exists: bool | None, value: AttributeValue | None) -> _Comparison:
    if exists is False:
        if value is not None:
            raise errors.value_with_exists_false(name)
        return "NULL", ()
    if value is None:
        raise errors.exists_without_value("null" if exists is None else "true", name)
    _check_arguments("EQ", [value])
    return "EQ", [value]


def _check_arguments(operator: str, arguments: Sequence[AttributeValue]) -> None:
    count = len(arguments)
    if count < 1 if operator == "IN" else count != _ARGUMENT_COUNTS.get(operator, 1):
        raise errors.wrong_argument_count(operator)
    for argument in arguments:
        normalise_value(argument)
    for argument in arguments:
        if type_of(argument) not in _ARGUMENT_TYPES.get(operator, _SCALARS):
            raise errors.wrong_argument_type(operator, type_of(argument))
    if len({type_of(argument) for argument in arguments}) > 1:
        raise errors.argument_types_differ()
    if operator == "BETWEEN" and not are_ordered(arguments[0], arguments[1], ORDERINGS["<="]):
        raise errors.legacy_between_reversed()


def _condition(parameter: str, comparisons: Mapping[str, _Comparison], conditional_operator: str | None) -> Condition:
    values: dict[str, AttributeValue] = {}
    nodes = tuple(
        _node(operator, Path((name,)), [_place(argument, values) for argument in arguments])
        for name, (operator, arguments) in comparisons.items()
    )
    node: ConditionNode = Or(nodes) if conditional_operator == "OR" else And(nodes)
    return Condition(parameter, node, comparisons, own_values=values)


def _place(argument: AttributeValue, values: dict[str, AttributeValue]) -> Value:
    """The argument under a placeholder of its own."""
    placeholder = f":{len(values)}"
    values[placeholder] = argument
    return Value(placeholder)


def _node(operator: str, path: Path, values: Sequence[Value]) -> ConditionNode:
    if operator in _SYMBOLS:
        return Comparison(_SYMBOLS[operator], path, values[0])
    if operator == "BETWEEN":
        return Between(path, values[0], values[1])
    if operator == "IN":
        return In(path, tuple(values))
    if operator == "NULL":
        return Function("attribute_not_exists", (path,))
    if operator == "NOT_NULL":
        return Function("attribute_exists", (path,))
    if operator == "BEGINS_WITH":
        return Function("begins_with", (path, values[0]))
    contains = Function("contains", (path, values[0]))
    if operator == "CONTAINS":
        return contains
    # Unlike NOT contains(...), NOT_CONTAINS is false where the attribute is missing (observed).
    return And((Function("attribute_exists", (path,)), Not(contains)))


# Projections and updates


def attributes_to_get(names: Sequence[str]) -> Projection:
    """The projection of an AttributesToGet parameter. Raises ValidationException for a name given twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise errors.duplicate_attribute_to_get(name)
        seen.add(name)
    return _AttributesToGet([Path((name,)) for name in names])


def attribute_updates(updates: Mapping[str, Mapping[str, Any]]) -> Update:
    """The update of an AttributeUpdates parameter. Raises ValidationException where it is wrong."""
    entries = []
    creates_item = not updates
    for name, update in updates.items():
        action = update.get("Action") or "PUT"
        entries.append((Path((name,)), _decision_binder(action, update.get("Value"))))
        creates_item = creates_item or action != "DELETE"
    return _AttributeUpdates(entries, creates_item=creates_item)


def _decision_binder(action: str, value: AttributeValue | None) -> DecisionBinder:
    if value is None:
        if action != "DELETE":
            raise errors.action_without_value()
        return lambda values: remove
    normalise_value(value)
    if action == "PUT":
        decision = put(value)
    else:
        kind = type_of(value)
        if kind not in (_ADDABLE if action == "ADD" else _DELETABLE):
            raise errors.action_value_type(action, kind)
        change = added if action == "ADD" else deleted
        decision = change(value, errors.legacy_update_type_mismatch)
    return lambda values: decision
