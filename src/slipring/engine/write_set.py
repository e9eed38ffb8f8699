"""The keys that several actions read together, and what the store answered for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from slipring.engine.actions import Action
from slipring.engine.catalog import CatalogChanged
from slipring.engine.changes import collection_key
from slipring.storage.contract import decode_counts


class View(NamedTuple):
    """Old values, told apart."""

    rows: Sequence[bytes | None]
    """The items' rows, in the order of the actions."""
    collections: Mapping[bytes, int]
    """Sizes in bytes of the item collections concerned, by counter key."""


class WriteSet:
    """What to read before several actions decide: the guards of their tables, their items, their item collections."""

    __slots__ = ("_collections", "_count", "_tables", "reads")

    def __init__(self, actions: Sequence[Action]) -> None:
        self._tables = list({action.table.id: action.table for action in actions}.values())
        self._count = len(actions)
        keys = [collection_key(a.table, a.key_item) for a in actions if a.table.has_local_indexes]
        self._collections = list(dict.fromkeys(keys))
        self.reads = [
            *[table.guard_key for table in self._tables],
            *[action.key for action in actions],
            *self._collections,
        ]
        """The store's keys, in the order in which `view` expects their values."""

    def view(self, old: Sequence[bytes | None]) -> View:
        """Raises CatalogChanged unless every table is as it was when the actions were planned."""
        tables = len(self._tables)
        for table, guard in zip(self._tables, old, strict=False):
            if guard != table.guard:
                raise CatalogChanged
        items = tables + self._count
        sizes = [decode_counts(value)[1] for value in old[items : items + len(self._collections)]]
        return View(old[tables:items], dict(zip(self._collections, sizes, strict=True)))
