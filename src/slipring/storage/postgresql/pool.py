"""Lanes that are lent: to one scan, or to a snapshot for as long as it is open."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from slipring.storage.contract import StoreBusy
from slipring.storage.postgresql.sessions import Lane

WAIT_SECONDS = 5.0
"""How long a scan or a snapshot waits for a connection."""
_WAITING_MAX = 10_000


class Pool:
    """Lends lanes in the order in which they are asked for."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self._idle = list(lanes)
        self._count = len(lanes)
        self._waiting: deque[asyncio.Future[Lane]] = deque()

    async def take(self) -> Lane:
        """A lane of one's own. Raises StoreBusy if none is given back in time."""
        if self._idle:
            return self._idle.pop()
        if len(self._waiting) >= _WAITING_MAX:
            raise StoreBusy(f"{_WAITING_MAX} scans wait for a connection")
        waiting: asyncio.Future[Lane] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        try:
            await asyncio.wait({waiting}, timeout=WAIT_SECONDS)
        except asyncio.CancelledError:
            if waiting.done():
                self.give(waiting.result())
            waiting.cancel()
            raise
        if not waiting.done():
            waiting.cancel()
            raise StoreBusy(f"all {self._count} connections for scans are in use; the option pool allows more")
        return waiting.result()

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[Lane]:
        """A lane, for as long as this is entered. Raises StoreBusy."""
        lane = await self.take()
        try:
            yield lane
        finally:
            self.give(lane)

    def give(self, lane: Lane) -> None:
        """Give a lane back."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(lane)
                return
        self._idle.append(lane)
