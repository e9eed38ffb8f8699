"""Which tables write their journal for the archive, and from which shard on a base needs it.

A table's record says so, so whoever writes to it knows: `Archive`, with FirstShard, from which on the journal belongs
to the newest base; FromBirth, if that is the table's first one; GoesOn, if it was written for the archive before too.
"""

from __future__ import annotations

import contextlib
from typing import Any

import orjson

from slipring.clock import Clock
from slipring.engine import keyspace
from slipring.engine.archive import bases, tables
from slipring.engine.archive.manifests import Manifest, TableArchive
from slipring.engine.catalog import Catalog, is_being_restored
from slipring.engine.shards import NO_JOURNAL, cut
from slipring.engine.table import TableRecord
from slipring.model.errors.tree import ResourceInUseException, ResourceNotFoundException
from slipring.model.keys import successor
from slipring.storage.contract import Reader, Store, Writes


class Flags:
    """Sets them and takes them away."""

    def __init__(self, store: Store, catalog: Catalog, clock: Clock) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock

    async def begin_bases(self, manifest: Manifest) -> None:
        """Begin a base for each table that needs one. Its journal is written from then on."""
        for key, record in await records(self._store, keyspace.TABLE_RECORDS):
            if is_being_restored(record):
                continue
            archived = manifest["Tables"].get(str(record["Id"]))
            namespace = keyspace.parse_table_record(key)[0]
            if archived is not None and tables.has_hole(record, archived):
                archived = manifest["Tables"][str(record["Id"])] = tables.anew(archived, record)
            if archived is None and tables.has_journal_from_birth(record):
                archived = tables.begun(namespace, record["CreationDateTime"])
                archived["Bases"] = [bases.base_of_nothing(record["CreationDateTime"])]
                manifest["Tables"][str(record["Id"])] = archived
            elif archived is None or not tables.has_anything(archived) or bases.is_compaction_due(archived):
                await self._begin_base(manifest, namespace, record)

    async def _begin_base(self, manifest: Manifest, namespace: str, record: TableRecord) -> None:
        now = self._clock.now()

        def revise(before: TableRecord) -> TableRecord:
            if before["Id"] != record["Id"]:
                raise ResourceNotFoundException("")
            if _is_flagged_for_new_base(before, manifest["Tables"].get(str(before["Id"]))):
                return before
            first_shard = before.get("Journal", NO_JOURNAL)["LastShard"] + 1
            return cut({**before, "Archive": {"FirstShard": first_shard, "GoesOn": "Archive" in before}}, now)

        # A table that is dropped meanwhile is not archived any more.
        with contextlib.suppress(ResourceNotFoundException, ResourceInUseException):
            table = await self._catalog.change(record["TableName"], namespace, revise)
            archived = manifest["Tables"].setdefault(str(table.id), tables.begun(namespace, tables.after(manifest)))
            begun = max(now, tables.open_since(table.record))
            archived["Next"] = bases.new_base(table.record["Archive"]["FirstShard"], begun)

    async def take_away(self, namespace: str, record: TableRecord) -> None:
        def revise(before: TableRecord) -> TableRecord:
            return {name: value for name, value in before.items() if name != "Archive" or before["Id"] != record["Id"]}

        with contextlib.suppress(ResourceNotFoundException, ResourceInUseException):
            await self._catalog.change(record["TableName"], namespace, revise)


def _is_flagged_for_new_base(record: TableRecord, archived: TableArchive | None) -> bool:
    """Whether a round that failed has already begun it: a disk that is full for hours must not cost a shard each time
    that it is tried."""
    if "Archive" not in record:
        return False
    if archived is None or not archived["Bases"]:
        return True
    return bool(record["Archive"]["FirstShard"] > archived["Bases"][-1]["FirstShard"])


async def records(reader: Reader, prefix: bytes) -> list[tuple[bytes, dict[str, Any]]]:
    """Everything under a prefix, of records in JSON."""
    found: list[tuple[bytes, dict[str, Any]]] = []
    start = prefix
    while page := await reader.scan(start, successor(prefix), limit=256, bytes_max=1 << 22):
        found += [(key, orjson.loads(value)) for key, value in page]
        start = page[-1][0] + b"\x00"
    return found


async def release(store: Store, catalog: Catalog, now: float) -> None:
    """Let go of the tables when archiving has been turned off: their journals are not kept for it any more."""
    if await store.get(keyspace.ARCHIVED) is None:
        return
    for key, record in await records(store, keyspace.TABLE_RECORDS):
        if "Archive" in record:
            namespace = keyspace.parse_table_record(key)[0]
            with contextlib.suppress(ResourceNotFoundException, ResourceInUseException):
                await catalog.change(record["TableName"], namespace, lambda before: _released(before, now))
    await store.commit((), lambda _: Writes({keyspace.ARCHIVED: None}, None, None))


def _released(record: TableRecord, now: float) -> TableRecord:
    after = {name: value for name, value in record.items() if name != "Archive"}
    return cut(after, now)
