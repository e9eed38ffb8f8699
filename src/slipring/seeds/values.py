"""Plain values to attribute values."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from slipring.model.attribute_values import AttributeValue

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_DEPTH_MAX = 64
"""Twice what an item may be nested; what is deeper is refused when the item is checked."""


class Number(str):
    """The text of a number, so that none of its digits is lost."""

    __slots__ = ()


def attribute_value(value: object, levels: int = _DEPTH_MAX) -> AttributeValue:
    """The attribute value of a plain one: of JSON, or of Python as boto3's resources take it. Floats have the digits
    that they are printed with. Raises ValueError."""
    if levels == 0:
        raise ValueError("a value is nested too deeply")
    if isinstance(value, Number):
        return {"N": str(value)}
    if isinstance(value, str):
        return {"S": value}
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | float | Decimal):
        return {"N": str(value)}
    if isinstance(value, Mapping):
        return {"M": {_name(name): attribute_value(each, levels - 1) for name, each in value.items()}}
    if isinstance(value, bytes | bytearray):
        return {"B": _base64(value)}
    if isinstance(value, set | frozenset):
        return _set(value)
    if isinstance(value, Sequence):
        return {"L": [attribute_value(each, levels - 1) for each in value]}
    raise ValueError(f"a {type(value).__name__} is no attribute value")


def attributes(item: object) -> dict[str, AttributeValue]:
    """The attributes of a plain item. Raises ValueError."""
    if not isinstance(item, Mapping):
        raise ValueError("an item is an object, a map of names to values")
    return {_name(name): attribute_value(value) for name, value in item.items()}


def key_value(value: AttributeValue, key_type: str) -> AttributeValue:
    """The value of a key attribute. JSON has no binaries: where one belongs, a text is its base64."""
    return {"B": value["S"]} if key_type == "B" and "S" in value else value


def is_number(text: str) -> bool:
    """Whether a cell of a table of text is a number, and would be written so again. 007 is none."""
    return _NUMBER.fullmatch(text) is not None


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise ValueError(f"{name!r} is no name of an attribute")
    return name


def _base64(value: bytes | bytearray) -> str:
    return b64encode(value).decode()


def _set(members: set[Any] | frozenset[Any]) -> AttributeValue:
    values = [attribute_value(each) for each in members]
    kinds = {kind for value in values for kind in value}
    if len(kinds) != 1 or not kinds <= {"S", "N", "B"}:
        raise ValueError("a set holds strings, numbers or binaries, of one kind, and at least one")
    (kind,) = kinds
    return {f"{kind}S": [value[kind] for value in values]}
