"""First phase: does the body's JSON have the shape of the operation's input?

Members that are null count as absent, unknown ones are ignored, and numbers with a fraction are cut off where an
integer is wanted. The first misfit, in the order of the document, decides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slipring.model import binaries
from slipring.model.errors import serialization as errors
from slipring.model.service import Shape
from slipring.model.validation.facts import ATTRIBUTE_VALUE

INTEGER_MIN, INTEGER_MAX = -(2**31), 2**31 - 1
LONG_MIN, LONG_MAX = -(2**63), 2**63 - 1


def deserialise(shape: Shape, request: object) -> Any:
    """The request with its numbers as the service reads them; dicts and lists are changed in place.

    Raises SerializationException.
    """
    if not isinstance(request, dict):
        raise errors.not_an_object()
    return _structure(shape, request, element=False)


def _read(shape: Shape, value: Any, *, element: bool = False) -> Any:
    if value is None:
        return None
    if shape.kind == "structure":
        return _structure(shape, value, element=element)
    if shape.kind == "map":
        return _map(shape, value, element=element)
    if shape.kind == "list":
        return _list(shape, value)
    return _SCALARS[shape.kind](value)


def _structure(shape: Shape, value: Any, *, element: bool) -> Any:
    if shape.name == ATTRIBUTE_VALUE:
        return _attribute_value(value, element=element)
    if not isinstance(value, dict):
        raise errors.structure_expected(value, shape.name, element=element)
    for name, content in value.items():
        member = shape.members.get(name)
        if member is not None:
            value[name] = _read(member, content)
    return value


def _map(shape: Shape, value: Any, *, element: bool) -> Any:
    if not isinstance(value, dict):
        raise errors.map_expected(value, _java_type(shape), element=element)
    for name, content in value.items():
        value[name] = _read(shape.value, content, element=True)
    return value


def _list(shape: Shape, value: Any) -> Any:
    if not isinstance(value, list):
        raise errors.list_expected(value)
    if shape.element.kind == "string" and all(type(content) is str for content in value):
        return value
    # A list that is too long is refused by the next phase; what is past the bound costs no time here.
    for position, content in enumerate(value[: shape.max]):
        value[position] = _read(shape.element, content, element=True)
    return value


def _java_type(shape: Shape) -> str:
    if shape.kind == "map":
        return errors.java_map(_java_type(shape.value))
    if shape.kind == "list":
        return errors.java_list(_java_type(shape.element))
    return "java.lang.String" if shape.kind == "string" else errors.java_class(shape.name)


def _string(value: Any) -> Any:
    if type(value) is not str:
        raise errors.string_expected(value)
    return value


def _boolean(value: Any) -> Any:
    if type(value) is not bool:
        raise errors.boolean_expected(value)
    return value


def _blob(value: Any) -> Any:
    binaries.decode(value)
    return value


def _integer(value: Any) -> Any:
    return _whole_number(value, "Integer", INTEGER_MIN, INTEGER_MAX)


def _long(value: Any) -> Any:
    return _whole_number(value, "Long", LONG_MIN, LONG_MAX)


def _whole_number(value: Any, java_class: str, least: int, greatest: int) -> int:
    if type(value) not in (int, float) or not least <= value <= greatest:
        raise errors.number_expected(value, java_class)
    return int(value)


def _double(value: Any) -> Any:
    if type(value) not in (int, float):
        raise errors.number_expected(value, "Double")
    return value


def _timestamp(value: Any) -> Any:
    if type(value) not in (int, float):
        raise errors.timestamp_expected(value)
    return value


def _attribute_value(value: Any, *, element: bool) -> Any:
    """Walks with a list of its own: a body may nest deeper than calls can."""
    waiting = [(value, element)]
    while waiting:
        found, is_element = waiting.pop()
        if found is None:
            continue
        if not isinstance(found, dict):
            raise errors.structure_expected(found, ATTRIBUTE_VALUE, element=is_element)
        members = [member for kind, content in found.items() for member in _members(kind, content)]
        waiting += [(member, True) for member in reversed(members)]
    return value


def _members(kind: str, content: Any) -> list[Any]:
    """Checks one content of an attribute value; returns the attribute values in it."""
    if content is None:
        return []
    if kind == "L":
        if not isinstance(content, list):
            raise errors.list_expected(content)
        return content
    if kind == "M":
        if not isinstance(content, dict):
            raise errors.map_expected(content, errors.java_map(errors.java_class(ATTRIBUTE_VALUE)), element=False)
        return list(content.values())
    if kind in _SETS:
        if not isinstance(content, list):
            raise errors.list_expected(content)
        for member in content:
            if member is not None:
                _SETS[kind](member)
    elif kind in _CONTENTS:
        _CONTENTS[kind](content)
    return []


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "string": _string,
    "boolean": _boolean,
    "blob": _blob,
    "integer": _integer,
    "long": _long,
    "double": _double,
    "timestamp": _timestamp,
}
_CONTENTS: dict[str, Callable[[Any], Any]] = {
    "S": _string,
    "N": _string,
    "B": _blob,
    "BOOL": _boolean,
    "NULL": _boolean,
}
_SETS: dict[str, Callable[[Any], Any]] = {"SS": _string, "NS": _string, "BS": _blob}
