"""Second phase: does the request keep the constraints of the model?

Every broken constraint is reported at once, in the framework's own order of members. A constraint on a list's elements
or on a map's keys or values is reported for the list or map.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from slipring.model import table_names
from slipring.model.errors import validation as errors
from slipring.model.errors.attribute_values import attribute_name_too_long
from slipring.model.errors.tree import ValidationException
from slipring.model.limits import ATTRIBUTE_NAME_BYTES_MAX, TABLE_NAME_CHARACTERS_MAX, TABLE_NAME_CHARACTERS_MIN
from slipring.model.service import Shape
from slipring.model.sizes import text_bytes
from slipring.model.validation import facts
from slipring.model.validation.printing import printed

Broken = Iterator[str | ValidationException]
"""Texts of the framework's failures, and errors that the service raises itself once the framework is content."""


class Place(NamedTuple):
    """Where a value stands in the request: as the framework names it, and as the service names it itself."""

    path: str = ""
    wire_path: str = ""

    def member(self, name: str) -> Place:
        return self._extended(facts.member_name(name), name)

    def element(self, segment: int | str) -> Place:
        """An element of a list, counted from 1, or a value of a map, by its key."""
        return self._extended(f"{segment}.member", f"{segment}.member")

    def _extended(self, segment: str, wire_segment: str) -> Place:
        if not self.path:
            return Place(segment, wire_segment)
        return Place(f"{self.path}.{segment}", f"{self.wire_path}.{wire_segment}")


_WHOLE_REQUEST = Place()
_SHORT_TEXT_CHARACTERS = 255
"""Texts up to here need no look inside: they can't be attribute names that are too long."""


def broken_in_structure(shape: Shape, structure: dict[str, Any], place: Place = _WHOLE_REQUEST) -> Broken:
    """What a structure breaks; `place` is where it stands, the request as a whole if not given."""
    for name in facts.member_order(shape.members):
        member, value = shape.members[name], structure.get(name)
        if value is not None:
            yield from _broken_in_member((shape.name, name), member, value, place.member(name))
        elif name in shape.required and (shape.name, name) not in facts.REQUIRED_BY_THE_OPERATION:
            yield errors.failure(None, place.member(name).path, errors.NOT_NULL)


def _broken_in_member(member: tuple[str, str], shape: Shape, value: Any, place: Place) -> Broken:
    most = facts.LENGTHS_MAX.get(member, shape.max)
    for constraint in _broken_constraints(shape, value, most):
        if member in facts.CHECKED_BY_HAND:
            yield errors.constraint_failed_by_hand(place.wire_path, constraint)
        elif member in facts.REQUEST_ITEMS and not value:
            yield errors.request_items_required(member[0].removesuffix("Input"))
        else:
            yield errors.failure(printed(shape, value), place.path, constraint)
    yield from _broken_inside(shape, value, place)


def _broken_inside(shape: Shape, value: Any, place: Place) -> Broken:
    if shape.name == facts.ATTRIBUTE_VALUE:
        return
    if shape.kind == "structure":
        yield from broken_in_structure(shape, value, place)
    elif shape.kind == "list":
        yield from _broken_in_list(shape, value, place)
    elif shape.kind == "map":
        yield from _broken_in_map(shape, value, place)
    elif shape.name == facts.ATTRIBUTE_NAME and text_bytes(value) > ATTRIBUTE_NAME_BYTES_MAX:
        yield attribute_name_too_long()
    elif shape.name == facts.TABLE_ARN and table_names.is_arn(value) and not table_names.is_table_name(value):
        yield errors.invalid_table_arn(value)


def _broken_in_list(shape: Shape, elements: list[Any], place: Place) -> Broken:
    if shape.element.name == facts.ATTRIBUTE_VALUE:
        return
    if _any_broken(shape.element, elements):
        yield errors.failure(printed(shape, elements), place.path, errors.elements(all_constraints(shape.element)))
    # What is past the greatest length is not looked at: it would change no more than which failures are named.
    for position, element in enumerate(elements[: shape.max], start=1):
        if type(element) is str and len(element) <= _SHORT_TEXT_CHARACTERS and shape.element.name != facts.TABLE_ARN:
            continue
        yield from _broken_in_element(shape.element, element, place.element(position))


def _broken_in_map(shape: Shape, content: dict[str, Any], place: Place) -> Broken:
    if shape.value.name == facts.ATTRIBUTE_VALUE:
        return
    if _any_broken(shape.key, content):
        keys = errors.failure(printed(shape, content), place.path, errors.map_keys(all_constraints(shape.key)))
        yield errors.constraints_failed([keys]) if shape.name in facts.MAP_KEYS_CHECKED_LAST else keys
    if _any_broken(shape.value, content.values()):
        yield errors.failure(printed(shape, content), place.path, errors.map_values(all_constraints(shape.value)))
    for key, value in content.items():
        yield from _broken_inside(shape.key, key, place)
        yield from _broken_in_element(shape.value, value, place.element(key))


def _any_broken(shape: Shape, values: Iterable[Any]) -> bool:
    return bool(all_constraints(shape)) and any(
        value is not None and _broken_constraints(shape, value, shape.max) for value in values
    )


def _broken_in_element(shape: Shape, value: Any, place: Place) -> Broken:
    if value is None:
        yield errors.failure(None, place.path, errors.NOT_NULL)
    else:
        yield from _broken_inside(shape, value, place)


def _broken_constraints(shape: Shape, value: Any, most: int | None) -> list[str]:
    """The constraints of its own shape that a value breaks; `most` stands for the shape's greatest length or value."""
    if shape.name == facts.TABLE_ARN:
        return [] if table_names.is_arn(value) else table_names.broken_constraints(value)
    if shape.name == facts.ATTRIBUTE_NAME:
        return []
    broken = []
    if shape.enum and value not in shape.enum:
        broken.append(errors.one_of(facts.enum_order(shape.enum)))
    if shape.pattern and _java_pattern(shape.pattern).fullmatch(value) is None:
        broken.append(errors.matches(shape.pattern))
    measure = "length" if shape.kind in ("string", "list", "map") else "value"
    size = len(value) if measure == "length" else value
    if most is not None and size > most:
        broken.append(errors.at_most(measure, most))
    if shape.min is not None and size < shape.min:
        broken.append(errors.at_least(measure, shape.min))
    if shape.name in facts.LENGTH_FIRST:
        broken.reverse()
    return broken


def all_constraints(shape: Shape) -> list[str]:
    """All constraints of a shape, as they are listed for a list's elements or a map's keys or values."""
    if shape.name == facts.ATTRIBUTE_NAME:
        return []
    least, most, pattern = shape.min, shape.max, shape.pattern
    if shape.name == facts.TABLE_ARN:
        least, most, pattern = TABLE_NAME_CHARACTERS_MIN, TABLE_NAME_CHARACTERS_MAX, table_names.NAME_PATTERN
    measure = "length" if shape.kind in ("string", "list", "map") else "value"
    constraints = []
    if most is not None:
        constraints.append(errors.at_most(measure, most))
    if least is not None:
        constraints.append(errors.at_least(measure, least))
    if pattern:
        constraints.append(errors.matches(pattern))
    if shape.enum:
        constraints.append(errors.one_of(facts.enum_order(shape.enum)))
    return constraints


@cache
def _java_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(facts.python_pattern(pattern))
