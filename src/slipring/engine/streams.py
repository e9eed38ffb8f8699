"""Streams: what changed, in order, kept for a day.

A stream belongs to one table (or to what was one) and is a view of its journal (`engine.journal`): the shards from
the one that the stream began with to the one that it ended with, and of each record what the view type shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

import orjson

from slipring.engine import keyspace
from slipring.engine.shards import NO_JOURNAL, JournalRecord, cut, is_open
from slipring.engine.table import TableRecord

StreamRecord: TypeAlias = dict[str, Any]
"""A stream as the catalog stores it: TableId, TableName, Label, ViewType, KeySchema, CreationDateTime, Enabled,
FirstShard, once it is closed LastShard and the time it was Closed, and its ResourcePolicy if it has one."""

RETENTION_SECONDS = 24 * 60 * 60
"""How long records are shown (Developer Guide, "Change data capture for DynamoDB Streams")."""

SEQUENCE_BASE = 100_000_000_000_000_000_000
"""The service's sequence numbers have 21 digits or more; ours begin here so that they sort as text too."""


def sequence_number(position: int) -> str:
    """How a record's place in its stream is told."""
    return str(SEQUENCE_BASE + position)


def enabled(record: TableRecord, view_type: str, now: float, last_label: str = "") -> TableRecord:
    """The table's record with a new stream. Its label is the time, later than the table's last one and than
    `last_label`, that of a dropped table of the same name."""
    label = _label(now)
    last_label = max(last_label, record.get("Stream", {}).get("Label", ""))
    if last_label >= label:
        label = _label(datetime.fromisoformat(last_label + "+00:00").timestamp() + 0.001)
    stream = {
        "TableId": record["Id"],
        "TableName": record["TableName"],
        "Label": label,
        "ViewType": view_type,
        "KeySchema": record["KeySchema"],
        "CreationDateTime": now,
        "Enabled": True,
        "FirstShard": record.get("Journal", NO_JOURNAL)["LastShard"] + 1,
    }
    return cut({**record, "Stream": stream}, now)


def _label(now: float) -> str:
    return datetime.fromtimestamp(round(now, 3), UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]


def disabled(record: TableRecord, now: float) -> TableRecord:
    """The table's record with its stream, if there is one, ended; the stream's shards are closed and have no
    children in it."""
    stream = record.get("Stream")
    if stream is None or not stream["Enabled"]:
        return record
    ended = {**stream, "Enabled": False, "Closed": now, "LastShard": record["Journal"]["LastShard"]}
    return cut({**record, "Stream": ended}, now)


def orphaned(record: TableRecord, now: float) -> TableRecord:
    """The record as the stream of a dropped table keeps it: ended, and without a policy (observed)."""
    ended = disabled(record, now)
    if "Stream" not in ended:
        return ended
    return {**ended, "Stream": {name: value for name, value in ended["Stream"].items() if name != "ResourcePolicy"}}


def shards_of(stream: StreamRecord, journal: JournalRecord, now: float) -> list[dict[str, Any]]:
    """The stream's shards, but for those whose last record has expired."""
    last = stream.get("LastShard", journal["LastShard"])
    return [
        shard
        for shard in journal["Shards"]
        if stream["FirstShard"] <= shard["Number"] <= last and not is_expired(shard, now)
    ]


def is_expired(shard: Mapping[str, Any], now: float) -> bool:
    """Closed for so long that its last record is no longer shown."""
    return not is_open(shard) and shard["Closed"] + RETENTION_SECONDS < now


def is_over(stream: StreamRecord, now: float) -> bool:
    """Turned off for so long that its last record is no longer shown."""
    return not stream["Enabled"] and bool(stream["Closed"] + RETENTION_SECONDS < now)


def stored(namespace: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[bytes, bytes | None]:
    """What of streams and journals to write with a table's record that goes from `before` to `after`."""
    puts: dict[bytes, bytes | None] = {}
    stream, journal = after.get("Stream"), after.get("Journal")
    if stream is not None and stream != before.get("Stream"):
        puts[keyspace.stream(namespace, stream["TableName"], stream["Label"])] = orjson.dumps(stream)
    if journal is not None and journal != before.get("Journal"):
        names = {"Namespace": namespace, "TableName": after["TableName"]}
        puts[keyspace.journal_record(after["Id"])] = orjson.dumps({**journal, **names})
    return puts
