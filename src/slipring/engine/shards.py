"""The open shards of a stream, as writers use them."""

from __future__ import annotations

from typing import Any, TypeAlias

from slipring.engine import keyspace

StreamRecord: TypeAlias = dict[str, Any]
"""A stream as the catalog stores it: TableId, TableName, Label, ViewType, KeySchema, CreationDateTime, Enabled, and
Shards, each with Number, Low, High (of the partition hash), Start, Created, and, once it is closed, End; a child also
has its Parent's number."""

HASH_COUNT = 1 << 16

_HASH_AT = len(keyspace.items(0))
"""Where an item's key holds the hash of its partition key."""


def open_shards(stream: StreamRecord) -> list[dict[str, Any]]:
    return [shard for shard in stream["Shards"] if "End" not in shard]


class ShardMap:
    """The open shards of a table's stream, ready for writers."""

    __slots__ = ("_shards", "view_type")

    def __init__(self, table_id: int, stream: StreamRecord) -> None:
        self.view_type: str = stream["ViewType"]
        label = stream["Label"]
        self._shards = [
            (shard["High"], OpenShard(table_id, label, shard["Number"], shard["Start"]))
            for shard in open_shards(stream)
        ]

    def shard_of(self, item_key: bytes) -> OpenShard:
        """The shard that takes the changes of the item under this key."""
        hashed = int.from_bytes(item_key[_HASH_AT : _HASH_AT + 2], "big")
        for high, shard in self._shards:
            if hashed < high:
                return shard
        raise AssertionError("open shards cover all partition hashes")


class OpenShard:
    """Where a shard keeps its last position and its records."""

    __slots__ = ("head_key", "prefix", "start")

    def __init__(self, table_id: int, label: str, number: int, start: int) -> None:
        self.head_key = keyspace.stream_head(table_id, label, number)
        self.prefix = keyspace.stream_records(table_id, label, number)
        self.start = start

    def next_position(self, head: bytes | None) -> int:
        """The position after the stored last one."""
        return self.start if head is None else int.from_bytes(head, "big") + 1


def position_value(position: int) -> bytes:
    """How a position is stored: in a head's value, and at the end of a record's key."""
    return position.to_bytes(8, "big")
