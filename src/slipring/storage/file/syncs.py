"""Where syncs are waited for: on the event loop while the disk is quick, in a thread while it is slow."""

from __future__ import annotations

from collections.abc import Callable

from slipring.clock import Clock
from slipring.storage.file.worker import Worker

_SLOW_SECONDS = 0.001
"""Reads wait for a sync on the loop. A sync in a thread waits for the interpreter's lock, some 50 microseconds at rest
and a millisecond under load. Measured, the first costs more from about here on (docs/adr/0001-embedded-store.md)."""

_WEIGHT = 0.125


class Syncs:
    """Runs syncs, and remembers how long they take on average lately."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._average_seconds = 0.0
        self._worker = Worker("slipring-sync")

    async def run(self, sync: Callable[[], None]) -> None:
        """Return when `sync` has. Raises what it raises."""
        if self._average_seconds < _SLOW_SECONDS:
            self._timed(sync)
        else:
            await self._worker.run(lambda: self._timed(sync))

    def close(self) -> None:
        self._worker.close()

    def _timed(self, sync: Callable[[], None]) -> None:
        started = self._clock.monotonic()
        sync()
        self._average_seconds += (self._clock.monotonic() - started - self._average_seconds) * _WEIGHT
