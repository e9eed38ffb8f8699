"""Group commit over a network: mutations that wait are read for, decided and written together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from slipring.clock import Clock, Ids
from slipring.storage.contract import Decide, R, StoreBusy, StoreUnavailable
from slipring.storage.postgresql.noticing import Noticing
from slipring.storage.postgresql.profiles import Profile
from slipring.storage.postgresql.sessions import Lane
from slipring.storage.postgresql.statements import Statements
from slipring.storage.postgresql.tasks import Tasks
from slipring.storage.postgresql.waiting import Mutation, Waiting
from slipring.storage.postgresql.writer import Writer

_WAITING_MAX = 100_000
_PATIENCE_SECONDS = 0.02
"""Longer than most groups take; one that waits for somebody's lock holds up no others."""


class Committer:
    """Forms groups and has writers commit them: while one group waits for the disk, the next one is read for.

    A group costs the server as much as some ten of its mutations, so few large ones are better than many small ones:
    none is sent beside others before it is as large as they are together, or has waited for `_PATIENCE_SECONDS`.
    """

    def __init__(
        self,
        lanes: Sequence[Lane],
        statements: Statements,
        profile: Profile,
        noticing: Noticing,
        tasks: Tasks,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._writers = [Writer(lane, statements, profile, noticing, clock, ids) for lane in lanes]
        self._idle = list(self._writers)
        self._tasks = tasks
        self._waiting = Waiting()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._due = False
        self._under_way = 0
        """How many mutations are in groups that were sent."""
        self._impatience: asyncio.TimerHandle | None = None

    @property
    def commits(self) -> int:
        return sum(writer.commits for writer in self._writers)

    @property
    def groups(self) -> int:
        return sum(writer.groups for writer in self._writers)

    @property
    def conflicts(self) -> int:
        """How often a group was tried again."""
        return sum(writer.conflicts for writer in self._writers)

    def commit(self, reads: Sequence[bytes], decide: Decide[R]) -> asyncio.Future[R]:
        """See `contract.Store.commit`. Raises StoreBusy at once."""
        if len(self._waiting) >= _WAITING_MAX:
            raise StoreBusy(f"{_WAITING_MAX} commits are waiting")
        loop = self._loop
        # Asking for the running loop is a system call. While something is due in one, that is it, unless it ended.
        if loop is None or not self._due or loop.is_closed():
            loop = self._begin_in(asyncio.get_running_loop())
        future: asyncio.Future[R] = loop.create_future()
        self._waiting.add(Mutation(reads, decide, future))
        return future

    def _begin_in(self, loop: asyncio.AbstractEventLoop) -> asyncio.AbstractEventLoop:
        """Have what will wait be sent in this loop."""
        if loop is not self._loop:
            # What waited on a loop that ended is waited for no longer.
            self._loop, self._waiting, self._idle = loop, Waiting(), list(self._writers)
            self._due, self._under_way, self._impatience = False, 0, None
        self._send_soon()
        return loop

    async def close(self) -> None:
        """Finish what waits."""
        while self._waiting and self._loop is asyncio.get_running_loop():
            self._send()
            await self._tasks.drain()
        await self._tasks.drain()
        for writer in self._writers:
            await writer.close()

    def _send_soon(self) -> None:
        """Send what waits once all that is ready to run has run, and perhaps joined it."""
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._send)

    def _send(self, must: bool = False) -> None:
        """Send what is worth a group, or, if it must be, one that is not."""
        self._due = False
        while self._waiting and self._idle:
            if len(self._waiting) < self._under_way and not must:
                self._be_patient()
                return
            must = False
            group = self._waiting.take()
            if not group:
                return
            self._under_way += len(group)
            self._tasks.run(self._commit(self._idle.pop(), group))
        self._stop_waiting()

    def _be_patient(self) -> None:
        if self._impatience is None:
            loop = asyncio.get_running_loop()
            self._impatience = loop.call_later(_PATIENCE_SECONDS, self._lose_patience)

    def _lose_patience(self) -> None:
        self._impatience = None
        self._send(must=True)

    def _stop_waiting(self) -> None:
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None

    async def _commit(self, writer: Writer, group: list[Mutation]) -> None:
        try:
            self._waiting.give_back(await writer.commit(group))
        except StoreUnavailable as error:
            # Those that wait would not fare better, and have waited already.
            for mutation in self._waiting.clear():
                mutation.fail(error)
        finally:
            self._waiting.done(group)
            self._under_way -= len(group)
            self._idle.append(writer)
            self._send_soon()
