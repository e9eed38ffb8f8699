"""The shards of a table's journal, and the open ones as writers use them.

Each shard takes the changes of a range of partition hashes, and the open ones together take those of all. Shards
close and hand on to children now and then, as the service's do about every four hours, so that whoever follows a
stream meets lineage in tests and not first in production. Closing one changes the table's guard: a write that was
planned for the old shard is planned again. A stream begins and ends with shards; so does a backup.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from struct import Struct
from typing import Any, TypeAlias

from slipring.engine import keyspace

JournalRecord: TypeAlias = dict[str, Any]
"""A table's journal as the catalog stores it: LastShard, the highest number given to a shard so far, and Shards, the
open ones and those closed within the last day: each with Id, Number, Low and High (of the partition hash), Created, a
child in the same stream also with its ParentId, and a closed one with the time it was Closed."""

NO_JOURNAL: JournalRecord = {"LastShard": -1, "Shards": []}

HASH_COUNT = 1 << 16
US_PER_SECOND = 1_000_000
POSITION_MAX = (1 << 64) - 1
_HASH_AT = len(keyspace.items(0))
"""Where an item's key holds the hash of its partition key."""
_POSITIONS_PER_SHARD_SHIFT = 40
"""A shard's positions begin beyond all those of the shards before it, so a child's sequence numbers are higher than
its parent's without asking where the parent ended. A shard takes a trillion records."""
_HEAD = Struct(">QQ")


def microseconds(seconds: float) -> int:
    """A time as records hold it."""
    return round(seconds * US_PER_SECOND)


def new_shard(number: int, low: int, high: int, now: float) -> dict[str, Any]:
    """Its id has the service's form: 37 characters that sort by age."""
    shard_id = f"shardId-{int(now * 1000):020d}-{number:08d}"
    return {"Id": shard_id, "Number": number, "Low": low, "High": high, "Created": now}


def first_position(shard_number: int) -> int:
    return (shard_number << _POSITIONS_PER_SHARD_SHIFT) + 1


def shard_number_of(position: int) -> int:
    return position >> _POSITIONS_PER_SHARD_SHIFT


def is_open(shard: Mapping[str, Any]) -> bool:
    return "Closed" not in shard


def position_value(position: int) -> bytes:
    """How a position is stored at the end of a record's key."""
    return position.to_bytes(8, "big")


def encode_head(position: int, time_us: int) -> bytes:
    """A shard's head: the position and the time of its last record."""
    return _HEAD.pack(position, time_us)


def decode_head(head: bytes | None) -> tuple[int, int]:
    """Position and time; zeros for a shard that has no records."""
    if head is None:
        return 0, 0
    position, time_us = _HEAD.unpack(head)
    return position, time_us


def is_wanted(table_record: Mapping[str, Any]) -> bool:
    """Whether anybody reads the table's journal: its stream, point-in-time recovery, the archive, or who copies it."""
    return _has_stream(table_record) or _is_rewound(table_record) or "Archive" in table_record


def _has_stream(table_record: Mapping[str, Any]) -> bool:
    return bool(table_record.get("Stream", {}).get("Enabled"))


def _is_rewound(table_record: Mapping[str, Any]) -> bool:
    """Whether what was written may have to be taken back (`engine.copies`)."""
    return "Recovery" in table_record or bool(table_record.get("Copies"))


def _keeps_old(table_record: Mapping[str, Any]) -> bool:
    """Whether any reader needs what an item was before."""
    views = ("OLD_IMAGE", "NEW_AND_OLD_IMAGES")
    return _is_rewound(table_record) or (_has_stream(table_record) and table_record["Stream"]["ViewType"] in views)


def cut(table_record: Mapping[str, Any], now: float) -> dict[str, Any]:
    """The table's record with every open shard of its journal closed and, while anybody reads it, followed by one
    child."""
    open_ = _open(table_record)
    parents = (open_ or [new_shard(-1, 0, HASH_COUNT, now)]) if is_wanted(table_record) else []
    return _handed_on(table_record, open_, parents, 1, now)


def archived_from_birth(table_record: Mapping[str, Any]) -> dict[str, Any]:
    """The record of a new table in a deployment that has an archive: with a journal that tells all that it ever held,
    so that nothing else needs to be copied."""
    record = {**table_record, "Archive": {"FirstShard": 0, "FromBirth": True}}
    return record if _open(record) else cut(record, record["CreationDateTime"])


