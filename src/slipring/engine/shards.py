"""The shards of a stream, and the open ones as writers use them."""

from __future__ import annotations

from typing import Any, TypeAlias

from slipring.engine import keyspace

StreamRecord: TypeAlias = dict[str, Any]
"""A stream as the catalog stores it: TableId, TableName, Label, ViewType, KeySchema, CreationDateTime, Enabled, and
Shards, each with Id, Number, Low and High (of the partition hash), Created, a child also with its ParentId, and a
closed one with the time it was Closed."""

HASH_COUNT = 1 << 16
POSITION_MAX = (1 << 64) - 1
_HASH_AT = len(keyspace.items(0))
"""Where an item's key holds the hash of its partition key."""
_POSITIONS_PER_SHARD_SHIFT = 40
"""A shard's positions begin beyond all those of the shards before it, so a child's sequence numbers are higher than
its parent's without asking where the parent ended. A shard takes a trillion records."""


def new_shard(number: int, low: int, high: int, now: float) -> dict[str, Any]:
    """Its id has the service's form: 37 characters that sort by age."""
    shard_id = f"shardId-{int(now * 1000):020d}-{number:08d}"
    return {"Id": shard_id, "Number": number, "Low": low, "High": high, "Created": now}


def first_position(shard_number: int) -> int:
    return (shard_number << _POSITIONS_PER_SHARD_SHIFT) + 1


def is_open(shard: dict[str, Any]) -> bool:
    return "Closed" not in shard


class ShardMap:
    """The open shards of a table's stream."""

    __slots__ = ("_shards", "view_type")

    def __init__(self, table_id: int, stream: StreamRecord) -> None:
        self.view_type: str = stream["ViewType"]
        self._shards = [
            (shard["High"], OpenShard(table_id, stream["Label"], shard["Number"]))
            for shard in stream["Shards"]
            if is_open(shard)
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

    __slots__ = ("_first_position", "head_key", "prefix")

    def __init__(self, table_id: int, label: str, number: int) -> None:
        self.head_key = keyspace.stream_head(table_id, label, number)
        self.prefix = keyspace.stream_records(table_id, label, number)
        self._first_position = first_position(number)

    def next_position(self, head: bytes | None) -> int:
        """The position after the stored last one."""
        return self._first_position if head is None else int.from_bytes(head, "big") + 1


def position_value(position: int) -> bytes:
    """How a position is stored: in a head's value, and at the end of a record's key."""
    return position.to_bytes(8, "big")
