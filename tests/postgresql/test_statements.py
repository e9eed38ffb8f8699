"""How often the server is asked, and how little of it has to be thought over anew."""

from __future__ import annotations

import asyncio
from itertools import combinations

import pytest

from slipring.storage.postgresql import committer
from slipring.storage.postgresql.parts import COLUMNS, parts_for
from tests.postgresql.conftest import connected, opened
from tests.storage.mutations import put

ROUNDS = 20
PARTS_MAX = 17


def test_statements_are_planned_once(address: str) -> None:
    """Reads and commits take turns on few connections, and each session's statements stay prepared: a statement that
    is parsed and planned again costs more than running it."""

    async def scenario() -> None:
        async with opened(address) as store:
            for _ in range(ROUNDS):
                await put(store, {b"k": b"v"})
                assert await store.get(b"k") == b"v"
            plans = 0
            for lane in store.lanes:
                session = await lane.session()
                rows = await session.fetch("SELECT generic_plans + custom_plans FROM pg_prepared_statements")
                plans += sum(count for (count,) in rows)
        # A get is one statement and a put that reads nothing is another.
        assert plans >= 2 * ROUNDS

    asyncio.run(scenario())


def test_a_session_keeps_few_statements(address: str) -> None:
    """Whatever groups consist of: a prepared statement is memory of the server's for as long as the session lasts."""
    kinds = {parts_for(needed) for size in range(9) for needed in combinations(COLUMNS, size)}
    assert len(kinds) == PARTS_MAX
    assert all(set(needed) <= set(parts_for(needed)) for size in range(9) for needed in combinations(COLUMNS, size))


def test_few_large_groups_rather_than_many_small_ones(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes while a large group is under way waits for more to come with it, though connections are idle."""
    # However long this machine keeps the server from running.
    monkeypatch.setattr(committer, "_PATIENCE_SECONDS", 60.0)

    async def scenario() -> None:
        async with opened(address) as store:
            await put(store, {b"first": b""})
            before = store.describe()["groups"]
            async with connected(address) as connection, connection.transaction():
                # Until it is left, what was sent is under way.
                await connection.execute("LOCK TABLE kv IN SHARE MODE")
                waiting = [asyncio.ensure_future(put(store, {b"a%d" % n: b"v"})) for n in range(40)]
                while not store.conflicts:
                    await store.get(b"k")
                for n in range(20):
                    await asyncio.sleep(0)
                    waiting.append(asyncio.ensure_future(put(store, {b"b%d" % n: b"v"})))
            await asyncio.gather(*waiting)
            # One at first, one of those that came meanwhile, and one of those that came after it was answered.
            assert store.describe()["groups"] - before <= 3

    asyncio.run(scenario())


def test_a_group_that_waits_for_a_lock_holds_up_no_others(address: str) -> None:
    async def scenario() -> None:
        async with opened(address) as store:
            keys = [b"a%d" % n for n in range(10)]
            await put(store, dict.fromkeys(keys, b""))
            async with connected(address) as connection, connection.transaction():
                assert await connection.fetch("SELECT 1 FROM kv WHERE k = $1 FOR UPDATE", keys[0])
                held_up = [asyncio.ensure_future(put(store, {key: b"v"})) for key in keys]
                while not store.conflicts:
                    await store.get(b"k")
                await put(store, {b"b": b"v"})
                assert not any(each.done() for each in held_up)
            await asyncio.gather(*held_up)

    asyncio.run(scenario())
