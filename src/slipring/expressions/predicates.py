"""Comparisons and functions of condition expressions, compiled.

Compiling is in two steps, because an expression is used again and again with other values. A *binder* is made once
from the syntax; given a request's values it checks those operands whose types are known before any item is read,
as the service does, and makes the *test* that is run on items.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slipring.expressions.comparisons import (
    MIRRORED,
    ORDERED,
    ORDERINGS,
    are_ordered,
    begins_with,
    contains,
    type_of,
)
from slipring.expressions.operands import ANY_TYPE, Values, check_ordered, operand_reader, static_type
from slipring.expressions.paths import reader
from slipring.expressions.syntax import Between, Comparison, Function, In, Operand, Path, Value
from slipring.model.attribute_values import AttributeValue, Item
from slipring.model.errors import expressions as errors

Test = Callable[[Item], bool]
Binder = Callable[[Values], Test]

_CONTAINS_NOTHING = frozenset({"N", "BOOL", "NULL", "M"})
_TYPE_NAMES = frozenset({"S", "N", "B", "SS", "NS", "BS", "L", "M", "NULL", "BOOL"})


# Comparisons


def comparison(node: Comparison, parameter: str) -> Binder:
    left, right, operator = node.left, node.right, node.operator
    if isinstance(left, Value) and isinstance(right, Path):
        left, right, operator = right, left, MIRRORED[operator]
    if operator in ORDERINGS:
        if isinstance(left, Path) and isinstance(right, Value):
            return _ordering_with_value(left, right.placeholder, operator, parameter)
        return _ordering(left, right, operator, parameter)
    if isinstance(left, Path) and isinstance(right, Value):
        return _equality_with_value(left, right.placeholder, operator)
    return _equality(left, right, operator, parameter)


def _equality_with_value(path: Path, placeholder: str, operator: str) -> Binder:
    read = reader(path)
    if operator == "=":

        def bind(values: Values) -> Test:
            wanted = values[placeholder]
            return lambda item: read(item) == wanted

        return bind

    def bind_not(values: Values) -> Test:
        unwanted = values[placeholder]
        return lambda item: read(item) != unwanted

    return bind_not


def _equality(left: Operand, right: Operand, operator: str, parameter: str) -> Binder:
    bind_left, bind_right = operand_reader(left, parameter), operand_reader(right, parameter)
    equal = operator == "="

    def bind(values: Values) -> Test:
        read_left, read_right = bind_left(values), bind_right(values)

        def test(item: Item) -> bool:
            value = read_left(item)
            return (value is not None and value == read_right(item)) is equal

        return test

    return bind


def _ordering_with_value(path: Path, placeholder: str, operator: str, parameter: str) -> Binder:
    read = reader(path)
    ordering = ORDERINGS[operator]

    def bind(values: Values) -> Test:
        [(kind, content)] = values[placeholder].items()
        key = ORDERED.get(kind)
        if key is None:
            raise errors.wrong_operand_type(parameter, operator, kind)
        bound = key(content)

        def test(item: Item) -> bool:
            value = read(item)
            if value is None:
                return False
            own = value.get(kind)
            return own is not None and ordering(key(own), bound)

        return test

    return bind


def _ordering(left: Operand, right: Operand, operator: str, parameter: str) -> Binder:
    bind_left, bind_right = operand_reader(left, parameter), operand_reader(right, parameter)
    ordering = ORDERINGS[operator]

    def bind(values: Values) -> Test:
        check_ordered((left, right), values, parameter, operator)
        read_left, read_right = bind_left(values), bind_right(values)
        return lambda item: are_ordered(read_left(item), read_right(item), ordering)

    return bind


def between(node: Between, parameter: str) -> Binder:
    operands = (node.operand, node.lower, node.upper)
    if isinstance(node.lower, Value) and isinstance(node.upper, Value):
        return _between_values(node.operand, node.lower.placeholder, node.upper.placeholder, parameter)
    bind_operand, bind_lower, bind_upper = [operand_reader(operand, parameter) for operand in operands]
    at_most = ORDERINGS["<="]

    def bind(values: Values) -> Test:
        check_ordered(operands, values, parameter, "BETWEEN")
        read, read_lower, read_upper = bind_operand(values), bind_lower(values), bind_upper(values)

        def test(item: Item) -> bool:
            value = read(item)
            return are_ordered(read_lower(item), value, at_most) and are_ordered(value, read_upper(item), at_most)

        return test

    return bind


def _between_values(operand: Operand, lower: str, upper: str, parameter: str) -> Binder:
    bind_operand = operand_reader(operand, parameter)

    def bind(values: Values) -> Test:
        check_ordered((operand, Value(lower), Value(upper)), values, parameter, "BETWEEN")
        check_bounds(values[lower], values[upper], parameter)
        read = bind_operand(values)
        [(kind, low_content)] = values[lower].items()
        key = ORDERED[kind]
        low, high = key(low_content), key(values[upper][kind])

        def test(item: Item) -> bool:
            value = read(item)
            own = None if value is None else value.get(kind)
            return own is not None and low <= key(own) <= high

        return test

    return bind


def check_bounds(lower: AttributeValue, upper: AttributeValue, parameter: str) -> None:
    """Raises ValidationException where two bounds of ordered types make no range."""
    if type_of(lower) != type_of(upper):
        raise errors.between_types_differ(parameter, _printed(lower), _printed(upper))
    if not are_ordered(lower, upper, ORDERINGS["<="]):
        raise errors.between_bounds_reversed(parameter, _printed(lower), _printed(upper))


def _printed(value: AttributeValue) -> str:
    [(kind, content)] = value.items()
    return f"{{{kind}:{content}}}"


def in_candidates(node: In, parameter: str) -> Binder:
    bind_operand = operand_reader(node.operand, parameter)
    placeholders = [candidate.placeholder for candidate in node.candidates if isinstance(candidate, Value)]
    bind_others = [operand_reader(other, parameter) for other in node.candidates if not isinstance(other, Value)]

    def bind(values: Values) -> Test:
        read = bind_operand(values)
        wanted = [values[placeholder] for placeholder in placeholders]
        others = [bind_other(values) for bind_other in bind_others]

        def test(item: Item) -> bool:
            value = read(item)
            return value is not None and (value in wanted or any(other(item) == value for other in others))

        return test

    return bind


# Functions


def function(node: Function, parameter: str) -> Binder:
    """What binds a function that is a condition; all but `size`."""
    return _FUNCTIONS[node.name](node, parameter)


def _attribute_exists(node: Function, parameter: str) -> Binder:
    test = _existence(node)
    return lambda values: test


def _attribute_not_exists(node: Function, parameter: str) -> Binder:
    exists = _existence(node)
    return lambda values: lambda item: not exists(item)


def _existence(node: Function) -> Test:
    path = node.arguments[0]
    assert isinstance(path, Path)
    if len(path.elements) > 1:
        read = reader(path)
        return lambda item: read(item) is not None
    name = path.attribute
    return lambda item: name in item


def _attribute_type(node: Function, parameter: str) -> Binder:
    operand, type_operand = node.arguments
    bind_operand = operand_reader(operand, parameter)

    def bind(values: Values) -> Test:
        kind = static_type(type_operand, values)
        if kind != "S" or not isinstance(type_operand, Value):
            raise errors.wrong_operand_type(parameter, node.name, kind or ANY_TYPE)
        name = values[type_operand.placeholder]["S"]
        if name not in _TYPE_NAMES:
            raise errors.unknown_attribute_type(parameter, name)
        read = bind_operand(values)

        def test(item: Item) -> bool:
            value = read(item)
            return value is not None and name in value

        return test

    return bind


def _begins_with(node: Function, parameter: str) -> Binder:
    def check(values: Values) -> None:
        for operand in node.arguments:
            kind = static_type(operand, values)
            if kind and kind != "S" and kind != "B":
                raise errors.wrong_operand_type(parameter, node.name, kind)

    return _relation(node, parameter, check, begins_with)


def _contains(node: Function, parameter: str) -> Binder:
    def check(values: Values) -> None:
        kind = static_type(node.arguments[0], values)
        if kind in _CONTAINS_NOTHING:
            raise errors.wrong_operand_type(parameter, node.name, kind)

    return _relation(node, parameter, check, contains)


def _relation(
    node: Function, parameter: str, check: Callable[[Values], None], relation: Callable[[Any, Any], bool]
) -> Binder:
    """A function of two operands that is false where either is missing."""
    bind_left, bind_right = [operand_reader(operand, parameter) for operand in node.arguments]

    def bind(values: Values) -> Test:
        check(values)
        read_left, read_right = bind_left(values), bind_right(values)

        def test(item: Item) -> bool:
            left = read_left(item)
            if left is None:
                return False
            right = read_right(item)
            return right is not None and relation(left, right)

        return test

    return bind


_FUNCTIONS: dict[str, Callable[[Function, str], Binder]] = {
    "attribute_exists": _attribute_exists,
    "attribute_not_exists": _attribute_not_exists,
    "attribute_type": _attribute_type,
    "begins_with": _begins_with,
    "contains": _contains,
}