def split(table_record: Mapping[str, Any], numbers: Collection[int], now: float) -> dict[str, Any]:
    """The table's record with these of its open shards closed, each followed by two children that share its range."""
    parents = [
        shard for shard in _open(table_record) if shard["Number"] in numbers and shard["High"] > shard["Low"] + 1
    ]
    return _handed_on(table_record, parents, parents, 2, now)


def open_numbers(table_record: Mapping[str, Any]) -> list[int]:
    """The numbers of the journal's open shards."""
    return [shard["Number"] for shard in _open(table_record)]


def _open(table_record: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [shard for shard in table_record.get("Journal", NO_JOURNAL)["Shards"] if is_open(shard)]


def _handed_on(
    table_record: Mapping[str, Any],
    closing: Sequence[Mapping[str, Any]],
    parents: Sequence[Mapping[str, Any]],
    children: int,
    now: float,
) -> dict[str, Any]:
    """The table's record with some shards closed, and so many children for each parent, one beside the other."""
    journal: JournalRecord = table_record.get("Journal", NO_JOURNAL)
    number = journal["LastShard"]
    shards = [{**shard, "Closed": now} if shard in closing else shard for shard in journal["Shards"]]
    stream = table_record.get("Stream", {})
    for parent in parents:
        width = (parent["High"] - parent["Low"]) // children
        for child in range(children):
            low = parent["Low"] + child * width
            number += 1
            shard = new_shard(number, low, parent["High"] if child == children - 1 else low + width, now)
            if stream.get("Enabled") and parent["Number"] >= stream["FirstShard"]:
                shard["ParentId"] = parent["Id"]
            shards.append(shard)
    return {**table_record, "Journal": {"LastShard": number, "Shards": shards}}


def open_heads(table_record: Mapping[str, Any]) -> list[bytes]:
    """Where the heads of a table's open shards lie."""
    shards = table_record.get("Journal", NO_JOURNAL)["Shards"]
    return [keyspace.journal_head(table_record["Id"], shard["Number"]) for shard in shards if is_open(shard)]


def following(before: Mapping[str, Any], after: dict[str, Any], heads: Iterable[bytes | None]) -> dict[str, Any]:
    """The record `after` a change, its new shards no older than those that were open `before` and their last records.

    Clocks of several machines differ; a child's record must not seem to be written before its parent's."""
    journal = after.get("Journal")
    if journal is None or journal == before.get("Journal"):
        return after
    last_time = max([time_us for _, time_us in map(decode_head, heads)], default=0) / US_PER_SECOND
    last_time = max([last_time, *[shard["Created"] for shard in _open(before)]])
    known = before.get("Journal", NO_JOURNAL)["LastShard"]
    shards = [
        {**shard, "Created": max(shard["Created"], last_time)} if shard["Number"] > known else shard
        for shard in journal["Shards"]
    ]
    return {**after, "Journal": {**journal, "Shards": shards}}


class ShardMap:
    """The open shards of a table's journal."""

    __slots__ = ("_shards", "count_key", "keeps_old")

    def __init__(self, table_record: Mapping[str, Any]) -> None:
        table_id = table_record["Id"]
        self.count_key = keyspace.journal_counts(table_id)
        self.keeps_old = _keeps_old(table_record)
        """Whether records tell what an item was before."""
        open_ = [shard for shard in table_record.get("Journal", NO_JOURNAL)["Shards"] if is_open(shard)]
        self._shards = [(shard["High"], OpenShard(table_id, shard)) for shard in sorted(open_, key=itemgetter("High"))]

    def shard_of(self, item_key: bytes) -> OpenShard:
        """The shard that takes the changes of the item under this key."""
        hashed = int.from_bytes(item_key[_HASH_AT : _HASH_AT + 2], "big")
        for high, shard in self._shards:
            if hashed < high:
                return shard
        raise AssertionError("open shards cover all partition hashes")


class OpenShard:
    """Where a shard keeps its head and its records."""

    __slots__ = ("_prefix", "created_us", "first_position", "head_key")

    def __init__(self, table_id: int, shard: Mapping[str, Any]) -> None:
        self.head_key = keyspace.journal_head(table_id, shard["Number"])
        self.created_us = microseconds(shard["Created"])
        """No record is older, even where another process's clock is."""
        self.first_position = first_position(shard["Number"])
        self._prefix = keyspace.journal(table_id)

    def record_key(self, position: int) -> bytes:
        return self._prefix + position_value(position)
