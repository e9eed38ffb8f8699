"""What an archive tells of one moment: the tables and backups that there were, and the segments that make them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from slipring.clock import iso_time
from slipring.engine.archive.destinations import ArchiveError
from slipring.engine.archive.manifests import Manifest, TableArchive
from slipring.engine.archive.segments import Segment
from slipring.engine.shards import microseconds

_FOREVER_US = 1 << 64


class TableMoment(NamedTuple):
    """A table as it was, or, with a key in the place of a namespace, what a backup holds."""

    table_id: int
    record: dict[str, Any]
    base: Sequence[Segment]
    journal: Sequence[Segment]
    """In the order in which they go over the base."""
    namespace: str = ""
    key: bytes = b""
    """Where a backup's record lies."""


class Moment(NamedTuple):
    """The deployment as it was."""

    time: float
    until_us: int
    """No record of the journal that is later is part of it."""
    tables: Sequence[TableMoment]
    backups: Sequence[TableMoment]
    keys: Sequence[Segment]
    left_out: Sequence[str]
    """What there was and is not in the archive, and why; in words."""
    last_id: int
    """No table or backup has had a higher id."""

    def segments(self) -> Iterator[Segment]:
        """Every segment that is needed."""
        yield from self.keys
        for each in [*self.tables, *self.backups]:
            yield from each.base
            yield from each.journal


def newest(manifest: Manifest) -> Moment:
    """The latest moment there is."""
    return _moment(manifest, math.inf, _FOREVER_US)._replace(time=manifest["Time"])


def at(manifest: Manifest, time: float) -> Moment:
    """What had happened at this time or before. Raises ArchiveError for a time that the archive does not cover."""
    since, until = manifest["Since"], manifest["Time"]
    if since is None:
        raise ArchiveError("it covers no time yet: the first bases of its tables are not complete")
    if not since <= time <= until:
        raise ArchiveError(f"it covers the time from {iso_time(since)} to {iso_time(until)}, not {iso_time(time)}")
    return _moment(manifest, time, microseconds(time))


def _moment(manifest: Manifest, time: float, until_us: int) -> Moment:
    tables: dict[tuple[str, str], TableMoment] = {}
    left_out = []
    for table_id, archived in sorted(manifest["Tables"].items(), key=lambda each: int(each[0])):
        if not _is_there(archived, time):
            continue
        record = _record(archived, time)
        name = archived["Namespace"], record["TableName"]
        made = _made(table_id, archived, record, until_us)
        if made is None:
            left_out.append(f"table {record['TableName']} {_why(archived)}")
        else:
            # Of two that clocks in disagreement make overlap, the later one counts.
            tables[name] = made
    backups = []
    for items_id, archived in manifest["Backups"].items():
        if archived["Record"]["CreationDateTime"] <= time and _is_there(archived, time):
            made = _made(items_id, archived, archived["Record"], _FOREVER_US)
            if made is None:
                backup = archived["Record"]
                left_out.append(f"backup {backup['Name']} of table {backup['Table']['TableName']} {_why(archived)}")
            else:
                backups.append(made)
    keys = next((each["Segments"] for each in manifest["FormerKeys"] if time < each["Until"]), manifest["Keys"])
    return Moment(time, until_us, [*tables.values()], backups, keys, left_out, _last_id(manifest))


def _record(archived: TableArchive, time: float) -> dict[str, Any]:
    newest: dict[str, Any] = archived["Record"]
    former = next((each["Record"] for each in archived["Former"] if time < each["Until"]), None)
    return newest if former is None else {**former, "Journal": newest["Journal"], "Version": newest["Version"]}


def _is_there(archived: TableArchive, time: float) -> bool:
    return bool(archived.get("From", 0.0) <= time and ("Dropped" not in archived or time < archived["Dropped"]))


def _made(table_id: str, archived: TableArchive, record: dict[str, Any], until_us: int) -> TableMoment | None:
    base = base_for(archived, until_us)
    if base is None:
        return None
    journal = [
        segment
        for segment in archived.get("Journal", ())
        if segment["Shard"] >= base["FirstShard"] and microseconds(segment["Since"]) <= until_us
    ]
    key = bytes.fromhex(archived.get("Key", ""))
    return TableMoment(int(table_id), record, base["Segments"], journal, archived.get("Namespace", ""), key)


def base_for(archived: TableArchive, until_us: int) -> dict[str, Any] | None:
    """The newest base from which a table can be made as it was at a time."""
    return next((base for base in reversed(archived["Bases"]) if microseconds(base["Covers"]) <= until_us), None)


def _why(archived: TableArchive) -> str:
    if not archived["Bases"]:
        return "is not in the archive: its first base was not complete"
    return f"is not in the archive before {iso_time(archived['Bases'][0]['Covers'])}"


def _last_id(manifest: Manifest) -> int:
    """An id that was given to a backed up table must not be given again either."""
    backed_up = [archived["Record"]["Table"]["Id"] for archived in manifest["Backups"].values()]
    given: Mapping[str, Any] = {**manifest["Tables"], **manifest["Backups"]}
    last_id: int = max([0, *map(int, given), *backed_up])
    return last_id
