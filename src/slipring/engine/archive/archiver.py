"""The archive's work in the background: round after round, what is new since the one before it.

One process at a time does it, under a lease. What was archived is known from the manifest alone, so another process,
or the same one after a crash, goes on where the last manifest stands; what was written after it is written again, and
what nobody names is deleted. A round that fails, because the disk is full say, is tried again; nothing else waits.

Nor do two processes harm each other that both believe to hold the lease: of two manifests with one number one is
written, and what is deleted as needless was so for a long time.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import logging
from collections.abc import Sequence

import orjson

from slipring.clock import Clock, Ids
from slipring.engine import backups, keyspace, recovery
from slipring.engine.archive import bases, manifests, ownership, segments, tables
from slipring.engine.archive.destinations import ArchiveError, Destination
from slipring.engine.archive.flags import Flags, records
from slipring.engine.archive.journals import Gap, Journals
from slipring.engine.archive.manifests import Found, Manifest
from slipring.engine.archive.segments import Pairs, Segment
from slipring.engine.catalog import Catalog
from slipring.engine.leases import Lease
from slipring.engine.recurring import Recurring
from slipring.storage.contract import Snapshot, Store, Writes

_LEASE_SECONDS = 10.0
"""Long beside the writing of a segment; short for who waits for a dead process's to end."""
_ROUNDS_PER_TIDYING = 30
_IDLE_SECONDS = 60.0
"""How old a manifest may become while nothing changes: what it does not tell of cannot be gone back to."""

_log = logging.getLogger(__name__)


