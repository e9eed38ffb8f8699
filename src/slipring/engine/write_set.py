"""Several actions as one mutation: the keys that they read together, and everything that they write."""

from __future__ import annotations

from collections.abc import Sequence

from slipring.engine.actions import Action
from slipring.engine.catalog import CatalogChanged
from slipring.engine.changes import Change, collection_key
from slipring.engine.shards import position_value
from slipring.engine.stream_records import is_recorded, record
from slipring.storage.contract import decode_counts


class WriteSet:
    """What to read before several actions decide: the guards of their tables, their items, the sizes of their item
    collections, and the heads of the stream shards that take their records."""

    __slots__ = ("_actions", "_collections", "_heads", "_now", "_tables", "reads")

    def __init__(self, actions: Sequence[Action], now: float) -> None:
        """`now` is the time that stream records tell."""
        self._actions = actions
        self._now = now
        self._tables = list(dict.fromkeys([action.table for action in actions]))
        keys = [collection_key(a.table, a.key_item) for a in actions if a.table.has_local_indexes]
        self._collections = list(dict.fromkeys(keys))
        shards = [a.table.shards.shard_of(a.key) for a in actions if a.table.shards is not None]
        self._heads = list(dict.fromkeys([shard.head_key for shard in shards]))
        self.reads = [
            *[table.guard_key for table in self._tables],
            *[action.key for action in actions],
            *self._collections,
            *self._heads,
        ]
        """The store's keys, in the order in which `open` expects their values."""

    def open(self, old: Sequence[bytes | None]) -> OpenWriteSet:
        """Begin to decide. Raises CatalogChanged unless every table is as it was when the actions were planned."""
        items = len(self._tables)
        for table, guard in zip(self._tables, old, strict=False):
            if guard != table.guard:
                raise CatalogChanged
        collections = items + len(self._actions)
        heads = collections + len(self._collections)
        sizes = [decode_counts(value)[1] for value in old[collections:heads]]
        return OpenWriteSet(
            old[items:collections],
            dict(zip(self._collections, sizes, strict=True)),
            dict(zip(self._heads, old[heads:], strict=False)),
            self._now,
        )


class OpenWriteSet:
    """The old values, and the writes that gather as changes are added."""

    __slots__ = ("_collections", "_heads", "_now", "counts", "puts", "rows")

    def __init__(
        self,
        rows: Sequence[bytes | None],
        collections: dict[bytes, int],
        heads: dict[bytes, bytes | None],
        now: float,
    ) -> None:
        self.rows = rows
        """The items' rows, in the order of the actions."""
        self._collections = collections
        self._heads = heads
        self._now = now
        self.puts: dict[bytes, bytes | None] = {}
        self.counts: dict[bytes, tuple[int, int]] = {}

    def add(self, change: Change) -> None:
        """Add what a change writes. Raises ItemCollectionSizeLimitExceededException."""
        change.write(self.puts, self.counts, self._collections)
        shards = change.table.shards
        if shards is None or not is_recorded(change):
            return
        shard = shards.shard_of(change.item_key)
        position = shard.next_position(self._heads[shard.head_key])
        key, value = record(change, shard, position, shards.view_type, self._now)
        self._heads[shard.head_key] = self.puts[shard.head_key] = position_value(position)
        self.puts[key] = value
