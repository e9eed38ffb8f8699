"""The archive's work in the background: round after round, what is new since the one before it.

One process at a time does it, under a lease. What was archived is known from the manifest alone, so another process,
or the same one after a crash, goes on where the last manifest stands; what was written after it is written again, and
what nobody names is deleted. A round that fails, because the disk is full say, is tried again; nothing else waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import logging
from typing import Any

import orjson

from slipring.clock import Clock, Ids
from slipring.engine import backups, keyspace
from slipring.engine.archive import bases, journals, manifests, segments
from slipring.engine.archive.destinations import ArchiveError, Destination
from slipring.engine.archive.manifests import Manifest, TableArchive
from slipring.engine.archive.segments import Pairs, Segment
from slipring.engine.catalog import Catalog, is_being_restored
from slipring.engine.leases import Lease
from slipring.engine.recurring import Recurring
from slipring.engine.shards import NO_JOURNAL, cut
from slipring.engine.table import TableRecord
from slipring.model.errors.tree import ResourceInUseException, ResourceNotFoundException
from slipring.model.keys import successor
from slipring.storage.contract import Reader, Snapshot, Store, Writes

_LEASE_SECONDS = 10.0
"""Long beside the writing of a segment; short for who waits for a dead process's to end."""
_ROUNDS_PER_TIDYING = 30

_log = logging.getLogger(__name__)


