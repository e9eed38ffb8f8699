"""Where syncs are waited for: on the event loop while few commits come and the disk is quick, else by the kernel,
beside the loop; where it cannot, on the loop while the disk is quick and in a thread while it is slow."""

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
_MANY_COMMITS_PER_SECOND = 6000.0
"""The kernel needs a processor for its part, which a busy loop leaves to it late: among many reads a lone write waited
for milliseconds, and reads that wait for a tenth of one do not show. Where writes come this often, more of them can be
taken in meanwhile than that costs: a seventh to a third more were answered (docs/adr/0001-embedded-store.md)."""

_COUNTING_SECONDS = 0.05
"""How long commits are counted for. Several times as long as a checkpoint's longest slice."""

_COUNTED_SECONDS_MAX = 0.002
"""What a sync that took longer counts for: one alone does not make a quick disk a slow one."""

_WEIGHT = 0.125
_FORGETTING = 0.995
"""How much of the average is left after each sync by the kernel, whose time on the disk is not known: now and then the
loop tries the disk again."""


class Syncs:
    """Runs syncs, and remembers how long those of its own take on average lately."""

    def __init__(self, clock: Clock, disk: Disk) -> None:
        self._clock = clock
        self._average_seconds = 0.0
        self._commits_per_second = 0.0
        """As counted last."""
        self._commits = 0
        self._counting_since = clock.monotonic()
        self._worker = Worker("slipring-sync")
        self._disk = disk
        self._may_ask_kernel = True
        self._kernel: KernelSyncs | None = None
        """Made when it is needed: leaving it takes some ten milliseconds."""

    async def run(self, file: Segment, commits: int) -> None:
        """Return when the file is synced, with what so many commits wrote. Raises what `sync` raises."""
        self._count(commits)
        if self._may_ask_kernel and not self.suits_the_loop() and await self._run_by_kernel(file):
            return
        if self._average_seconds < _SLOW_SECONDS:
            self._timed(file)
        else:
            await self._worker.run(lambda: self._timed(file))

    def suits_the_loop(self) -> bool:
        """Whether few commits come, and the disk is quick."""
        return self._commits_per_second < _MANY_COMMITS_PER_SECOND and self._average_seconds < _QUICK_SECONDS

    def close(self) -> None:
        self._worker.close()
        self._leave_kernel()

    def _count(self, commits: int) -> None:
        now = self._clock.monotonic()
        elapsed_seconds = now - self._counting_since
        if elapsed_seconds >= _COUNTING_SECONDS:
            self._commits_per_second = self._commits / elapsed_seconds
            self._commits = 0
            self._counting_since = now
        self._commits += commits

    async def _run_by_kernel(self, file: Segment) -> bool:
        """False if the kernel does not take it on; it is not asked again then."""
        if self._kernel is None:
            self._kernel = self._disk.kernel_syncs()
        if self._kernel is None or not await self._kernel.run(file.fd):
            self._leave_kernel()
            return False
        self._average_seconds *= _FORGETTING
        return True

    def _leave_kernel(self) -> None:
        self._may_ask_kernel = False
        kernel, self._kernel = self._kernel, None
        if kernel is not None:
            kernel.close()

    def _timed(self, file: Segment) -> None:
        started = self._clock.monotonic()
        file.sync()
        took_seconds = min(self._clock.monotonic() - started, _COUNTED_SECONDS_MAX)
        self._average_seconds += (took_seconds - self._average_seconds) * _WEIGHT
