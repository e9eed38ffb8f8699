"""Clients that take their time, go away, or do not read. None may hold what others need."""

from __future__ import annotations

import socket
import time

import pytest

from slipring.edge.limits import Limits
from tests.edge.conftest import Serve
from tests.edge.wire import Client, eventually, request

QUICK = Limits(
    head_timeout_s=0.2, body_timeout_s=0.2, idle_timeout_s=0.2, write_timeout_s=0.2, linger_s=0.2, sweep_s=0.02
)


@pytest.mark.parametrize("start", [b"POST / HTTP/1.1\r\nHost: x\r\n", request(b'{"Key":1}')[:-3]])
def test_sending_slowly_buys_no_time(serve: Serve, start: bytes) -> None:
    """A byte now and then would otherwise hold a connection for ever, and a thousand of them all of ours."""
    with serve(QUICK).client() as client:
        client.send(start)
        began = time.monotonic()
        client.socket.settimeout(0.02)
        answer = b""
        while not answer and time.monotonic() - began < 5:
            client.send(b"x") if start.endswith(b"\r\n") else None
            try:
                answer = client.socket.recv(65536)
            except TimeoutError:
                continue
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"RequestTimeoutException" in answer
        # Deadlines are counted from the sweep before.
        assert time.monotonic() - began > 0.1


def test_an_idle_connection_is_closed(serve: Serve) -> None:
    """Without an answer: the client asked nothing."""
    with serve(QUICK).client() as client:
        assert client.ask(request()).status == 200
        assert client.closed()


def test_a_connection_in_use_is_not_idle(serve: Serve) -> None:
    server = serve(QUICK)
    for _ in range(20):
        with server.client() as client:
            if stays_in_use(client, for_s=0.5):
                return
    pytest.skip("this machine is too busy to ask often enough")


def stays_in_use(client: Client, for_s: float) -> bool:
    """Whether it was asked often enough all the while; if so, it was never closed."""
    began = answered = time.monotonic()
    while time.monotonic() - began < for_s:
        try:
            assert client.ask(request()).status == 200
        except (AssertionError, ConnectionError):
            # Deadlines are counted from the sweep before.
            assert time.monotonic() - answered > 0.1
            return False
        answered = time.monotonic()
        time.sleep(0.05)
    return True


def test_a_slow_operation_is_not_the_clients_fault(serve: Serve) -> None:
    """While it runs, no deadline of the client's counts."""
    server = serve(QUICK)
    with server.client() as client:
        client.send(request(b'{"hold":true}'))
        assert eventually(lambda: server.api.holding)
        time.sleep(0.5)
        server.api.release()
        assert client.receive().status == 200


def test_answers_that_nobody_reads_stop_the_reading(serve: Serve) -> None:
    """The server keeps one answer beyond what the kernel takes, not one for each request that was sent ahead."""
    server = serve(Limits(write_timeout_s=30, sweep_s=0.02))
    with server.client() as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.send(request(b'{"bytes":1000000}') * 200)
        time.sleep(0.3)
        served = len(server.api.calls)
        assert served < 50
        assert [len(client.receive().body) for _ in range(200)] == [1_000_000] * 200
        assert len(server.api.calls) == 200


def test_a_client_that_shut_its_side_may_read_slowly(serve: Serve) -> None:
    """The whole answer waits for it, though nothing more can come from it."""
    with serve(Limits()).client() as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.send(request(b'{"bytes":8000000}'))
        client.socket.shutdown(socket.SHUT_WR)
        time.sleep(0.1)
        assert len(client.receive().body) == 8_000_000
        assert client.closed()


def test_a_client_that_never_reads_is_cut_off(serve: Serve) -> None:
    server = serve(QUICK)
    with server.client() as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.send(request(b'{"bytes":15000000}') * 2)
        assert eventually(lambda: server.listener.connections == 1)
        assert eventually(lambda: server.listener.connections == 0)


def test_a_request_is_finished_though_its_client_is_gone(serve: Serve) -> None:
    """A write that has begun is never left halfway; only its answer has nowhere to go."""
    server = serve(Limits())
    client = server.client()
    client.send(request(b'{"hold":true}'))
    assert eventually(lambda: server.api.holding)
    client.socket.close()
    assert eventually(lambda: server.listener.connections == 1)
    server.api.release()
    assert eventually(lambda: server.api.finished == 1)
    assert eventually(lambda: server.listener.connections == 0)
    assert server.listener.bytes_in_flight == 0


def test_a_client_that_resets_amid_its_upload_leaves_nothing(serve: Serve) -> None:
    server = serve(Limits())
    client = server.client()
    client.send(request(b"x" * 5_000_000)[:3_000_000])
    assert eventually(lambda: server.listener.bytes_in_flight == 5_000_000)
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    client.socket.close()
    assert eventually(lambda: server.listener.connections == 0)
    assert server.listener.bytes_in_flight == 0
    assert server.api.calls == []
