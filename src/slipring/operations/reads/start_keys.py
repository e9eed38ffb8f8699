"""ExclusiveStartKey: where the last page ended, as a key of the store."""

from __future__ import annotations

from slipring.engine.table import Index, Table
from slipring.model.attribute_values import Item, normalise_item
from slipring.model.errors import reads as errors
from slipring.model.errors.tree import ValidationException

_HASH_BYTES = 2


def store_key(table: Table, index: Index | None, start_key: Item) -> bytes:
    """The key in the table or index that a start key names; there need be nothing under it.

    Raises ValidationException unless it has exactly the key attributes of the table (and index)."""
    normalise_item(start_key)
    if index is None:
        try:
            return table.key_of(start_key)
        except ValidationException:
            raise errors.start_key_invalid() from None
    if set(start_key) != set(index.key_names):
        raise errors.start_key_invalid_for_index()
    try:
        item_key = table.key_of({name: start_key[name] for name in table.key_names})
    except ValidationException:
        raise errors.start_key_invalid_for_index() from None
    entry_key = index.entry_key(start_key, item_key[len(table.prefix) + _HASH_BYTES :])
    if entry_key is None:
        raise errors.start_key_invalid_for_index()
    return entry_key
