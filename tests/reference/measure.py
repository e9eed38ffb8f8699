"""Values as the documentation describes them: normal form, size, what a projection keeps, what a read or write costs.

Developer Guide, "DynamoDB item sizes and formats" and "DynamoDB read and write operations".
"""

from __future__ import annotations

import base64
import math
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.expressions.reference import Path, plain

Value = dict[str, Any]
Item = dict[str, Value]


def normal(value: Value) -> Value:
    """The value as the service stores it: numbers by value alone, sets in order."""
    ((kind, content),) = value.items()
    if kind == "N":
        number = Decimal(content)
        return {"N": format(number.normalize(), "f") if number else "0"}
    if kind in ("SS", "NS", "BS"):
        members = [normal({kind[0]: member}) for member in content]
        return {kind: [member[kind[0]] for member in sorted(members, key=plain)]}
    if kind == "L":
        return {"L": [normal(element) for element in content]}
    if kind == "M":
        return {"M": normal_item(content)}
    return value


def normal_item(item: Item) -> Item:
    return {name: normal(value) for name, value in item.items()}


def item_bytes(item: Item) -> int:
    return sum(len(name.encode()) + value_bytes(value) for name, value in item.items())


def value_bytes(value: Value) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "B":
        return len(base64.b64decode(content))
    if kind == "N":
        return number_bytes(content)
    if kind in ("SS", "NS", "BS"):
        return sum(value_bytes({kind[0]: member}) for member in content)
    if kind == "L":
        return 3 + sum(1 + value_bytes(element) for element in content)
    return 3 + len(content) + item_bytes(content) if kind == "M" else 1


def number_bytes(text: str) -> int:
    """A byte, and one for two significant digits on either side of the point; one more below zero."""
    whole, _, fraction = format(abs(Decimal(text)).normalize(), "f").partition(".")
    whole = whole.strip("0") if not fraction else whole.lstrip("0")
    fraction = fraction if whole else fraction.lstrip("0")
    return 1 + math.ceil(len(whole) / 2) + math.ceil(len(fraction) / 2) + (Decimal(text) < 0)


def depth(value: Value) -> int:
    """How many levels of maps and lists there are, what they hold counted, too."""
    ((kind, content),) = value.items()
    members = content if kind == "L" else content.values() if kind == "M" else ()
    return 1 + max(map(depth, members), default=0)


def project(item: Item, paths: Sequence[Path]) -> Item:
    """The parts of an item that lie at the paths, nested as in the item; list elements move together."""
    kept = _project({"M": item}, paths)
    return {} if kept is None else kept["M"]


def _project(value: Value, paths: Sequence[Path]) -> Value | None:
    """None if nothing lies at any of the paths. The empty path stands for the whole value."""
    if () in paths:
        return value
    by_step: dict[str | int, list[Path]] = defaultdict(list)
    for step, *rest in paths:
        by_step[step].append(tuple(rest))
    if "M" in value:
        members = {name: _project(value["M"][name], by_step[name]) for name in by_step if name in value["M"]}
        kept = {name: member for name, member in members.items() if member is not None}
        return {"M": kept} if kept else None
    if "L" in value:
        indexes = sorted(index for index in by_step if isinstance(index, int) and index < len(value["L"]))
        elements = [_project(value["L"][index], by_step[index]) for index in indexes]
        found = [element for element in elements if element is not None]
        return {"L": found} if found else None
    return None


def read_units(size: int, consistent: bool) -> float:
    return max(1, math.ceil(size / 4096)) * (1.0 if consistent else 0.5)


def write_units(size: int) -> float:
    return float(max(1, math.ceil(size / 1024)))
