"""What a Query or Scan tells of the items it reads: Select, projection and filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from slipring.engine.actions import Condition
from slipring.engine.table import Index, Table
from slipring.expressions import Projection, attributes_to_get
from slipring.model.attribute_values import Item
from slipring.model.errors import reads as errors
from slipring.model.errors import tables as table_errors


class ReadPlan:
    """A request's expressions, ready; what they mean depends on the table and index."""

    __slots__ = ("condition", "filter_attributes", "projection", "projection_parameter", "traces")

    def __init__(self) -> None:
        self.condition: Condition | None = None
        self.filter_attributes: frozenset[str] = frozenset()
        self.traces: tuple[bytes, ...] = ()
        """What the JSON of every item that passes the filter contains."""
        self.projection: Projection | None = None
        self.projection_parameter = "ProjectionExpression"


class ItemProjection(Protocol):
    """What makes of an item the part of it that is told."""

    def apply(self, item: Item) -> Item: ...


class Selection:
    """How to tell an item: filtered, projected, counted, or fetched from the table because the index lacks parts."""

    __slots__ = ("condition", "count_only", "fetches", "projection", "traces")

    def __init__(
        self,
        condition: Condition | None,
        projection: ItemProjection | None,
        *,
        count_only: bool,
        fetches: bool,
        traces: tuple[bytes, ...] = (),
    ) -> None:
        self.condition = condition
        self.projection = projection
        self.count_only = count_only
        self.fetches = fetches
        self.traces = traces


def find_index(table: Table, request: Mapping[str, Any]) -> Index | None:
    """The index that the request names. Raises ValidationException for one that is absent or not to be read so."""
    name = request.get("IndexName")
    if name is None:
        return None
    index = table.index_by_name.get(name)
    if index is None:
        raise table_errors.index_not_found(name)
    if not index.readable:
        raise table_errors.index_is_backfilling(name)
    if index.is_global and request.get("ConsistentRead"):
        raise table_errors.consistent_read_of_global_index()
    return index


def check_select(request: Mapping[str, Any], plan: ReadPlan) -> None:
    """Select against projection and index name, as far as the request itself tells."""
    chosen = request.get("Select")
    if chosen is None:
        return
    if plan.projection is not None and chosen != "SPECIFIC_ATTRIBUTES":
        raise errors.projection_with_select(plan.projection_parameter, chosen)
    if plan.projection is None and chosen == "SPECIFIC_ATTRIBUTES":
        raise errors.specific_attributes_missing()
    if chosen == "ALL_PROJECTED_ATTRIBUTES" and "IndexName" not in request:
        raise errors.projected_attributes_without_index()


def select(table: Table, index: Index | None, request: Mapping[str, Any], plan: ReadPlan) -> Selection:
    """Settle the selection on this table and index.

    A local index reads what it lacks from the table; a global one cannot (API Reference, "Query")."""
    chosen = request.get("Select")
    count_only = chosen == "COUNT"
    if index is None or index.projected is None:
        return Selection(plan.condition, plan.projection, count_only=count_only, fetches=False, traces=plan.traces)
    wanted = plan.filter_attributes
    if plan.projection is not None:
        wanted = wanted | plan.projection.attributes
    lacking = sorted(wanted - index.projected)
    if index.is_global:
        if chosen == "ALL_ATTRIBUTES":
            raise errors.all_attributes_not_in_index(index.name)
        if lacking:
            raise errors.attributes_not_in_index(index.name, lacking)
    fetches = not index.is_global and (chosen == "ALL_ATTRIBUTES" or bool(lacking))
    projection = plan.projection
    if lacking and projection is None and chosen != "ALL_ATTRIBUTES":
        # What is fetched for the filter alone is not told.
        projection = attributes_to_get(sorted(index.projected))
    return Selection(plan.condition, projection, count_only=count_only, fetches=fetches, traces=plan.traces)
