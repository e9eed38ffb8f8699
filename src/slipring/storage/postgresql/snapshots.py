"""Views that stay: a transaction of its own on a connection of its own, for as long as it is read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from slipring.storage.contract import StoreError, StoreUnavailable, encode_counts
from slipring.storage.postgresql.errors import Conflict, ConnectionLost
from slipring.storage.postgresql.noticing import Noticing
from slipring.storage.postgresql.pages import Pages, Pair
from slipring.storage.postgresql.places import is_counter, place_of
from slipring.storage.postgresql.pool import Pool
from slipring.storage.postgresql.sessions import Lane, Rows
from slipring.storage.postgresql.statements import Statements
from slipring.storage.postgresql.tasks import Tasks


class OpenView:
    """A transaction that reads, on a lane of the pool."""

    def __init__(self, pool: Pool, lane: Lane) -> None:
        self._pool = pool
        self._lane = lane

    async def fetch(self, statement: str, *arguments: object) -> Rows:
        """Raises StoreUnavailable if the connection, and with it the view, is gone."""
        session = await self._lane.session()
        try:
            return await session.fetch(statement, *arguments)
        except (Conflict, ConnectionLost) as error:
            self._lane.drop()
            raise StoreUnavailable(f"The snapshot is lost: {error}") from None

    async def close(self) -> None:
        try:
            session = await self._lane.session()
            await session.execute("COMMIT")
        except (StoreError, Conflict, ConnectionLost):
            self._lane.drop()
        finally:
            self._pool.give(self._lane)


async def open_view(pool: Pool, statements: Statements, noticing: Noticing, begin: str) -> OpenView:
    """A view as of now. Raises StoreError."""
    lane = await pool.take()
    try:
        session = await lane.session()
        await session.execute(begin)
        # The first statement takes the view.
        rows = await session.fetch(statements.take_view)
        noticing.saw(rows[0][0] if rows else None)
    except BaseException as error:
        lane.drop()
        pool.give(lane)
        if isinstance(error, Conflict | ConnectionLost):
            raise StoreUnavailable(f"PostgreSQL: {error}") from None
        raise
    return OpenView(pool, lane)


class PostgresqlSnapshot:
    """The store as it was."""

    def __init__(self, opening: asyncio.Future[OpenView], statements: Statements, pages: Pages, tasks: Tasks) -> None:
        self._opening: asyncio.Future[OpenView] | None = opening
        self._statements = statements
        self._pages = pages
        self._tasks = tasks
        self._turn = asyncio.Lock()

    async def get(self, key: bytes) -> bytes | None:
        return (await self.get_many([key]))[0]

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        return await self._tasks.run(self._get_many(self._opened(), keys))

    async def scan(self, start: bytes, stop: bytes, *, limit: int, bytes_max: int, reverse: bool = False) -> list[Pair]:
        return await self._tasks.run(self._scan(self._opened(), start, stop, limit, bytes_max, reverse))

    def close(self) -> None:
        opening, self._opening = self._opening, None
        if opening is not None and not opening.get_loop().is_closed():
            self._tasks.run(self._close(opening))

    def _opened(self) -> asyncio.Future[OpenView]:
        if self._opening is None:
            raise StoreUnavailable("The snapshot is closed.")
        return self._opening

    async def _get_many(self, opening: asyncio.Future[OpenView], keys: Sequence[bytes]) -> list[bytes | None]:
        places = [place_of(key) for key in keys]
        counters = [place for place in places if is_counter(place)]
        async with self._turn:
            rows = await (await opening).fetch(self._statements.lookup_all, places, counters)
        found = {place: value if a is None else encode_counts(a, b) for place, value, _, a, b in rows}
        return [found.get(place) for place in places]

    async def _scan(
        self, opening: asyncio.Future[OpenView], start: bytes, stop: bytes, limit: int, bytes_max: int, reverse: bool
    ) -> list[Pair]:
        async with self._turn:
            fetch = (await opening).fetch
            return await self._pages.scan(fetch, lambda _: None, start, stop, limit, bytes_max, reverse)

    async def _close(self, opening: asyncio.Future[OpenView]) -> None:
        async with self._turn:
            try:
                view = await opening
            except StoreError:
                return
            await view.close()
