"""A shutdown loses no answer that can still be given."""

from __future__ import annotations

import asyncio
import logging

import pytest

from slipring.edge.clients import Clients
from slipring.edge.limits import Limits
from slipring.edge.traffic import Traffic
from slipring.iam.origin import NOWHERE
from tests.edge.conftest import Serve
from tests.edge.wire import Client, eventually, request


def test_idle_connections_are_closed_at_once(serve: Serve) -> None:
    server = serve(Limits())
    with server.client() as idle, server.client() as fresh:
        assert idle.ask(request()).status == 200
        assert eventually(lambda: server.listener.connections == 2)
        server.drain()
        assert idle.closed()
        assert fresh.closed()
        assert server.join(5)


def test_requests_in_flight_get_their_answers(serve: Serve) -> None:
    """With word that the connection ends, so that the client opens another one elsewhere."""
    server = serve(Limits())
    with server.client() as client:
        client.send(request(b'{"hold":true}'))
        assert eventually(lambda: server.api.holding)
        server.drain()
        with pytest.raises(ConnectionError):
            _until_refused(server.port)
        server.api.release()
        response = client.receive()
        assert (response.status, response.headers["connection"]) == (200, "close")
        assert client.closed()
    assert server.join(5)


def test_a_request_that_is_half_here_is_read_and_answered(serve: Serve) -> None:
    server = serve(Limits())
    with server.client() as client:
        data = request(b'{"Key":1}')
        client.send(data[:-5])
        assert eventually(lambda: server.listener.bytes_in_flight == 9)
        server.drain()
        with pytest.raises(ConnectionError):
            _until_refused(server.port)
        client.send(data[-5:])
        assert client.receive().headers["connection"] == "close"
        assert client.closed()
    assert server.join(5)


def test_what_does_not_finish_in_time_is_cancelled_and_counted(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """A shutdown ends, whatever an operation waits for."""
    server = serve(Limits(drain_s=0.1))
    with server.client() as first, server.client() as second, caplog.at_level(logging.WARNING):
        first.send(request(b'{"hold":true}'))
        second.send(request(b'{"hold":true}'))
        assert eventually(lambda: len(server.api.holding) == 2)
        server.drain()
        assert server.join(5)
        assert first.closed()
    assert "cancelled 2 requests that were still in flight" in caplog.text
    assert server.api.finished == 0


@pytest.mark.parametrize("turns", range(5))
def test_a_shutdown_that_is_given_up_ends_though_the_last_client_leaves(turns: int) -> None:
    """Whoever cancels the drain, as a second Ctrl+C does, must not be kept waiting because the last connection closed a
    few turns of the loop before."""

    async def scenario() -> bool:
        traffic = Traffic(Limits(), Clients(Limits()), lambda: None)
        client = _Idle()
        assert traffic.admit(client, NOWHERE)
        draining = asyncio.create_task(traffic.drain(60))
        await asyncio.sleep(0)
        traffic.dismiss(client, NOWHERE)
        for _ in range(turns):
            await asyncio.sleep(0)
        asked = draining.cancel()
        await asyncio.wait({draining})
        return draining.cancelled() or not asked

    assert asyncio.run(scenario())


class _Idle:
    """A connection that does not close by itself."""

    waiting = False

    def overdue(self, now: float) -> None: ...

    def drain(self) -> None: ...

    def abort(self) -> bool:
        return False


def _until_refused(port: int) -> None:
    """Connect until the listening socket is closed."""
    for _ in range(1000):
        with Client(port):
            pass
