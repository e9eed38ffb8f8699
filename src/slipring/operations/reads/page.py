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
from slipring.operations.answers import AnswerParts, around
from slipring.operations.reads.selection import Selection
from slipring.storage.contract import Reader, Store

_JSON_BYTES_PER_READ = limits.PAGE_BYTES_MAX * 5 // 4
"""What a page of ordinary items has as JSON: type tags and quotes add about a tenth to items of 1 KB."""


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
    """What was read: items or index entries, their size, and whether the range may hold more."""

    __slots__ = ("items", "last_key", "more", "size_bytes")

    def __init__(self, items: list[bytes], last_key: bytes, size_bytes: int, more: bool) -> None:
        self.items = items
        """Their JSON."""
        self.last_key = last_key
        """The store's key of the last."""
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
    for row in await snapshot.get_many([table.key_in(orjson.loads(json)) for json in page.items]):
        assert row is not None, "an entry is written and deleted together with its item"
        fetched.append(row)
    return fetched


async def read_page(store: Reader, wanted: KeyRange, limit: int | None) -> Page:
    """Read until the limit is met, 1 MB of items is read (the item that crosses it included), or the range ends.

    Raises CatalogChanged if the table was superseded meanwhile."""
    found: list[bytes] = []
    last_key = b""
    size = 0
    count_max = limit if limit is not None else limits.PAGE_BYTES_MAX
    start, stop = wanted.start, wanted.stop
    while start < stop:
        asked = count_max - len(found)
        batch = await store.scan(start, stop, limit=asked, bytes_max=_JSON_BYTES_PER_READ, reverse=wanted.reverse)
        if wanted.table.superseded:
            raise CatalogChanged
        items, items_bytes = rows.read_up_to(limits.PAGE_BYTES_MAX - size, batch)
        found += items
        size += items_bytes
        if items:
            last_key = batch[len(items) - 1][0]
        if size >= limits.PAGE_BYTES_MAX or len(found) >= count_max:
            return Page(found, last_key, size, True)
        if sum([len(row) for _, row in batch]) < _JSON_BYTES_PER_READ:
            break
        start, stop = (start, last_key) if wanted.reverse else (last_key + b"\x00", stop)
    return Page(found, last_key, size, False)


def _answer(
    request: dict[str, Any], wanted: KeyRange, page: Page, fetched: list[bytes] | None, selection: Selection
) -> list[bytes]:
    items = page.items if fetched is None else [rows.json(row) for row in fetched]
    told, count = told_items(items, selection)
    count_consumed(wanted, page, fetched or (), count, consistent=request.get("ConsistentRead", False))
    parts = AnswerParts()
    parts.splice(b"Count", b"%d" % count)
    parts.splice(b"ScannedCount", b"%d" % len(page.items))
    if page.more:
        parts.add(b"LastEvaluatedKey", last_key(wanted, page.items[-1]))
    if request.get("ReturnConsumedCapacity", "NONE") != "NONE":
        parts.add(b"ConsumedCapacity", _consumed(request, wanted, page, fetched or ()))
    if told is None:
        return parts.finish()
    return [around(b'{"Items":[', told, b"]," + b"".join(parts.finish())[1:])]


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


def told_items(items: list[bytes], selection: Selection) -> tuple[list[bytes] | None, int]:
    """What is told of items (None when only the count is asked for) and how many there are after the filter."""
    condition, projection = selection.condition, selection.projection
    if condition is None and projection is None:
        return (None if selection.count_only else items), len(items)
    for trace in selection.traces:
        items = [json for json in items if trace in json]
    told: list[bytes] = []
    count = 0
    for json in items:
        item = orjson.loads(json)
        if condition is not None and not condition(item):
            continue
        count += 1
        if not selection.count_only:
            told.append(json if projection is None else orjson.dumps(projection.apply(item)))
    return (None if selection.count_only else told), count


def last_key(wanted: KeyRange, json: bytes) -> Item:
    item = orjson.loads(json)
    names = wanted.table.key_names if wanted.index is None else wanted.index.key_names
    return {name: item[name] for name in names}
