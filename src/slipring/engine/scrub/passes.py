"""The slow pass in the background: a scrub now and then, a little at a time."""

from __future__ import annotations

import asyncio
import logging

import orjson

from slipring.clock import Clock, Ids
from slipring.engine import keyspace
from slipring.engine.leases import Lease
from slipring.engine.recurring import Recurring
from slipring.engine.scrub.findings import Finding, Watch
from slipring.engine.scrub.run import scrub
from slipring.storage.contract import Store, Writes

_LOOK_SECONDS = 60.0
_LEASE_SECONDS = 30.0
_PAUSE_SECONDS = 0.02
"""Between two pages: a scrub takes a few hundredths of a processor."""
_LOGGED_MAX = 20

_log = logging.getLogger(__name__)


class Passes:
    """The scrubs of one process."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, interval_s: float) -> None:
        self._store = store
        self._clock = clock
        self._interval_s = interval_s
        self._lease = Lease(store, clock, "scrub", ids.uuid(), _LEASE_SECONDS)
        self.last_at = 0.0
        """When the last scrub ended; 0 before there was one."""
        self.differences = 0
        """What it found."""
        recurring = Recurring("the scrub", _LOOK_SECONDS, self._lease, self.scrub_if_due)
        self.start = recurring.start
        self.stop = recurring.stop

    async def scrub_if_due(self) -> bool:
        """Scrub once if the interval since the last scrub, or since the store's first start, has passed."""
        stored = await self._store.get(keyspace.SCRUBBED)
        now = self._clock.now()
        if stored is None:
            await self._note(now, 0)
            return False
        last = orjson.loads(stored)
        self.last_at, self.differences = last["At"], last["Differences"]
        if now - self.last_at < self._interval_s or not await self._lease.hold():
            return False
        result = await scrub(self._store, Watch(_Logger().log, lambda _: None, self._pause))
        self.last_at, self.differences = self._clock.now(), len(result.findings)
        await self._note(self.last_at, self.differences)
        if result.findings:
            _log.error("the scrub found %d differences; `slipring scrub` tells them all", len(result.findings))
        return True

    async def _pause(self) -> None:
        await asyncio.sleep(_PAUSE_SECONDS)
        await self._lease.hold()

    async def _note(self, at: float, differences: int) -> None:
        value = orjson.dumps({"At": at, "Differences": differences})
        await self._store.commit((), lambda _: Writes({keyspace.SCRUBBED: value}, None, None))


class _Logger:
    """The first differences of a scrub, for the log."""

    def __init__(self) -> None:
        self._logged = 0

    def log(self, finding: Finding) -> None:
        self._logged += 1
        if self._logged <= _LOGGED_MAX:
            _log.error("scrub: %s", finding)
