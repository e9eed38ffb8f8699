"""Group commit: mutations that wait at the same time are decided in order and land as one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol

from slipring.storage.contract import Decide, R, StoreBusy, StoreError
from slipring.storage.decisions import Group
from slipring.storage.file.frames import Puts

_GROUP_MUTATIONS_MAX = 256
"""More would keep the loop from serving reads for more than a few milliseconds."""

_WAITING_MAX = 100_000

_RETRY_SECONDS = 0.001

Outcome = tuple["asyncio.Future[Any]", Any, BaseException | None]


class Log(Protocol):
    """Where groups land."""

    def begin(self) -> bool:
        """Take the right to write, having seen every earlier commit; False if it must be asked for again later."""
        ...

    def read(self, key: bytes) -> bytes | None: ...

    def land(self, puts: Puts, commits: int) -> None:
        """Write durably what so many mutations decided, then make it visible.

        Raises `StoreError`, and then nothing is visible.
        """
        ...

    def end(self) -> None:
        """Give up the right to write."""
        ...


class Committer:
    """Forms groups: while one lands, the next one gathers."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._waiting: deque[tuple[Sequence[bytes], Decide[Any], asyncio.Future[Any]]] = deque()
        self._idle: asyncio.Future[None] | None = None
        """Set while there is work: resolved when there is none left."""

    async def commit(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        """See `contract.Store.commit`."""
        if len(self._waiting) >= _WAITING_MAX:
            raise StoreBusy(f"{_WAITING_MAX} commits are waiting")
        loop = asyncio.get_running_loop()
        if self._idle is None or self._idle.get_loop() is not loop:
            # What waited for a loop that ended without it waits in vain.
            self._waiting.clear()
            self._idle = loop.create_future()
            loop.call_soon(self._run_group, loop)
        future: asyncio.Future[R] = loop.create_future()
        self._waiting.append((reads, decide, future))
        return await future

    async def drain(self) -> None:
        """Return when nothing waits any more."""
        if self._idle is not None and self._idle.get_loop() is asyncio.get_running_loop():
            await self._idle

    def _run_group(self, loop: asyncio.AbstractEventLoop) -> None:
        log = self._log
        try:
            if not log.begin():
                loop.call_later(_RETRY_SECONDS, self._run_group, loop)
                return
            try:
                outcomes = self._land_group()
            finally:
                log.end()
        except Exception as error:
            self._fail_all(error)
        else:
            _resolve(outcomes)
        if self._waiting:
            loop.call_soon(self._run_group, loop)
        elif self._idle is not None:
            self._idle.set_result(None)
            self._idle = None

    def _land_group(self) -> list[Outcome]:
        group = Group(self._log.read)
        outcomes: list[Outcome] = []
        waiting = self._waiting
        for _ in range(min(len(waiting), _GROUP_MUTATIONS_MAX)):
            reads, decide, future = waiting.popleft()
            if future.done():
                continue
            try:
                outcomes.append((future, group.decide(reads, decide), None))
            except Exception as error:
                outcomes.append((future, None, error))
        puts = group.fold_counts()
        if puts:
            try:
                self._log.land(puts, len(outcomes))
            except StoreError as error:
                # Also for those that were refused: what they were refused for may not have come to pass.
                return [(future, None, error) for future, _, _ in outcomes]
        return outcomes

    def _fail_all(self, error: Exception) -> None:
        while self._waiting:
            _, _, future = self._waiting.popleft()
            if not future.done():
                future.set_exception(error)


def _resolve(outcomes: list[Outcome]) -> None:
    for future, result, error in outcomes:
        if future.done():
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
