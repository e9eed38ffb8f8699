"""gzip both ways."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slipring.edge.encoding import accepts_gzip, decode
from slipring.edge.limits import BODY_BYTES_MAX, GZIP_BYTES_MIN
from slipring.model.errors.base import ApiError
from slipring.model.errors.edge import MalformedHttpRequestException, RequestEntityTooLargeException
from tests.edge.scripted import Server
from tests.edge.wire import Client, request


def test_a_long_answer_is_compressed_for_who_asks(client: Client) -> None:
    response = client.ask(request(b'{"bytes":20000}', {"Accept-Encoding": "gzip, deflate"}))
    assert response.headers["content-encoding"] == "gzip"
    assert len(response.body) < 1000
    assert gzip.decompress(response.body) == b'"' + b"a" * 19998 + b'"'


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", None])
def test_nobody_else_is_sent_gzip(client: Client, accepted: str | None) -> None:
    response = client.ask(request(b'{"bytes":20000}', {"Accept-Encoding": accepted}))
    assert "content-encoding" not in response.headers
    assert len(response.body) == 20000


def test_a_short_answer_is_not_worth_it(client: Client) -> None:
    """The service compresses above 4 KB."""
    at_most = client.ask(request(b'{"bytes":%d}' % GZIP_BYTES_MIN, {"Accept-Encoding": "gzip"}))
    assert "content-encoding" not in at_most.headers
    above = client.ask(request(b'{"bytes":%d}' % (GZIP_BYTES_MIN + 1), {"Accept-Encoding": "gzip"}))
    assert above.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("accept_encoding", "accepted"),
    [
        (b"gzip", True),
        (b"GZIP", True),
        (b"br, gzip;q=0.5", True),
        (b"*", True),
        (b"*;q=0", False),
        (b"gzip;q=0, *", False),
        (b"gzip; q=0.0", False),
        (b"gzip;q=oops", False),
        (b"gzipped", False),
        (b"", False),
        (None, False),
    ],
)
def test_accept_encoding_is_read_with_its_weights(accept_encoding: bytes | None, accepted: bool) -> None:
    """RFC 9110, section 12.5.3; a weight of zero means never."""
    assert accepts_gzip(accept_encoding) is accepted


def test_a_compressed_request_is_read(server: Server, client: Client) -> None:
    body = gzip.compress(b'{"Key":"%b"}' % (b"k" * 5000))
    assert client.ask(request(body, {"Content-Encoding": "gzip"})).status == 200
    assert server.api.calls[-1].body == gzip.decompress(body)


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (b"not gzip at all", "gzip"),
        (gzip.compress(b"{}", mtime=0)[:-9], "gzip"),
        (gzip.compress(b"{}", mtime=0) + b"more", "gzip"),
        (b"", "gzip"),
        (zlib.compress(b"{}"), "gzip"),
        (b"{}", "br"),
    ],
    ids=["no gzip", "truncated", "with more behind it", "empty", "zlib", "brotli"],
)
def test_a_body_that_is_not_what_it_says_is_the_clients_error(client: Client, body: bytes, coding: str) -> None:
    response = client.ask(request(body, {"Content-Encoding": coding}))
    assert (response.status, response.code) == (400, "MalformedHttpRequestException")
    assert client.ask(request()).status == 200


def test_the_limit_holds_after_decompression(client: Client) -> None:
    """Sixteen kilobytes may unpack to sixteen megabytes and more; nobody unpacks them."""
    bomb = gzip.compress(b" " * (BODY_BYTES_MAX + 1))
    assert len(bomb) < 20_000
    response = client.ask(request(bomb, {"Content-Encoding": "gzip"}))
    assert (response.status, response.code) == (413, "RequestEntityTooLargeException")


def test_a_body_of_exactly_the_limit_passes() -> None:
    assert len(decode(gzip.compress(b" " * BODY_BYTES_MAX), b"gzip")) == BODY_BYTES_MAX
    with pytest.raises(RequestEntityTooLargeException):
        decode(gzip.compress(b" " * (BODY_BYTES_MAX + 1)), b"gzip")


@settings(deadline=None)
@given(st.binary(max_size=2000), st.data())
def test_damage_is_found_or_harmless(body: bytes, data: st.DataObject) -> None:
    """A changed byte never makes another body out of it: gzip's own checksum is checked."""
    packed = bytearray(gzip.compress(body, mtime=0))
    # Flags, time and system in the header say nothing about the content.
    place = data.draw(st.integers(10, len(packed) - 1))
    packed[place] ^= data.draw(st.integers(1, 255))
    try:
        assert decode(bytes(packed), b"gzip") == body
    except MalformedHttpRequestException:
        pass
    except ApiError as error:
        pytest.fail(f"{error!r}")
