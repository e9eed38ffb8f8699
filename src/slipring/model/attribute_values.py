"""Attribute values: checked as the service checks them, and brought to one normal form.

A value is its wire form, a dict of exactly one type and its content. In normal form numbers are canonical texts, and
sets are sorted: strings by UTF-8 bytes, numbers by value, binaries by raw bytes. Two values are the same exactly when
their normal forms are equal. The service promises no order of a set's members (developer guide, "Supported data types
and naming rules"), so sorting is allowed, and it makes equality and removal of duplicates cheap.
"""

from __future__ import annotations

from binascii import a2b_base64
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from slipring.model.binaries import decode
from slipring.model.errors import attribute_values as errors
from slipring.model.errors import serialization
from slipring.model.errors.tree import ValidationException
from slipring.model.limits import ATTRIBUTE_NAME_BYTES_MAX, NESTING_LEVELS_MAX
from slipring.model.numbers import normalise as normalise_number
from slipring.model.numbers import size_bytes as number_bytes
from slipring.model.sizes import CONTAINER_BYTES, MEMBER_BYTES, text_bytes, value_bytes

AttributeValue = dict[str, Any]
Item = dict[str, AttributeValue]
Unchecked = dict[str, Any]
"""What is an item if all its values are attribute values."""

_MAP_JAVA_TYPE = serialization.java_map(serialization.java_class("AttributeValue"))


def normalise_item(item: Unchecked) -> int:
    """Check an item deeply and bring it to normal form in place; returns its size in bytes, names included.

    Raises ValidationException for values the service refuses, SerializationException for JSON of the wrong kind.
    The size is not held to the limit here: the messages for a put and an update differ.
    """
    if "" in item:
        # An item's own names come before anything inside it (conformance).
        raise errors.empty_attribute_name()
    try:
        return _normalise_members(item, NESTING_LEVELS_MAX)
    except ValidationException as error:
        if error.message == errors.empty_attribute_name().message:
            # A name inside comes after the depth of all values (conformance).
            for value in item.values():
                _check_depth(value)
        raise


def normalise_changed(item: Item, old: Item, old_bytes: int, changed: frozenset[str]) -> int:
    """`normalise_item` for an item that has the values of a normal one, `old`, but for some `changed` attributes."""
    size = old_bytes
    try:
        for name in changed:
            value, old_value = item.get(name), old.get(name)
            if value is old_value:
                continue
            if old_value is not None:
                size -= text_bytes(name) + value_bytes(old_value)
            if value is not None:
                size += text_bytes(name) + normalise_value(value)
    except ValidationException:
        # Of several mistakes the first in the item's order is told.
        return normalise_item(item)
    return normalise_item(item) if size > ATTRIBUTE_NAME_BYTES_MAX or "" in changed else size


def normalise_value(value: Any) -> int:
    """The same for one value; returns its size without a name."""
    return _normalise(value, NESTING_LEVELS_MAX)


def set_members(kind: str, members: Iterable[str]) -> list[str]:
    """The normal form of a set (`kind` is SS, NS or BS) of distinct, normal members."""
    return sorted(members, key=_SET_ORDERS[kind])


def _normalise_members(item: Unchecked, levels: int) -> int:
    """The members of an item or map, where `levels` more levels are allowed, a member's own included.

    Strings and numbers are what most items are made of; they are measured here without a further call.
    """
    size = 0
    for name, value in item.items():
        size += len(name) if name.isascii() else len(name.encode())
        if type(value) is dict and len(value) == 1:
            content = value.get("S")
            if type(content) is str:
                size += len(content) if content.isascii() else len(content.encode())
                continue
            content = value.get("N")
            if type(content) is str:
                number = normalise_number(content)
                if number is not content:
                    value["N"] = number
                size += number_bytes(number)
                continue
        size += _normalise(value, levels)
    if size > ATTRIBUTE_NAME_BYTES_MAX:
        _check_names(item)
    return size


def _check_names(item: Unchecked) -> None:
    for name in item:
        if text_bytes(name) > ATTRIBUTE_NAME_BYTES_MAX:
            raise errors.attribute_name_too_long()


def _normalise(value: Any, levels: int) -> int:
    if type(value) is not dict or len(value) != 1:
        _keep_one_type(value)
    [kind] = value
    content = value[kind]
    normaliser = _NORMALISERS.get(kind)
    if normaliser is None or content is None:
        raise errors.empty_value()
    return normaliser(value, content, levels)


def _keep_one_type(value: Any) -> None:
    """Drop members that are null or unknown, as the framework does; exactly one is to remain."""
    if value is None:
        raise errors.empty_value()
    if type(value) is not dict:
        raise serialization.structure_expected(value, "AttributeValue", element=True)
    for kind in [kind for kind, content in value.items() if content is None or kind not in _NORMALISERS]:
        del value[kind]
    if not value:
        raise errors.empty_value()
    if len(value) > 1:
        raise errors.several_types()


