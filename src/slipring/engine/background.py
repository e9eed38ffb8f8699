"""What happens when no request waits for it: filling new indexes, erasing dropped tables, trimming streams.

Jobs are keys in the store, committed with the change that made them necessary, so a crash loses none. One process at
a time works on them, under a lease; every process looks now and then, so that a dead one's jobs are taken over.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math

from slipring.clock import Clock, Ids
from slipring.engine import backfill, erasure, journal_upkeep, keyspace, tokens
from slipring.engine.catalog import Catalog
from slipring.engine.leases import Lease
from slipring.model.keys import successor
from slipring.storage.contract import Store, StoreDamaged, StoreError

_LOOK_SECONDS = 1.0
"""How often an idle process looks for jobs that another one left."""
_LEASE_SECONDS = 3.0
"""Long beside a step, so that it seldom runs out at work; short for who waits, after a crash, for the dead one's to
end."""
_KEEP_SECONDS = 60.0
"""How often expired tokens and stream records are looked for."""
_JOBS_PER_LOOK = 64

_log = logging.getLogger(__name__)


class Background:
    """The background work of one process."""

    def __init__(self, store: Store, catalog: Catalog, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._lease = Lease(store, clock, "background", ids.uuid(), _LEASE_SECONDS)
        self._failed: set[bytes] = set()
        self._kept_at = -math.inf
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="slipring-background")
        self.wake()

    def wake(self) -> None:
        """There is something to do now."""
        self._wanted.set()

    async def stop(self) -> None:
        """Stop between two steps; what is left goes on later, here or elsewhere. Idempotent."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        with contextlib.suppress(StoreError):
            await self._lease.release()

    async def _run(self) -> None:
        while True:
            self._wanted.clear()
            try:
                await self._work()
            except StoreError as error:
                _log.warning("background work waits: %s", error)
            except Exception:
                _log.exception("background work failed; it is tried again")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wanted.wait(), _LOOK_SECONDS)

    async def _work(self) -> None:
        await self._keep()
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
        if now - self._kept_at < _KEEP_SECONDS or not await self._lease.hold():
            return
        self._kept_at = now
        await tokens.forget_expired(self._store, now)
        await journal_upkeep.keep(self._store, self._catalog, now)

    async def _jobs(self) -> list[tuple[bytes, bytes]]:
        stop = successor(keyspace.JOBS)
        return await self._store.scan(keyspace.JOBS, stop, limit=_JOBS_PER_LOOK, bytes_max=1 << 20)

    async def _step(self, key: bytes, value: bytes) -> None:
        if key.startswith(keyspace.BACKFILL_JOBS):
            await backfill.step(self._store, self._catalog, key, value)
        else:
            await erasure.step(self._store, key)
