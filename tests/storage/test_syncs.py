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
    """Counts syncs."""

    def __init__(self) -> None:
        self.syncs = 0

    async def run(self, fd: int) -> bool:
        self.syncs += 1
        return True

    def close(self) -> None:
        """Nothing is held."""


class _Disk(Disk):
    """Counts syncs, each of which takes as long as it is told to."""

    def __init__(self, folder: Path, clock: ManualClock, kernel: _Kernel) -> None:
        super().__init__(folder)
        self._clock = clock
        self._kernel = kernel
        self.seconds = 0.0001
        self.syncs = 0

    def kernel_syncs(self) -> _Kernel:  # type: ignore[override]
        return self._kernel

    def sync(self, fd: int) -> None:
        self.syncs += 1
        self._clock.advance(self.seconds)


class _Store:
    """What decides where to sync, on a quick disk."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self._kernel = _Kernel()
        self.disk = _Disk(folder, self.clock, self._kernel)
        self.segment: Segment = create(self.disk, 1, 1, relaxed=False)
        self.syncs = Syncs(self.clock, self.disk)

    def sync(self, commits: int, *, groups: int, each_seconds: float) -> tuple[int, int]:
        """How many of these groups of commits, one after the other, the loop synced, and how many the kernel."""
        before = self.disk.syncs, self._kernel.syncs

        async def run() -> None:
            for _ in range(groups):
                await self.syncs.run(self.segment, commits)
                self.clock.advance(each_seconds)

        asyncio.run(run())
        return self.disk.syncs - before[0], self._kernel.syncs - before[1]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[_Store]:
    made = _Store(tmp_path)
    yield made
    made.syncs.close()
    made.segment.close()


def test_few_writes_are_synced_on_the_loop(store: _Store) -> None:
    """Three thousand a second, as 5 % of writes among many reads."""
    assert store.sync(3, groups=1000, each_seconds=0.0009) == (1000, 0)


@pytest.mark.parametrize(("commits", "each_seconds"), [(2, 0.0002), (8, 0.0004), (32, 0.002)])
def test_many_are_synced_by_the_kernel_however_large_their_groups_are(
    store: _Store, commits: int, each_seconds: float
) -> None:
    """From eight thousand a second on: the size of groups says how many clients there are, not how much they write."""
    store.sync(commits, groups=1000, each_seconds=each_seconds)
    assert store.sync(commits, groups=1000, each_seconds=each_seconds) == (0, 1000)


def test_when_writes_become_few_their_syncs_come_back_to_the_loop(store: _Store) -> None:
    store.sync(8, groups=1000, each_seconds=0.0004)
    store.sync(3, groups=100, each_seconds=0.001)
    assert store.sync(3, groups=1000, each_seconds=0.001) == (1000, 0)


def test_a_pause_does_not_make_few_writes_many(store: _Store) -> None:
    """All that a slice of a checkpoint held up comes in one group."""
    store.sync(2, groups=500, each_seconds=0.001)
    assert store.sync(60, groups=1, each_seconds=0.005) == (1, 0)
    assert store.sync(2, groups=500, each_seconds=0.001) == (500, 0)


def test_on_a_slower_disk_few_writes_too_are_synced_by_the_kernel(store: _Store) -> None:
    """A lone write had better wait for the kernel than all reads for the disk; the loop tries the disk now and then."""
    store.disk.seconds = 0.0009
    store.sync(2, groups=100, each_seconds=0.001)
    by_loop, by_kernel = store.sync(2, groups=1000, each_seconds=0.001)
    assert 0 < by_loop < 100
    assert by_kernel == 1000 - by_loop


def test_a_sync_that_takes_long_does_not_make_a_slow_disk_alone(store: _Store) -> None:
    """Disks have their moments, and the kernel would be late for each of a thousand reads' few writes thereafter."""
    store.sync(2, groups=100, each_seconds=0.001)
    store.disk.seconds = 0.05
    assert store.sync(2, groups=1, each_seconds=0.001) == (1, 0)
    store.disk.seconds = 0.0001
    assert store.sync(2, groups=100, each_seconds=0.001) == (100, 0)


def test_a_disk_that_is_slow_is_noticed_within_a_few_syncs(store: _Store) -> None:
    store.sync(2, groups=100, each_seconds=0.001)
    store.disk.seconds = 0.05
    assert store.sync(2, groups=20, each_seconds=0.001)[0] <= 5