def _normalise_string(value: AttributeValue, content: Any, levels: int) -> int:
    if type(content) is not str:
        raise serialization.string_expected(content)
    return text_bytes(content)


def _normalise_number(value: AttributeValue, content: Any, levels: int) -> int:
    if type(content) is not str:
        raise serialization.string_expected(content)
    number = normalise_number(content)
    if number is not content:
        value["N"] = number
    return number_bytes(number)


def _normalise_binary(value: AttributeValue, content: Any, levels: int) -> int:
    return len(decode(content))


def _normalise_bool(value: AttributeValue, content: Any, levels: int) -> int:
    if content is not True and content is not False:
        raise serialization.boolean_expected(content)
    return 1


def _normalise_null(value: AttributeValue, content: Any, levels: int) -> int:
    if content is not True:
        raise errors.null_not_true() if content is False else serialization.boolean_expected(content)
    return 1


def _normalise_list(value: AttributeValue, content: Any, levels: int) -> int:
    if type(content) is not list:
        raise serialization.list_expected(content)
    if levels <= 1 and content:
        raise errors.nested_too_deep()
    size = CONTAINER_BYTES + len(content) * MEMBER_BYTES
    for member in content:
        size += _normalise(member, levels - 1)
    return size


def _normalise_map(value: AttributeValue, content: Any, levels: int) -> int:
    if type(content) is not dict:
        raise serialization.map_expected(content, _MAP_JAVA_TYPE, element=False)
    if levels <= 1 and content:
        raise errors.nested_too_deep()
    if "" in content:
        raise errors.empty_attribute_name()
    return CONTAINER_BYTES + len(content) * MEMBER_BYTES + _normalise_members(content, levels - 1)


def _normalise_string_set(value: AttributeValue, content: Any, levels: int) -> int:
    _check_texts(content, "string")
    if not content:
        raise errors.empty_string_set()
    if len(set(content)) < len(content):
        raise errors.duplicate_strings(content, _up_to_repeat(content, content))
    content.sort()
    return sum(map(text_bytes, content))


def _normalise_number_set(value: AttributeValue, content: Any, levels: int) -> int:
    _check_texts(content, "number")
    if not content:
        raise errors.empty_number_set()
    numbers = set(map(normalise_number, content))
    if len(numbers) < len(content):
        raise errors.duplicate_numbers()
    value["NS"] = set_members("NS", numbers)
    return sum(map(number_bytes, numbers))


def _normalise_binary_set(value: AttributeValue, content: Any, levels: int) -> int:
    if type(content) is not list:
        raise serialization.list_expected(content)
    if not content:
        raise errors.empty_binary_set()
    if None in content:
        raise errors.null_in_set("binary")
    raws = list(map(decode, content))
    if len(set(raws)) < len(raws):
        raise errors.duplicate_binaries(content, _up_to_repeat(content, raws))
    content.sort(key=dict(zip(content, raws, strict=True)).__getitem__)
    return sum(map(len, raws))


def _up_to_repeat(members: list[str], sort_keys: Sequence[Any]) -> list[str]:
    """Members of a set, sorted by their keys up to the first one that is repeated, and as they come from there."""
    text_by_key: dict[Any, str] = {}
    for position, (member, key) in enumerate(zip(members, sort_keys, strict=True)):
        if key in text_by_key:
            return [text_by_key[seen] for seen in sorted(text_by_key)] + members[position:]
        text_by_key[key] = member
    return members


def _check_depth(value: Any) -> None:
    values = [value]
    for _ in range(NESTING_LEVELS_MAX):
        values = [member for nested in values for member in _nested(nested) if type(member) is dict]
    if values:
        raise errors.nested_too_deep()


def _nested(value: Any) -> list[Any]:
    """What is in a list or map that nobody has checked yet."""
    if type(value) is not dict:
        return []
    elements, members = value.get("L"), value.get("M")
    return [*(elements if type(elements) is list else ()), *(members.values() if type(members) is dict else ())]


def _check_texts(content: object, adjective: str) -> None:
    if type(content) is not list:
        raise serialization.list_expected(content)
    for member in content:
        if type(member) is not str:
            raise errors.null_in_set(adjective) if member is None else serialization.string_expected(member)


_NORMALISERS: dict[str, Callable[[AttributeValue, Any, int], int]] = {
    "S": _normalise_string,
    "N": _normalise_number,
    "B": _normalise_binary,
    "BOOL": _normalise_bool,
    "NULL": _normalise_null,
    "L": _normalise_list,
    "M": _normalise_map,
    "SS": _normalise_string_set,
    "NS": _normalise_number_set,
    "BS": _normalise_binary_set,
}

_SET_ORDERS: dict[str, Callable[[str], Any] | None] = {"SS": None, "NS": Decimal, "BS": a2b_base64}
