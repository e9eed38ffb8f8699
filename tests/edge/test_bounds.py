"""The bounds on what all clients together may hold."""

from __future__ import annotations

from contextlib import ExitStack

from slipring.edge.limits import Limits
from tests.edge.conftest import Serve
from tests.edge.wire import eventually, request


def test_connections_are_bounded_and_those_there_are_go_on(serve: Serve) -> None:
    """One too many is told to come back: SDKs retry a 503."""
    server = serve(Limits(connections_max=2))
    with ExitStack() as stack:
        first, second = (stack.enter_context(server.client()) for _ in range(2))
        assert (first.ask(request()).status, second.ask(request()).status) == (200, 200)
        third = stack.enter_context(server.client())
        refused = third.receive()
        assert (refused.status, refused.code) == (503, "ServiceUnavailableException")
        assert third.closed()
        assert (first.ask(request()).status, second.ask(request()).status) == (200, 200)
        first.socket.close()
        assert eventually(lambda: server.listener.connections == 1)
        assert stack.enter_context(server.client()).ask(request()).status == 200


def test_bytes_in_flight_are_bounded_before_they_are_read(serve: Serve) -> None:
    """Room is made for a body when its length is known; without room it is refused unread."""
    server = serve(Limits(bytes_in_flight_max=1_000_000))
    with server.client() as first, server.client() as second:
        body = b"[" + b" " * 700_000 + b"]"
        first.send(request(body)[:-1])
        assert eventually(lambda: server.listener.bytes_in_flight == 700_002)
        refused = second.ask(request(body)[:1000])
        assert (refused.status, refused.code) == (503, "ServiceUnavailableException")
        first.send(b"]")
        assert first.receive().status == 200
    with server.client() as third:
        assert third.ask(request(body)).status == 200
    assert server.listener.bytes_in_flight == 0


def test_requests_are_refused_while_those_that_wait_hold_too_much(serve: Serve) -> None:
    """Small bodies count too, for there may be many of them."""
    server = serve(Limits(bytes_in_flight_max=10))
    with server.client() as first, server.client() as second:
        first.send(request(b'{"hold":true}'))
        assert eventually(lambda: server.api.holding)
        assert second.ask(request()).status == 503
        server.api.release()
        assert first.receive().status == 200
        assert second.ask(request()).status == 200


def test_hundreds_of_connections_at_once(serve: Serve) -> None:
    """SDK pools and test suites open many; each is served, and all are let go."""
    server = serve(Limits())
    with ExitStack() as stack:
        clients = [stack.enter_context(server.client()) for _ in range(400)]
        for client in clients:
            client.send(request(b'{"turns":2}'))
        assert [client.receive().status for client in clients] == [200] * 400
    assert eventually(lambda: server.listener.connections == 0)
