"""What is not HTTP, or not the whole of it: an error where one can still be sent, never a hang or a 500."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slipring.edge.limits import BODY_BYTES_MAX, HEAD_BYTES_MAX
from tests.edge.scripted import Server
from tests.edge.wire import Client, chunked, eventually, request


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS to a plain port
        b"\x00" * 64,
        b"NONSENSE / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nno colon here\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 2, 3\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"POST / HTTP/1.1\r\nX: a\x00b\r\n\r\n",
        b"POST / HTTP/1.1\r\nX : spaced\r\n\r\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\nrest",
    ],
)
def test_garbage_is_refused_and_the_connection_ends(client: Client, data: bytes) -> None:
    """Two lengths or a length and chunks are how requests are smuggled past proxies, so they are refused too."""
    client.send(data)
    response = client.receive()
    assert response.status in (400, 404)
    client.socket.shutdown(socket.SHUT_WR)
    assert b"InternalServerError" not in response.body
    assert client.closed()


def test_malformed_http_says_what_is_wrong(client: Client) -> None:
    response = client.ask(b"POST / HTTP/1.1\r\nContent-Length: 2x\r\n\r\n")
    assert (response.status, response.code) == (400, "MalformedHttpRequestException")
    assert "Content-Length" in response.message
    assert response.headers["connection"] == "close"


@pytest.mark.parametrize("data", [b"POST / HT", request(b"{}")[:-40], request(b'{"a":1}')[:-1], chunked(b"{}")[:-3]])
def test_a_truncated_request_is_refused_and_not_acted_on(server: Server, client: Client, data: bytes) -> None:
    """Half a body must never be taken for a whole one."""
    before = len(server.api.calls)
    client.send(data)
    client.socket.shutdown(socket.SHUT_WR)
    response = client.receive()
    assert (response.status, response.code) == (400, "MalformedHttpRequestException")
    assert client.closed()
    assert len(server.api.calls) == before


def test_a_client_that_sends_all_and_shuts_its_side_gets_its_answer(client: Client) -> None:
    """Netcat and some proxies do."""
    client.send(request(b'{"turns":5}'))
    client.socket.shutdown(socket.SHUT_WR)
    assert client.receive().status == 200
    assert client.closed()


def test_headers_are_bounded(client: Client) -> None:
    """A client that never ends its headers would otherwise be stored until memory is full."""
    client.send(b"POST / HTTP/1.1\r\n")
    sent = 0
    # What comes in the first piece is not counted; how large that is the kernel decides.
    while sent <= HEAD_BYTES_MAX + (1 << 20):
        try:
            client.send(b"X: " + b"x" * 8000 + b"\r\n")
        except (ConnectionResetError, BrokenPipeError):
            break
        sent += 8005
    response = client.receive()
    assert (response.status, response.code) == (400, "MalformedHttpRequestException")
    assert str(HEAD_BYTES_MAX) in response.message


def test_large_headers_within_the_bound_pass(client: Client) -> None:
    """Session tokens run to kilobytes."""
    assert client.ask(request(headers={"X-Amz-Security-Token": "t" * 16_000})).status == 200


def test_a_declared_length_over_the_limit_is_refused_before_the_body(client: Client) -> None:
    """Nothing of the body has been sent when the answer comes."""
    head = request(b"", {"Content-Length": str(BODY_BYTES_MAX + 1)})
    response = client.ask(head)
    assert (response.status, response.code) == (413, "RequestEntityTooLargeException")
    assert response.headers["connection"] == "close"


def test_a_client_that_sends_a_large_body_anyway_sees_the_refusal(client: Client) -> None:
    """Closing at once would reset the connection while the client still writes, and hide the answer from it."""
    client.send(request(b"x" * (BODY_BYTES_MAX + 1)))
    assert client.receive().status == 413


def test_chunks_over_the_limit_are_refused_as_they_add_up(server: Server, client: Client) -> None:
    before = len(server.api.calls)
    chunk = b"x" * (1 << 20)
    client.send(chunked(*[chunk] * 16, b"x"))
    assert client.receive().status == 413
    assert len(server.api.calls) == before


def test_a_body_of_exactly_the_limit_is_read(server: Server, client: Client) -> None:
    body = b"[" + b" " * (BODY_BYTES_MAX - 2) + b"]"
    client.send(request(body))
    assert client.receive().status == 200
    assert server.api.calls[-1].body == body
    assert eventually(lambda: server.listener.bytes_in_flight == 0)


def test_chunked_bodies_are_put_together(server: Server, client: Client) -> None:
    """Very many tiny chunks included, which are stored compactly while they come."""
    body = b'{"Key":"%b"}' % (b"k" * 20_000)
    assert client.ask(chunked(*[body[at : at + 2] for at in range(0, len(body), 2)])).status == 200
    assert server.api.calls[-1].body == body


def test_trailers_add_nothing(server: Server, client: Client) -> None:
    """A header that comes after the body was never checked, so it must not count."""
    trailer = b"X-Amz-Target: DynamoDB_20120810.PutItem\r\nContent-Encoding: gzip\r\nOrigin: x\r\n"
    response = client.ask(chunked(b"{}", trailer=trailer))
    assert (response.status, response.body) == (200, b"{}")
    assert server.api.calls[-1].operation == "GetItem"
    assert "access-control-allow-origin" not in response.headers


def test_of_a_repeated_header_the_first_counts(server: Server, client: Client) -> None:
    head, _, body = request().partition(b"\r\n\r\n")
    doubled = head + b"\r\nX-Amz-Target: DynamoDB_20120810.PutItem\r\n\r\n" + body
    assert client.ask(doubled).status == 200
    assert server.api.calls[-1].operation == "GetItem"


def test_an_expectation_is_met(server: Server, client: Client) -> None:
    """A client that waits for leave would wait forever without it."""
    data = request(b'{"Key":1}', {"Expect": "100-continue"})
    client.send(data[:-9])
    leave = client.receive()
    assert leave.status == 100
    client.send(data[-9:])
    assert client.receive().body == b'{"Key":1}'


def test_leave_is_not_given_for_a_body_that_is_too_large(client: Client) -> None:
    data = request(b"", {"Expect": "100-continue", "Content-Length": str(BODY_BYTES_MAX + 1)})
    assert client.ask(data).status == 413


def test_leave_waits_for_the_answer_before_it(server: Server, client: Client) -> None:
    """Sent too early, it would be taken for a part of the answer that is due."""
    expecting = request(b'{"Key":2}', {"Expect": "100-continue"})
    client.send(request(b'{"turns":200,"Key":1}') + expecting[:-9])
    assert [client.receive().status, client.receive().status] == [200, 100]
    client.send(expecting[-9:])
    assert client.receive().body == b'{"Key":2}'


def test_an_offer_of_http_2_is_ignored(server: Server, client: Client) -> None:
    """Java's own client offers it with every request over plain HTTP, body and all."""
    offer: dict[str, str | None] = {
        "Connection": "Upgrade, HTTP2-Settings",
        "Upgrade": "h2c",
        "HTTP2-Settings": "AAEAAEAA",
    }
    for body in (b'{"Key":1}', b'{"Key":"%b"}' % (b"k" * 300_000)):
        response = client.ask(request(body, offer))
        assert (response.status, server.api.calls[-1].body) == (200, body)
        assert client.ask(request()).status == 200


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=1, max_size=300))
def test_no_bytes_break_the_server(server: Server, noise: bytes) -> None:
    """Anything may come in front of a request; the next connection is served as if nothing had been."""
    with server.client() as client:
        client.send(noise)
        client.socket.shutdown(socket.SHUT_WR)
        received = b""
        while data := client.socket.recv(65536):
            received += data
        assert b"InternalServerError" not in received
    with server.client() as client:
        assert client.ask(request()).status == 200
