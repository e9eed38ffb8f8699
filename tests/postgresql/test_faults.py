"""What a server does to a running store: locks, timeouts, a full disk, sessions that are ended."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from slipring.clock import ManualClock
from slipring.storage.contract import StoreBusy, StoreError, StoreFull
from slipring.storage.postgresql import pool, writer
from slipring.storage.postgresql.store import PostgresqlStore
from tests.postgresql.conftest import connected, open_postgresql, opened
from tests.storage.mutations import NO_LIMIT, increment, put, scan


@asynccontextmanager
async def locked(address: str, key: bytes) -> AsyncIterator[None]:
    """Somebody holds a row in a transaction of their own."""
    async with connected(address) as connection, connection.transaction():
        assert await connection.fetch("SELECT 1 FROM kv WHERE k = $1 FOR UPDATE", key)
        yield


def test_a_row_that_stays_locked_is_a_reason_to_try_later(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "GIVE_UP_SECONDS", 0.2)

    async def scenario() -> None:
        async with opened(address) as store:
            await increment(store, b"k")
            async with locked(address, b"k"):
                with pytest.raises(StoreBusy):
                    await increment(store, b"k")
                assert await store.get(b"k") == b"1"
            assert await increment(store, b"k") == 2

    asyncio.run(scenario())


def test_a_row_that_is_locked_for_a_while_is_waited_for(address: str) -> None:
    """Longer than the lock timeout; the write is tried again."""

    async def scenario() -> None:
        async with opened(address) as store:
            await increment(store, b"k")
            async with locked(address, b"k"):
                writing = asyncio.ensure_future(increment(store, b"k"))
                while not store.conflicts:
                    await store.get(b"k")
            assert await writing == 2

    asyncio.run(scenario())


def test_a_statement_timeout_is_a_reason_to_try_later(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "GIVE_UP_SECONDS", 0.2)

    async def scenario() -> None:
        async with opened(address) as store:
            await increment(store, b"k")
            for lane in store.lanes:
                await (await lane.session()).execute("SET statement_timeout = '20ms'")
            async with locked(address, b"k"):
                with pytest.raises(StoreBusy, match="statement timeout"):
                    await increment(store, b"k")
            assert await increment(store, b"k") == 2

    asyncio.run(scenario())


def test_a_full_disk_is_told_as_such(address: str) -> None:
    """A trigger says what the server says when it cannot extend a file."""

    async def scenario() -> None:
        async with opened(address) as store, connected(address) as connection:
            await put(store, {b"before": b"1"})
            await connection.execute(
                """
                CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
                CREATE TRIGGER full_disk BEFORE INSERT ON kv FOR EACH ROW EXECUTE FUNCTION fill();
                """
            )
            with pytest.raises(StoreFull, match="No space left"):
                await put(store, {b"k": b"v"})
            await connection.execute("DROP TRIGGER full_disk ON kv")
            await put(store, {b"k": b"v"})
            assert await scan(store) == [(b"before", b"1"), (b"k", b"v")]

    asyncio.run(scenario())


def test_sessions_that_the_server_ends_are_made_anew(address: str) -> None:
    """As in every restart, failover or idle timeout; reads and writes go on without an error."""

    async def scenario() -> None:
        async with opened(address) as store, connected(address) as connection:
            await increment(store, b"k")
            await store.get(b"k")
            await scan(store)
            for _ in range(3):
                for lane in store.lanes:
                    session = await lane.session()
                    await connection.execute("SELECT pg_terminate_backend($1)", session.connection.get_server_pid())
                before = int(await store.get(b"k") or b"0")
                assert len(await scan(store)) == 1
                assert await increment(store, b"k") == before + 1

    asyncio.run(scenario())


def test_a_pool_that_is_all_in_use_is_a_reason_to_try_later(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Snapshots hold connections; whoever waits too long for one is told so, and no key is read worse for it."""
    monkeypatch.setattr(pool, "WAIT_SECONDS", 0.05)

    async def scenario() -> None:
        async with opened(address + "&pool=4") as store:
            await put(store, {b"k": b"v"})
            snapshot = store.snapshot()
            assert await snapshot.get(b"k") == b"v"
            with pytest.raises(StoreBusy, match="option pool"):
                await store.scan(b"", b"\xff", limit=1, bytes_max=NO_LIMIT)
            second = store.snapshot()
            with pytest.raises(StoreBusy):
                await second.get(b"k")
            second.close()
            assert await store.get(b"k") == b"v"
            await put(store, {b"k": b"w"})
            snapshot.close()
            monkeypatch.undo()
            assert await scan(store) == [(b"k", b"w")]

    asyncio.run(scenario())


def test_a_schema_that_is_dropped_under_a_store_is_an_error_in_one_line(address: str) -> None:
    async def scenario() -> None:
        async with opened(address) as store, connected(address) as connection:
            await put(store, {b"k": b"v"})
            await connection.execute("DROP TABLE kv")
            for failing in (store.get(b"k"), put(store, {b"k": b"w"}), scan(store)):
                with pytest.raises(StoreError, match="does not exist") as caught:
                    await failing
                assert "\n" not in str(caught.value)

    asyncio.run(scenario())


def test_the_size_that_is_told_follows_the_data(address: str) -> None:
    """What /metrics shows comes from the server, now and then."""

    async def scenario() -> None:
        clock = ManualClock()
        store = PostgresqlStore(open_postgresql(address).address, clock)
        await store.start()
        before = store.describe()["bytes_on_disk"]
        await put(store, {b"%d" % n: os.urandom(5000) for n in range(100)})
        assert store.describe()["bytes_on_disk"] == before
        clock.advance(61)
        store.describe()
        while store.describe()["bytes_on_disk"] < before + 500_000:
            await store.get(b"1")
        await store.close()

    asyncio.run(scenario())
