"""Reads of single keys, many in one round trip: what is asked for while others are under way goes together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from slipring.storage.contract import COUNTERS, StoreBusy, encode_counts
from slipring.storage.postgresql.noticing import Noticing
from slipring.storage.postgresql.places import VERSION_PLACE, place_of
from slipring.storage.postgresql.sessions import Lane
from slipring.storage.postgresql.statements import Statements
from slipring.storage.postgresql.tasks import Tasks

_KEYS_PER_BATCH = 256
"""More are answered no sooner, and together might be large."""
_WAITING_MAX = 100_000

Value = bytes | None


class Batch:
    """What several callers want from one view."""

    __slots__ = ("counters", "loop", "places", "several", "singles", "wanted")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        """Asking for the running one is a system call."""
        self.places: list[bytes] = [VERSION_PLACE]
        self.counters: list[bytes] = []
        self.wanted: list[bytes] = []
        """Places, each for the one of `singles` that has its number."""
        self.singles: list[asyncio.Future[Value]] = []
        self.several: list[tuple[list[bytes], asyncio.Future[list[Value]]]] = []

    def want(self, key: bytes) -> bytes:
        place = place_of(key)
        (self.counters if key.startswith(COUNTERS) else self.places).append(place)
        return place

    def answer(self, found: dict[bytes, Value]) -> None:
        for single, value in zip(self.singles, map(found.get, self.wanted), strict=True):
            if not single.done():
                single.set_result(value)
        for places, several in self.several:
            if not several.done():
                several.set_result(list(map(found.get, places)))

    def fail(self, error: Exception) -> None:
        for single in self.singles:
            if not single.done():
                single.set_exception(error)
        for _, several in self.several:
            if not several.done():
                several.set_exception(error)


class Reads:
    """Reads over a few lanes."""

    def __init__(self, lanes: Sequence[Lane], statements: Statements, noticing: Noticing, tasks: Tasks) -> None:
        self._idle = list(lanes)
        self._statements = statements
        self._noticing = noticing
        self._tasks = tasks
        self._batches: list[Batch] = []
        self._due = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def get(self, key: bytes) -> asyncio.Future[Value]:
        """The value of a key. Raises StoreBusy at once; the future raises StoreError."""
        batch = self._batch()
        batch.wanted.append(batch.want(key))
        future: asyncio.Future[Value] = batch.loop.create_future()
        batch.singles.append(future)
        return future

    def get_many(self, keys: Sequence[bytes]) -> asyncio.Future[list[Value]]:
        """The values of several keys from one view. Raises as `get` does."""
        batch = self._batch()
        future: asyncio.Future[list[Value]] = batch.loop.create_future()
        batch.several.append(([batch.want(key) for key in keys], future))
        return future

    def _batch(self) -> Batch:
        """The batch that the next caller joins."""
        loop = self._loop
        if loop is None or not self._due or loop.is_closed():
            loop = self._begin_in(asyncio.get_running_loop())
        batches = self._batches
        if not batches or len(batches[-1].places) + len(batches[-1].counters) > _KEYS_PER_BATCH:
            if len(batches) * _KEYS_PER_BATCH >= _WAITING_MAX:
                raise StoreBusy(f"{_WAITING_MAX} reads are waiting")
            batches.append(Batch(loop))
        return batches[-1]

    def _begin_in(self, loop: asyncio.AbstractEventLoop) -> asyncio.AbstractEventLoop:
        """Have what asks in this turn of this loop sent together."""
        if loop is not self._loop:
            # What waited on a loop that ended is waited for no longer.
            self._loop, self._batches = loop, []
        self._due = True
        loop.call_soon(self._send)
        return loop

    def _send(self) -> None:
        self._due = False
        while self._batches and self._idle:
            self._tasks.run(self._read(self._idle.pop(), self._batches.pop(0)))

    async def _read(self, lane: Lane, batch: Batch) -> None:
        try:
            found = await self._fetch(lane, batch)
            self._noticing.saw(found.get(VERSION_PLACE))
            batch.answer(found)
        except Exception as error:
            batch.fail(error)
        finally:
            self._idle.append(lane)
            self._send()

    async def _fetch(self, lane: Lane, batch: Batch) -> dict[bytes, Value]:
        if not batch.counters:
            rows = await lane.fetch(self._statements.lookup, batch.places)
            return dict(rows)
        rows = await lane.fetch(self._statements.lookup_all, batch.places, batch.counters)
        return {place: value if a is None else encode_counts(a, b) for place, value, _, a, b in rows}
