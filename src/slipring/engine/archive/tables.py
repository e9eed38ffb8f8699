"""What a manifest tells of the tables and backups that come, change and go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from slipring.engine import keyspace
from slipring.engine.archive import bases
from slipring.engine.archive.journals import Gap, Journals
from slipring.engine.archive.manifests import Manifest, TableArchive, bases_of
from slipring.engine.shards import NO_JOURNAL, JournalRecord, is_open
from slipring.engine.table import TableRecord
from slipring.storage.contract import Snapshot

_PASSING = ("Archive", "Copies", "Journal", "Version")
"""What of a table's record may change while the table stays the same."""
_MOMENT_S = 1e-6
"""The shortest time there is between two moments."""


def after(manifest: Manifest) -> float:
    """The first moment that the manifest does not tell of any more."""
    return manifest["Time"] + _MOMENT_S if manifest["Generation"] else 0.0


def begun(namespace: str, since: float) -> TableArchive:
    """Of a table that the archive has nothing of yet, and that was not there before a time."""
    return {"Namespace": namespace, "From": since, "Former": [], "Bases": [], "Journal": [], "Positions": {}}


def anew(archived: TableArchive, record: TableRecord) -> TableArchive:
    """Of a table whose journal was lost in part: nothing that was archived can be relied on, but that it was there."""
    return {**begun(archived["Namespace"], archived["From"]), "Record": record}


def has_anything(archived: TableArchive) -> bool:
    """Whether there is a base of a table, or one is being made."""
    return bool(bases_of(archived))


def has_journal_from_birth(record: TableRecord) -> bool:
    return bool(record.get("Archive", {}).get("FromBirth"))


def has_hole(record: TableRecord, archived: TableArchive) -> bool:
    """Whether a table's journal was not written for a while, because archiving was turned off."""
    if "Archive" not in record:
        return True
    known = [base["FirstShard"] for base in bases_of(archived)]
    return not record["Archive"].get("GoesOn") and record["Archive"]["FirstShard"] not in known


def open_since(record: TableRecord) -> float:
    """Since when the journal's open shards take records: no record of an earlier shard is later."""
    shards = record.get("Journal", NO_JOURNAL)["Shards"]
    return max([shard["Created"] for shard in shards if is_open(shard)], default=0.0)


async def follow(
    journals: Journals, snapshot: Snapshot, table_id: int, record: TableRecord, archived: TableArchive, now: float
) -> None:
    """Archive what is new of a table. Raises Gap."""
    latest = await journals.advance(snapshot, table_id, record["Journal"], archived) if has_anything(archived) else 0.0
    before = archived.get("Record")
    if before is not None and _lasting(before) != _lasting(record):
        archived["Former"].append({"Until": now, "Record": _lasting(before)})
    archived["Record"] = record
    if "Next" in archived and archived["Next"]["Place"] is None:
        bases.settle(archived, latest)


def _lasting(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in _PASSING}


async def follow_to_the_end(
    journals: Journals, snapshot: Snapshot, table_id: int, archived: TableArchive, unknown_from: float
) -> None:
    """Archive the rest of the journal of a table that was dropped. Where that is gone with it, as by loading a
    snapshot, the table counts as dropped from the moment on that is not known."""
    archived.pop("Next", None)
    archived["Dropped"] = unknown_from
    stored = await snapshot.get(keyspace.journal_record(table_id))
    if stored is None or not archived["Bases"]:
        return
    journal: JournalRecord = orjson.loads(stored)
    closed = [shard["Closed"] for shard in journal["Shards"] if not is_open(shard)]
    try:
        await journals.advance(snapshot, table_id, journal, archived)
    except Gap:
        return
    archived["Dropped"] = max(closed, default=unknown_from)


def follow_backups(known: Mapping[str, Any], there: Mapping[str, Mapping[str, Any]], now: float) -> dict[str, Any]:
    """What the manifest tells of the backups that it knew, and of those that are there: Record and Key by table id.

    A backup does not change, so its base is all there is of it."""
    told: dict[str, Any] = {}
    for items_id, archived in known.items():
        if items_id in there or "Dropped" in archived:
            told[items_id] = archived
        elif archived["Bases"]:
            told[items_id] = {**{name: value for name, value in archived.items() if name != "Next"}, "Dropped": now}
    for items_id, backup in there.items():
        told[items_id] = {**known.get(items_id, {"Bases": [], "Next": bases.new_base(0)}), **backup}
        if told[items_id].get("Next", {}).get("Place", "") is None:
            bases.settle(told[items_id])
    return told


def forget(manifest: Manifest, kept_s: float) -> None:
    """Drop what is not needed to go back so far, and note what the manifest covers."""
    lacking = [each for each in manifest["Tables"].values() if not each["Bases"] and "Dropped" not in each]
    if manifest["Since"] is None and not lacking:
        covers = [base["Covers"] for each in manifest["Tables"].values() for base in each["Bases"][-1:]]
        manifest["Since"] = max([manifest["Time"], *covers])
    if manifest["Since"] is None:
        return
    since = manifest["Since"] = max(manifest["Since"], manifest["Time"] - kept_s)
    manifest["FormerKeys"] = [former for former in manifest["FormerKeys"] if former["Until"] > since]
    for kind in ("Tables", "Backups"):
        manifest[kind] = {
            each: archived for each, archived in manifest[kind].items() if archived.get("Dropped", since + 1) > since
        }
    for archived in manifest["Tables"].values():
        archived["Former"] = [former for former in archived["Former"] if former["Until"] > since]
        bases.forget(archived, since)
