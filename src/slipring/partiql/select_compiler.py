"""SELECT, compiled."""

from __future__ import annotations

from collections.abc import Sequence

from slipring.expressions.syntax import Condition
from slipring.model.errors import partiql as errors
from slipring.model.errors.tree import ValidationException
from slipring.partiql.binding import bind_condition, compile_condition
from slipring.partiql.conditions import ConditionCompiler
from slipring.partiql.lexer import position
from slipring.partiql.literals import Literals
from slipring.partiql.paths import source, unexpected
from slipring.partiql.projections import SelectList, select_list
from slipring.partiql.statements import Maker, Select, SortKey, Values
from slipring.partiql.syntax import Node

_REFUSED_CLAUSES = {"Distinct": "DISTINCT", "GroupBy": "GROUP BY", "Having": "HAVING", "Limit": "LIMIT"}


def compile_select(node: Node, literals: Literals, text: str) -> Maker[Select]:
    """What makes the SELECT of its values. Raises ValidationException for what is wrong whatever these are."""
    projected, from_clause, *clauses = node.children
    named = source(from_clause)
    projection, projection_error = _projection(projected, text, deferred=named.index_name is not None)
    _check_clauses(clauses, text)
    where = where_condition(node, literals, text)
    compiled = None if where is None else compile_condition(where)
    order = _order(node.child("OrderBy"), text)
    if order and where is None:
        raise errors.order_without_where()

    def make(values: Values) -> Select:
        return Select(
            table_name=named.table_name,
            index_name=named.index_name,
            projection=projection,
            projection_error=projection_error,
            where=where,
            values=values,
            filter=bind_condition(compiled, values),
            order=order,
        )

    return make


def where_condition(node: Node, literals: Literals, text: str) -> Condition | None:
    """The condition of a statement's WHERE clause."""
    clause = node.child("Where")
    return None if clause is None else ConditionCompiler(literals, text).condition(clause.children[0])


def _projection(node: Node, text: str, *, deferred: bool) -> tuple[SelectList | None, ValidationException | None]:
    try:
        return select_list(node, text), None
    except ValidationException as error:
        if not deferred:
            raise
        return None, error


def _check_clauses(clauses: Sequence[Node], text: str) -> None:
    for clause in clauses:
        name = _REFUSED_CLAUSES.get(clause.kind)
        if name is not None:
            raise errors.unsupported_clause(name, position(text, clause.start, clause.length))


def _order(node: Node | None, text: str) -> tuple[SortKey, ...]:
    keys = []
    for spec in () if node is None else node.children:
        [key] = spec.children
        if key.kind != "Id":
            raise unexpected(key, text)
        keys.append(SortKey(key.text, spec.text == "DESC"))
    return tuple(keys)
