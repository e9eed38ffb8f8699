"""The store in a PostgreSQL database."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from slipring.clock import Clock, Ids, SystemClock
from slipring.storage.contract import Decide, R, StoreError, StoreUnavailable
from slipring.storage.postgresql import views
from slipring.storage.postgresql.address import READING, WRITING, Address
from slipring.storage.postgresql.buckets.session import session_maker
from slipring.storage.postgresql.committer import Committer
from slipring.storage.postgresql.errors import refusal
from slipring.storage.postgresql.locked_reads import LockedReads
from slipring.storage.postgresql.noticing import Noticing
from slipring.storage.postgresql.pages import Pages, Pair
from slipring.storage.postgresql.pool import Pool
from slipring.storage.postgresql.reads import Reads
from slipring.storage.postgresql.schema import Schema
from slipring.storage.postgresql.sessions import Lane, Session, close_all, connect
from slipring.storage.postgresql.snapshots import OpenView, PostgresqlSnapshot, open_view
from slipring.storage.postgresql.statements import Statements
from slipring.storage.postgresql.tasks import Tasks

_MEASURE_SECONDS = 60.0
"""How old the figure of the bytes on disk may be when it is told."""


class PostgresqlStore:
    """A store that any number of processes on any number of machines may have open."""

    def __init__(self, address: Address, clock: Clock | None = None, ids: Ids | None = None) -> None:
        self.address = address
        self._statements = Statements(address.schema, address.profile.holds)
        self._schema = Schema(self._statements, address.profile, address.schema)
        self._make_session = session_maker(address.profile, self._statements)
        self._prepared = asyncio.Lock()
        self._is_prepared = False
        self._closed = False
        self._clock = clock or SystemClock()
        self._bytes = 0
        self._measured_s = -math.inf
        self._noticing = Noticing(self._clock if address.profile.buckets else None)
        self._tasks = Tasks()
        lanes = [Lane(self._open_session) for _ in range(address.pool)]
        self.lanes = lanes
        reading, others = lanes[:READING], lanes[READING:]
        writing = others[: min(WRITING, len(others) - 1)]
        self._reads = Reads(reading, self._statements, self._noticing, self._tasks)
        self._pool = Pool(others[len(writing) :])
        self._pages = Pages(self._statements)
        ids = ids or Ids()
        self._locked_reads = (
            None
            if address.profile.has_views
            else LockedReads(self._pool, self._statements, address.profile, self._noticing, self._clock, ids)
        )
        self._committer = Committer(
            writing,
            self._statements,
            address.profile,
            self._noticing,
            self._tasks,
            self._clock,
            ids,
        )
        self._opening: set[asyncio.Future[None]] = set()

    @property
    def kv(self) -> str:
        """The table of keys (`k`) and values (`v`), as SQL names it."""
        return self._statements.kv

    @property
    def conflicts(self) -> int:
        """How often commits were tried again."""
        return self._committer.conflicts

    async def get(self, key: bytes) -> bytes | None:
        if self._closed:
            raise _closed()
        return await self._reads.get(key)

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        if self._closed:
            raise _closed()
        if self._locked_reads is not None and self._locked_reads.concern(keys):
            return await self._tasks.run(self._locked_reads.get_many(keys))
        return await self._reads.get_many(keys)

    async def scan(self, start: bytes, stop: bytes, *, limit: int, bytes_max: int, reverse: bool = False) -> list[Pair]:
        if self._closed:
            raise _closed()
        return await self._tasks.run(self._scan(start, stop, limit, bytes_max, reverse))

    async def commit(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        if self._closed:
            raise _closed()
        for opened in list(self._opening):
            # A snapshot that was asked for before shows nothing of this.
            await opened
        return await self._committer.commit(reads, decide)

    def snapshot(self) -> PostgresqlSnapshot:
        if self._closed:
            raise _closed()
        begin = self.address.profile.begin_view
        opening = self._tasks.run(open_view(self._pool, self._statements, self._noticing, begin))
        opened: asyncio.Future[None] = opening.get_loop().create_future()
        self._opening.add(opened)

        def ended(opening: asyncio.Future[OpenView]) -> None:
            self._opening.discard(opened)
            opened.set_result(None)
            if not opening.cancelled():
                # A failure is told to whoever reads the snapshot.
                opening.exception()

        opening.add_done_callback(ended)
        return PostgresqlSnapshot(opening, self._statements, self._pages, self._tasks)

    async def start(self) -> None:
        await self._measure()
        async with self._pool.lent() as lane:
            with suppress(StoreError):
                # Those of processes that were killed. A committer that is still there makes its row anew.
                await lane.fetch(self._statements.forget_marks)

    def refresh(self) -> None:
        """What others did comes with the next answer."""

    async def catch_up(self) -> None:
        await self.get_many(())

    def watch(self, prefix: bytes, changed: Callable[[], Any]) -> None:
        self._noticing.watchers.add(prefix, changed)

    def describe(self) -> dict[str, Any]:
        """Called in the event loop. The bytes are those of the last look, and this has them looked at again."""
        if not self._closed and self._clock.monotonic() - self._measured_s > _MEASURE_SECONDS:
            self._tasks.run(self._measure_again())
        return {
            "kind": "postgresql",
            "path": self.address.shown,
            "bytes_on_disk": self._bytes,
            "durability": "relaxed" if self.address.relaxed else "fsync",
            "commits": self._committer.commits,
            "groups": self._committer.groups,
        }

    async def show(self, schema: str, functions: Sequence[str], queries: Mapping[str, str]) -> None:
        """Make a schema with functions and views: these queries, by name, and no others that were made so.

        Raises StoreError."""
        async with self._pool.lent() as lane:
            await views.replace(await lane.session(), schema, functions, queries)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        await self._committer.close()
        await self._tasks.drain()
        await close_all(self.lanes)

    async def _open_session(self) -> Session:
        """A connection whose schema is as this version wants it. Raises StoreError."""
        if self._closed and not self._is_prepared:
            raise _closed()
        session = await connect(self.address, self._make_session)
        if not self._is_prepared:
            async with self._prepared:
                if not self._is_prepared:
                    await self._prepare(session)
                    self._is_prepared = True
        return session

    async def _prepare(self, session: Session) -> None:
        try:
            await self._schema.prepare(session.connection)
        except Exception as error:
            session.drop()
            raise refusal(error, self.address.shown) from error

    async def _scan(self, start: bytes, stop: bytes, limit: int, bytes_max: int, reverse: bool) -> list[Pair]:
        async with self._pool.lent() as lane:
            return await self._pages.scan(lane.fetch, self._noticing.saw, start, stop, limit, bytes_max, reverse)

    async def _measure(self) -> None:
        self._measured_s = self._clock.monotonic()
        async with self._pool.lent() as lane:
            if self.address.profile.syncs_as_postgresql:
                self._bytes = int((await lane.fetch(self._statements.size))[0][0])
            else:
                await lane.session()

    async def _measure_again(self) -> None:
        with suppress(StoreError):
            await self._measure()


def _closed() -> StoreUnavailable:
    return StoreUnavailable("The store is closed.")
