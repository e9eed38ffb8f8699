"""A table's items, the entries they should have, and the counters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import orjson

from slipring.engine import rows
from slipring.engine.changes import collection_key
from slipring.engine.scrub import expiries
from slipring.engine.scrub.findings import Finding, Kind, Watch, pages
from slipring.engine.table import Index, Table
from slipring.model.attribute_values import Item
from slipring.model.errors.base import ApiError
from slipring.model.keys import successor
from slipring.model.sizes import item_bytes
from slipring.storage.contract import Snapshot, StoreDamaged, decode_counts

_HASH_BYTES = 2

Totals = dict[bytes, tuple[int, int]]
"""What counters should say, by key."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry that an item should have."""

    index: Index
    item_key: bytes
    key: bytes
    row: bytes


async def check_items(snapshot: Snapshot, table: Table, watch: Watch) -> Totals:
    """Look at every item and at the entries it should have in each index that is complete. Returns what the counters
    of the table and of those indexes should say."""
    indexes = [index for index in table.indexes if index.readable]
    expiry = await expiries.complete_expiry(snapshot, table)
    counts: Counter[bytes] = Counter()
    sizes: Counter[bytes] = Counter()
    for index in indexes:
        counts[index.count_key] += 0
    counts[table.count_key] += 0
    async for page in pages(snapshot, table.prefix, successor(table.prefix), watch):
        wanted: list[_Entry] = []
        for key, row in page:
            item = _checked_item(table, key, row, watch)
            counts[table.count_key] += 1
            sizes[table.count_key] += rows.item_bytes(row)
            collection = rows.item_bytes(row)
            for index in indexes if item is not None else ():
                assert item is not None
                entry_key = index.entry_key(item, key[len(table.prefix) + _HASH_BYTES :])
                if entry_key is None:
                    continue
                entry = expected_entry(index, item)
                wanted.append(_Entry(index, key, entry_key, entry))
                counts[index.count_key] += 1
                sizes[index.count_key] += rows.item_bytes(entry)
                collection += 0 if index.is_global else rows.item_bytes(entry)
            if table.has_local_indexes and item is not None:
                sizes[collection_key(table, item)] += collection
        await _check_entries(snapshot, table, wanted, watch)
        if expiry is not None:
            await expiries.check_items_entries(snapshot, table, expiry, page, watch)
    return {key: (counts[key], sizes[key]) for key in {*counts, *sizes}}


def _checked_item(table: Table, key: bytes, row: bytes, watch: Watch) -> Item | None:
    try:
        item = rows.decode(row)
    except (StoreDamaged, orjson.JSONDecodeError) as error:
        watch.found(Finding(Kind.ITEM_DAMAGED, table.name, "", key, str(error)))
        return None
    with suppress(ApiError):
        if table.key_in(item) == key and item_bytes(item) == rows.item_bytes(row):
            return item
    watch.found(Finding(Kind.ITEM_MISPLACED, table.name, "", key))
    return None


def expected_entry(index: Index, item: Item) -> bytes:
    """The row of an item's entry."""
    projected = index.project(item)
    return rows.encode(projected, item_bytes(projected))


async def _check_entries(snapshot: Snapshot, table: Table, wanted: Sequence[_Entry], watch: Watch) -> None:
    if not wanted:
        return
    there = await snapshot.get_many([each.key for each in wanted])
    for each, entry in zip(wanted, there, strict=True):
        if entry == each.row or (entry is not None and is_same_item(entry, each.row)):
            continue
        kind = Kind.ENTRY_MISSING if entry is None else Kind.ENTRY_WRONG
        watch.found(Finding(kind, table.name, each.index.name, each.key, item_key=each.item_key))


def is_same_item(row: bytes, other: bytes) -> bool:
    """Whether two rows hold one item, whatever the order of its attributes. A damaged one holds none."""
    try:
        return rows.item_bytes(row) == rows.item_bytes(other) and rows.decode(row) == rows.decode(other)
    except (StoreDamaged, orjson.JSONDecodeError):
        return False


async def check_counters(snapshot: Snapshot, table: Table, totals: Totals, watch: Watch) -> Totals:
    """Compare the counters with what they should say. Returns by how much those are off that are."""
    found = {key: decode_counts(None) for key in totals}
    for key, value in zip(totals, await snapshot.get_many(list(totals)), strict=True):
        found[key] = decode_counts(value)
    if table.has_local_indexes:
        start = table.collections_prefix
        async for page in pages(snapshot, start, successor(start), watch):
            found |= {key: decode_counts(value) for key, value in page}
    off: Totals = {}
    names = {index.count_key: index.name for index in table.indexes}
    for key, told in found.items():
        count, size = totals.get(key, (0, 0))
        if told != (count, size):
            off[key] = (count - told[0], size - told[1])
            details = f"{told[0]} items, {told[1]} bytes, should be {count} items, {size} bytes"
            watch.found(Finding(Kind.COUNTER_WRONG, table.name, names.get(key, ""), key, details))
    return off
