"""Attribute values: checked as the service checks them, and brought to one normal form.

A value is its wire form, a dict of exactly one type and its content. In normal form numbers are canonical texts,
binaries canonical base64, and sets are sorted: strings by UTF-8 bytes, numbers by value, binaries by raw bytes. Two
values are the same exactly when their normal forms are equal. The service promises no order of a set's members
(developer guide, "Supported data types and naming rules"), so sorting is allowed, and it makes equality and removal
of duplicates cheap.
"""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from slipring.model.errors import attribute_values as errors
from slipring.model.errors import serialization
from slipring.model.errors.base import ApiError
from slipring.model.limits import NESTING_LEVELS_MAX
from slipring.model.numbers import normalise as normalise_number
from slipring.model.numbers import size_bytes as number_bytes
from slipring.model.sizes import CONTAINER_BYTES, MEMBER_BYTES, text_bytes

AttributeValue = dict[str, Any]
Item = dict[str, AttributeValue]

_JAVA_NAME = "class com.amazonaws.dynamodb.v20120810.AttributeValue"


def normalise_item(item: Item) -> int:
    """Check an item deeply and bring it to normal form in place; returns its size in bytes, names included.

    Raises ValidationException for values the service refuses, SerializationException for JSON of the wrong kind.
    The size is not checked against the limit here: the messages for a put and an update differ.
    """
    return _normalise_members(item, NESTING_LEVELS_MAX)


def normalise_value(value: AttributeValue) -> int:
    """The same for one value; returns its size without a name."""
    return _normalise(value, NESTING_LEVELS_MAX)


def set_members(kind: str, members: Iterable[str]) -> list[str]:
    """The normal form of a set (`kind` is SS, NS or BS) of distinct, normal members."""
    return sorted(members, key=_SET_ORDERS[kind])


def _normalise_members(item: Item, levels: int) -> int:
    """The members of an item or map, where `levels` more levels are allowed, a member's own included."""
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
    return size


def _normalise(value: AttributeValue, levels: int) -> int:
    if levels <= 0:
        raise errors.nested_too_deep()
    if type(value) is not dict or len(value) != 1:
        _keep_one_type(value)
    [kind] = value
    content = value[kind]
    normaliser = _NORMALISERS.get(kind)
    if normaliser is None or content is None:
        raise errors.empty_value()
    return normaliser(value, content, levels)


def _keep_one_type(value: AttributeValue) -> None:
    """Drop members that are null or unknown, as the framework does; exactly one is to remain."""
    if type(value) is not dict:
        raise _not_a_value(value)
    for kind in [kind for kind, content in value.items() if content is None or kind not in _NORMALISERS]:
        del value[kind]
    if not value:
        raise errors.empty_value()
    if len(value) > 1:
        raise errors.several_types()


def _not_a_value(value: object) -> ApiError:
    if value is None:
        return errors.empty_value()
    if isinstance(value, list):
        return serialization.list_where_not_expected(_JAVA_NAME)
    return serialization.unexpected_field_type()


def _not_a_string(content: object) -> ApiError:
    if isinstance(content, list):
        return serialization.list_where_not_expected("class java.lang.String")
    if isinstance(content, dict):
        return serialization.structure_where_not_expected()
    return serialization.cannot_be_converted(content, "String")


def _not_a_list(content: object) -> ApiError:
    if isinstance(content, dict):
        return serialization.structure_where_not_expected()
    return serialization.unexpected_field_type()


def _normalise_string(value: AttributeValue, content: Any, levels: int) -> int:
    if type(content) is not str:
        raise _not_a_string(content)
    return text_bytes(content)


def _normalise_number(value: AttributeValue, content: Any, levels: int) -> int:
    if type(content) is not str:
        raise _not_a_string(content)
    number = normalise_number(content)
    if number is not content:
        value["N"] = number
    return number_bytes(number)


def _normalise_binary(value: AttributeValue, content: Any, levels: int) -> int:
    return len(decode_base64(content))


def _normalise_bool(value: AttributeValue, content: Any, levels: int) -> int:
    _check_bool(content)
    return 1


def _normalise_null(value: AttributeValue, content: Any, levels: int) -> int:
    _check_bool(content)
    if not content:
        raise errors.null_not_true()
    return 1


def _check_bool(content: object) -> None:
    if content is True or content is False:
        return
    if isinstance(content, str):
        raise serialization.unexpected_token()
    if isinstance(content, list):
        raise serialization.list_where_not_expected("class java.lang.Boolean")
    if isinstance(content, dict):
        raise serialization.structure_where_not_expected()
    raise serialization.cannot_be_converted(content, "Boolean")


def _normalise_list(value: AttributeValue, content: Any, levels: int) -> int:
    if type(content) is not list:
        raise _not_a_list(content)
    size = CONTAINER_BYTES + len(content) * MEMBER_BYTES
    for member in content:
        size += _normalise(member, levels - 1)
    return size


def _normalise_map(value: AttributeValue, content: Any, levels: int) -> int:
    if type(content) is not dict:
        if isinstance(content, list):
            raise serialization.list_where_not_expected(f"java.util.Map<java.lang.String, {_JAVA_NAME[6:]}>")
        raise serialization.unexpected_field_type()
    if levels <= 1 and content:
        raise errors.nested_too_deep()
    return CONTAINER_BYTES + len(content) * MEMBER_BYTES + _normalise_members(content, levels - 1)


def _check_members(content: Any) -> list[str]:
    if type(content) is not list:
        raise _not_a_list(content)
    for member in content:
        if type(member) is not str:
            raise _not_a_string(member)
    return content


def _normalise_string_set(value: AttributeValue, content: Any, levels: int) -> int:
    members = _check_members(content)
    if not members:
        raise errors.empty_string_set()
    if len(set(members)) < len(members):
        raise errors.duplicate_strings(members)
    members.sort()
    return sum(map(text_bytes, members))


def _normalise_number_set(value: AttributeValue, content: Any, levels: int) -> int:
    members = _check_members(content)
    if not members:
        raise errors.empty_number_set()
    numbers = set(map(normalise_number, members))
    if len(numbers) < len(members):
        raise errors.duplicate_numbers()
    value["NS"] = sorted(numbers, key=Decimal)
    return sum(map(number_bytes, numbers))


def _normalise_binary_set(value: AttributeValue, content: Any, levels: int) -> int:
    if type(content) is not list:
        raise _not_a_list(content)
    if not content:
        raise errors.empty_binary_set()
    raws = list(map(decode_base64, content))
    raw_by_text = dict(zip(content, raws, strict=True))
    if len(raw_by_text) < len(content):
        raise errors.duplicate_binaries(content)
    content.sort(key=raw_by_text.__getitem__)
    return sum(map(len, raws))


_LAST_BEFORE_TWO_PADS = frozenset("AQgw")
_LAST_BEFORE_ONE_PAD = frozenset("AEIMQUYcgkosw048")


def decode_base64(content: object) -> bytes:
    """The raw bytes of a binary's wire form. Raises SerializationException for anything but canonical base64."""
    if type(content) is not str:
        raise serialization.not_a_base64_string()
    if len(content) & 3:
        raise errors.base64_length(len(content))
    try:
        raw = a2b_base64(content, strict_mode=True)
    except (Base64Error, ValueError):
        raise errors.base64_character(content) from None
    if content[-1:] == "=":
        two_pads = content[-2] == "="
        if content[-3 if two_pads else -2] not in (_LAST_BEFORE_TWO_PADS if two_pads else _LAST_BEFORE_ONE_PAD):
            raise errors.base64_last_character()
    return raw


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
