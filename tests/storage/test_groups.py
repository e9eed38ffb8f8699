"""How commits fall into groups, each of which costs a sync.

While a group is synced, the few writers that it lacks write, and all others are answered when it has landed: a group of
those few would have a sync of its own. Where much is written the next group waits for the others, as long as they come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from slipring.clock import ManualClock
from slipring.storage.contract import Writes
from slipring.storage.file.committer import Committer
from slipring.storage.file.frames import Puts

_TURN_SECONDS = 0.00001


class _TickingClock(ManualClock):
    """Each look at it takes as long as a turn of the loop."""

    def monotonic(self) -> float:
        self.advance(_TURN_SECONDS)
        return super().monotonic()


class _Log:
    """Notes how many commits each group has."""

    def __init__(self, *, gathers: bool) -> None:
        self._gathers = gathers
        self.groups: list[int] = []

    def begin(self) -> bool:
        return True

    def read(self, key: bytes) -> bytes | None:
        return None

    async def land(self, puts: Puts, commits: int) -> None:
        self.groups.append(commits)
        await _turns(3)

    def end(self) -> None:
        """Nothing was taken."""

    def gathers(self) -> bool:
        return self._gathers


async def _turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def _decide(olds: Sequence[bytes | None]) -> Writes[None]:
    return Writes({b"key": b"value"}, None, None)


def _groups(writers: int, *, gathers: bool, turns: int, commits: int = 20) -> list[int]:
    """The groups into which the commits of so many writers fall, each of which rests for some turns of the loop after
    its answer; the first of them start one after the other."""
    log = _Log(gathers=gathers)

    async def write(committer: Committer, number: int) -> None:
        await _turns(number % 5)
        for _ in range(commits):
            await committer.commit([b"key"], _decide)
            await _turns(turns + number % 3)

    async def run() -> None:
        committer = Committer(log, _TickingClock())
        await asyncio.gather(*[write(committer, number) for number in range(writers)])
        await committer.drain()

    asyncio.run(run())
    assert sum(log.groups) == writers * commits
    return log.groups


def test_writers_that_write_again_at_once_share_one_group() -> None:
    groups = _groups(16, gathers=True, turns=1)
    assert len(groups) <= 21


def test_where_a_group_is_not_worth_waiting_for_what_is_there_lands_at_once() -> None:
    groups = _groups(16, gathers=False, turns=1)
    assert len(groups) >= 35


def test_writers_that_rest_are_not_waited_for_longer_than_commits_keep_coming() -> None:
    """Ten turns of the loop of 10 microseconds each are more than the 60 after which nobody is expected any more."""
    groups = _groups(2, gathers=True, turns=10, commits=50)
    assert len(groups) > 50


@pytest.mark.parametrize("gathers", [True, False])
def test_a_lone_writer_has_groups_of_its_own(gathers: bool) -> None:
    assert _groups(1, gathers=gathers, turns=1) == [1] * 20


def test_commits_that_trickle_in_are_not_waited_for_without_end() -> None:
    """A group that would be whole only after a millisecond lands after a third of one, the time of a sync."""
    log = _Log(gathers=True)
    clock = _TickingClock()

    async def run() -> None:
        committer = Committer(log, clock)
        await asyncio.gather(*[committer.commit([b"key"], _decide) for _ in range(100)])
        first = len(log.groups)
        waiting = []
        while len(log.groups) == first:
            waiting.append(asyncio.ensure_future(committer.commit([b"key"], _decide)))
            await _turns(2)
        await asyncio.gather(*waiting)
        assert 5 <= log.groups[first] <= 40

    asyncio.run(run())
