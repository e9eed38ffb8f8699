"""How a committer finds out what became of a commit whose connection broke.

Each committer has a row of its own that names its last commit and is raised in the same transaction as the commit's
writes. After a cut the row tells. Asking writes it too: a statement that was still on its way, or waits for a lock,
finds another last commit than it expects, and fails.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from slipring.clock import Ids
from slipring.storage.contract import StoreError, StoreUnavailable
from slipring.storage.postgresql.errors import Conflict, ConnectionLost
from slipring.storage.postgresql.sessions import Lane
from slipring.storage.postgresql.statements import Statements

_TRIES = 40
_PAUSE_SECONDS = 0.25
"""A failover takes some seconds; so long it is worth while to know whether a commit happened."""


class Marker:
    """A committer's row."""

    def __init__(self, lane: Lane, statements: Statements, ids: Ids, bucket: tuple[int, int] = (0, 1)) -> None:
        self._lane = lane
        self._statements = statements
        self._ids = ids
        self._bucket = bucket
        """Which of how many its row lies in: its name divided by the second leaves the first."""
        self.name = 0
        self._last: int | None = None

    async def last_commit(self) -> int:
        """The commit that the row names; makes the row. Raises Conflict, ConnectionLost, StoreError."""
        if self._last is None:
            session = await self._lane.session()
            (bucket, buckets), first = self._bucket, self._ids.number()
            self.name = self._ids.number() // buckets * buckets + bucket
            await session.fetch(self._statements.mark, self.name, first)
            self._last = first
        return self._last

    def landed(self, commit: int) -> None:
        self._last = commit

    async def happened(self, commit: int) -> bool:
        """Whether a commit did land; if not, it never will. Raises StoreUnavailable if that cannot be found out."""
        failure: Exception | None = None
        found: dict[int, int] = {}
        for tries in range(_TRIES):
            if tries:
                await asyncio.sleep(_PAUSE_SECONDS)
            fence = self._ids.number()
            try:
                last = await self._settle(fence, found)
            except (Conflict, ConnectionLost, StoreError) as error:
                failure = error
                if not isinstance(error, Conflict):
                    self._lane.drop()
                continue
            if last is None:
                # The row came with a commit of its own before: where it is missing, what followed it is missing too.
                self._last = None
                return False
            self._last = fence
            return last == commit
        # Whatever became of it, a row with another name is not the one it rests on.
        self._last = None
        raise StoreUnavailable(f"PostgreSQL: the outcome of a commit could not be found out: {failure}")

    async def _settle(self, fence: int, found: dict[int, int]) -> int | None:
        """The row's last commit, which `fence` takes the place of; None if there is no row.

        `found` tells which commit each fence took the place of: the one before this may have done so, and its
        answer been lost."""
        session = await self._lane.session()
        await session.execute("BEGIN")
        try:
            rows = await session.fetch(self._statements.last_commit, self.name)
            last: int | None = rows[0][0] if rows else None
            if last is not None:
                last = found[fence] = found.get(last, last)
            await session.fetch(self._statements.fence, self.name, fence)
            await session.execute("COMMIT")
        except (Conflict, StoreError):
            with suppress(Conflict, StoreError):
                await session.execute("ROLLBACK")
            raise
        return last

    async def forget(self) -> None:
        """Have no row, until the next commit. Only while it is known what became of the last one."""
        if self._last is not None:
            with suppress(StoreError, Conflict, ConnectionLost):
                session = await self._lane.session()
                await session.fetch(self._statements.unmark, self.name)
        self._last = None
