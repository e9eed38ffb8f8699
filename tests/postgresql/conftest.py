"""Stores on the run's PostgreSQL server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from slipring.storage.backends import open_store
from slipring.storage.postgresql.store import PostgresqlStore
from tests.postgres_servers import OWN_SERVER, fresh_address


@pytest.fixture
def address() -> str:
    """Where there is no store yet."""
    return fresh_address()


@pytest.fixture
def own_address() -> Iterator[str]:
    """The same, on a server that was set up for these tests."""
    if OWN_SERVER:
        pytest.skip("needs the server that these tests start themselves")
    yield fresh_address()


def open_postgresql(address: str) -> PostgresqlStore:
    store = open_store(address)
    assert isinstance(store, PostgresqlStore)
    return store


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[PostgresqlStore]:
    """A store, until it is left."""
    store = open_postgresql(address)
    try:
        await store.start()
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of one's own to a store's database, which finds the store's tables by their bare names."""
    place = open_postgresql(address).address
    connection = await asyncpg.connect(place.dsn, server_settings={"search_path": place.schema})
    try:
        yield connection
    finally:
        await connection.close()
