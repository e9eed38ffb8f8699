"""A request's parameters: the values that stand for the question marks of a statement.

Numbers are read as Java's BigDecimal reads them, with a scale of 32 bits, which is narrower than elsewhere in the
service; of several mistakes the first one counts. Source: the public conformance suite.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from slipring.model import numbers
from slipring.model.attribute_values import AttributeValue, normalise_value
from slipring.model.errors import attribute_values as value_errors
from slipring.model.limits import NESTING_LEVELS_MAX

_DECIMAL = re.compile(r"[+-]?(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:[eE]([+-]?[0-9]+))?")
_INT32_MAX = 2**31 - 1
_INT32_DIGITS = len(str(_INT32_MAX))


def normalise_parameters(parameters: Sequence[AttributeValue]) -> None:
    """Check a statement's parameters and bring them to normal form in place.

    Raises ValidationException for a value that the service refuses.
    """
    for parameter in parameters:
        _normalise_numbers(parameter, NESTING_LEVELS_MAX)
        normalise_value(parameter)


def normalise_number(text: str) -> str:
    """The canonical text of a number that a statement or a parameter holds; raises ValidationException."""
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise value_errors.not_a_number(text)
    exponent = match[4]
    if exponent is not None:
        _check_exponent(text, match[1] or "", match[2] or match[3] or "", exponent)
    return numbers.normalise(text)


def _check_exponent(text: str, whole: str, fraction: str, exponent: str) -> None:
    """A scale must fit 32 bits; a number's magnitude, precision less scale, wraps where it doesn't."""
    power = exponent.lstrip("+-").lstrip("0")
    if len(power) > _INT32_DIGITS or int(power or "0") > _INT32_MAX:
        raise value_errors.not_a_number(text)
    scale = len(fraction) - int(exponent)
    if abs(scale) > _INT32_MAX:
        raise value_errors.not_a_number(text)
    precision = len((whole + fraction).lstrip("0"))
    if precision and precision - scale > _INT32_MAX:
        raise value_errors.number_underflow()


def _normalise_numbers(value: Any, levels: int) -> bool:
    """Normalise the numbers of a value in document order, as far as it is not nested too deeply; whether it is not.

    Whatever else is wrong with the value is left to `normalise_value`.
    """
    if type(value) is not dict or len(value) != 1:
        return True
    [(kind, content)] = value.items()
    if kind == "N" and type(content) is str:
        value["N"] = normalise_number(content)
    elif kind == "NS" and type(content) is list:
        value["NS"] = [normalise_number(member) if type(member) is str else member for member in content]
    elif kind == "L" and type(content) is list:
        return _normalise_members(content, levels)
    elif kind == "M" and type(content) is dict:
        return _normalise_members(list(content.values()), levels)
    return True


def _normalise_members(members: list[Any], levels: int) -> bool:
    if levels <= 1:
        return not members
    return all(_normalise_numbers(member, levels - 1) for member in members)
