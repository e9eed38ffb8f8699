"""Operands of conditions: document paths, values, and `size` of either."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from slipring.expressions.comparisons import ORDERED, size_of, type_of
from slipring.expressions.paths import Reader, reader
from slipring.expressions.syntax import Function, Operand, Path, Value
from slipring.model.attribute_values import AttributeValue, Item
from slipring.model.errors import expressions as errors
from slipring.model.errors.tree import ValidationException

Values = Mapping[str, AttributeValue]
"""ExpressionAttributeValues in normal form."""
ReaderBinder = Callable[[Values], Reader]

ANY_TYPE = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
"""What the service prints for an operand whose type depends on the item."""

_UNSIZED = frozenset({"N", "BOOL", "NULL"})


def operand_reader(operand: Operand, parameter: str) -> ReaderBinder:
    """What binds an operand of a condition to a reader of its value."""
    if isinstance(operand, Path):
        read = reader(operand)
        return lambda values: read
    if isinstance(operand, Value):
        return _constant_reader(operand.placeholder)
    return _size_reader(operand.arguments[0], parameter)


def _constant_reader(placeholder: str) -> ReaderBinder:
    def bind(values: Values) -> Reader:
        value = values[placeholder]
        return lambda item: value

    return bind


def _size_reader(operand: Operand, parameter: str) -> ReaderBinder:
    bind_operand = operand_reader(operand, parameter)

    def bind(values: Values) -> Reader:
        kind = static_type(operand, values)
        if kind in _UNSIZED:
            raise errors.wrong_operand_type(parameter, "size", kind)
        read = bind_operand(values)

        def size(item: Item) -> AttributeValue | None:
            value = read(item)
            return None if value is None else size_of(value)

        return size

    return bind


def static_type(operand: Operand, values: Values) -> str:
    """The operand's type where it doesn't depend on an item, else the empty string."""
    if isinstance(operand, Value):
        return type_of(values[operand.placeholder])
    return "N" if isinstance(operand, Function) else ""


def check_ordered(operands: tuple[Operand, ...], values: Values, parameter: str, operator: str) -> None:
    """Raises ValidationException for an operand that is known to be of a type without an order."""
    for operand in operands:
        kind = static_type(operand, values)
        if kind and kind not in ORDERED:
            raise errors.wrong_operand_type(parameter, operator, kind)


def undefined_value(parameter: str, placeholders: Iterable[str], values: Values | None) -> ValidationException:
    """The error for the first of `placeholders` that has no value; at least one hasn't."""
    known = () if values is None else values
    return errors.undefined_value(parameter, next(name for name in placeholders if name not in known))
