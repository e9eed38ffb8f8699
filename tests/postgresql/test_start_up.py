"""Stores that cannot be opened, and what is said about it: one line, of a kind that the caller can tell."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from slipring.storage.contract import StoreError, StoreTooNew, StoreUnavailable
from slipring.storage.postgresql.profiles import PROFILES
from slipring.storage.postgresql.store import PostgresqlStore
from tests.postgresql.conftest import connected, open_postgresql, opened
from tests.storage.mutations import put, scan


def refused(opening: Coroutine[Any, Any, Any]) -> StoreError:
    with pytest.raises(StoreError) as caught:
        asyncio.run(opening)
    assert "\n" not in str(caught.value)
    return caught.value


async def start(store: PostgresqlStore) -> None:
    try:
        await store.start()
    finally:
        await store.close()


def as_user(address: str, user: str) -> str:
    return address.replace("postgres@", f"{user}@", 1)


def test_a_wrong_password(own_address: str) -> None:
    error = refused(start(open_postgresql(as_user(own_address, "guarded:guess"))))
    assert isinstance(error, StoreUnavailable)
    assert 'password authentication failed for user "guarded"' in str(error)
    assert "guess" not in str(error)


def test_the_password_may_come_from_the_environment(own_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As libpq has it: not in an address that a process list shows."""
    monkeypatch.setenv("PGPASSWORD", "secret")
    asyncio.run(start(open_postgresql(as_user(own_address, "guarded"))))


def test_the_password_may_come_from_a_file(own_address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    passwords = tmp_path / "passwords"
    passwords.write_text("*:*:*:guarded:secret\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    asyncio.run(start(open_postgresql(as_user(own_address, "guarded"))))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://u@no-such-host.invalid/d", "no-such-host.invalid"),
        ("postgresql://u@127.0.0.1:1/d", "127.0.0.1"),
        ("postgresql://u@/d?host=/no/such/directory", "/no/such/directory"),
    ],
)
def test_no_such_server(address: str, words: str) -> None:
    error = refused(start(open_postgresql(address)))
    assert isinstance(error, StoreUnavailable)
    assert words in str(error)


def test_no_such_database(address: str) -> None:
    parts = urlsplit(address)
    error = refused(start(open_postgresql(parts._replace(path="/nowhere").geturl())))
    assert isinstance(error, StoreUnavailable)
    assert 'database "nowhere" does not exist' in str(error)


def test_a_server_that_is_too_old(address: str) -> None:
    store = open_postgresql(address)
    of_the_future = replace(PROFILES["postgresql"], version_min=99)
    error = refused(start(PostgresqlStore(replace(store.address, profile=of_the_future))))
    assert "the server is PostgreSQL" in str(error)
    assert "needs PostgreSQL 99 or newer" in str(error)


def test_a_schema_of_a_newer_version(address: str) -> None:
    """Its data is left alone."""

    async def scenario() -> None:
        async with opened(address), connected(address) as connection:
            await connection.execute("UPDATE meta SET value = '99' WHERE name = 'format'")

    asyncio.run(scenario())
    error = refused(start(open_postgresql(address)))
    assert isinstance(error, StoreTooNew)
    assert "has format 99" in str(error)


def test_a_schema_made_for_another_kind_of_server(address: str) -> None:
    asyncio.run(start(open_postgresql(address)))
    error = refused(start(open_postgresql(address + "&profile=dsql")))
    assert "made with profile=postgresql, not profile=dsql" in str(error)


def test_a_user_who_may_not_make_a_schema(own_address: str) -> None:
    async def scenario() -> None:
        async with connected(own_address) as connection:
            await connection.execute("DROP ROLE IF EXISTS nobody_special; CREATE ROLE nobody_special LOGIN")

    asyncio.run(scenario())
    error = refused(start(open_postgresql(as_user(own_address, "nobody_special"))))
    assert "permission denied" in str(error)


def test_many_may_make_the_schema_at_once(address: str) -> None:
    """Workers start together; CREATE ... IF NOT EXISTS alone does not see to it."""

    async def scenario() -> None:
        stores = [open_postgresql(address) for _ in range(6)]
        await asyncio.gather(*(store.start() for store in stores))
        await asyncio.gather(*(put(store, {b"%d" % n: b"v"}) for n, store in enumerate(stores)))
        assert len(await scan(stores[0])) == 6
        for store in stores:
            await store.close()

    asyncio.run(scenario())


def test_deployments_in_one_database_know_nothing_of_each_other(address: str) -> None:
    async def scenario() -> None:
        async with opened(address) as one, opened(address + '-"2') as other:
            await put(one, {b"k": b"1"})
            await put(other, {b"k": b"2"})
            assert [await one.get(b"k"), await other.get(b"k")] == [b"1", b"2"]

    asyncio.run(scenario())


def test_a_session_is_durable_though_the_server_is_set_not_to_be(own_address: str) -> None:
    """The run's server has synchronous_commit off."""

    async def scenario(address: str) -> str:
        async with opened(address) as store:
            rows = await (await store.lanes[0].session()).fetch("SHOW synchronous_commit")
            return str(rows[0][0])

    assert asyncio.run(scenario(own_address)) == "on"
    assert asyncio.run(scenario(own_address + "&durability=relaxed")) == "off"
