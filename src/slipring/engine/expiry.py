"""When an item expires, and where the engine keeps that in order of time.

A table with time to live has one more index than its users see: an entry for each item whose attribute is a number
that can be a time, sorted by that time, with the item's key and no content. It is written in the commit that writes
the item, so expired items are found without a scan of the table.

Developer Guide, "Using time to live (TTL) in DynamoDB": the attribute's value is a Number, a time in seconds since the
Unix epoch; an item that expired more than five years ago is not deleted.
"""

from __future__ import annotations

import math
from struct import Struct

from slipring.engine import keyspace
from slipring.model.attribute_values import Item

EXPIRED_SECONDS_MAX = 5 * 365 * 24 * 60 * 60
"""What expired longer ago stays: it was rather written by mistake, in another unit say."""

_SECONDS = Struct(">Q")
_DIGITS_MAX = 12
"""Larger numbers are tens of thousands of years away; most are milliseconds."""


class ExpiryIndex:
    """The entries of one table, for one attribute."""

    __slots__ = ("_prefix", "_table_prefix", "attribute", "id")

    def __init__(self, table_id: int, index_id: int, attribute: str) -> None:
        self.id = index_id
        self.attribute = attribute
        self._table_prefix = keyspace.items(table_id)
        self._prefix = keyspace.index_entries(table_id, index_id)

    def expires_at(self, item: Item) -> int | None:
        """The whole second in which a normalised item expires; None if its attribute tells no time."""
        text = item.get(self.attribute, {}).get("N")
        if text is None or text[0] == "-":
            return None
        whole = text.partition(".")[0]
        return int(whole) if len(whole) <= _DIGITS_MAX else None

    def is_expired(self, item: Item, now: float) -> bool:
        """Whether the item is to be deleted."""
        at = self.expires_at(item)
        return at is not None and now - EXPIRED_SECONDS_MAX <= at < now

    def entry_key(self, item: Item | None, item_key: bytes) -> bytes | None:
        """Where the item's entry lies; None if it has none."""
        at = None if item is None else self.expires_at(item)
        if at is None:
            return None
        return self._prefix + _SECONDS.pack(at) + item_key[len(self._table_prefix) :]

    def item_key(self, entry_key: bytes) -> bytes:
        """Where the item of an entry lies."""
        return self._table_prefix + entry_key[len(self._prefix) + _SECONDS.size :]

    def expired_range(self, now: float, since: float = 0.0) -> tuple[bytes, bytes]:
        """The first key of the entries of items that expired by now, not before `since`, and the one after their
        last."""
        oldest = max(math.floor(since), math.ceil(now - EXPIRED_SECONDS_MAX))
        return self._prefix + _SECONDS.pack(oldest), self._prefix + _SECONDS.pack(math.ceil(now))

    def move(self, item_key: bytes, old: Item | None, new: Item | None, puts: dict[bytes, bytes | None]) -> None:
        """Add what a write of the item writes here."""
        before, after = self.entry_key(old, item_key), self.entry_key(new, item_key)
        if before == after:
            return
        if before is not None:
            puts[before] = None
        if after is not None:
            puts[after] = b""
