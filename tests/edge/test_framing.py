"""The headers every SDK relies on."""

from __future__ import annotations

import re
import zlib

import pytest

from slipring.clock import Ids, ManualClock
from slipring.edge.framing import Framer
from tests.edge.wire import Client, Response, request

GZIPPED = {"Accept-Encoding": "gzip"}


@pytest.mark.parametrize(
    "data",
    [
        request(b'{"small":1}'),
        request(b'{"bytes":100000}'),
        request(b'{"bytes":100000}', {"Accept-Encoding": "gzip"}),
        request(b'{"chunks":3}'),
        request(b'{"chunks":3,"turns":1}'),
        request(headers={"X-Amz-Target": "Nothing.Known"}),
        request(headers={"Content-Type": "text/plain"}),
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_the_checksum_is_of_the_bytes_sent(client: Client, data: bytes) -> None:
    """Java and PHP refuse a response whose checksum is wrong, Go logs one that is absent."""
    response = client.ask(data)
    assert int(response.headers["x-amz-crc32"]) == zlib.crc32(response.body)
    assert response.headers["content-length"] == str(len(response.body))


def test_request_ids_have_the_services_form_and_differ(client: Client) -> None:
    """SDKs print them; nothing may be found twice in a log."""
    responses = [client.ask(request()) for _ in range(50)]
    responses += [client.ask(request(headers={"X-Amz-Target": None})) for _ in range(50)]
    ids = [response.headers["x-amzn-requestid"] for response in responses]
    assert all(re.fullmatch("[A-Z0-9]{52}", request_id) for request_id in ids)
    assert len(set(ids)) == len(ids)


def test_two_processes_never_share_a_request_id() -> None:
    first, second = (Framer(ManualClock(), Ids()).request_id() for _ in range(2))
    assert first[:36] != second[:36]


def test_the_date_follows_the_clock() -> None:
    """It is rendered once a second, not once a request."""
    clock = ManualClock(784111777.0)
    framer = Framer(clock, Ids(1))
    assert b"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n" in framer.ordinary(b"{}")
    clock.advance(1)
    framer.refresh_date()
    assert b"Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n" in framer.ordinary(b"{}")


def _connection(response: Response) -> str:
    return response.headers["connection"]


def test_a_connection_is_kept_or_closed_as_asked(client: Client) -> None:
    assert _connection(client.ask(request())) == "keep-alive"
    assert _connection(client.ask(request(headers={"Connection": "close"}))) == "close"
    assert client.closed()


def test_http_1_0_closes_unless_asked_to_stay(client: Client) -> None:
    """Old benchmark tools and probes speak it."""
    kept = client.ask(request(version="1.0", headers={"Connection": "keep-alive"}))
    assert _connection(kept) == "keep-alive"
    assert _connection(client.ask(request(version="1.0"))) == "close"
    assert client.closed()
