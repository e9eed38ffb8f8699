"""An index's entries: each belongs to an item, and lies where the item says. And what puts them right."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import orjson

from slipring.engine import rows
from slipring.engine.catalog import CatalogChanged
from slipring.engine.scrub.findings import Finding, Kind, Watch, pages
from slipring.engine.scrub.tables import expected_entry, is_same_item
from slipring.engine.table import Index, Table
from slipring.model.errors.base import ApiError
from slipring.model.keys import successor
from slipring.storage.contract import Snapshot, Store, StoreDamaged, Writes

_HASH_BYTES = 2


async def check_entries(snapshot: Snapshot, table: Table, index: Index, watch: Watch) -> None:
    """Look at every entry. What an entry holds is compared from the item's side (`tables.check_items`)."""
    async for page in pages(snapshot, index.prefix, successor(index.prefix), watch):
        known = [(key, _item_key(table, row)) for key, row in page]
        items = await snapshot.get_many([item_key or b"\x00" for _, item_key in known])
        for (key, item_key), row in zip(known, items, strict=True):
            if item_key is None:
                watch.found(Finding(Kind.ENTRY_DAMAGED, table.name, index.name, key))
            elif row is None or _entry_key(table, index, item_key, row) != key:
                watch.found(Finding(Kind.ENTRY_STRAY, table.name, index.name, key, item_key=item_key))


def _item_key(table: Table, entry: bytes) -> bytes | None:
    """Where the item of an entry lies; None for an entry that is damaged."""
    with suppress(StoreDamaged, orjson.JSONDecodeError, ApiError):
        return table.key_in(rows.decode(entry))
    return None


def _entry_key(table: Table, index: Index, item_key: bytes, row: bytes) -> bytes | None:
    with suppress(StoreDamaged, orjson.JSONDecodeError):
        return index.entry_key(rows.decode(row), item_key[len(table.prefix) + _HASH_BYTES :])
    return None


async def repair(store: Store, table: Table, index: Index, finding: Finding) -> bool:
    """Put an entry right by its item, as both are now. Returns whether anything had to be done.

    Counters are put right apart (`run`): what they should say is known from the items. Raises CatalogChanged."""

    def decide(old: Sequence[bytes | None]) -> Writes[bool]:
        guard, entry, row = old
        if guard != table.guard:
            raise CatalogChanged
        wanted = None
        if row is not None and _entry_key(table, index, finding.item_key, row) == finding.key:
            wanted = expected_entry(index, rows.decode(row))
        elif entry is not None and not finding.item_key and _item_key(table, entry) is not None:
            # Somebody has written it anew since it was found damaged.
            return Writes({}, None, False)
        if entry == wanted or (entry is not None and wanted is not None and is_same_item(entry, wanted)):
            return Writes({}, None, False)
        return Writes({finding.key: wanted}, None, True)

    # Of an entry that is damaged nobody knows the item; those that have one are found from the item's side too.
    return await store.commit([table.guard_key, finding.key, finding.item_key or b"\x00"], decide)
