"""Several actions as one mutation: the keys that they read together, and everything that they write."""

from __future__ import annotations

from collections.abc import Sequence

from slipring.engine.actions import Action
from slipring.engine.catalog import CatalogChanged
from slipring.engine.changes import Change, collection_key
from slipring.engine.journal import Appender, Origin
from slipring.storage.contract import decode_counts


class WriteSet:
    """What to read before several actions decide: the guards of their tables, their items, the sizes of their item
    collections, and the heads of the journals' shards that take their records."""

    __slots__ = ("_actions", "_collections", "_now", "_origin", "_shards", "_tables", "reads")

    def __init__(self, actions: Sequence[Action], now: float, origin: Origin = Origin.CLIENT) -> None:
        """`now` and `origin` are what the journal tells of the commit."""
        self._actions = actions
        self._now = now
        self._origin = origin
        self._tables = list(dict.fromkeys([action.table for action in actions]))
        keys = [collection_key(a.table, a.key_item) for a in actions if a.table.has_local_indexes]
        self._collections = list(dict.fromkeys(keys))
        shards = [a.table.shards.shard_of(a.key) for a in actions if a.table.shards is not None]
        self._shards = list({shard.head_key: shard for shard in shards}.values())
        self.reads = [
            *[table.guard_key for table in self._tables],
            *[action.key for action in actions],
            *self._collections,
            *[shard.head_key for shard in self._shards],
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
            Appender(self._shards, old[heads : heads + len(self._shards)], self._now, self._origin)
            if self._shards
            else None,
        )


class OpenWriteSet:
    """The old values, and the writes that gather as changes are added."""

    __slots__ = ("_collections", "_journal", "counts", "puts", "rows")

    def __init__(self, rows: Sequence[bytes | None], collections: dict[bytes, int], journal: Appender | None) -> None:
        self.rows = rows
        """The items' rows, in the order of the actions."""
        self._collections = collections
        self._journal = journal
        self.puts: dict[bytes, bytes | None] = {}
        self.counts: dict[bytes, tuple[int, int]] = {}

    def add(self, change: Change) -> None:
        """Add what a change writes. Raises ItemCollectionSizeLimitExceededException."""
        change.write(self.puts, self.counts, self._collections)
        if self._journal is not None:
            self._journal.add(change, self.puts, self.counts)
