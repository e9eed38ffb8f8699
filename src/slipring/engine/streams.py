"""Streams: what changed, in order, kept for a day.

A stream belongs to one table (or to what was one) and consists of shards, each of which takes the changes of a range
of partition hashes. A record is committed with the change it tells of. Its place is the next number of its shard,
read and raised in the same commit, so a reader that follows the numbers meets every record once, in commit order.

Shards close and hand on to children now and then, as the service's do about every four hours, so that whoever follows
a stream meets lineage in tests and not first in production. Closing one changes the table's guard: a write that was
planned for the old shard is planned again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from slipring.engine import keyspace
from slipring.engine.shards import HASH_COUNT, StreamRecord, is_open, new_shard

SEQUENCE_BASE = 100_000_000_000_000_000_000
"""The service's sequence numbers have 21 digits or more; ours begin here so that they sort as text too."""


def sequence_number(position: int) -> str:
    """How a record's place in its stream is told."""
    return str(SEQUENCE_BASE + position)


def new_stream(table_record: Mapping[str, Any], view_type: str, now: float, last_label: str = "") -> StreamRecord:
    """A stream with one shard over all partition hashes. Its label is the time, later than the table's last one and
    than `last_label`, that of a dropped table of the same name."""
    label = _label(now)
    last_label = max(last_label, table_record.get("Stream", {}).get("Label", ""))
    if last_label >= label:
        label = _label(datetime.fromisoformat(last_label + "+00:00").timestamp() + 0.001)
    return {
        "TableId": table_record["Id"],
        "TableName": table_record["TableName"],
        "Label": label,
        "ViewType": view_type,
        "KeySchema": table_record["KeySchema"],
        "CreationDateTime": now,
        "Enabled": True,
        "Shards": [new_shard(0, 0, HASH_COUNT, now)],
    }


def _label(now: float) -> str:
    return datetime.fromtimestamp(round(now, 3), UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]


def closed(stream: StreamRecord, now: float) -> StreamRecord:
    """The stream once it is disabled: every shard closed, with no children."""
    shards = [{**shard, "Closed": now} if is_open(shard) else shard for shard in stream["Shards"]]
    return {**stream, "Enabled": False, "Shards": shards}


def rolled(stream: StreamRecord, now: float, *, children: int) -> StreamRecord:
    """The stream with every open shard closed and followed by one child, or by several that share its range."""
    shards: list[dict[str, Any]] = list(closed(stream, now)["Shards"])
    number = max(shard["Number"] for shard in shards)
    for parent in [shard for shard in stream["Shards"] if is_open(shard)]:
        width = (parent["High"] - parent["Low"]) // children
        for child in range(children):
            low = parent["Low"] + child * width
            high = parent["High"] if child == children - 1 else low + width
            number += 1
            shards.append({**new_shard(number, low, high, now), "ParentId": parent["Id"]})
    return {**stream, "Shards": shards}


def stored(namespace: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[bytes, bytes | None]:
    """The stream records to write with a table's record that goes from `before` to `after`."""
    old, new = before.get("Stream"), after.get("Stream")
    if new is None or new == old:
        return {}
    return {keyspace.stream(namespace, new["TableName"], new["Label"]): orjson.dumps(new)}
