"""Statements ready to run, except for the key schema of their table.

`reads` and `writes` say what a statement means for a table, once it is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from slipring.expressions.conditions import BoundCondition
from slipring.expressions.syntax import Condition
from slipring.expressions.updates import BoundUpdate
from slipring.model.attribute_values import AttributeValue, Item
from slipring.model.errors.tree import ValidationException
from slipring.partiql.projections import SelectList

S = TypeVar("S")

Values = Mapping[str, AttributeValue]
"""A statement's values by placeholder, in normal form."""

Maker = Callable[[Values], S]
"""Makes a statement of its values. Raises ValidationException for operands whose type is wrong whatever the table."""


class SortKey(NamedTuple):
    """One item of ORDER BY."""

    attribute: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Select:
    table_name: str
    """A name or an ARN, as written; so for all statements."""
    index_name: str | None
    projection: SelectList | None
    """None for all attributes."""
    projection_error: ValidationException | None
    """What is wrong with the SELECT list of a statement that reads an index: said only after what is wrong with the
    index (observed with COUNT(*))."""
    where: Condition | None
    values: Values
    """Those of `where`."""
    filter: BoundCondition | None
    """All of `where`, for a scan."""
    order: tuple[SortKey, ...]


@dataclass(frozen=True, slots=True)
class Insert:
    table_name: str
    item: Item
    """In normal form."""
    item_bytes: int


@dataclass(frozen=True, slots=True)
class Update:
    table_name: str
    update: BoundUpdate
    where: Condition | None
    values: Values
    return_values: str
    """As the ReturnValues of UpdateItem: NONE, ALL_OLD, UPDATED_OLD, ALL_NEW or UPDATED_NEW."""
    named: frozenset[str]
    """Names of the top-level attributes that are changed, or looked at to change others."""


@dataclass(frozen=True, slots=True)
class Delete:
    table_name: str
    where: Condition | None
    values: Values
    return_values: str
    """As the ReturnValues of DeleteItem: NONE or ALL_OLD."""


@dataclass(frozen=True, slots=True)
class Exists:
    """EXISTS(SELECT …), a transaction's condition check."""

    select: Select

    @property
    def table_name(self) -> str:
        return self.select.table_name


Statement = Select | Insert | Update | Delete | Exists
