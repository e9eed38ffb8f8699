"""What clients are told when PostgreSQL is in trouble: an error that their SDK tries again, or nothing of it at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from slipring.storage.postgresql import pool, profiles, writer
from tests.conftest import Client, error_of, make_client, n, s, table_definition, unique
from tests.postgres_servers import OWN_SERVER, fresh_address
from tests.postgresql.conftest import connected, opened
from tests.postgresql.proxy import Cut, Proxy
from tests.servers import ServerThread

TABLE = "things"
THROTTLED = "ThrottlingException"


@contextmanager
def serving(store: str) -> Iterator[Client]:
    """A client of a server that has a table, and an item in it."""
    with ServerThread(store) as server:
        client = make_client(server.url)
        client.create_table(**table_definition(TABLE, ("pk", "S")))
        client.put_item(TableName=TABLE, Item={"pk": s("there"), "n": n(1)})
        # Whatever is prepared when it is first needed.
        assert client.scan(TableName=TABLE)["Count"] == 1
        yield client
        client.close()


@contextmanager
def while_locked(address: str, statement: str) -> Iterator[None]:
    """Somebody else holds locks in a transaction until it is left."""
    locked, leave = Event(), Event()

    async def hold() -> None:
        async with connected(address) as connection, connection.transaction():
            await connection.execute(statement)
            locked.set()
            await asyncio.to_thread(leave.wait)

    thread = Thread(target=lambda: asyncio.run(hold()))
    thread.start()
    locked.wait()
    try:
        yield
    finally:
        leave.set()
        thread.join()


def with_settings(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    """Set the sessions of stores that are opened from now on to something else."""
    usual = profiles.PROFILES["postgresql"]
    changed = replace(usual, settings={**usual.settings, **settings})
    monkeypatch.setitem(cast(dict[str, Any], profiles.PROFILES), "postgresql", changed)


def test_a_pool_that_is_exhausted_is_a_throttling_error(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only connection for scans waits for a lock; who wants to scan meanwhile is told to come back."""
    monkeypatch.setattr(pool, "WAIT_SECONDS", 0.05)
    with_settings(monkeypatch, lock_timeout="0")
    with serving(address + "&pool=4") as client, ThreadPoolExecutor(3) as others:
        with while_locked(address, "LOCK TABLE kv IN ACCESS EXCLUSIVE MODE"):
            scans = [others.submit(client.scan, TableName=TABLE) for _ in range(3)]
            told, _ = wait(scans, return_when=FIRST_COMPLETED)
        assert THROTTLED in [code_of(scan) for scan in told]
        assert {code_of(scan) for scan in scans} <= {THROTTLED, ""}
        monkeypatch.undo()
        assert client.scan(TableName=TABLE)["Count"] == 1


def code_of(call: Future[Any]) -> str:
    """The code of the error that a call ended with, if it did."""
    error = call.exception()
    if error is None:
        return ""
    assert isinstance(error, ClientError), error
    return str(error.response["Error"]["Code"])


def test_a_lock_that_is_held_for_too_long_is_a_throttling_error(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock timeout passes again and again. Nothing was written, and reads do not notice."""
    monkeypatch.setattr(writer, "GIVE_UP_SECONDS", 0.05)
    with serving(address) as client:
        with while_locked(address, "SELECT 1 FROM kv WHERE k >= '\\x02' AND k < '\\x03' FOR UPDATE"):
            assert error_of(add, client=client, key="there")[0] == THROTTLED
            assert client.get_item(TableName=TABLE, Key={"pk": s("there")}, ConsistentRead=True)["Item"]["n"] == n(1)
        assert add(client, "there") == 2


def test_a_statement_timeout_is_a_throttling_error(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator may have set one, for a role or for a database."""
    monkeypatch.setattr(writer, "GIVE_UP_SECONDS", 0.05)

    async def prepare() -> None:
        async with opened(address):
            """It has its tables now."""

    asyncio.run(prepare())
    with_settings(monkeypatch, lock_timeout="0", statement_timeout="1s")
    with serving(address) as client:
        with while_locked(address, "SELECT 1 FROM kv WHERE k >= '\\x02' AND k < '\\x03' FOR UPDATE"):
            assert error_of(add, client=client, key="there")[0] == THROTTLED
        assert add(client, "there") == 2


def add(client: Client, key: str, mark: str = "") -> int:
    """Add one to an item's number; what it is now."""
    added = client.update_item(
        TableName=TABLE,
        Key={"pk": s(key)},
        UpdateExpression="ADD n :one SET mark = :mark",
        ExpressionAttributeValues={":one": n(1), ":mark": s(mark)},
        ReturnValues="ALL_NEW",
    )
    return int(added["Attributes"]["n"]["N"])


@contextmanager
def proxied(address: str) -> Iterator[Proxy]:
    """A proxy in a thread of its own."""
    loop = asyncio.new_event_loop()
    proxy = Proxy(address)
    stop = asyncio.Event()
    started = Event()

    async def run() -> None:
        async with proxy:
            started.set()
            await stop.wait()

    thread = Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    started.wait()
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


@pytest.fixture(scope="module")
def behind_proxy() -> Iterator[tuple[Proxy, Client]]:
    if OWN_SERVER:
        pytest.skip("needs the server that these tests start themselves")
    with proxied(fresh_address()) as proxy, serving(proxy.address) as client:
        yield proxy, client


@pytest.mark.parametrize("cut", [Cut.BEFORE_REQUEST, Cut.BEFORE_ANSWER], ids=lambda cut: cut.name.lower())
def test_a_connection_cut_during_a_commit_is_not_noticed(behind_proxy: tuple[Proxy, Client], cut: Cut) -> None:
    """Whether the server has it done is found out: a write that counts is neither lost nor done twice, and one whose
    condition it has itself made false does not fail."""
    proxy, client = behind_proxy
    key, mark = unique(), unique("mark")
    proxy.cut_at(mark.encode(), cut)
    client.put_item(
        TableName=TABLE, Item={"pk": s(key), "n": n(1), "mark": s(mark)}, ConditionExpression="attribute_not_exists(pk)"
    )
    mark = unique("mark")
    proxy.cut_at(mark.encode(), cut)
    assert add(client, key, mark) == 2
    mark = unique("mark")
    proxy.cut_at(mark.encode(), cut)
    others = [{"Put": {"TableName": TABLE, "Item": {"pk": s(unique()), "mark": s(mark)}}} for _ in range(3)]
    counted = {
        "TableName": TABLE,
        "Key": {"pk": s(key)},
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": n(1)},
    }
    client.transact_write_items(TransactItems=[{"Update": counted}, *others])
    assert client.get_item(TableName=TABLE, Key={"pk": s(key)}, ConsistentRead=True)["Item"]["n"] == n(3)
