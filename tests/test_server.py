"""A server inside this process, as a test fixture or an embedding program wants it."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from slipring.assembly import StartError
from slipring.clock import ManualClock
from slipring.server import Server, running
from slipring.settings import Settings
from tests.edge.wire import Client, request

LIST_TABLES = request(b"{}", {"X-Amz-Target": "DynamoDB_20120810.ListTables"})


def test_it_serves_from_a_thread_and_leaves_signals_alone() -> None:
    """Only the main thread may capture signals, and a library must not."""
    before = signal.getsignal(signal.SIGTERM)
    with running(Settings(store="memory:", port=0)) as server:
        assert signal.getsignal(signal.SIGTERM) is before
        with Client(_port(server)) as client:
            assert client.ask(LIST_TABLES).body == b'{"TableNames":[]}'


def test_several_live_side_by_side() -> None:
    """Each with a port and a store of its own: parallel tests need that."""
    settings = Settings(store="memory:", port=0)
    with running(settings) as first, running(settings) as second:
        assert first.url != second.url
        with ThreadPoolExecutor() as pool:
            answers = list(pool.map(_ask, [_port(first), _port(second)] * 5))
    assert answers == [b'{"TableNames":[]}'] * 10


def test_its_clock_is_the_callers() -> None:
    """Time under control reaches as far as the Date header."""
    with (
        running(Settings(store="memory:", port=0), clock=ManualClock(784111777.0)) as server,
        Client(_port(server)) as client,
    ):
        assert client.ask(LIST_TABLES).headers["date"] == "Sun, 06 Nov 1994 08:49:37 GMT"


def test_a_failed_start_is_raised_where_it_was_asked_for() -> None:
    with running(Settings(store="memory:", port=0)) as first:
        taken = Settings(store="memory:", port=_port(first))
        with pytest.raises(StartError, match="the port is in use"), running(taken):
            pytest.fail("two servers on one port")
    with pytest.raises(StartError, match="cannot open the store"), running(Settings(store="nope://x", port=0)):
        pytest.fail("no such store")


def test_a_server_can_be_stopped_before_it_runs_and_twice() -> None:
    """`stop` is for whoever holds the server, whatever state it is in."""

    def stop_twice(ready: Server) -> None:
        ready.stop()
        ready.stop()

    server = Server(Settings(store="memory:", port=0), on_ready=stop_twice)
    server.stop()
    with ThreadPoolExecutor() as pool:
        pool.submit(server.run).result(timeout=10)
    server.stop()


def _port(server: Server) -> int:
    return int(server.url.rpartition(":")[2])


def _ask(port: int) -> bytes:
    with Client(port) as client:
        return client.ask(LIST_TABLES).body


def test_it_does_not_begin_to_enforce_signatures_that_nobody_can_make() -> None:
    with (
        pytest.raises(StartError, match=r"^auth enforce needs access_key_id and secret_access_key, or a master key"),
        running(Settings(store="memory:", port=0, auth="enforce", access_key_id="key")),
    ):
        pass


def test_a_secret_is_no_part_of_what_settings_show() -> None:
    """Settings end up in logs and tracebacks."""
    assert "hush" not in repr(Settings(access_key_id="key", secret_access_key="hush"))
