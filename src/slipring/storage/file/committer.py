"""Group commit: mutations that wait at the same time are decided in order and land as one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol

from slipring.clock import Clock
from slipring.storage.contract import Decide, R, StoreBusy
from slipring.storage.decisions import Group
from slipring.storage.file.frames import Puts

_GROUP_MUTATIONS_MAX = 256
"""More would keep the loop from serving reads for more than a few milliseconds."""

_WAITING_MAX = 100_000

_RETRY_SECONDS = 0.001

_GATHERING_SECONDS = 0.0003
_QUIET_SECONDS = 0.00006
"""A group waits for its likely commits no longer than a sync takes, and while they keep coming: what the two cost and
save is in docs/adr/0001-embedded-store.md."""

Outcome = tuple["asyncio.Future[Any]", Any, BaseException | None]


class GroupLog(Protocol):
    """Where groups land."""

    def begin(self) -> bool:
        """Take the right to write, having seen every earlier commit; False if it must be asked for again later."""
        ...

    def read(self, key: bytes) -> bytes | None: ...

    async def land(self, puts: Puts, commits: int) -> None:
        """Write durably what so many mutations decided, then make it visible.

        Raises `StoreError`, and then nothing is visible.
        """
        ...

    def end(self) -> None:
        """Give up the right to write."""
        ...

    def gathers(self) -> bool:
        """Whether to save a landing is worth some waiting."""
        ...


class Committer:
    """Forms groups: while one lands, the next one gathers."""

    def __init__(self, log: GroupLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._waiting: deque[tuple[Sequence[bytes], Decide[Any], asyncio.Future[Any]]] = deque()
        self._task: asyncio.Task[None] | None = None

    async def commit(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        """See `contract.Store.commit`."""
        if len(self._waiting) >= _WAITING_MAX:
            raise StoreBusy(f"{_WAITING_MAX} commits are waiting")
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.get_loop() is not loop:
            # What waited on a loop that ended is waited for no longer.
            self._waiting.clear()
            self._task = loop.create_task(self._work())
        future: asyncio.Future[R] = loop.create_future()
        self._waiting.append((reads, decide, future))
        return await future

    async def drain(self) -> None:
        """Return when nothing waits any more."""
        if self._task is not None and self._task.get_loop() is asyncio.get_running_loop():
            await self._task

    async def _work(self) -> None:
        try:
            while self._waiting:
                try:
                    if self._log.begin():
                        landed = await self._land_group()
                        # The requests that were answered run before the next group is decided, and may join it.
                        await asyncio.sleep(0)
                        if self._log.gathers():
                            await self._gather(landed)
                    else:
                        await asyncio.sleep(_RETRY_SECONDS)
                except Exception as error:
                    self._fail_waiting(error)
        finally:
            self._task = None

    async def _gather(self, landed: int) -> None:
        """Wait for those who were just answered to write again, as long as they do.

        Else the few commits that came during a sync are a group with a sync of its own, during which all others come:
        16 writers make groups of 14 and 2 by turns.
        """
        clock = self._clock
        came = len(self._waiting)
        likely = came + landed
        began_seconds = last_seconds = clock.monotonic()
        while came < likely:
            await asyncio.sleep(0)
            now_seconds = clock.monotonic()
            if len(self._waiting) > came:
                came = len(self._waiting)
                last_seconds = now_seconds
            elif now_seconds - last_seconds > _QUIET_SECONDS:
                return
            if now_seconds - began_seconds > _GATHERING_SECONDS:
                return

    async def _land_group(self) -> int:
        """How many commits the group had."""
        outcomes: list[Outcome] = []
        try:
            puts = self._decide(outcomes)
            if puts:
                await self._log.land(puts, len(outcomes))
        except Exception as error:
            # Also for those that were refused: what they were refused for may not have come to pass.
            outcomes = [(future, None, error) for future, _, _ in outcomes]
        finally:
            self._log.end()
        for future, result, failure in outcomes:
            if future.done():
                continue
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)
        return len(outcomes)

    def _decide(self, outcomes: list[Outcome]) -> Puts:
        """What the mutations of one group write together. Their outcomes join `outcomes`."""
        group = Group(self._log.read)
        waiting = self._waiting
        for _ in range(min(len(waiting), _GROUP_MUTATIONS_MAX)):
            reads, decide, future = waiting.popleft()
            if future.done():
                continue
            try:
                outcomes.append((future, group.decide(reads, decide), None))
            except Exception as error:
                outcomes.append((future, None, error))
        return group.fold_counts()

    def _fail_waiting(self, error: Exception) -> None:
        while self._waiting:
            _, _, future = self._waiting.popleft()
            if not future.done():
                future.set_exception(error)
