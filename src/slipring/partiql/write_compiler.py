"""INSERT, UPDATE and DELETE, compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from slipring.model.attribute_values import Item, normalise_item
from slipring.model.errors import partiql as errors
from slipring.model.errors.tree import ValidationException
from slipring.partiql.assignments import ActionCompiler, check_set_operands
from slipring.partiql.binding import bind_condition, bind_update, compile_condition, compile_update
from slipring.partiql.literals import Literals, named_members, unsupported
from slipring.partiql.paths import table
from slipring.partiql.select_compiler import where_condition
from slipring.partiql.statements import Delete, Insert, Maker, Update, Values
from slipring.partiql.syntax import Node

_UPDATE_RETURNS = {
    "ALL OLD *": "ALL_OLD",
    "MODIFIED OLD *": "UPDATED_OLD",
    "ALL NEW *": "ALL_NEW",
    "MODIFIED NEW *": "UPDATED_NEW",
}
_DELETE_RETURNS = {"ALL OLD *": "ALL_OLD"}


def compile_write(node: Node, literals: Literals, text: str) -> Maker[Insert | Update | Delete]:
    """What makes the statement of its values. Raises ValidationException for what is wrong whatever these are."""
    target, *parts = node.children
    if target.kind in ("InsertValue", "Insert"):
        return _insert(target, literals, text)
    if target.kind in ("Set", "Remove"):
        raise errors.unsupported_operation(target.kind)
    table_name = table(target)
    if node.child("Delete") is not None:
        return _delete(node, table_name, literals, text)
    actions = [part for part in parts if part.kind not in ("Where", "Returning")]
    return _update(node, actions, table_name, literals, text)


# INSERT


def _insert(node: Node, literals: Literals, text: str) -> Maker[Insert]:
    target, value, *others = node.children
    if target.kind != "Id":
        raise errors.single_table_only()
    table_name = table(target)
    if node.kind == "Insert":
        raise errors.unsupported_operation(node.kind)
    for other in others:
        raise errors.insert_returning() if other.kind == "Returning" else errors.unsupported_operation(other.kind)
    make_item = _item(value, literals, text)

    def make(values: Values) -> Insert:
        item = make_item(values)
        return Insert(table_name, item, normalise_item(item))

    return make


def _item(node: Node, literals: Literals, text: str) -> Callable[[Values], Item]:
    """What makes the item of an INSERT: a map literal, or a parameter that is a map."""
    if node.kind == "Struct":
        members = named_members(node, text, "root")
        placeholders = [(name, literals.add(child).placeholder) for name, child in members]
        return lambda values: {name: values[placeholder] for name, placeholder in placeholders}
    if node.kind != "Parameter":
        raise unsupported(node, text, "root")
    placeholder = literals.add(node).placeholder

    def item(values: Values) -> Item:
        members: Item | None = values[placeholder].get("M")
        if members is None:
            raise unsupported(node, text, "root")
        return dict(members)

    return item


# UPDATE and DELETE


def _update(node: Node, actions: Sequence[Node], table_name: str, literals: Literals, text: str) -> Maker[Update]:
    compiler = ActionCompiler(literals, text)
    update = compile_update(compiler.actions(actions), compiler.placeholders)
    where = where_condition(node, literals, text)
    compiled = None if where is None else compile_condition(where)
    return_values = _return_values(node, _UPDATE_RETURNS, errors.invalid_update_returning, text)

    def make(values: Values) -> Update:
        check_set_operands(compiler.set_operands, values)
        bound = bind_update(update, values)
        bind_condition(compiled, values)
        return Update(table_name, bound, where, values, return_values, update.named)

    return make


def _delete(node: Node, table_name: str, literals: Literals, text: str) -> Maker[Delete]:
    where = where_condition(node, literals, text)
    compiled = None if where is None else compile_condition(where)
    return_values = _return_values(node, _DELETE_RETURNS, errors.invalid_delete_returning, text)

    def make(values: Values) -> Delete:
        bind_condition(compiled, values)
        return Delete(table_name, where, values, return_values)

    return make


def _return_values(
    node: Node, allowed: dict[str, str], refusal: Callable[[str], ValidationException], text: str
) -> str:
    """What the RETURNING clause asks for, in the words of the ReturnValues parameter."""
    clause = node.child("Returning")
    if clause is None:
        return "NONE"
    written = ", ".join([_written(element, text) for element in clause.children])
    if written not in allowed:
        raise refusal(written)
    return allowed[written]


def _written(element: Node, text: str) -> str:
    columns = [text[column.start : column.start + column.length] for column in element.children]
    return " ".join([element.text, *columns])
