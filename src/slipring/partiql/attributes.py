"""Which attributes a statement names, whatever its table holds."""

from __future__ import annotations

from slipring.expressions.syntax import Condition
from slipring.partiql.conditions import paths_of
from slipring.partiql.statements import Delete, Exists, Insert, Select, Statement, Update


def named_attributes(statement: Statement) -> frozenset[str]:
    """Names of the top-level attributes that the statement reads, writes or looks at; those of * are not known."""
    if isinstance(statement, Insert):
        return frozenset(statement.item)
    if isinstance(statement, Exists):
        return named_attributes(statement.select)
    named = _of(statement.where)
    if isinstance(statement, Update):
        return named | statement.named
    if isinstance(statement, Delete):
        return named
    return named | _selected(statement) | {key.attribute for key in statement.order}


def _of(where: Condition | None) -> frozenset[str]:
    return frozenset() if where is None else frozenset(path.attribute for path in paths_of(where))


def _selected(select: Select) -> frozenset[str]:
    return frozenset() if select.projection is None else select.projection.attributes
