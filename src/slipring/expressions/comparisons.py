"""How DynamoDB compares attribute values: equality, order, prefixes, containment, size.

All values are in normal form, so two values are equal exactly when their wire forms are. Only strings, numbers and
binaries have an order, and only within one type: strings by their UTF-8 bytes (which is the order of Python's
strings), numbers by value, binaries by unsigned bytes. Source: developer guide, "Condition and filter expressions,
operators, and functions in DynamoDB".
"""

from __future__ import annotations

import operator
from binascii import a2b_base64
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from slipring.model.attribute_values import AttributeValue
from slipring.model.sizes import binary_bytes

ORDERED: dict[str, Callable[[str], Any]] = {"S": str, "N": Decimal, "B": a2b_base64}
"""The types that have an order, each with what turns its content into something that Python orders the same way."""

ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""The operator to use when the sides of a comparison change places."""

_ELEMENT_TYPES = {"SS": "S", "NS": "N", "BS": "B"}


def type_of(value: AttributeValue) -> str:
    """S, N, B, BOOL, NULL, L, M, SS, NS or BS."""
    [kind] = value
    return kind


def are_ordered(
    left: AttributeValue | None, right: AttributeValue | None, ordering: Callable[[Any, Any], bool]
) -> bool:
    """Whether both values are there, are of one type that has an order, and are in that order."""
    if left is None or right is None:
        return False
    [(kind, content)] = left.items()
    other = right.get(kind)
    key = ORDERED.get(kind)
    return key is not None and other is not None and ordering(key(content), key(other))


def begins_with(value: AttributeValue, prefix: AttributeValue) -> bool:
    """A string that begins with a string, or a binary that begins with a binary."""
    text = prefix.get("S")
    if text is not None:
        content = value.get("S")
        return content is not None and content.startswith(text)
    if "B" in prefix and "B" in value:
        return a2b_base64(value["B"]).startswith(a2b_base64(prefix["B"]))
    return False


def contains(container: AttributeValue, part: AttributeValue) -> bool:
    """A string or binary that has `part` as a piece, or a set or list that has it as a member."""
    [(kind, content)] = container.items()
    if kind == "S":
        text = part.get("S")
        return text is not None and text in content
    if kind == "L":
        return part in content
    element_type = _ELEMENT_TYPES.get(kind)
    if element_type is not None:
        element = part.get(element_type)
        return element is not None and element in content
    return kind == "B" and "B" in part and a2b_base64(part["B"]) in a2b_base64(content)


def size_of(value: AttributeValue) -> AttributeValue | None:
    """The number that the function `size` gives; None for the types that have no size (N, BOOL, NULL).

    Strings count UTF-16 code units (observed: 3 for "é" and a clef outside the basic plane), binaries bytes,
    everything else its members.
    """
    [(kind, content)] = value.items()
    if kind == "S":
        return {"N": str(len(content) if content.isascii() else len(content.encode("utf-16-le")) // 2)}
    if kind == "B":
        return {"N": str(binary_bytes(content))}
    if kind in ("N", "BOOL", "NULL"):
        return None
    return {"N": str(len(content))}
