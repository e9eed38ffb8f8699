"""The entries that tell when items expire: one for each item that does, and none else."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import orjson

from slipring.engine import keyspace, rows
from slipring.engine.catalog import CatalogChanged
from slipring.engine.expiry import ExpiryIndex
from slipring.engine.scrub.findings import Finding, Kind, Watch, pages
from slipring.engine.table import Table
from slipring.model.keys import successor
from slipring.storage.contract import Snapshot, Store, StoreDamaged, Writes

NAME = "(time to live)"
"""What findings call the index; none can be named so."""


async def complete_expiry(snapshot: Snapshot, table: Table) -> ExpiryIndex | None:
    """The table's, once the items that were there before it are entered."""
    if table.expiry is None:
        return None
    job = await snapshot.get(keyspace.expiry_job(table.id, table.expiry.id))
    return table.expiry if job is None else None


async def check_items_entries(
    snapshot: Snapshot, table: Table, expiry: ExpiryIndex, items: Sequence[tuple[bytes, bytes]], watch: Watch
) -> None:
    """Each of these items, by key and row, has its entry."""
    wanted = [(item_key, entry_key) for item_key, row in items if (entry_key := _entry_key(expiry, item_key, row))]
    there = await snapshot.get_many([entry_key for _, entry_key in wanted])
    for (item_key, entry_key), entry in zip(wanted, there, strict=True):
        if entry is None:
            watch.found(Finding(Kind.ENTRY_MISSING, table.name, NAME, entry_key, item_key=item_key))


async def check_entries(snapshot: Snapshot, table: Table, expiry: ExpiryIndex, watch: Watch) -> None:
    """Each entry has its item."""
    prefix = keyspace.index_entries(table.id, expiry.id)
    async for page in pages(snapshot, prefix, successor(prefix), watch):
        item_keys = [expiry.item_key(key) for key, _ in page]
        for (key, _), item_key, row in zip(page, item_keys, await snapshot.get_many(item_keys), strict=True):
            if row is None or _entry_key(expiry, item_key, row) != key:
                watch.found(Finding(Kind.ENTRY_STRAY, table.name, NAME, key, item_key=item_key))


def _entry_key(expiry: ExpiryIndex, item_key: bytes, row: bytes) -> bytes | None:
    with suppress(StoreDamaged, orjson.JSONDecodeError):
        return expiry.entry_key(rows.decode(row), item_key)
    return None


async def repair(store: Store, table: Table, expiry: ExpiryIndex, finding: Finding) -> bool:
    """Put an entry right by its item, as both are now. Returns whether anything had to be done. Raises
    CatalogChanged."""

    def decide(old: Sequence[bytes | None]) -> Writes[bool]:
        guard, entry, row = old
        if guard != table.guard:
            raise CatalogChanged
        is_wanted = row is not None and _entry_key(expiry, finding.item_key, row) == finding.key
        if is_wanted == (entry is not None):
            return Writes({}, None, False)
        return Writes({finding.key: b"" if is_wanted else None}, None, True)

    return await store.commit([table.guard_key, finding.key, finding.item_key], decide)
