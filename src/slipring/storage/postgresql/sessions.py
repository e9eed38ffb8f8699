"""Connections, and the lanes in which statements follow one another."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import asyncpg

from slipring.storage.contract import StoreUnavailable
from slipring.storage.postgresql.address import Address
from slipring.storage.postgresql.errors import Conflict, ConnectionLost, refusal, translated

CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 20.0
"""How long a statement may take before its connection counts as lost."""
_CLOSE_SECONDS = 2.0
_DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
_TRIES = 3

Rows = list[Any]
"""What a statement answers: records, which are read by position."""


class Session:
    """A connection and the statements that were prepared on it."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self._prepared: dict[str, Any] = {}

    @property
    def is_in_transaction(self) -> bool:
        return self.connection.is_in_transaction()

    async def fetch(self, statement: str, *arguments: object) -> Rows:
        """Run a statement. Raises Conflict, ConnectionLost, StoreError."""
        try:
            prepared = self._prepared.get(statement)
            if prepared is None:
                # Without a name, the next statement would take its place, and each be parsed and planned every time.
                name = f"slipring_{len(self._prepared)}"
                prepared = self._prepared[statement] = await self.connection.prepare(statement, name=name)
            rows: Rows = await prepared.fetch(*arguments, timeout=STATEMENT_SECONDS)
        except Exception as error:
            raise translated(error) from error
        return rows

    async def execute(self, text: str) -> None:
        """Run statements that answer nothing. Raises what `fetch` raises."""
        try:
            await self.connection.execute(text, timeout=STATEMENT_SECONDS)
        except Exception as error:
            raise translated(error) from error

    def drop(self) -> None:
        """Break the connection off."""
        self.connection.terminate()

    async def close(self) -> None:
        """End the connection in good order if the server takes part in it."""
        with suppress(Exception):
            await self.connection.close(timeout=_CLOSE_SECONDS)


async def connect(address: Address, session: Callable[[asyncpg.Connection], Session] = Session) -> Session:
    """A session on the server. Raises StoreError."""
    settings = {"application_name": "slipring", **address.profile.settings}
    if address.relaxed:
        settings["synchronous_commit"] = "off"
    try:
        connection = await asyncpg.connect(
            address.dsn,
            timeout=CONNECT_SECONDS,
            statement_cache_size=0,
            server_settings=settings,
            ssl=_trusting_system(address) if address.trusts_system else None,
        )
        if address.profile.syncs_as_postgresql and not address.relaxed:
            # A server may be set to lose commits; who did not ask for that does not get it.
            await connection.execute(_DURABLE)
    except Exception as error:
        raise refusal(error, address.shown) from None
    return session(connection)


def _trusting_system(address: Address) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if address.certificate is not None:
        context.load_cert_chain(*address.certificate)
    return context


class Lane:
    """Statements one after the other on one connection, which is made when it is needed and again after it broke."""

    def __init__(self, open_session: Callable[[], Awaitable[Session]]) -> None:
        self._open_session = open_session
        self._session: Session | None = None

    async def session(self) -> Session:
        """The lane's session. Raises StoreError."""
        session = self._session
        if session is None or session.connection.is_closed():
            self._session = None
            session = self._session = await self._open_session()
        return session

    async def fetch(self, statement: str, *arguments: object) -> Rows:
        """Run a statement that reads. Over a broken connection, or a conflict, it is run again.

        Raises StoreError."""
        failure: Exception | None = None
        for _ in range(_TRIES):
            session = await self.session()
            try:
                return await session.fetch(statement, *arguments)
            except ConnectionLost as error:
                self.drop()
                failure = error
            except Conflict as error:
                failure = error
        raise StoreUnavailable(f"PostgreSQL: {failure}") from failure

    def drop(self) -> None:
        """Break the connection off; the next call makes a new one."""
        session, self._session = self._session, None
        if session is not None:
            session.drop()

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()


async def close_all(lanes: Sequence[Lane]) -> None:
    await asyncio.gather(*(lane.close() for lane in lanes))
