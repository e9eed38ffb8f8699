"""Fair turns at the commit lock: a busy process does not shut out the others, and gives nothing away for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from slipring.clock import ManualClock
from slipring.storage.file import directory as names
from slipring.storage.file.control import Control
from slipring.storage.file.disk import Disk
from slipring.storage.file.locks import FileLock
from slipring.storage.file.turns import Turns

STEP_SECONDS = 0.001


class Writers:
    """Two processes' turns at one lock."""

    def __init__(self, directory: Path) -> None:
        disk = Disk(directory)
        self.clock = ManualClock()
        self.control = Control(disk)
        self.locks = [FileLock(disk, names.COMMIT_LOCK) for _ in range(2)]
        self.busy, self.other = (Turns(lock, self.control, self.clock) for lock in self.locks)

    def groups_until(self, other_wants: bool, steps: int) -> tuple[int, int]:
        """Let the busy one write all the time, and the other ask once a step; how often each got the lock."""
        groups = others = 0
        for _ in range(steps):
            if self.busy.take():
                groups += 1
                if other_wants:
                    assert not self.other.take()
                self.busy.give()
            elif other_wants and self.other.take():
                others += 1
                self.other.give()
            self.clock.advance(STEP_SECONDS)
        return groups, others


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Writers]:
    writers = Writers(tmp_path)
    yield writers
    for lock in writers.locks:
        lock.close()
    writers.control.close()


def test_who_wants_the_lock_gets_it_within_a_few_milliseconds(two: Writers) -> None:
    groups, others = two.groups_until(other_wants=True, steps=100)
    assert groups > 50
    assert others > 10


def test_who_is_alone_never_pauses(two: Writers) -> None:
    assert two.groups_until(other_wants=False, steps=100) == (100, 0)


def test_one_that_asked_and_died_is_waited_for_once(two: Writers) -> None:
    assert two.busy.take()
    assert not two.other.take()
    two.busy.give()
    groups, _ = two.groups_until(other_wants=False, steps=100)
    assert 90 < groups < 100
