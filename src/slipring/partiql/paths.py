"""Document paths of a statement, and the table or index that it names."""

from __future__ import annotations

from typing import NamedTuple

from slipring.expressions.syntax import Path
from slipring.model.errors import expressions as expression_errors
from slipring.model.errors import partiql as errors
from slipring.model.errors.tree import ValidationException
from slipring.model.limits import NESTING_LEVELS_MAX
from slipring.partiql.lexer import position
from slipring.partiql.syntax import Node

_LIST_INDEX_MAX = 2**31 - 1
_LIST_INDEX_DIGITS = len(str(_LIST_INDEX_MAX))
_TABLE_COMPONENTS_MAX = 2


def is_path(node: Node) -> bool:
    return node.kind == "Id" or (node.kind == "Path" and node.children[0].kind == "Id")


def document_path(node: Node, text: str) -> Path:
    """The path that a node of the statement `text` stands for. Raises ValidationException where it stands for none."""
    if node.kind == "Id":
        return Path((node.text,))
    if not is_path(node):
        raise unexpected(node, text)
    elements = tuple([_element(step, text) for step in node.children])
    if len(elements) > NESTING_LEVELS_MAX:
        raise errors.without_parameter(expression_errors.path_too_deep("", len(elements)), ("",))
    return Path(elements)


def _element(step: Node, text: str) -> str | int:
    if step.kind == "Id":
        return step.text
    index = step.children[0] if step.kind == "Index" else step
    if index.kind == "String":
        return index.text
    if index.kind != "Number" or not index.text.isdigit():
        raise unexpected(index, text)
    if len(index.text) > _LIST_INDEX_DIGITS or int(index.text) > _LIST_INDEX_MAX:
        raise errors.without_parameter(expression_errors.list_index_out_of_range("", index.text), ("",))
    return int(index.text)


def unexpected(node: Node, text: str) -> ValidationException:
    return errors.unexpected_path_component(position(text, node.start, node.length))


class Source(NamedTuple):
    """What a statement reads or writes."""

    table_name: str
    """A name or an ARN, as written."""
    index_name: str | None


def source(node: Node) -> Source:
    """What a FROM or UPDATE clause names. Raises ValidationException for all but one table, perhaps with an index."""
    if node.kind == "Alias":
        raise errors.aliasing_not_supported()
    if node.kind == "Select":
        raise errors.nested_select()
    components = node.children if node.kind == "Path" else (node,)
    if any(component.kind != "Id" for component in components):
        raise errors.single_table_only()
    if len(components) > _TABLE_COMPONENTS_MAX:
        raise errors.too_many_table_components(_TABLE_COMPONENTS_MAX)
    if not all(component.text for component in components):
        raise errors.empty_table_component()
    return Source(components[0].text, components[1].text if len(components) > 1 else None)


def table(node: Node) -> str:
    """The table that a statement writes to. Raises ValidationException as `source` does, and for an index."""
    named = source(node)
    if named.index_name is not None:
        raise errors.write_to_index()
    return named.table_name
