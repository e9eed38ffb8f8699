"""Where syncs are waited for: on the event loop for a few commits on a quick disk, else by the kernel, beside the loop;
where it cannot, on the loop while the disk is quick and in a thread while it is slow."""

from __future__ import annotations

from slipring.clock import Clock
from slipring.storage.file.disk import Disk
from slipring.storage.file.kernel_syncs import KernelSyncs
from slipring.storage.file.segments import Segment
from slipring.storage.file.worker import Worker

_SLOW_SECONDS = 0.001
"""Reads wait for a sync on the loop. A sync in a thread waits for the interpreter's lock, some 50 microseconds at rest
and a millisecond under load. Measured, the first costs more from about here on (docs/adr/0001-embedded-store.md)."""

_QUICK_SECONDS = 0.0005
_FEW_COMMITS = 6.0
"""The kernel needs a processor for its part, which a busy loop leaves to it late: measured, among many reads a lone
write waited for milliseconds, and reads that wait for a tenth of one do not show. With more commits in a group, more
requests can be acted on meanwhile than that costs."""

_MANY_COMMITS = 16.0
"""What a larger group counts for: those that a pause makes do not tell how much is written."""

_LATE_SECONDS = 0.0015
_OFTEN_LATE = 0.25
_SYNCS_ON_THE_LOOP = 2048
"""After the kernel was so late this often lately, and the disk is quick, as many are made on the loop. A kernel that a
slice of a checkpoint held up is asked again: 16 writers lose an eighth of their puts on the loop."""

_WEIGHT = 0.125
_FORGETTING = 0.995
"""How much of the average is left after each sync by the kernel, whose time on the disk is not known: now and then the
loop tries the disk again."""


class Syncs:
    """Runs syncs, and remembers how long those of its own take on average lately."""

    def __init__(self, clock: Clock, disk: Disk) -> None:
        self._clock = clock
        self._average_seconds = 0.0
        self._average_commits = 0.0
        self._lateness = 0.0
        """How often the kernel is late lately, of 1."""
        self._on_the_loop = 0
        """How many syncs the kernel is not asked for, having been late often."""
        self._worker = Worker("slipring-sync")
        self._disk = disk
        self._may_ask_kernel = True
        self._kernel: KernelSyncs | None = None
        """Made when it is needed: leaving it takes some ten milliseconds."""

    async def run(self, file: Segment, commits: int) -> None:
        """Return when the file is synced, with what so many commits wrote. Raises what `sync` raises."""
        self._average_commits += (min(commits, _MANY_COMMITS) - self._average_commits) * _WEIGHT
        if self._may_ask_kernel and not self._suits_the_loop() and await self._run_by_kernel(file):
            return
        if self._average_seconds < _SLOW_SECONDS:
            self._timed(file)
        else:
            await self._worker.run(lambda: self._timed(file))

    def close(self) -> None:
        self._worker.close()
        self._leave_kernel()

    def _suits_the_loop(self) -> bool:
        if self._average_seconds >= _QUICK_SECONDS:
            return False
        if self._on_the_loop:
            self._on_the_loop -= 1
            return True
        return self._average_commits <= _FEW_COMMITS

    async def _run_by_kernel(self, file: Segment) -> bool:
        """False if the kernel does not take it on; it is not asked again then."""
        if self._kernel is None:
            self._kernel = self._disk.kernel_syncs()
        started = self._clock.monotonic()
        if self._kernel is None or not await self._kernel.run(file.fd):
            self._leave_kernel()
            return False
        self._average_seconds *= _FORGETTING
        late = self._clock.monotonic() - started > _LATE_SECONDS
        self._lateness += (late - self._lateness) * _WEIGHT
        if self._lateness > _OFTEN_LATE:
            self._on_the_loop = _SYNCS_ON_THE_LOOP
        return True

    def _leave_kernel(self) -> None:
        self._may_ask_kernel = False
        kernel, self._kernel = self._kernel, None
        if kernel is not None:
            kernel.close()

    def _timed(self, file: Segment) -> None:
        started = self._clock.monotonic()
        file.sync()
        self._average_seconds += (self._clock.monotonic() - started - self._average_seconds) * _WEIGHT
