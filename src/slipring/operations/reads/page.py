"""One page of a Query or Scan: read up to a limit or 1 MB, filter, project, respond.

A page counts item sizes in DynamoDB's measure. An item's JSON is never shorter than its size, so reading JSON up to
the page's size once is nearly always enough, and reading on in the rare other case is always right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from slipring.capacity.consumed import Tally
from slipring.capacity.metering import count_page, count_read
from slipring.capacity.units import read_units
from slipring.engine import rows
from slipring.engine.catalog import CatalogChanged
from slipring.engine.table import Index, Table
from slipring.model import limits
from slipring.model.attribute_values import Item
from slipring.operations.answers import AnswerParts
from slipring.operations.reads.selection import Selection
from slipring.storage.contract import Reader, Store

_JSON_BYTES_PER_READ = limits.PAGE_BYTES_MAX * 5 // 4
"""What a page of ordinary items has as JSON: type tags and quotes add about a tenth to items of 1 KB."""

Rows = list[tuple[bytes, bytes]]


class KeyRange:
    """What to read: keys from `start` up to `stop`, forwards or backwards."""

    __slots__ = ("index", "reverse", "start", "stop", "table")

    def __init__(self, table: Table, index: Index | None, start: bytes, stop: bytes, *, reverse: bool = False) -> None:
        self.table = table
        self.index = index
        self.start = start
        self.stop = stop
        self.reverse = reverse

    def resume(self, after: bytes) -> None:
        """Go on behind (in reading direction) the key `after`."""
        if self.reverse:
            self.stop = min(self.stop, after)
        else:
            self.start = max(self.start, after + b"\x00")


class Page:
    """The rows read, their size, and whether the range may hold more."""

    __slots__ = ("more", "rows", "size_bytes")

    def __init__(self, found: Rows, size_bytes: int, more: bool) -> None:
        self.rows = found
        self.size_bytes = size_bytes
        self.more = more


async def answer_read(store: Store, request: dict[str, Any], wanted: KeyRange, selection: Selection) -> list[bytes]:
    """Read a page and answer a Query or Scan with it."""
    limit = request.get("Limit")
    if not selection.fetches:
        return _answer(request, wanted, await read_page(store, wanted, limit), None, selection)
    page, fetched = await read_and_fetch(store, wanted, limit)
    return _answer(request, wanted, page, fetched, selection)


async def read_and_fetch(store: Store, wanted: KeyRange, limit: int | None) -> tuple[Page, list[bytes]]:
    """A page of index entries, and their whole items.

    They come from one view: an item that changes meanwhile would contradict its own entry."""
    snapshot = store.snapshot()
    try:
        page = await read_page(snapshot, wanted, limit)
        fetched = await _fetch_items(snapshot, wanted.table, page)
    finally:
        snapshot.close()
    return page, fetched


async def _fetch_items(snapshot: Reader, table: Table, page: Page) -> list[bytes]:
    """The whole items of a page of index entries."""
    fetched: list[bytes] = []
    for row in await snapshot.get_many([table.key_in(rows.decode(row)) for _, row in page.rows]):
        assert row is not None, "an entry is written and deleted together with its item"
        fetched.append(row)
    return fetched


async def read_page(store: Reader, wanted: KeyRange, limit: int | None) -> Page:
    """Read until the limit is met, 1 MB of items is read (the item that crosses it included), or the range ends.

    Raises CatalogChanged if the table was superseded meanwhile."""
    found: Rows = []
    size = 0
    count_max = limit if limit is not None else limits.PAGE_BYTES_MAX
    start, stop = wanted.start, wanted.stop
    while start < stop:
        asked = count_max - len(found)
        batch = await store.scan(start, stop, limit=asked, bytes_max=_JSON_BYTES_PER_READ, reverse=wanted.reverse)
        if wanted.table.superseded:
            raise CatalogChanged
        json_bytes = 0
        for pair in batch:
            row = pair[1]
            size += rows.item_bytes(row)
            json_bytes += len(row)
            found.append(pair)
            if size >= limits.PAGE_BYTES_MAX:
                return Page(found, size, True)
        if len(found) >= count_max:
            return Page(found, size, True)
        if json_bytes < _JSON_BYTES_PER_READ:
            break
        start, stop = (start, batch[-1][0]) if wanted.reverse else (batch[-1][0] + b"\x00", stop)
    return Page(found, size, False)


def _answer(
    request: dict[str, Any], wanted: KeyRange, page: Page, fetched: list[bytes] | None, selection: Selection
) -> list[bytes]:
    parts = AnswerParts()
    told, count = told_items([row for _, row in page.rows] if fetched is None else fetched, selection)
    count_consumed(wanted, page, fetched or (), count, consistent=request.get("ConsistentRead", False))
    if told is not None:
        parts.splice(b"Items", b"[" + b",".join(told) + b"]")
    parts.splice(b"Count", b"%d" % count)
    parts.splice(b"ScannedCount", b"%d" % len(page.rows))
    if page.more:
        parts.add(b"LastEvaluatedKey", last_key(wanted, page.rows[-1][1]))
    if request.get("ReturnConsumedCapacity", "NONE") != "NONE":
        parts.add(b"ConsumedCapacity", _consumed(request, wanted, page, fetched or ()))
    return parts.finish()


def _consumed(request: dict[str, Any], wanted: KeyRange, page: Page, fetched: Sequence[bytes]) -> dict[str, Any]:
    """A page costs its items' sizes together; each item fetched beside it costs its own."""
    consistent = request.get("ConsistentRead", False)
    tally = Tally(request["TableName"])
    units = read_units(page.size_bytes, consistent=consistent)
    if wanted.index is None:
        tally.table_units = units
    else:
        tally.table_units = sum([read_units(rows.item_bytes(row), consistent=consistent) for row in fetched], 0.0)
        tally.add_index(wanted.index, units)
    return tally.describe(request["ReturnConsumedCapacity"])


def count_consumed(wanted: KeyRange, page: Page, fetched: Sequence[bytes], items: int, *, consistent: bool) -> None:
    """Count the same for whoever watches, with the items that passed the filter."""
    read = wanted.table if wanted.index is None else wanted.index
    count_page(read, page.size_bytes, items, consistent=consistent)
    for row in fetched:
        count_read(wanted.table, row, consistent=consistent)


def told_items(stored: list[bytes], selection: Selection) -> tuple[list[bytes] | None, int]:
    """The items' JSON (None when only the count is asked for) and how many there are after the filter."""
    condition, projection = selection.condition, selection.projection
    if condition is None and projection is None:
        return (None, len(stored)) if selection.count_only else ([rows.json(row) for row in stored], len(stored))
    told: list[bytes] = []
    count = 0
    for row in stored:
        json = rows.json(row)
        item = orjson.loads(json)
        if condition is not None and not condition(item):
            continue
        count += 1
        if not selection.count_only:
            told.append(json if projection is None else orjson.dumps(projection.apply(item)))
    return (None if selection.count_only else told), count


def last_key(wanted: KeyRange, row: bytes) -> Item:
    item = rows.decode(row)
    names = wanted.table.key_names if wanted.index is None else wanted.index.key_names
    return {name: item[name] for name in names}