class Archiver:
    """The archiving of one process."""

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        clock: Clock,
        ids: Ids,
        destination: Destination,
        interval_s: float,
        kept_days: int,
    ) -> None:
        """`kept_days` is how far back the archive lets one go."""
        self._store = store
        self._clock = clock
        self._flags = Flags(store, catalog, clock)
        self._destination = destination
        self._kept_s = kept_days * recovery.DAY_SECONDS
        self._owner = ids.uuid()
        self._lease = Lease(store, clock, "archive", self._owner, _LEASE_SECONDS)
        self._journals = Journals(destination, self._write)
        self._newest: Found | None = None
        """The newest manifest, as far as this process knows."""
        self._needless: set[str] = set()
        """What was needless when it was last looked for."""
        self._rounds = 0
        self.error = ""
        """Why the last round failed; empty if it did not."""
        self.failures = 0
        """Rounds that failed."""
        self.bytes_written = 0
        self.archived_at = 0.0
        """The moment that the newest manifest tells; 0 while this process does not archive."""
        recurring = Recurring("the archive", interval_s, self._lease, self.round)
        self.start = recurring.start
        self.stop = recurring.stop

    def covers(self) -> tuple[float | None, float]:
        """The first and the last moment that can be gone back to, as far as this process knows."""
        manifest = manifests.empty() if self._newest is None else self._newest.manifest
        return manifest["Since"], manifest["Time"]

    async def round(self) -> bool:
        """Archive what is new. Returns False if another process does, or if it failed."""
        if not await self._lease.hold():
            self._newest, self.archived_at, self.error = None, 0.0, ""
            return False
        try:
            await self._round()
        except ArchiveError as error:
            self._newest = None
            self.failures += 1
            if not self.error:
                _log.error("archiving stops: %s; serving goes on, and archiving when it can", error)
            self.error = str(error)
            return False
        if self.error:
            _log.warning("archiving goes on")
        self.error = ""
        return True

    async def _round(self) -> None:
        if self._newest is None:
            await self._mark()
            found = await asyncio.to_thread(manifests.newest, self._destination)
            await ownership.check(self._store, found)
            self._newest = found
        before = self._newest.manifest
        manifest = copy.deepcopy(before)
        await self._flags.begin_bases(manifest)
        for kind in ("Tables", "Backups"):
            for table_id, archived in manifest[kind].items():
                if archived.get("Next", {}).get("Place") is not None:
                    await bases.advance(self._store, int(table_id), archived, self._write)
        # What was written before this moment is in the snapshot.
        manifest["Time"] = now = self._clock.now()
        with contextlib.closing(self._store.snapshot()) as snapshot:
            await self._follow_tables(snapshot, manifest, before)
            await self._follow_backups(snapshot, manifest)
            manifest["Keys"] = await self._loose_keys(snapshot, before["Keys"])
        if manifest["Keys"] != before["Keys"] and before["Generation"]:
            manifest["FormerKeys"].append({"Until": now, "Segments": before["Keys"]})
        tables.forget(manifest, self._kept_s)
        if now - before["Time"] > _IDLE_SECONDS or _has_changed(before, manifest):
            manifest["Generation"] += 1
            await self._publish(manifest)
        self.archived_at = now
        value = orjson.dumps({"At": now})
        await self._store.commit((), lambda _: Writes({keyspace.ARCHIVED: value}, None, None))

    async def _mark(self) -> None:
        """Have every table that is made from now on write its journal from birth."""

        def decide(old: Sequence[bytes | None]) -> Writes[None]:
            return Writes({keyspace.ARCHIVED: orjson.dumps({"At": 0.0})} if old[0] is None else {}, None, None)

        await self._store.commit([keyspace.ARCHIVED], decide)

    async def _publish(self, manifest: Manifest) -> None:
        assert self._newest is not None
        written = manifests.written(manifest)
        await ownership.note(self._store, self._lease, written.digest, self._newest.digest)
        await asyncio.to_thread(manifests.write, self._destination, written)
        self._newest = Found(manifest, written.digest)
        if self._rounds % _ROUNDS_PER_TIDYING == 0:
            await self._tidy()
        self._rounds += 1

    async def _tidy(self) -> None:
        """Delete what was needless the last time already: what is new may be somebody's who is about to name it."""
        needless = await asyncio.to_thread(manifests.needless, self._destination)
        for name in sorted(needless & self._needless):
            await self._hold()
            await asyncio.to_thread(self._destination.delete, name)
        self._needless = needless

    async def _hold(self) -> None:
        if not await self._lease.hold():
            raise ArchiveError("another process writes to the archive")

    async def _write(self, folder: str, pairs: Pairs) -> Segment:
        await self._hold()
        segment = await asyncio.to_thread(segments.write, self._destination, folder, pairs, self._owner)
        self.bytes_written += segment["Bytes"]
        return segment

    async def _follow_tables(self, snapshot: Snapshot, manifest: Manifest, before: Manifest) -> None:
        there = {str(record["Id"]): record for _, record in await records(snapshot, keyspace.TABLE_RECORDS)}
        for table_id, archived in list(manifest["Tables"].items()):
            if "Dropped" in archived:
                continue
            if table_id not in there:
                if table_id in before["Tables"]:
                    unknown_from = tables.after(before)
                    await tables.follow_to_the_end(self._journals, snapshot, int(table_id), archived, unknown_from)
                else:
                    del manifest["Tables"][table_id]
                continue
            record = there[table_id]
            try:
                await tables.follow(self._journals, snapshot, int(table_id), record, archived, manifest["Time"])
            except Gap:
                _log.warning(
                    "the journal of table %s was not archived in time: a new base is made", record["TableName"]
                )
                manifest["Tables"][table_id] = tables.anew(archived, record)
                await self._flags.take_away(archived["Namespace"], record)

    async def _follow_backups(self, snapshot: Snapshot, manifest: Manifest) -> None:
        there = {
            str(backup["ItemsId"]): {"Key": key.hex(), "Record": backups.without_restores(backup)}
            for key, backup in await records(snapshot, keyspace.BACKUP_RECORDS)
            if backup["Status"] == "AVAILABLE"
        }
        manifest["Backups"] = tables.follow_backups(manifest["Backups"], there, manifest["Time"])

    async def _loose_keys(self, snapshot: Snapshot, before: list[Segment]) -> list[Segment]:
        found: list[Segment] = []
        for start, stop in keyspace.loose_ranges():
            while pairs := await bases.gather(snapshot, start, stop):
                digest = segments.digest_of(pairs)
                same = [segment for segment in before if segment["Sha256"] == digest]
                found.append(same[0] if same else await self._write("keys", pairs))
                start = pairs[-1][0] + b"\x00"
        return found


def _has_changed(before: Manifest, after: Manifest) -> bool:
    """Whether there is anything new but the time."""
    if before["Since"] is None and after["Since"] is not None:
        return True
    return {**after, "Time": before["Time"], "Since": before["Since"]} != before
