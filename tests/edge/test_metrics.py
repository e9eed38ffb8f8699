"""What the edge counts of requests and connections, and the page that shows it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack

import pytest

from slipring.admin.metrics import LATENCY_BOUNDS_S
from slipring.admin.samples import Samples
from slipring.edge.limits import Limits
from slipring.model.errors.items import condition_failed
from tests.edge.conftest import Serve
from tests.edge.scripted import METRICS, Server
from tests.edge.wire import Client, eventually, request

PUT: dict[str, str | None] = {"X-Amz-Target": "DynamoDB_20120810.PutItem"}


@pytest.fixture
def own(serve: Serve) -> Server:
    """A server that has counted nothing yet."""
    return serve(Limits())


@pytest.fixture
def client(own: Server) -> Iterator[Client]:
    with own.client() as connected:
        yield connected


def counted(server: Server, name: str, *labels: str) -> float:
    """One figure, taken where it is counted: between two steps of the server's loop."""
    taken: Future[Samples] = Future()
    server.loop.call_soon_threadsafe(lambda: taken.set_result({**server.meters.samples(), **server.listener.samples()}))
    return taken.result(timeout=5).get(name, {}).get(labels, [0])[0]


def test_the_page_needs_no_signature(client: Client) -> None:
    """Prometheus sends none."""
    answer = client.ask(b"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: text/plain\r\n\r\n")
    assert (answer.status, answer.body) == (200, METRICS)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_pages_are_not_counted_as_requests(own: Server, client: Client) -> None:
    """Probes and scrapes are no work of the database."""
    for path in (b"/", b"/health/live", b"/health/ready", b"/metrics", b"/elsewhere"):
        client.ask(b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % path)
    assert own.meters.samples() == {}


@pytest.mark.parametrize("body", [b"{}", b'{"turns":3}', b'{"bytes":100000}'], ids=["at once", "waiting", "large"])
def test_a_request_is_counted_once_with_its_operation(own: Server, client: Client, body: bytes) -> None:
    """However it is answered."""
    for _ in range(3):
        client.ask(request(body))
    client.ask(request(body, PUT))
    assert counted(own, "slipring_requests_total", "GetItem") == 3
    assert counted(own, "slipring_requests_total", "PutItem") == 1


def test_pipelined_requests_are_counted_for_their_own_operations(own: Server, client: Client) -> None:
    """The second is read while the first waits, and the first is still counted as what it is."""
    client.send(request(b'{"turns":3}') + request(b'{"turns":3}', PUT) + request(b"{}", PUT))
    for _ in range(3):
        assert client.receive().status == 200
    assert counted(own, "slipring_requests_total", "GetItem") == 1
    assert counted(own, "slipring_requests_total", "PutItem") == 2


def test_a_request_that_waits_is_timed_to_its_answer(own: Server, client: Client) -> None:
    """The bucket is that of the whole time, and the sum is not below it."""
    client.send(request(b'{"hold":true}'))
    assert eventually(lambda: own.api.holding)
    assert counted(own, "slipring_requests_in_flight") == 1
    time.sleep(0.06)
    own.api.release()
    assert client.receive().status == 200
    *counts, seconds = own.meters.samples()["slipring_request_duration_seconds"]["GetItem",]
    assert seconds >= 0.06
    (bucket,) = [number for number, count in enumerate(counts) if count]
    assert bucket > LATENCY_BOUNDS_S.index(0.05)
    assert counted(own, "slipring_requests_in_flight") == 0


def test_an_error_is_no_latency(own: Server, client: Client) -> None:
    """SuccessfulRequestLatency is of requests that succeeded; refusals are quick and would hide the slow ones."""
    own.api.errors["condition"] = condition_failed(None)
    assert client.ask(request(b'{"error":"condition"}', PUT)).status == 400
    assert client.ask(request(b'{"turns":1,"error":"condition"}', PUT)).status == 400
    assert counted(own, "slipring_errors_total", "PutItem", "ConditionalCheckFailedException") == 2
    assert counted(own, "slipring_requests_total", "PutItem") == 2
    assert "slipring_request_duration_seconds" not in own.meters.samples()


def test_errors_before_the_operation_are_counted_too(own: Server, client: Client) -> None:
    """With the operation where it is known, and without one where it is not."""
    client.ask(request(headers={"Authorization": None}))
    assert counted(own, "slipring_errors_total", "GetItem", "MissingAuthenticationTokenException") == 1
    client.ask(request(headers={"X-Amz-Target": "DynamoDB_20120810.Nope"}))
    assert counted(own, "slipring_errors_total", "(none)", "UnknownOperationException") == 1
    client.ask(request())
    client.ask(b"not http\r\n\r\n")
    assert counted(own, "slipring_errors_total", "(none)", "MalformedHttpRequestException") == 1
    assert counted(own, "slipring_requests_total", "GetItem") == 2


def test_a_broken_handler_is_a_system_error(own: Server, client: Client) -> None:
    own.api.errors["bug"] = ZeroDivisionError("a bug")
    assert client.ask(request(b'{"error":"bug"}')).status == 500
    assert counted(own, "slipring_system_errors_total", "GetItem") == 1


def test_connections_are_counted_when_they_come_and_while_they_stay(own: Server) -> None:
    with ExitStack() as stack:
        for _ in range(3):
            assert stack.enter_context(own.client()).ask(request()).status == 200
        assert counted(own, "slipring_open_connections") == 3
    assert eventually(lambda: counted(own, "slipring_open_connections") == 0)
    assert counted(own, "slipring_connections_total") == 3


def test_what_is_shed_is_counted(serve: Serve) -> None:
    """These are what an operator looks for when clients see 503."""
    full = serve(Limits(connections_max=1))
    with full.client() as first, full.client() as second:
        assert first.ask(request()).status == 200
        assert second.receive().status == 503
    assert counted(full, "slipring_shed_connections_total") == 1
    assert counted(full, "slipring_connections_total") == 1
    assert counted(full, "slipring_system_errors_total", "(none)") == 1

    tight = serve(Limits(bytes_in_flight_max=100))
    with tight.client() as first, tight.client() as second:
        first.send(request(b'{"hold":true, "more":"' + b"x" * 200 + b'"}'))
        assert eventually(lambda: tight.api.holding)
        assert counted(tight, "slipring_in_flight_bytes") > 200
        assert second.ask(request()).status == 503
        assert counted(tight, "slipring_shed_requests_total") == 1
        assert second.ask(request(b"x" * 300)[:-1]).status == 503
        assert counted(tight, "slipring_shed_requests_total") == 2
        tight.api.release()
        assert first.receive().status == 200
    assert counted(tight, "slipring_in_flight_bytes") == 0
