"""Load is sent, and latency counted, by the rules of closed and open loops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

import pytest

from slipring.bench.connection import BadAnswer
from slipring.bench.endpoint import Endpoint
from slipring.bench.plan import Plan
from slipring.bench.tally import UNANSWERED
from tests.bench.conftest import in_this_process

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


_ROUNDS = 10
"""More turns of an event loop than a connection takes to begin or to end."""


class Stub(asyncio.Protocol):
    """Answers each request with `answer`; the server counts them."""

    def __init__(self, server: StubServer) -> None:
        self._server = server
        self.pieces = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._server.transports.append(self.transport)

    def data_received(self, data: bytes) -> None:
        self.pieces += data
        head, _, body = self.pieces.partition(b"\r\n\r\n")
        _, _, length = head.partition(b"Content-Length: ")
        if length and len(body) == int(length.split(b"\r\n")[0]):
            self.pieces = b""
            self._server.requests += 1
            self._server.answer(self)


class StubServer:
    """A server in a thread."""

    def __init__(self, answer: Callable[[Stub], None]) -> None:
        self.answer = answer
        self.requests = 0
        self.transports: list[asyncio.Transport] = []
        self.loop = asyncio.new_event_loop()

    @contextmanager
    def running(self) -> Iterator[Endpoint]:
        server = self.loop.run_until_complete(self.loop.create_server(lambda: Stub(self), "127.0.0.1", 0))
        thread = threading.Thread(target=self.loop.run_forever)
        thread.start()
        try:
            yield Endpoint("127.0.0.1", server.sockets[0].getsockname()[1], tls=False)
        finally:
            self.loop.call_soon_threadsafe(self.loop.stop)
            thread.join()
            self.loop.run_until_complete(self._leave(server))
            self.loop.close()

    async def _leave(self, server: asyncio.Server) -> None:
        """Let go of every connection, among them those that were accepted just now."""
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)
        server.close()
        for each in self.transports:
            each.abort()
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)


def plan_for(endpoint: Endpoint) -> Plan:
    return Plan(endpoint=endpoint, workload="get", connections=2, seconds=0.5, warm_up_seconds=0, prepared=100)


def at_once(stub: Stub) -> None:
    stub.transport.write(OK)


class Stalling:
    """Answers at once, but for one stall of `seconds` that begins with the `at`-th request."""

    def __init__(self, at: int, seconds: float) -> None:
        self._left = at
        self._seconds = seconds
        self._until_s = 0.0

    def __call__(self, stub: Stub) -> None:
        loop = asyncio.get_running_loop()
        self._left -= 1
        if self._left == 0:
            self._until_s = loop.time() + self._seconds
        loop.call_at(self._until_s, stub.transport.write, OK)


def test_an_open_loop_charges_a_stall_to_all_who_had_to_wait() -> None:
    """200 requests a second, half a second, a stall of 0.2 s: 40 requests were due while nobody was answered, and
    their latencies lie evenly between none and the whole stall. A closed loop would show two slow requests."""
    with StubServer(Stalling(at=20, seconds=0.2)).running() as endpoint:
        result = in_this_process(replace(plan_for(endpoint), rate=200), "t")
    assert result.tally.answered() == result.tally.sent == 100
    waited = [latency_ns for percent, latency_ns in result.overall.curve()]
    slow = sum(1 for each in waited if each > 50e6)
    assert slow >= 20
    assert result.overall.max_ns > 190e6
    assert result.latency_ms(75) > 20


def test_a_closed_loop_asks_a_stalled_server_less() -> None:
    """That is what it is: only the requests in flight see the stall."""
    with StubServer(Stalling(at=20, seconds=0.2)).running() as endpoint:
        result = in_this_process(plan_for(endpoint), "t")
    slow = [latency_ns for _, latency_ns in result.overall.curve() if latency_ns > 150e6]
    assert 1 <= len(slow) <= 4
    assert result.tally.answered() > 100


def test_an_open_loop_keeps_its_rate() -> None:
    """Neither more nor less is sent, whatever the number of connections."""
    server = StubServer(at_once)
    with server.running() as endpoint:
        result = in_this_process(replace(plan_for(endpoint), rate=400), "t")
    assert server.requests == result.tally.answered() == 200
    assert 0.48 < result.tally.seconds() < 1.5


def test_what_is_never_answered_counts_with_what_it_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    """In an open loop that includes everything that was due behind it: giving up must not look like speed."""
    monkeypatch.setattr("slipring.bench.loops._GRACE_NS", 100_000_000)
    with StubServer(lambda stub: None).running() as endpoint:
        closed = in_this_process(plan_for(endpoint), "t")
        opened = in_this_process(replace(plan_for(endpoint), rate=100), "t")
    assert closed.tally.errors == {UNANSWERED: 2}
    assert opened.tally.errors == {UNANSWERED: 50}
    assert closed.tally.answered() == opened.tally.answered() == 0
    assert opened.latency_ms(50) > 300


@pytest.mark.parametrize("rate", [None, 1000.0])
def test_a_count_ends_a_run(rate: float | None) -> None:
    server = StubServer(at_once)
    with server.running() as endpoint:
        result = in_this_process(replace(plan_for(endpoint), count=33, rate=rate), "t")
    assert server.requests == result.tally.answered() == 33


def test_a_warm_up_is_not_counted() -> None:
    server = StubServer(at_once)
    with server.running() as endpoint:
        result = in_this_process(replace(plan_for(endpoint), warm_up_seconds=0.1, count=5), "t")
    assert result.tally.answered() == 5 < server.requests


def test_errors_are_counted_by_code_and_not_as_requests() -> None:
    """A server that refuses fast is not fast."""
    body = b'{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"Rate exceeded"}'
    refusals = [
        OK,
        b"HTTP/1.1 400 Bad Request\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body),
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy",
    ]

    def answer(stub: Stub) -> None:
        stub.transport.write(refusals[server.requests % 3])

    server = StubServer(answer)
    with server.running() as endpoint:
        result = in_this_process(replace(plan_for(endpoint), connections=1, count=30), "t")
    assert result.tally.answered() == 10
    assert result.tally.errors == {"ThrottlingException": 10, "HTTP 503": 10}


ANSWERS = {
    "in one piece": [OK],
    "in pieces": [OK[:5], OK[5:30], OK[30:]],
    "head and body apart": [OK[:-2], OK[-2:]],
    "small letters": [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", b"{}"],
    "no space": [b"HTTP/1.1 200 OK\r\nContent-Length:2\r\n\r\n{}"],
    "chunks": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"2\r\n{}\r\n0\r", b"\n\r\n"],
    "chunks at once": [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"],
    "an empty body": [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
    "no chunk": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
}


@pytest.mark.parametrize("pieces", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_may_come_in_any_form(pieces: list[bytes]) -> None:
    """Servers write HTTP in their own ways; a load generator that stumbles over one cannot compare them."""

    def answer(stub: Stub) -> None:
        for place, piece in enumerate(pieces):
            asyncio.get_running_loop().call_later(place * 0.002, stub.transport.write, piece)

    server = StubServer(answer)
    with server.running() as endpoint:
        result = in_this_process(replace(plan_for(endpoint), count=10), "t")
    assert (result.tally.answered(), result.tally.errors, server.requests) == (10, {}, 10)
    assert result.tally.received_bytes == 10 * sum(map(len, pieces))


def test_a_connection_that_is_closed_after_each_answer_is_opened_again() -> None:
    """As HTTP/1.0 servers do; nobody's request is lost."""

    def answer(stub: Stub) -> None:
        stub.transport.write(OK)
        stub.transport.close()

    with StubServer(answer).running() as endpoint:
        result = in_this_process(replace(plan_for(endpoint), count=20), "t")
    assert (result.tally.answered(), result.tally.errors) == (20, {})
    assert result.tally.reconnects >= 18


def test_a_request_that_is_never_answered_but_by_a_close_is_an_error() -> None:
    """After a few tries, or a broken server would be asked for ever."""
    with StubServer(lambda stub: stub.transport.close()).running() as endpoint:
        result = in_this_process(replace(plan_for(endpoint), count=4), "t")
    assert (result.tally.answered(), result.tally.errors) == (0, {"ConnectionClosed": 4})


def test_what_is_no_http_stops_the_run() -> None:
    with (
        StubServer(lambda stub: stub.transport.write(b"SSH-2.0-x\r\n\r\n")).running() as endpoint,
        pytest.raises(BadAnswer, match="not an HTTP answer"),
    ):
        in_this_process(plan_for(endpoint), "t")
