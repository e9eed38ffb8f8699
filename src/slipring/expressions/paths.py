"""Document paths at work: reading one from an item, and many of them as one tree.

A tree is how projections and updates see their paths: it shows at once where two of them overlap or conflict, and
lets an item be walked once for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

from slipring.expressions.syntax import Path
from slipring.model.attribute_values import AttributeValue, Item
from slipring.model.errors import expressions as errors

Reader = Callable[[Item], AttributeValue | None]
"""Reads a value from an item; None where there is none."""

Selector = Callable[[AttributeValue], AttributeValue | None]
"""Keeps some parts of a map or list; None where it has none of them."""

T = TypeVar("T")


def reader(path: Path) -> Reader:
    """What reads the value at `path`."""
    name, steps = path.attribute, path.elements[1:]
    if steps:
        return _nested_reader(name, steps)

    def read(item: Item) -> AttributeValue | None:
        return item.get(name)

    return read


def _nested_reader(name: str, steps: tuple[str | int, ...]) -> Reader:
    def read(item: Item) -> AttributeValue | None:
        value = item.get(name)
        for step in steps:
            if value is None:
                return None
            value = member(value, step)
        return value

    return read


def member(value: AttributeValue, step: str | int) -> AttributeValue | None:
    """What stands in a map at a key or in a list at an index; None where nothing does."""
    if type(step) is str:
        members: dict[str, AttributeValue] | None = value.get("M")
        return None if members is None else members.get(step)
    elements: list[AttributeValue] | None = value.get("L")
    index = int(step)
    return elements[index] if elements is not None and index < len(elements) else None


@dataclass(slots=True)
class Branch(Generic[T]):
    """A node of a tree: either the end of a path, with what belongs to it, or a fork of several."""

    first: Path
    """The first path that leads here."""
    leaf: T | None
    branches: Branches[T] = field(default_factory=dict)
    """By map key or by list index, never by both."""


Branches = dict[str | int, Branch[T]]


def tree(parameter: str, entries: Iterable[tuple[Path, T]]) -> Branches[T]:
    """The paths as a tree, keyed by attribute name. Raises ValidationException where two overlap or conflict."""
    roots: Branches[T] = {}
    for path, leaf in entries:
        _insert(parameter, roots, path, leaf)
    return roots


def _insert(parameter: str, branches: Branches[T], path: Path, leaf: T) -> None:
    last = len(path.elements) - 1
    for depth, element in enumerate(path.elements):
        branch = branches.get(element)
        if branch is None:
            # All are of one type, so the first stands for them: a legacy parameter may name a million attributes.
            for other, conflicting in islice(branches.items(), 1):
                if type(other) is not type(element):
                    raise errors.paths_conflict(parameter, str(conflicting.first), str(path))
            branch = branches[element] = Branch(path, leaf if depth == last else None)
        elif branch.leaf is not None or depth == last:
            raise errors.paths_overlap(parameter, str(branch.first), str(path))
        branches = branch.branches


def item_selector(roots: Branches[T]) -> Callable[[Item], Item]:
    """What projects an item on the paths of a tree.

    Maps keep their nesting; lists keep the chosen elements side by side, by index; a map or list of which nothing is
    chosen is left out.
    """
    attributes = [(str(name), _selector(branch)) for name, branch in roots.items()]

    def select(item: Item) -> Item:
        return _select_members(item, attributes)

    return select


def _selector(branch: Branch[T]) -> Selector | None:
    """None stands for the whole value."""
    if branch.leaf is not None:
        return None
    if isinstance(next(iter(branch.branches)), str):
        return _map_selector([(str(key), _selector(inner)) for key, inner in branch.branches.items()])
    return _list_selector(sorted((int(index), _selector(inner)) for index, inner in branch.branches.items()))


def _select_members(members: Item, wanted: list[tuple[str, Selector | None]]) -> Item:
    chosen: Item = {}
    for name, select in wanted:
        value = members.get(name)
        if value is not None and select is not None:
            value = select(value)
        if value is not None:
            chosen[name] = value
    return chosen


def _map_selector(wanted: list[tuple[str, Selector | None]]) -> Selector:
    def select(value: AttributeValue) -> AttributeValue | None:
        members = value.get("M")
        chosen = None if members is None else _select_members(members, wanted)
        return {"M": chosen} if chosen else None

    return select


def _list_selector(wanted: list[tuple[int, Selector | None]]) -> Selector:
    def select(value: AttributeValue) -> AttributeValue | None:
        elements = value.get("L")
        if elements is None:
            return None
        length = len(elements)
        parts = [
            elements[index] if inner is None else inner(elements[index]) for index, inner in wanted if index < length
        ]
        chosen = [part for part in parts if part is not None]
        return {"L": chosen} if chosen else None

    return select
