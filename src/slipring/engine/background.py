"""What happens when no request waits for it: filling new indexes, erasing dropped tables, making backups, restoring
tables, trimming journals, splitting their shards.

Jobs are keys in the store, committed with the change that made them necessary, so a crash loses none. One process at
a time works on them, under a lease; every process looks now and then, so that a dead one's jobs are taken over.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math

from slipring.clock import Clock, Ids
from slipring.engine import (
    backfill,
    backups,
    copies,
    erasure,
    expiry_backfill,
    journal_upkeep,
    keyspace,
    restores,
    tokens,
)
from slipring.engine.archive.flags import release
from slipring.engine.catalog import Catalog
from slipring.engine.leases import Lease
from slipring.engine.recurring import Recurring
from slipring.engine.snapshots.under_way import clear_away
from slipring.engine.stream_load import ShardLoad
from slipring.model.keys import successor
from slipring.storage.contract import Store, StoreDamaged

_LOOK_SECONDS = 1.0
"""How often an idle process looks for jobs that another one left."""
_LEASE_SECONDS = 3.0
"""Long beside a step, so that it seldom runs out at work; short for who waits, after a crash, for the dead one's to
end."""
_KEEP_SECONDS = 60.0
"""How often expired tokens and stream records are looked for."""
_JOBS_PER_LOOK = 64
_STEPS_AT_ONCE = 24
"""How much of a copy a request may do itself: some thousand items, a tenth of a second."""

_log = logging.getLogger(__name__)


class Background:
    """The background work of one process."""

    def __init__(self, store: Store, catalog: Catalog, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._ids = ids
        self._lease = Lease(store, clock, "background", ids.uuid(), _LEASE_SECONDS)
        self._failed: set[bytes] = set()
        self._kept_at = -math.inf
        self.journal_sizes: dict[str, tuple[int, int]] = {}
        """Records and bytes of each table's journal, as of when this process last looked after them."""
        self.archives = False
        """Whether this deployment has an archive, for which journals are kept."""
        self._load = ShardLoad(store, catalog, clock)
        recurring = Recurring("background", _LOOK_SECONDS, self._lease, self._work)
        self.start = recurring.start
        self.wake = recurring.wake
        self.stop = recurring.stop

    async def keep_now(self) -> None:
        """Do at once what comes up with time alone. Needs no lease: doing it twice does no harm."""
        await self._keep_at(self._clock.now())

    async def _work(self) -> None:
        await self._keep()
        if self._load.is_due and await self._lease.hold():
            await self._load.look()
        failed: set[bytes] = set()
        while jobs := [job for job in await self._jobs() if job[0] not in failed]:
            if not await self._lease.hold():
                return
            for key, value in jobs:
                try:
                    await self._step(key, value)
                except (StoreDamaged, AssertionError, LookupError, TypeError, ValueError):
                    # One job that cannot go on, over a damaged row say, must not hold up the others, nor fill the log.
                    if key not in self._failed:
                        _log.exception("a background job failed; it is tried again later")
                    failed.add(key)
                await asyncio.sleep(0)
        self._failed = failed

    async def _keep(self) -> None:
        """What comes up with time alone."""
        now = self._clock.now()
        # The clock may have been set back.
        if abs(now - self._kept_at) < _KEEP_SECONDS:
            return
        if await self._lease.hold():
            await self._keep_at(now)
        else:
            self.journal_sizes = {}

    async def _keep_at(self, now: float) -> None:
        self._kept_at = now
        await tokens.forget_expired(self._store, now)
        self.journal_sizes = await journal_upkeep.keep(self._store, self._catalog, now)
        await backups.forget_expired(self._store, now)
        await clear_away(self._store, self._clock, self._ids)
        if not self.archives:
            await release(self._store, self._catalog, now)

    async def _jobs(self) -> list[tuple[bytes, bytes]]:
        stop = successor(keyspace.JOBS)
        return await self._store.scan(keyspace.JOBS, stop, limit=_JOBS_PER_LOOK, bytes_max=1 << 20)

    async def advance(self, job_key: bytes) -> None:
        """Do the first stretches of a copy's job now: what is small is done when its request is answered."""
        for _ in range(_STEPS_AT_ONCE):
            value = await self._store.get(job_key)
            if value is None:
                return
            await self._step(job_key, value)
        self.wake()

    async def _step(self, key: bytes, value: bytes) -> None:
        if key.startswith(keyspace.BACKFILL_JOBS):
            await backfill.step(self._store, self._catalog, key, value)
        elif key.startswith(keyspace.EXPIRY_JOBS):
            await expiry_backfill.step(self._store, self._catalog, key, value)
        elif key.startswith(keyspace.DROP_JOBS):
            await erasure.step(self._store, key)
        else:
            copy = backups if key.startswith(keyspace.BACKUP_JOBS) else restores
            with contextlib.suppress(copies.Overtaken):
                await copy.step(self._store, self._catalog, key, value, self._clock.now())
