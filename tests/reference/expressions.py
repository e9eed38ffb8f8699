"""Random values, paths, conditions and updates: the trees of `tests.expressions.reference`.

Names and values come from small pools, so that keys collide, paths lead somewhere and comparisons come out both ways.
What the service refuses whatever the item is not made: types of operands are right where the expression alone tells.
"""

from __future__ import annotations

from random import Random
from typing import Any

from tests.expressions.reference import Path, plain
from tests.reference.measure import Item, Value, normal

NAMES = ("a", "b", "c")
TEXTS = ("", "a", "ab", "b", "é", "𝄞", "1")
NUMBERS = ("-2", "0", "0.5", "1", "1.0", "2", "10", "1E1", "25")
BINARIES = ("", "AA==", "AQ==", "AQI=", "/w==")
TYPE_NAMES = ("S", "N", "B", "SS", "NS", "BS", "L", "M", "NULL", "BOOL")
POOLS = {"S": TEXTS, "N": NUMBERS, "B": BINARIES}


def ordered(chance: Random, kind: str | None = None) -> Value:
    """A string, number or binary."""
    kind = kind or chance.choice("SNB")
    return {kind: chance.choice(POOLS[kind])}


def a_set(chance: Random) -> Value:
    kind = chance.choice("SNB")
    distinct = {plain({kind: text}): text for text in chance.choices(POOLS[kind], k=chance.randint(1, 3))}
    return {kind + "S": list(distinct.values())}


def value(chance: Random, depth: int = 2) -> Value:
    choice = chance.randrange(8 if depth else 6)
    if choice < 3:
        return ordered(chance)
    if choice == 3:
        return a_set(chance)
    if choice == 4:
        return {"NULL": True}
    if choice == 5:
        return {"BOOL": chance.random() < 0.5}
    if choice == 6:
        return {"L": [value(chance, depth - 1) for _ in range(chance.randrange(4))]}
    return {"M": attributes(chance, depth - 1)}


def attributes(chance: Random, depth: int = 2) -> Item:
    """Any attributes with any values; but `a` is mostly a map, `b` a list and `c` a number, so that paths and
    arithmetic often succeed."""
    item = {name: value(chance, depth) for name in NAMES if chance.random() < 0.6}
    if depth and chance.random() < 0.7:
        item["a"] = {"M": attributes(chance, depth - 1)}
    if depth and chance.random() < 0.7:
        item["b"] = {"L": [value(chance, depth - 1) for _ in range(chance.randrange(4))]}
    if chance.random() < 0.7:
        item["c"] = ordered(chance, "N")
    return item


def path(chance: Random) -> Path:
    """A path into an item as `attributes` makes them, or, sometimes, any path."""
    if chance.random() < 0.15:
        steps = [chance.choice((*NAMES, 0, 1, 2)) for _ in range(chance.randrange(3))]
        return (chance.choice(NAMES), *steps)
    first = chance.choice(NAMES)
    if first == "c" or chance.random() < 0.65:
        return (first,)
    if first == "b":
        return ("b", chance.randrange(3))
    return ("a", *path(chance)) if chance.random() < 0.2 else ("a", chance.choice(NAMES))


def number_path(chance: Random) -> Path:
    return chance.choice((("c",), ("c",), ("a", "c"), path(chance)))


def list_path(chance: Random) -> Path:
    return chance.choice((("b",), ("b",), ("a", "b"), path(chance)))


def paths(chance: Random) -> tuple[Path, ...]:
    """One to three paths of which none lies within another, nor takes for a list what another takes for a map."""
    chosen: list[Path] = []
    for candidate in (path(chance) for _ in range(chance.randint(1, 3))):
        if not any(conflict(candidate, other) for other in chosen):
            chosen.append(candidate)
    return tuple(chosen)


def conflict(first: Path, second: Path) -> bool:
    for left, right in zip(first, second, strict=False):
        if left != right:
            return type(left) is not type(right)
    return True


def _operand(chance: Random, constant: Value) -> Any:
    """A path, mostly, or the constant; an expression of constants alone tells nothing of the item."""
    return ("path", path(chance)) if chance.random() < 0.7 else ("value", constant)


def comparison(chance: Random) -> Any:
    subject = ("path", path(chance))
    kind = chance.randrange(8)
    if kind == 0:
        return (chance.choice(("attribute_exists", "attribute_not_exists")), subject)
    if kind == 1:
        return ("attribute_type", subject, ("value", {"S": chance.choice(TYPE_NAMES)}))
    if kind == 2:
        return ("begins_with", subject, ("value", ordered(chance, chance.choice("SB"))))
    if kind == 3:
        return ("contains", subject, ("value", ordered(chance)))
    if kind == 4:
        return ("IN", subject, *[("value", value(chance, 1)) for _ in range(chance.randint(1, 4))])
    if kind == 5:
        return _between(chance, subject)
    if kind == 6:
        other = _operand(chance, value(chance, 1))
        return (chance.choice(("=", "<>")), subject, ("value", {"NULL": True}) if other == subject else other)
    left = ("size", subject) if chance.random() < 0.3 else subject
    return (chance.choice(("<", "<=", ">", ">=")), left, ("value", ordered(chance)))


def _between(chance: Random, subject: Any) -> Any:
    kind = chance.choice("SNB")
    lower, upper = sorted((ordered(chance, kind), ordered(chance, kind)), key=lambda bound: plain(normal(bound)))
    return ("BETWEEN", subject, ("value", lower), ("value", upper))


def condition(chance: Random, depth: int = 2) -> Any:
    kind = chance.randrange(6 if depth else 3)
    if kind < 3:
        return comparison(chance)
    if kind == 3:
        return ("NOT", condition(chance, depth - 1))
    parts = [condition(chance, depth - 1) for _ in range(chance.randint(2, 3))]
    return (chance.choice(("AND", "OR")), *parts)


def update(chance: Random) -> tuple[tuple[str, Path, Any], ...]:
    return tuple(_action(chance, target) for target in paths(chance))


def _action(chance: Random, target: Path) -> tuple[str, Path, Any]:
    section = chance.choice(("SET", "SET", "SET", "SET", "SET", "REMOVE", "REMOVE", "ADD", "DELETE"))
    if section == "REMOVE":
        return (section, target, None)
    if section == "SET":
        return (section, target, _new_value(chance))
    number = section == "ADD" and chance.random() < 0.6
    return (section, target, ("value", ordered(chance, "N") if number else a_set(chance)))


def _new_value(chance: Random) -> Any:
    kind = chance.randrange(7)
    if kind < 3:
        return ("value", value(chance))
    if kind == 3:
        return ("path", path(chance))
    if kind == 4:
        return ("if_not_exists", ("path", path(chance)), ("value", value(chance)))
    if kind == 5:
        return ("list_append", _list(chance), _list(chance))
    return (chance.choice("+-"), _number(chance), _number(chance))


def _list(chance: Random) -> Any:
    if chance.random() < 0.5:
        return ("value", {"L": [ordered(chance) for _ in range(chance.randrange(3))]})
    return ("path", list_path(chance))


def _number(chance: Random) -> Any:
    constant = ("value", ordered(chance, "N"))
    kind = chance.randrange(3)
    if kind == 0:
        return constant
    subject = ("path", number_path(chance))
    return ("if_not_exists", subject, constant) if kind == 1 else subject
