"""Point-in-time recovery: a table's journal kept for some days, so that the table can be had as it was at any moment.

No base is kept beside the table: the table as it is now is the base, and the journal tells what each write replaced.
A restore copies the table and takes back, newest first, what was written after the moment (`engine.copies`). So the
space that recovery takes is the journal of its window, and nothing has to be compacted in the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipring.engine import streams
from slipring.engine.shards import NO_JOURNAL, cut, is_wanted
from slipring.engine.table import TableRecord

DAY_SECONDS = 24 * 60 * 60
DAYS_MAX = 35
ARCHIVE_LAG_SECONDS_MAX = DAY_SECONDS
_GRACE_SECONDS = 120
"""A restore to the oldest moment there is may have been asked for and not begun yet; clocks may differ."""


def enabled(record: TableRecord, days: int, now: float) -> TableRecord:
    """The table's record with recovery over so many days.

    Recovery begins with shards of its own: earlier ones may lack what was replaced. A longer window than before does
    not bring back what has been trimmed already."""
    before = record.get("Recovery")
    if before is not None:
        return {**record, "Recovery": {**before, "EnabledAt": earliest(record, now), "Days": days}}
    first_shard = record.get("Journal", NO_JOURNAL)["LastShard"] + 1
    return cut({**record, "Recovery": {"EnabledAt": now, "Days": days, "FirstShard": first_shard}}, now)


def disabled(record: TableRecord, now: float) -> TableRecord:
    """The table's record without recovery. What was kept for it alone is trimmed."""
    if "Recovery" not in record:
        return record
    after = {name: value for name, value in record.items() if name != "Recovery"}
    return after if is_wanted(after) else cut(after, now)


def without_readers(record: TableRecord) -> TableRecord:
    """The record of a table that is dropped: only its stream goes on being read."""
    return {name: value for name, value in record.items() if name not in ("Archive", "Recovery")}


def earliest(record: TableRecord, now: float) -> float:
    """The first moment to which a table with recovery can be restored."""
    enabled_at: float = record["Recovery"]["EnabledAt"]
    days: int = record["Recovery"]["Days"]
    return max(enabled_at, now - days * DAY_SECONDS)


def reaches_back_to(record: TableRecord, first_shard: int, time: float, now: float) -> bool:
    """Whether everything since a time can still be taken back, by the journal that begins with this shard."""
    is_same = "Recovery" in record and record["Recovery"]["FirstShard"] == first_shard
    return is_same and earliest(record, now) - _GRACE_SECONDS <= time


def kept_since(record: Mapping[str, Any], now: float, archived_at: float = 0.0) -> float:
    """The time of the oldest record of the table's journal that anybody may still ask for.

    `archived_at` is the moment up to which everything is archived. An archive that cannot be written to for a day
    does not hold the journal any longer: it will need new bases."""
    needed = [now]
    stream = record.get("Stream")
    if stream is not None and not streams.is_over(stream, now):
        needed.append(now - streams.RETENTION_SECONDS)
    if "Recovery" in record:
        needed.append(earliest(dict(record), now) - _GRACE_SECONDS)
    if "Archive" in record:
        needed.append(max(now - ARCHIVE_LAG_SECONDS_MAX, archived_at - _GRACE_SECONDS))
    needed += [copy["Since"] for copy in record.get("Copies", {}).values()]
    return min(needed)
