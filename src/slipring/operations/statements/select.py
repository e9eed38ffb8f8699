"""SELECT: a Query, several Queries one after the other, or a Scan."""

from __future__ import annotations

from dataclasses import dataclass

from slipring.capacity.consumed import Tally
from slipring.capacity.units import read_units
from slipring.engine import rows
from slipring.engine.actions import Condition
from slipring.engine.engine import Engine
from slipring.engine.table import Index, Table
from slipring.iam.caller import Caller
from slipring.model import limits
from slipring.model.attribute_values import Item
from slipring.model.errors import partiql as errors
from slipring.model.errors import tables as table_errors
from slipring.model.keys import successor
from slipring.operations.reads.page import (
    KeyRange,
    Page,
    count_consumed,
    last_key,
    read_and_fetch,
    read_page,
    told_items,
)
from slipring.operations.reads.query import key_range
from slipring.operations.reads.selection import Selection
from slipring.partiql import Read, Select, check_index, plan_read


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a SELECT ended."""

    range_number: int
    after: bytes
    """The store's key of the last row; empty where the next page begins a range."""


@dataclass(slots=True)
class SelectedPage:
    """The items' JSON, what they cost, and where to go on."""

    items: list[bytes]
    tally: Tally
    next_place: Place | None = None
    last_key: Item | None = None


async def select_page(
    engine: Engine, select: Select, caller: Caller, *, consistent: bool, limit: int | None, place: Place | None
) -> SelectedPage:
    """One page: up to `limit` items evaluated, or 1 MB. Raises ResourceNotFoundException, ValidationException."""
    table = await engine.catalog.table(select.table_name, caller.namespace)
    index = _index(table, select, consistent=consistent)
    read = plan_read(select, table if index is None else index)
    if index is not None:
        check_index(select, read, index)
    page = SelectedPage([], Tally(select.table_name))
    count_left = limits.PAGE_BYTES_MAX if limit is None else limit
    size_left = limits.PAGE_BYTES_MAX
    begin = 0 if place is None else place.range_number
    for number, (wanted, selection) in enumerate(_ranges(table, index, select, read)[begin:], begin):
        if count_left <= 0 or size_left <= 0:
            page.next_place = Place(number, b"")
            return page
        if place is not None and number == begin and place.after:
            wanted.resume(place.after)
        found = await _read(engine, wanted, selection, page, count_left, consistent=consistent)
        count_left -= len(found.items)
        size_left -= found.size_bytes
        if found.more:
            page.next_place = Place(number, found.last_key)
            page.last_key = last_key(wanted, found.items[-1])
            return page
    return page


def _index(table: Table, select: Select, *, consistent: bool) -> Index | None:
    if select.index_name is None:
        return None
    index = table.index_by_name.get(select.index_name)
    if index is None:
        raise errors.index_not_found()
    if not index.readable:
        raise table_errors.index_is_backfilling(index.name)
    if index.is_global and consistent:
        raise errors.consistent_read_of_global_index()
    return index


def _ranges(table: Table, index: Index | None, select: Select, read: Read) -> list[tuple[KeyRange, Selection]]:
    """What to read, and how to tell the items of each range."""
    fetches = (
        index is not None
        and index.projected is not None
        and select.projection is not None
        and not select.projection.attributes <= index.projected
    )

    def selection(condition: Condition | None) -> Selection:
        return Selection(condition, select.projection, count_only=False, fetches=fetches)

    if read.ranges is None:
        prefix = table.prefix if index is None else index.prefix
        return [(KeyRange(table, index, prefix, successor(prefix)), selection(read.filter))]
    return [(key_range(table, index, part.keys, reverse=read.reverse), selection(part.filter)) for part in read.ranges]


async def _read(
    engine: Engine, wanted: KeyRange, selection: Selection, page: SelectedPage, count_max: int, *, consistent: bool
) -> Page:
    """Read on in one range, adding what it holds to the page."""
    stored: list[bytes] = []
    if selection.fetches:
        found, stored = await read_and_fetch(engine.store, wanted, count_max)
        page.tally.table_units += sum(read_units(rows.item_bytes(row), consistent=consistent) for row in stored)
    else:
        found = await read_page(engine.store, wanted, count_max)
    items = [rows.json(row) for row in stored] if selection.fetches else found.items
    told, count = told_items(items, selection)
    count_consumed(wanted, found, stored, count, consistent=consistent)
    page.items += told or ()
    units = read_units(found.size_bytes, consistent=consistent)
    if wanted.index is None:
        page.tally.table_units += units
    else:
        page.tally.add_index(wanted.index, units)
    return found
