"""DynamoDB's own measure of items, in bytes.

A string or name counts its UTF-8 bytes, a binary its raw bytes, NULL and BOOL one byte, a set the sum of its members,
a list or map 3 bytes and one more per member. Source: developer guide, "DynamoDB item sizes and formats".
`attribute_values` measures while it checks; these functions measure values that are already normal.
"""

from __future__ import annotations

from typing import Any

from slipring.model.numbers import size_bytes as number_bytes

CONTAINER_BYTES = 3
"""The overhead of a list or map."""
MEMBER_BYTES = 1
"""The overhead of each member of a list or map."""


def text_bytes(text: str) -> int:
    """The UTF-8 length of a string or name."""
    return len(text) if text.isascii() else len(text.encode())


def binary_bytes(text: str) -> int:
    """The raw length of a binary in canonical base64."""
    return len(text) // 4 * 3 - text.endswith("=") - text.endswith("==")


def item_bytes(item: dict[str, dict[str, Any]]) -> int:
    """The size of an item, attribute names included."""
    size = 0
    for name, value in item.items():
        size += len(name) if name.isascii() else len(name.encode())
        size += value_bytes(value)
    return size


def value_bytes(value: dict[str, Any]) -> int:
    """The size of one attribute value, without its name."""
    [kind] = value
    content = value[kind]
    if kind == "S":
        return len(content) if content.isascii() else len(content.encode())
    if kind == "N":
        return number_bytes(content)
    if kind == "BOOL" or kind == "NULL":
        return 1
    if kind == "B":
        return binary_bytes(content)
    if kind == "M":
        return CONTAINER_BYTES + len(content) * MEMBER_BYTES + item_bytes(content)
    if kind == "L":
        return CONTAINER_BYTES + len(content) * MEMBER_BYTES + sum(map(value_bytes, content))
    return _set_bytes(kind, content)


def _set_bytes(kind: str, members: list[str]) -> int:
    if kind == "SS":
        return sum(map(text_bytes, members))
    if kind == "NS":
        return sum(map(number_bytes, members))
    return sum(map(binary_bytes, members))
