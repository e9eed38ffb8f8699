"""Where syncs are waited for: by the kernel, beside the event loop; where it cannot, on the loop while the disk is
quick and in a thread while it is slow."""

from __future__ import annotations

from typing import Protocol

from slipring.clock import Clock
from slipring.storage.file.disk import Disk
from slipring.storage.file.worker import Worker

_SLOW_SECONDS = 0.001
"""Reads wait for a sync on the loop. A sync in a thread waits for the interpreter's lock, some 50 microseconds at rest
and a millisecond under load. Measured, the first costs more from about here on (docs/adr/0001-embedded-store.md)."""

_WEIGHT = 0.125


class Syncable(Protocol):
    """What is to be synced: an open file of the disk."""

    @property
    def fd(self) -> int: ...

    def sync(self) -> None:
        """Return when the data would survive a power cut. Raises `OSError`."""
        ...


class Syncs:
    """Runs syncs, and remembers how long those of its own take on average lately."""

    def __init__(self, clock: Clock, disk: Disk) -> None:
        self._clock = clock
        self._average_seconds = 0.0
        self._worker = Worker("slipring-sync")
        self._kernel = disk.kernel_syncs()

    async def run(self, file: Syncable) -> None:
        """Return when the file is synced. Raises what `sync` raises."""
        if self._kernel is not None:
            if await self._kernel.run(file.fd):
                return
            self._kernel.close()
            self._kernel = None
        if self._average_seconds < _SLOW_SECONDS:
            self._timed(file)
        else:
            await self._worker.run(lambda: self._timed(file))

    def close(self) -> None:
        self._worker.close()
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None

    def _timed(self, file: Syncable) -> None:
        started = self._clock.monotonic()
        file.sync()
        self._average_seconds += (self._clock.monotonic() - started - self._average_seconds) * _WEIGHT
