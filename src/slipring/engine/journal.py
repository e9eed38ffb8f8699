"""The journal: what each write did to an item, committed with the item, for whoever wants to know of it later.

A table has one journal, however many read it: its stream, point-in-time recovery, backups that are being made, the
archive. A table that nobody reads writes none. It consists of the table's shards (`engine.shards`), and a record's
place is the next position of its shard, read and raised in the same commit. So whoever follows the positions meets
every record once, in commit order.

A shard's times never go back, and all records of one commit have one time: what happened until a moment is a prefix
of each shard, and never half of a transaction.

A record, as it is stored:

| bytes | |
|---|---|
| 1 | version |
| 1 | origin: who wrote |
| 8 | time, microseconds since the epoch |
| 4 | CRC-32 of everything else |
| 4, 4, 4 | lengths of what follows |
| | the item's key in the store, without the table |
| | the old row; empty if there was no item, or if nobody wants to know |
| | the new row; empty if there is no item any more |
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from struct import Struct
from typing import NamedTuple

from isal.isal_zlib import crc32

from slipring.engine import keyspace
from slipring.engine.changes import Change
from slipring.engine.shards import OpenShard, decode_head, encode_head, microseconds
from slipring.storage.contract import StoreDamaged

_HEADER = Struct(">BBQIIII")
_CHECKED = Struct(">BBQIII")
_VERSION = 1
_IS_INSERT = 0x80
"""Set in the origin's byte where there was no item before, so that an old row left out can be told from none."""
_HASH_BYTES = 2
_PREFIX_BYTES = len(keyspace.items(0))


class Origin(IntEnum):
    """Who wrote."""

    CLIENT = 0
    TIME_TO_LIVE = 1


class Entry(NamedTuple):
    """A record of the journal, decoded."""

    time_us: int
    origin: Origin
    is_insert: bool
    item_key: bytes
    """The item's key in the store, after the prefix of its table."""
    old_row: bytes | None
    """None also where the record was written for readers that do not ask for it."""
    new_row: bytes | None


def is_recorded(change: Change) -> bool:
    """Whether anything changed: a put of an equal item, whatever the order of its attributes, is no change."""
    old_row, new_row = change.old_row, change.new_row
    if old_row is None or new_row is None:
        return old_row is not new_row
    # Equal items are equally long, in whatever order; most others need not be decoded to be told apart.
    return len(old_row) != len(new_row) or (old_row != new_row and change.old_item != change.new_item)


def encode(change: Change, time_us: int, origin: Origin, keeps_old: bool) -> bytes:
    """The record of a change. A removed item's row is kept whatever the readers: nothing else tells its key."""
    key = change.item_key[_PREFIX_BYTES:]
    new_row = change.new_row or b""
    old_row = change.old_row or b"" if keeps_old or not new_row else b""
    return _packed(origin | (_IS_INSERT if change.old_row is None else 0), time_us, key, old_row, new_row)


def _packed(origin: int, time_us: int, key: bytes, old_row: bytes, new_row: bytes) -> bytes:
    body = b"".join((key, old_row, new_row))
    lengths = len(key), len(old_row), len(new_row)
    checksum = crc32(body, crc32(_CHECKED.pack(_VERSION, origin, time_us, *lengths)))
    return _HEADER.pack(_VERSION, origin, time_us, checksum, *lengths) + body


def decode(value: bytes) -> Entry:
    """A record as it was stored. Raises StoreDamaged."""
    if len(value) < _HEADER.size:
        raise StoreDamaged("a record of the journal is cut off")
    version, origin, time_us, checksum, *lengths = _HEADER.unpack_from(value)
    body = value[_HEADER.size :]
    if crc32(body, crc32(_CHECKED.pack(version, origin, time_us, *lengths))) != checksum:
        raise StoreDamaged("a record of the journal does not match its checksum")
    key_end, old_end = lengths[0], lengths[0] + lengths[1]
    return Entry(
        time_us,
        Origin(origin & ~_IS_INSERT),
        bool(origin & _IS_INSERT),
        body[:key_end],
        body[key_end:old_end] or None,
        body[old_end:] or None,
    )


def partition_hash_of(value: bytes) -> int:
    """The hash of a stored record's partition key, without looking at the rest."""
    return int.from_bytes(value[_HEADER.size : _HEADER.size + _HASH_BYTES], "big")


def time_us_of(value: bytes) -> int:
    """A stored record's time, without looking at the rest."""
    time_us: int = _HEADER.unpack_from(value)[2]
    return time_us


class Appender:
    """What one commit adds to the shards it touches."""

    __slots__ = ("_heads", "_origin", "_time_us")

    def __init__(self, shards: Sequence[OpenShard], heads: Sequence[bytes | None], now: float, origin: Origin) -> None:
        """`heads` are the stored heads of `shards`, which are all that the commit may touch."""
        decoded = [decode_head(head) for head in heads]
        self._heads = {shard.head_key: head for shard, head in zip(shards, decoded, strict=True)}
        self._origin = origin
        self._time_us = max(
            microseconds(now),
            *[shard.created_us for shard in shards],
            *[time_us for _, time_us in decoded],
        )

    def add(self, change: Change, puts: dict[bytes, bytes | None], counts: dict[bytes, tuple[int, int]]) -> None:
        """Add the record of a change, if its table has a journal and anything changed."""
        shards = change.table.shards
        if shards is None or not is_recorded(change):
            return
        shard = shards.shard_of(change.item_key)
        last, _ = self._heads[shard.head_key]
        position = last + 1 if last else shard.first_position
        self._heads[shard.head_key] = position, self._time_us
        value = encode(change, self._time_us, self._origin, shards.keeps_old)
        puts[shard.head_key] = encode_head(position, self._time_us)
        puts[shard.record_key(position)] = value
        count, size = counts.get(shards.count_key, (0, 0))
        counts[shards.count_key] = count + 1, size + len(value)
