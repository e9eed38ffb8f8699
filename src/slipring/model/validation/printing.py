"""Values as the framework prints them in messages: Java's `toString`, with the model's names.

A structure prints as `KeySchemaElement(attributeName=pk, keyType=HASH)`, absent members as null, an attribute value as
its class and a hash (observed in clients' reports; the hash is arbitrary, here it follows the content).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from zlib import crc32

import orjson

from slipring.model.errors.serialization import java_class
from slipring.model.service import Shape
from slipring.model.validation.facts import ATTRIBUTE_VALUE, PRINTED_AS_JSON, member_name

_PRINTED_CHARACTERS_MAX = 256 * 1024
"""A request of 16 MiB could otherwise make a message many times its size. No message seen was near it."""

_JSON_TYPES: dict[str, type[Any]] = {"list": list, "map": dict, "structure": dict}


def printed(shape: Shape, value: Any) -> str:
    """A value's text, cut off where it gets out of hand."""
    pieces: list[str] = []
    length = 0
    for piece in _pieces(shape, value):
        pieces.append(piece)
        length += len(piece)
        if length > _PRINTED_CHARACTERS_MAX:
            break
    return "".join(pieces)[:_PRINTED_CHARACTERS_MAX]


def _pieces(shape: Shape, value: Any) -> Iterator[str]:
    if value is None:
        yield "null"
    elif shape.name in PRINTED_AS_JSON:
        yield _json(value).decode()
    elif shape.name == ATTRIBUTE_VALUE:
        yield f"{java_class(ATTRIBUTE_VALUE)}@{crc32(_json(value)):x}"
    elif not isinstance(value, _JSON_TYPES.get(shape.kind, type(value))):
        # What is past a list's greatest length was never looked at.
        yield _json(value).decode()
    elif shape.kind == "structure":
        members = ((f"{member_name(name)}=", member, value.get(name)) for name, member in shape.members.items())
        yield from _series(f"{shape.name}(", members, ")")
    elif shape.kind == "list":
        yield from _series("[", (("", shape.element, element) for element in value), "]")
    elif shape.kind == "map":
        yield from _series("{", ((f"{key}=", shape.value, content) for key, content in value.items()), "}")
    elif isinstance(value, bool):
        yield "true" if value else "false"
    else:
        yield str(value)


def _json(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # It is nested deeper than orjson writes.
        return b"{}"


def _series(opening: str, entries: Iterable[tuple[str, Shape, Any]], closing: str) -> Iterator[str]:
    separator = opening
    for label, shape, value in entries:
        yield separator + label
        yield from _pieces(shape, value)
        separator = ", "
    yield (opening if separator == opening else "") + closing
