"""Streams: what changed, in order, kept for a day.

A stream belongs to one table (or to what was one) and consists of shards, each of which takes the changes of a range
of partition hashes. A record is committed with the change it tells of. Its place is the next number of its shard,
read and raised in the same commit, so a reader that follows the numbers meets every record once, in commit order.

Shards close and hand on to children now and then, as the service's do about every four hours, so that whoever follows
a stream meets lineage in tests and not first in production. Closing one changes the table's guard: a write that was
planned for the old shard is planned again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from slipring.engine.shards import HASH_COUNT, StreamRecord, open_shards

SEQUENCE_BASE = 100_000_000_000_000_000_000
"""The service's sequence numbers have 21 digits or more; ours begin here so that they sort as text too."""


def sequence_number(position: int) -> str:
    """How a record's place in its stream is told."""
    return str(SEQUENCE_BASE + position)


def new_stream(record: dict[str, Any], view_type: str, now: float, taken_labels: set[str]) -> StreamRecord:
    """A stream with one shard over all partition hashes."""
    moment = now
    while (label := _label(moment)) in taken_labels:
        moment += 0.001
    return {
        "TableId": record["Id"],
        "TableName": record["TableName"],
        "Label": label,
        "ViewType": view_type,
        "KeySchema": record["KeySchema"],
        "CreationDateTime": now,
        "Enabled": True,
        "Shards": [_shard(0, 0, HASH_COUNT, 1, now)],
    }


def _label(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]


def _shard(number: int, low: int, high: int, start: int, now: float) -> dict[str, Any]:
    return {"Number": number, "Low": low, "High": high, "Start": start, "Created": now}


def closed(stream: StreamRecord, heads: dict[int, int]) -> StreamRecord:
    """The stream once all its shards are closed; `heads` are the last positions by shard number."""
    shards = [
        shard if "End" in shard else {**shard, "End": max(heads[shard["Number"]], shard["Start"] - 1)}
        for shard in stream["Shards"]
    ]
    return {**stream, "Enabled": False, "Shards": shards}


def rolled(stream: StreamRecord, heads: dict[int, int], now: float, *, children: int) -> StreamRecord:
    """The stream with every open shard closed and followed by one child, or two that share its range."""
    following = closed(stream, heads)
    shards: list[dict[str, Any]] = list(following["Shards"])
    for parent in open_shards(stream):
        end = next(shard["End"] for shard in shards if shard["Number"] == parent["Number"])
        width = (parent["High"] - parent["Low"]) // children
        for child in range(children):
            low = parent["Low"] + child * width
            high = parent["High"] if child == children - 1 else low + width
            shards.append({**_shard(len(shards), low, high, end + 1, now), "Parent": parent["Number"]})
    return {**following, "Enabled": True, "Shards": shards}


def encode(stream: StreamRecord) -> bytes:
    return orjson.dumps(stream)


def decode(value: bytes) -> StreamRecord:
    stream: StreamRecord = orjson.loads(value)
    return stream
