"""Whether an item's attributes may serve as keys of the indexes they belong to.

An item without an index's key attribute is simply not in the index; one with a wrong type, an empty value or a value
that is too long is refused.
"""

from __future__ import annotations

from slipring.engine.table import Index, Table
from slipring.model.attribute_values import Item
from slipring.model.errors import items as errors
from slipring.model.keys import KeyType

_EMPTY_TYPE_NAMES = {"S": "string", "B": "binary"}


def check_index_keys(table: Table, item: Item) -> None:
    """Check an item that is put. Raises ValidationException, which names the first index by name (observed)."""
    for index in table.indexes_by_name:
        for name, type_ in index.checked_keys:
            value = item.get(name)
            if value is None:
                continue
            text = value.get(type_)
            if text is None:
                raise errors.index_key_type_mismatch(name, type_, next(iter(value)), index.name)
            if not text:
                raise errors.empty_index_key_value(name, _EMPTY_TYPE_NAMES[type_], index.name)
            _check_length(index, name, type_, text)


def check_updated_index_keys(table: Table, item: Item, old_item: Item | None) -> None:
    """Check the outcome of an update, for which the service has other words. Raises ValidationException.

    What the update left as it was may be wrong: the item can be older than the index."""
    for index in table.indexes:
        for name, type_ in index.checked_keys:
            value = item.get(name)
            if value is None or (old_item is not None and old_item.get(name) == value):
                continue
            text = value.get(type_)
            if text is None:
                raise errors.update_to_unsupported_index_key_type()
            if not text:
                raise errors.update_to_unsupported_index_key_value(_EMPTY_TYPE_NAMES[type_])
            _check_length(index, name, type_, text)


def _check_length(index: Index, name: str, type_: KeyType, text: str) -> None:
    if index.is_too_long(name, type_, text):
        raise errors.index_key_too_long(name, index.bytes_max(name), index.name)
