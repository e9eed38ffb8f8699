"""SELECT lists: what of an item a SELECT returns.

Unlike a ProjectionExpression, a SELECT list does not keep an item's nesting: each path becomes an attribute of its
own, named after the path's last name and the indexes behind that, so `a.b[0]` is returned as "b[0]". Source: the
public conformance suite (SELECT a.b), and reports of what the service answers (a.b[0]).
"""

from __future__ import annotations

from slipring.expressions.paths import Reader, reader
from slipring.expressions.syntax import Path
from slipring.model.attribute_values import Item
from slipring.model.errors import partiql as errors
from slipring.partiql.paths import document_path, is_path, unexpected
from slipring.partiql.syntax import Node


class SelectList:
    """The attributes to return, each with the path that it comes from."""

    __slots__ = ("_readers", "attribute_order", "attributes")

    def __init__(self, paths: dict[str, Path]) -> None:
        """`paths` by the names under which they are returned."""
        self._readers: list[tuple[str, Reader]] = [(name, reader(path)) for name, path in paths.items()]
        self.attribute_order = tuple(dict.fromkeys(path.attribute for path in paths.values()))
        """The names of the top-level attributes that are read, in order; `attributes` are the same as a set."""
        self.attributes = frozenset(self.attribute_order)

    def apply(self, item: Item) -> Item:
        """What of `item` is there."""
        found = ((name, read(item)) for name, read in self._readers)
        return {name: value for name, value in found if value is not None}


def select_list(node: Node, text: str) -> SelectList | None:
    """The SELECT list of the statement `text`; None for *. Raises ValidationException for all but paths."""
    if node.kind == "ProjectAll":
        return None
    if node.kind == "ProjectValue":
        raise errors.unsupported_operation(node.kind)
    paths: dict[str, Path] = {}
    for child in node.children:
        path = _path(child, text)
        name = _returned_name(path)
        if name in paths:
            raise errors.repeated_select_name(name)
        paths[name] = path
    return SelectList(paths)


def _path(node: Node, text: str) -> Path:
    if node.kind == "Alias":
        raise errors.aliasing_not_supported()
    if not is_path(node):
        raise unexpected(node, text)
    return document_path(node, text)


def _returned_name(path: Path) -> str:
    indexes = ""
    for element in reversed(path.elements):
        if isinstance(element, str):
            return element + indexes
        indexes = f"[{element}]{indexes}"
    raise AssertionError("a path begins with a name")
