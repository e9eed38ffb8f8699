"""ExclusiveStartKey: where the last page ended, as a key of the store."""

from __future__ import annotations

from collections.abc import Callable

from slipring.engine.table import Index, Table
from slipring.model.attribute_values import Item, normalise_item
from slipring.model.errors.tree import ValidationException

_HASH_BYTES = 2


def store_key(table: Table, index: Index | None, start_key: Item, mismatch: Callable[[], ValidationException]) -> bytes:
    """The key in the table or index that a start key names; there need be nothing under it.

    Raises `mismatch` unless it has exactly the key attributes of the table (and index)."""
    normalise_item(start_key)
    names = table.key_names if index is None else index.key_names
    if set(start_key) != set(names):
        raise mismatch()
    try:
        item_key = table.key_of({name: start_key[name] for name in table.key_names})
    except ValidationException:
        raise mismatch() from None
    if index is None:
        return item_key
    entry_key = index.entry_key(start_key, item_key[len(table.prefix) + _HASH_BYTES :])
    if entry_key is None:
        raise mismatch()
    return entry_key
