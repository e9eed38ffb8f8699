"""Projection expressions, compiled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from slipring.expressions.paths import item_selector, tree
from slipring.expressions.syntax import Path
from slipring.expressions.update_parser import ProjectionParser
from slipring.model.attribute_values import Item

_PARAMETER = "ProjectionExpression"


class Projection:
    """The parts of an item to return."""

    __slots__ = ("_select", "attributes", "names_used", "paths", "top_level")

    parameter = _PARAMETER
    values_used: frozenset[str] = frozenset()
    placeholders: tuple[str, ...] = ()

    def __init__(self, paths: Sequence[Path], names_used: Iterable[str] = ()) -> None:
        """Raises ValidationException where paths overlap or conflict."""
        self._select = item_selector(tree(_PARAMETER, [(path, True) for path in paths]))
        self.paths = tuple(paths)
        self.names_used = frozenset(names_used)
        names = tuple(path.attribute for path in paths)
        self.attributes = frozenset(names)
        """Names of the top-level attributes of which something is returned."""
        self.top_level = names if all(len(path.elements) == 1 for path in paths) else None
        """The attributes' names, if whole attributes are all that is returned."""

    def apply(self, item: Item) -> Item:
        """The parts of `item` that are there, nested as in it; list elements stand side by side in index order."""
        if self.top_level is not None:
            return {name: item[name] for name in self.top_level if name in item}
        return self._select(item)


def parse_projection(text: str, names: Mapping[str, str]) -> Projection:
    """Raises ValidationException for whatever is wrong with the expression."""
    parser = ProjectionParser(_PARAMETER, text, names)
    return Projection(parser.parse(), parser.names_used)
