"""What the write of one item writes: the item, its index entries, and the counters of both.

Everything lands in one commit, so an index can never disagree with its table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from slipring.engine import rows
from slipring.engine.table import Index, Table
from slipring.model import limits
from slipring.model.attribute_values import Item
from slipring.model.errors import items as errors
from slipring.model.keys import encode, partition_hash
from slipring.model.sizes import item_bytes

IndexWrite = tuple[Index, int, int]
"""An index that a write touched: its entry's size before and after in bytes, 0 where there was or is none."""


_NO_COLLECTIONS: dict[bytes, int] = {}


class UpdateOutcome(Protocol):
    """An updated item, and the parts of it that were touched, before and after."""

    @property
    def item(self) -> Item: ...
    def updated_old(self) -> Item: ...
    def updated_new(self) -> Item: ...


class Change:
    """One item's old and new state, and what follows from it."""

    __slots__ = (
        "_old_item",
        "index_writes",
        "item_key",
        "key_item",
        "new_bytes",
        "new_item",
        "new_row",
        "old_bytes",
        "old_row",
        "table",
        "update",
    )

    def __init__(
        self,
        table: Table,
        item_key: bytes,
        key_item: Item,
        old_row: bytes | None,
        old_item: Item | None,
        new_item: Item | None,
        new_row: bytes | None,
    ) -> None:
        self.table = table
        self.item_key = item_key
        self.key_item = key_item
        self.old_row = old_row
        self._old_item = old_item
        self.new_item = new_item
        self.new_row = new_row
        self.old_bytes = 0 if old_row is None else rows.item_bytes(old_row)
        self.new_bytes = 0 if new_row is None else rows.item_bytes(new_row)
        self.index_writes: list[IndexWrite] = []
        self.update: UpdateOutcome | None = None
        """What an UpdateItem did, for its ReturnValues."""

    @property
    def old_item(self) -> Item | None:
        if self._old_item is None and self.old_row is not None:
            self._old_item = rows.decode(self.old_row)
        return self._old_item

    def write(
        self,
        puts: dict[bytes, bytes | None],
        counts: dict[bytes, tuple[int, int]],
        collections: Mapping[bytes, int] = _NO_COLLECTIONS,
    ) -> None:
        """Add what this change writes. A change that changes nothing writes nothing.

        `collections` are the sizes in bytes of the item collections it may touch, by counter key; raises
        ItemCollectionSizeLimitExceededException where one would grow beyond its limit."""
        if self.new_row == self.old_row:
            return
        puts[self.item_key] = self.new_row
        old_row, new_row = self.old_row, self.new_row
        _count(
            counts,
            self.table.count_key,
            (new_row is not None) - (old_row is not None),
            self.new_bytes - self.old_bytes,
        )
        if self.table.has_entries:
            self._write_indexes(puts, counts, collections)

    def _write_indexes(
        self,
        puts: dict[bytes, bytes | None],
        counts: dict[bytes, tuple[int, int]],
        collections: Mapping[bytes, int],
    ) -> None:
        table = self.table
        old_item, new_item = self.old_item, self.new_item
        table_key = self.item_key[len(table.prefix) + 2 :]
        collection_bytes = self.new_bytes - self.old_bytes
        if table.expiry is not None:
            table.expiry.move(self.item_key, old_item, new_item, puts)
        for index in table.indexes:
            old_key = None if old_item is None else index.entry_key(old_item, table_key)
            new_key = None if new_item is None else index.entry_key(new_item, table_key)
            if old_key is None and new_key is None:
                continue
            grown = self._write_entry(index, old_key, new_key, puts, counts)
            if not index.is_global:
                collection_bytes += grown
        if table.has_local_indexes and collection_bytes:
            key = collection_key(table, self.key_item)
            _count(counts, key, 0, collection_bytes)
            size_bytes = collections.get(key, 0) + counts.get(key, (0, 0))[1]
            if collection_bytes > 0 and size_bytes > limits.ITEM_COLLECTION_BYTES_MAX:
                raise errors.item_collection_too_large()

    def _write_entry(
        self,
        index: Index,
        old_key: bytes | None,
        new_key: bytes | None,
        puts: dict[bytes, bytes | None],
        counts: dict[bytes, tuple[int, int]],
    ) -> int:
        """Move, put or delete one entry; returns by how many bytes the index grew."""
        old_item, new_item = self.old_item, self.new_item
        old_entry = None if old_key is None or old_item is None else index.project(old_item)
        new_entry = None if new_key is None or new_item is None else index.project(new_item)
        if old_key == new_key and old_entry == new_entry:
            return 0
        old_size = new_size = 0
        if old_entry is not None:
            old_size = self.old_bytes if index.projected is None else item_bytes(old_entry)
        if old_key is not None and old_key != new_key:
            puts[old_key] = None
        if new_entry is not None:
            assert new_key is not None
            new_size = self.new_bytes if index.projected is None else item_bytes(new_entry)
            puts[new_key] = self.new_row if index.projected is None else rows.encode(new_entry, new_size)
        _count(counts, index.count_key, (new_key is not None) - (old_key is not None), new_size - old_size)
        self._note(index, old_key == new_key, old_size, new_size)
        return new_size - old_size

    def _note(self, index: Index, in_place: bool, old_size: int, new_size: int) -> None:
        """An entry that stays under its key is one write of the larger size; one that moves is a delete and a put.

        Developer Guide, "Provisioned throughput considerations for Global Secondary Indexes"."""
        if in_place:
            self.index_writes.append((index, max(old_size, new_size), 0))
        else:
            self.index_writes.append((index, old_size, new_size))


def collection_key(table: Table, item: Item) -> bytes:
    """The counter of the item collection that an item belongs to."""
    encoded = encode(table.hash_type, item[table.hash_name][table.hash_type])
    return table.collections_prefix + partition_hash(encoded) + encoded


def _count(counts: dict[bytes, tuple[int, int]], key: bytes, items: int, size: int) -> None:
    if not items and not size:
        return
    before = counts.get(key)
    counts[key] = (items, size) if before is None else (before[0] + items, before[1] + size)
