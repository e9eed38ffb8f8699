"""A connection that breaks in the middle of a commit. What became of the commit is found out, never guessed."""

from __future__ import annotations

import asyncio

import pytest

from slipring.storage.postgresql.store import PostgresqlStore
from tests.postgresql.conftest import connected, opened
from tests.postgresql.proxy import Cut, Proxy
from tests.storage.mutations import increment


async def number(store: PostgresqlStore) -> bytes | None:
    return await store.get(b"number")


async def prepare(store: PostgresqlStore) -> None:
    """Have a session prepare its statements, each of which it does when it first needs it: here one that reads, one
    that inserts, and one that updates."""
    assert await increment(store, b"number") == 1
    assert await increment(store, b"number") == 2


def test_a_lone_read_is_one_round_trip_and_a_lone_conditional_write_two(own_address: str) -> None:
    """Round trips are the cost of a store across a network."""

    async def scenario() -> None:
        async with Proxy(own_address) as proxy, opened(proxy.address) as store:
            await prepare(store)
            await number(store)
            before = proxy.requests
            assert await number(store) == b"2"
            assert proxy.requests - before == 1
            assert await increment(store, b"number") == 3
            assert proxy.requests - before == 3

    asyncio.run(scenario())


def test_reads_and_writes_that_come_together_share_their_round_trips(own_address: str) -> None:
    async def scenario() -> None:
        async with Proxy(own_address) as proxy, opened(proxy.address) as store:
            await increment(store, b"number")
            await number(store)
            before = proxy.requests
            await asyncio.gather(*(number(store) for _ in range(50)))
            assert proxy.requests - before == 1
            await asyncio.gather(*(increment(store, b"number/%d" % n) for n in range(50)))
            assert proxy.requests - before <= 1 + 2 * 2

    asyncio.run(scenario())


@pytest.mark.parametrize("cut", [Cut.BEFORE_REQUEST, Cut.BEFORE_ANSWER])
@pytest.mark.parametrize("request_number", [1, 2], ids=["at the read", "at the write"])
def test_a_commit_happens_once_wherever_its_connection_breaks(own_address: str, cut: Cut, request_number: int) -> None:
    """An increment done again, or taken for done, would show."""

    async def scenario() -> None:
        async with Proxy(own_address) as proxy, opened(proxy.address) as store:
            await prepare(store)
            proxy.cut(cut, request_number)
            assert await increment(store, b"number") == 3
            assert await increment(store, b"number") == 4
            assert await number(store) == b"4"

    asyncio.run(scenario())


def test_a_commit_is_found_out_though_the_answer_to_that_is_lost_too(own_address: str) -> None:
    """The write is done and its answer lost; it is asked for, which leaves a mark, and that answer is lost. The mark
    must not be taken for somebody else's: the increment would be done again."""

    async def scenario() -> None:
        async with Proxy(own_address) as proxy, opened(proxy.address) as store:
            await prepare(store)
            proxy.cut(Cut.BEFORE_ANSWER, 2)
            proxy.cut_at(b"COMMIT")
            assert await increment(store, b"number") == 3
            assert await number(store) == b"3"

    asyncio.run(scenario())


def test_a_write_that_arrives_late_does_nothing(own_address: str) -> None:
    """The client has gone and asked what became of it; the server gets to see the statement only then."""

    async def scenario() -> None:
        async with Proxy(own_address) as proxy, opened(proxy.address) as store:
            await prepare(store)
            proxy.cut(Cut.REQUEST_LATE, 2)
            assert await increment(store, b"number") == 3
            proxy.late.set()
            await proxy.was_late.wait()
            assert await number(store) == b"3"
            assert await increment(store, b"number") == 4

    asyncio.run(scenario())


def test_a_read_whose_connection_breaks_is_read_again(own_address: str) -> None:
    async def scenario() -> None:
        async with Proxy(own_address) as proxy, opened(proxy.address) as store:
            await increment(store, b"number")
            await number(store)
            proxy.cut(Cut.BEFORE_ANSWER, 1)
            assert await number(store) == b"1"

    asyncio.run(scenario())


def test_the_rows_of_committers_that_are_long_gone_are_removed(address: str) -> None:
    """A process that is killed leaves its own behind. Whoever commits has one that is not old."""

    async def scenario() -> None:
        async with opened(address) as store, connected(address) as connection:
            await increment(store, b"number")
            await connection.execute("INSERT INTO marks (p, n, at) VALUES (-1, 1, now() - interval '31 days')")
            await connection.execute("INSERT INTO marks (p, n, at) VALUES (-2, 1, now() - interval '29 days')")
            async with opened(address):
                assert await connection.fetch("SELECT p FROM marks WHERE p = -1") == []
            assert await connection.fetchval("SELECT count(*) FROM marks") == 2
            assert await increment(store, b"number") == 2

    asyncio.run(scenario())


def test_commits_go_on_when_the_server_has_lost_the_committers_row(address: str) -> None:
    """A replica that was behind has become the primary, say: what it does not know must not keep a process from
    committing until it is started anew."""

    async def scenario() -> None:
        async with opened(address) as store, connected(address) as connection:
            assert await increment(store, b"number") == 1
            await connection.execute("DELETE FROM marks")
            assert await increment(store, b"number") == 2
            assert await connection.fetchval("SELECT count(*) FROM marks") == 1

    asyncio.run(scenario())