class Archiver:
    """The archiving of one process."""

    def __init__(
        self, store: Store, catalog: Catalog, clock: Clock, ids: Ids, destination: Destination, interval_s: float
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._destination = destination
        self._lease = Lease(store, clock, "archive", ids.uuid(), _LEASE_SECONDS)
        self._manifest: Manifest | None = None
        """The newest one, as far as this process knows."""
        self._rounds = 0
        self._is_failing = False
        self.failures = 0
        """Rounds that failed."""
        self.bytes_written = 0
        self.archived_at = 0.0
        """The moment that the newest manifest tells; 0 while this process does not archive."""
        recurring = Recurring("the archive", interval_s, self._lease, self.round)
        self.start = recurring.start
        self.stop = recurring.stop

    async def round(self) -> bool:
        """Archive what is new. Returns False if another process does, or if it failed."""
        if not await self._lease.hold():
            self._manifest, self.archived_at = None, 0.0
            return False
        try:
            await self._round()
        except ArchiveError as error:
            self._manifest = None
            self.failures += 1
            if not self._is_failing:
                _log.error("archiving stops: %s; serving goes on, and archiving when it can", error)
            self._is_failing = True
            return False
        if self._is_failing:
            _log.warning("archiving goes on")
        self._is_failing = False
        return True

    async def _round(self) -> None:
        if self._manifest is None:
            self._manifest = await asyncio.to_thread(manifests.newest, self._destination)
            await asyncio.to_thread(manifests.tidy, self._destination)
        before = self._manifest
        manifest = copy.deepcopy(before)
        await self._flag_tables(manifest)
        for kind in ("Tables", "Backups"):
            for table_id, archived in manifest[kind].items():
                if archived.get("Next", {}).get("Place") is not None:
                    await bases.advance(self._store, int(table_id), archived, self._write)
        with contextlib.closing(self._store.snapshot()) as snapshot:
            manifest["Time"] = self._clock.now()
            await self._follow_tables(snapshot, manifest)
            await self._follow_backups(snapshot, manifest)
            manifest["Keys"] = await self._loose_keys(snapshot, before["Keys"])
        if {**manifest, "Time": before["Time"]} != before:
            manifest["Generation"] += 1
            await self._publish(manifest)
        self._manifest = manifest
        self.archived_at = manifest["Time"]
        value = orjson.dumps({"At": self.archived_at})
        await self._store.commit((), lambda _: Writes({keyspace.ARCHIVED: value}, None, None))

    async def _publish(self, manifest: Manifest) -> None:
        newest = await asyncio.to_thread(manifests.newest, self._destination)
        if not await self._lease.hold() or newest["Generation"] >= manifest["Generation"]:
            raise ArchiveError("another process writes to the archive")
        await asyncio.to_thread(manifests.write, self._destination, manifest)
        self._rounds += 1
        if self._rounds % _ROUNDS_PER_TIDYING == 0:
            await asyncio.to_thread(manifests.tidy, self._destination)

    async def _write(self, folder: str, pairs: Pairs) -> Segment:
        if not await self._lease.hold():
            raise ArchiveError("another process writes to the archive")
        segment = await asyncio.to_thread(segments.write, self._destination, folder, pairs)
        self.bytes_written += segment["Bytes"]
        return segment

    async def _flag_tables(self, manifest: Manifest) -> None:
        """Begin a base for each table that needs one. Its journal is written from then on."""
        for key, record in await _records(self._store, keyspace.TABLE_RECORDS):
            archived = manifest["Tables"].get(str(record["Id"]))
            if is_being_restored(record):
                continue
            if archived is None or "Archive" not in record or bases.is_compaction_due(archived):
                namespace = key[len(keyspace.TABLE_RECORDS) :].split(b"\x00")[0].decode()
                await self._begin_base(manifest, namespace, record)

    async def _begin_base(self, manifest: Manifest, namespace: str, record: TableRecord) -> None:
        now = self._clock.now()

        def revise(before: TableRecord) -> TableRecord:
            if before["Id"] != record["Id"]:
                raise ResourceNotFoundException("")
            if _is_flagged_for_new_base(before, manifest["Tables"].get(str(before["Id"]))):
                return before
            first_shard = before.get("Journal", NO_JOURNAL)["LastShard"] + 1
            return cut({**before, "Archive": {"FirstShard": first_shard}}, now)

        # A table that is dropped meanwhile is not archived any more.
        with contextlib.suppress(ResourceNotFoundException, ResourceInUseException):
            table = await self._catalog.change(record["TableName"], namespace, revise)
            archived = manifest["Tables"].setdefault(
                str(table.id), {"Namespace": namespace, "Journal": [], "Positions": {}}
            )
            archived["Next"] = bases.new_base(table.record["Archive"]["FirstShard"])

    async def _unflag(self, namespace: str, record: TableRecord) -> None:
        def revise(before: TableRecord) -> TableRecord:
            return {name: value for name, value in before.items() if name != "Archive" or before["Id"] != record["Id"]}

        with contextlib.suppress(ResourceNotFoundException, ResourceInUseException):
            await self._catalog.change(record["TableName"], namespace, revise)

    async def _follow_tables(self, snapshot: Snapshot, manifest: Manifest) -> None:
        there = {str(record["Id"]): record for _, record in await _records(snapshot, keyspace.TABLE_RECORDS)}
        for table_id in [known for known in manifest["Tables"] if known not in there]:
            del manifest["Tables"][table_id]
        for table_id, archived in list(manifest["Tables"].items()):
            record = there[table_id]
            try:
                await journals.advance(snapshot, int(table_id), record, archived, self._write)
            except journals.Gap:
                _log.warning(
                    "the journal of table %s was not archived in time: a new base is made", record["TableName"]
                )
                del manifest["Tables"][table_id]
                await self._unflag(archived["Namespace"], record)
                continue
            archived["Record"] = record
            if "Next" in archived and archived["Next"]["Place"] is None:
                bases.settle(archived)

    async def _follow_backups(self, snapshot: Snapshot, manifest: Manifest) -> None:
        """A backup does not change, so its base is all there is of it."""
        known = manifest["Backups"]
        there = {}
        for key, backup in await _records(snapshot, keyspace.BACKUP_RECORDS):
            if backup["Status"] == "AVAILABLE":
                items_id = str(backup["ItemsId"])
                there[items_id] = known.get(items_id, {"Next": bases.new_base(0)})
                there[items_id] |= {"Key": key.hex(), "Record": backups.without_restores(backup)}
                if there[items_id].get("Next", {}).get("Place", "") is None:
                    bases.settle(there[items_id])
        manifest["Backups"] = there

    async def _loose_keys(self, snapshot: Snapshot, before: list[Segment]) -> list[Segment]:
        found: list[Segment] = []
        for start, stop in keyspace.loose_ranges():
            while pairs := await bases.gather(snapshot, start, stop):
                digest = segments.digest_of(pairs)
                same = [segment for segment in before if segment["Sha256"] == digest]
                found.append(same[0] if same else await self._write("keys", pairs))
                start = pairs[-1][0] + b"\x00"
        return found


def _is_flagged_for_new_base(record: TableRecord, archived: TableArchive | None) -> bool:
    """Whether a round that failed has already begun it: a disk that is full for hours must not cost a shard each time
    that it is tried."""
    if "Archive" not in record:
        return False
    return archived is None or record["Archive"]["FirstShard"] > archived["Base"]["FirstShard"]


async def _records(reader: Reader, prefix: bytes) -> list[tuple[bytes, dict[str, Any]]]:
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
    for key, record in await _records(store, keyspace.TABLE_RECORDS):
        if "Archive" in record:
            namespace = key[len(keyspace.TABLE_RECORDS) :].split(b"\x00")[0].decode()
            with contextlib.suppress(ResourceNotFoundException, ResourceInUseException):
                await catalog.change(record["TableName"], namespace, lambda before: _released(before, now))
    await store.commit((), lambda _: Writes({keyspace.ARCHIVED: None}, None, None))


def _released(record: TableRecord, now: float) -> TableRecord:
    after = {name: value for name, value in record.items() if name != "Archive"}
    return cut(after, now)
