"""Where syncs are made: on the loop, or by the kernel beside it.

On a core that reads keep busy the kernel comes to its part of a sync milliseconds late, so a few writes among many
reads are synced on the loop; where much is written, each sync on the loop costs time in which requests could be served.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from slipring.clock import ManualClock
from slipring.storage.file.disk import Disk
from slipring.storage.file.segments import Segment, create
from slipring.storage.file.syncs import Syncs


class _Kernel:
    """Counts syncs, each of which takes as long as it is told to."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.seconds = 0.0002
        self.syncs = 0

    async def run(self, fd: int) -> bool:
        self.syncs += 1
        self._clock.advance(self.seconds)
        return True

    def close(self) -> None:
        """Nothing is held."""


class _Disk(Disk):
    def __init__(self, folder: Path, kernel: _Kernel) -> None:
        super().__init__(folder)
        self._kernel = kernel
        self.syncs = 0

    def kernel_syncs(self) -> _Kernel:  # type: ignore[override]
        return self._kernel

    def sync(self, fd: int) -> None:
        self.syncs += 1


class _Store:
    """What decides where to sync, on a quick disk."""

    def __init__(self, folder: Path) -> None:
        clock = ManualClock()
        self.kernel = _Kernel(clock)
        self.disk = _Disk(folder, self.kernel)
        self.segment: Segment = create(self.disk, 1, 1, relaxed=False)
        self.disk.syncs = 0
        self.syncs = Syncs(clock, self.disk)

    def sync(self, *groups: int) -> tuple[int, int]:
        """How many of these groups of commits the loop synced, and how many the kernel."""
        before = self.disk.syncs, self.kernel.syncs

        async def run() -> None:
            for commits in groups:
                await self.syncs.run(self.segment, commits)

        asyncio.run(run())
        return self.disk.syncs - before[0], self.kernel.syncs - before[1]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[_Store]:
    made = _Store(tmp_path)
    yield made
    made.syncs.close()
    made.segment.close()


def test_few_writes_are_synced_on_the_loop(store: _Store) -> None:
    assert store.sync(*[2, 1, 3] * 100) == (300, 0)


def test_many_are_synced_by_the_kernel_however_they_fall_into_groups(store: _Store) -> None:
    store.sync(*[14, 2] * 20)
    assert store.sync(*[14, 2] * 100) == (0, 200)


def test_a_pause_does_not_make_few_writes_many(store: _Store) -> None:
    """All that a slice of a checkpoint held up comes in one group."""
    assert store.sync(*[2] * 50, 60, *[2] * 50) == (101, 0)


def test_a_kernel_that_is_often_late_is_left_alone_for_long(store: _Store) -> None:
    """Reads keep the core busy, and groups are large because the kernel is late, not because much is written."""
    store.sync(*[16] * 20)
    store.kernel.seconds = 0.003
    assert store.sync(*[16] * 2000)[1] < 10
    # It is tried again once, and found to be late still.
    assert store.sync(*[16] * 2000)[1] == 1


def test_a_kernel_that_is_late_now_and_then_is_asked_again(store: _Store) -> None:
    """A slice of a checkpoint held it up."""
    store.sync(*[16] * 20)
    for _ in range(20):
        store.kernel.seconds = 0.003
        assert store.sync(16) == (0, 1)
        store.kernel.seconds = 0.0002
        assert store.sync(*[16] * 10) == (0, 10)
