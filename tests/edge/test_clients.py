"""The bounds on what one client may take, and that the others go on."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.edge.clients import Clients, Complaints, Rate
from slipring.edge.limits import Limits
from slipring.iam.origin import Origin
from tests.edge.conftest import Serve
from tests.edge.scripted import Server
from tests.edge.test_metrics import counted
from tests.edge.wire import AUTHORIZATION, Client, Response, eventually, request

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"
"""Two addresses of this machine (RFC 1122, section 3.2.1.3)."""

HEALTH = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
SENT = 60


@given(st.integers(1, 50), st.lists(st.floats(0, 3), max_size=60))
def test_no_client_gets_more_than_its_rate(per_s: int, pauses_s: list[float]) -> None:
    """Over any stretch of time: what one second brings at once, and the rate after it. A client that keeps to the rate
    is never refused."""
    rate, patient = Rate(per_s), Rate(per_s)
    now_s, taken = 0.0, []
    for number, pause_s in enumerate(pauses_s):
        now_s += pause_s / 10
        if rate.take("eager", now_s):
            taken.append(now_s)
        assert patient.take("patient", number / per_s)
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            assert last - first + 1 <= per_s * (1 + taken[last] - taken[first]) + 1e-6


def test_an_idle_client_is_forgotten_and_has_its_whole_bucket() -> None:
    """Addresses come and go; what is kept of them must not pile up."""
    rate = Rate(2)
    assert [rate.take("a", 0.0) for _ in range(3)] == [True, True, False]
    rate.forget_idle(0.5)
    assert [rate.take("a", 0.5) for _ in range(2)] == [True, False]
    rate.forget_idle(1.5)
    assert not rate._full_at
    assert [rate.take("a", 1.5) for _ in range(3)] == [True, True, False]


def test_connections_from_one_address_are_bounded_and_others_come_in(serve: Serve) -> None:
    """The one too many is told to come back, in words that every SDK knows; one that leaves makes room."""
    server = serve(Limits(address_connections_max=2))
    with ExitStack() as stack:
        first, second = (stack.enter_context(server.client(HERE)) for _ in range(2))
        assert (first.ask(request()).status, second.ask(request()).status) == (200, 200)
        third = stack.enter_context(server.client(HERE))
        refused = third.receive()
        assert (refused.status, refused.code) == (503, "ServiceUnavailableException")
        assert third.closed()
        other = stack.enter_context(server.client(ELSEWHERE))
        assert (other.ask(request()).status, first.ask(request()).status) == (200, 200)
        assert counted(server, "slipring_limited_connections_total") == 1
        assert counted(server, "slipring_shed_connections_total") == 0
        first.socket.close()
        assert eventually(lambda: server.listener.connections == 2)
        assert stack.enter_context(server.client(HERE)).ask(request()).status == 200


def flood(client: Client, one: bytes) -> tuple[list[Response], float]:
    """The answers to many requests at once, and how long it took them to come, in seconds."""
    began_s = time.monotonic()
    client.send(one * SENT)
    answers = [client.receive() for _ in range(SENT)]
    return answers, time.monotonic() - began_s


PER_S = 3


def held(answers: list[Response], took_s: float, least: int = PER_S) -> int:
    """How many of them were throttled, if they kept to the rate. On a machine that takes its time more are served."""
    throttled = [each for each in answers if each.status == 400]
    assert {each.code for each in throttled} <= {"ThrottlingException"}
    assert least <= len(answers) - len(throttled) <= PER_S * (1 + took_s) + 1
    return len(throttled)


def test_requests_from_one_address_are_throttled(serve: Serve) -> None:
    """With the exception that SDKs wait for; it is counted with the operation. Other addresses and health go on."""
    server = serve(Limits(address_requests_per_s=PER_S))
    with server.client(HERE) as eager, server.client(ELSEWHERE) as other:
        throttled = held(*flood(eager, request()))
        assert other.ask(request()).status == 200
        assert [each.status for each in flood(eager, HEALTH)[0]] == [200] * SENT
    assert counted(server, "slipring_limited_requests_total", "address_requests_per_s") == throttled
    assert counted(server, "slipring_throttled_requests_total", "GetItem") == throttled


def test_what_is_no_operation_is_throttled_too(serve: Serve) -> None:
    """A page costs work as an operation does."""
    server = serve(Limits(address_requests_per_s=PER_S))
    with server.client() as client:
        client.ask(request())
        throttled = held(*flood(client, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"), least=2)
    assert counted(server, "slipring_throttled_requests_total", "(none)") == throttled


def test_requests_of_one_caller_are_throttled_wherever_they_come_from(serve: Serve) -> None:
    """By the access key here, where nobody is verified; another caller of the same address goes on."""
    server = serve(Limits(caller_requests_per_s=PER_S))
    other = request(headers={"Authorization": AUTHORIZATION.replace("AKIDEXAMPLE", "AKIDOTHER")})
    with server.client(HERE) as here, server.client(ELSEWHERE) as elsewhere:
        throttled = held(*flood(here, request()))
        assert here.ask(other).status == 200
        here_too = held(*flood(elsewhere, other), least=2)
    assert counted(server, "slipring_limited_requests_total", "caller_requests_per_s") == throttled + here_too


def test_without_bounds_nobody_is_throttled(server: Server) -> None:
    with server.client() as client:
        assert {each.status for each in flood(client, request())[0]} == {200}


def test_the_log_tells_of_it_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever floods a server must not fill its disk as well."""
    complaints = Complaints()
    with caplog.at_level(logging.WARNING, "slipring.edge"):
        for now_s in (0.0, 1.0, 59.0, 60.0, 60.5):
            complaints.note("192.0.2.7", "address_requests_per_s", now_s)
    assert [record.getMessage() for record in caplog.records] == [
        f"'192.0.2.7' is over address_requests_per_s; refusals of any client since the last such line: {count}"
        for count in (1, 3)
    ]


def test_a_client_without_an_address_is_not_counted() -> None:
    """All who come over a socket of the file system would be one."""
    clients = Clients(Limits(address_connections_max=1))
    assert all(clients.enter(Origin(None), 0.0) for _ in range(5))
    clients.leave(Origin(None))
