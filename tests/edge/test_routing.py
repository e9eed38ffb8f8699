"""Which requests reach an operation, and what the others are told."""

from __future__ import annotations

import pytest

from tests.edge.scripted import Server
from tests.edge.wire import SIGNED, Client, request


def test_a_request_reaches_its_operation_and_the_answer_comes_back(server: Server, client: Client) -> None:
    """The whole way: target, body and caller in, JSON out."""
    response = client.ask(request(b'{"Key":1}', {"X-Amz-Target": "DynamoDB_20120810.PutItem"}))
    assert (response.status, response.body) == (200, b'{"Key":1}')
    assert response.headers["content-type"] == "application/x-amz-json-1.0"
    assert (server.api.calls[-1].operation, server.api.calls[-1].body) == ("PutItem", b'{"Key":1}')


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-amz-json-1.0; charset=UTF-8", "Application/JSON"]
)
def test_every_json_content_type_is_accepted(client: Client, content_type: str) -> None:
    """Browsers' SDKs add a charset, and some tools say plain JSON."""
    assert client.ask(request(headers={"Content-Type": content_type})).status == 200


@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
def test_header_names_are_read_in_any_case(client: Client, spelling: object) -> None:
    """JavaScript sends lower case, Python and Go title case."""
    assert callable(spelling)
    headers = dict.fromkeys(SIGNED) | {spelling(name): value for name, value in SIGNED.items()}
    assert client.ask(request(headers=headers)).status == 200


def test_blanks_around_a_value_are_not_part_of_it(client: Client) -> None:
    """RFC 9110, section 5.5: optional white space surrounds a field's value."""
    padded: dict[str, str | None] = {name: f"\t {value} \t" for name, value in SIGNED.items()}
    assert client.ask(request(headers=padded)).status == 200


@pytest.mark.parametrize("target", ["DynamoDB_20120810.NoSuchThing", "DynamoDB_20111205.GetItem", "GetItem", "", None])
def test_an_unknown_operation_is_named_as_such(client: Client, target: str | None) -> None:
    response = client.ask(request(headers={"X-Amz-Target": target}))
    assert response.status == 400
    assert b'"__type":"com.amazon.coral.service#UnknownOperationException"' in response.body


@pytest.mark.parametrize(
    ("method", "url", "content_type"),
    [
        ("GET", "/elsewhere", None),
        ("POST", "/elsewhere", "application/x-amz-json-1.0"),
        ("PUT", "/", "application/x-amz-json-1.0"),
        ("DELETE", "/", None),
        ("OPTIONS", "/", None),
        ("POST", "/", "text/plain"),
        ("POST", "/", "application/x-www-form-urlencoded"),
        ("POST", "/", None),
    ],
)
def test_what_is_no_call_of_an_operation_is_not_found(
    client: Client, method: str, url: str, content_type: str | None
) -> None:
    """The body is the service's own, seen on the wire: 29 bytes with its line feed."""
    response = client.ask(request(b"", {"Content-Type": content_type}, method=method, url=url))
    assert (response.status, response.body) == (404, b"<UnknownOperationException/>\n")
    assert len(response.headers["x-amzn-requestid"]) == 52


def test_an_absolute_url_is_its_path(client: Client) -> None:
    """Clients behind a proxy send one."""
    assert client.ask(request(url="http://localhost:8000/")).status == 200


def test_the_root_says_it_is_healthy(client: Client) -> None:
    """SDK probes and launchers wait for this text, trailing blank included."""
    response = client.ask(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (response.status, response.body) == (200, b"healthy: dynamodb.us-east-1.amazonaws.com ")


def test_the_root_names_the_region_of_a_signed_probe(client: Client) -> None:
    response = client.ask(request(b"", method="GET"))
    assert response.body == b"healthy: dynamodb.eu-west-1.amazonaws.com "


def test_a_head_request_gets_the_head_alone(client: Client) -> None:
    """A body here would be taken for the next response."""
    response = client.ask(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", head_only=True)
    assert (response.status, response.headers["content-length"]) == (200, "42")
    assert client.ask(request()).status == 200


def test_liveness_needs_nothing_and_readiness_needs_the_store(server: Server, client: Client) -> None:
    """An orchestrator restarts what is not live and waits for what is not ready."""
    live = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    ready = b"GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n"
    assert client.ask(ready).status == 200
    server.unready = OSError("the disk is gone")
    try:
        refused = client.ask(ready)
        assert (refused.status, refused.body) == (503, b"not ready: the disk is gone\n")
        assert client.ask(live).status == 200
    finally:
        server.unready = None


def test_a_page_of_another_origin_may_call(client: Client) -> None:
    """A browser asks first, and its SDK's headers differ with its version, so whatever it asks for is allowed."""
    preflight = request(
        b"",
        {
            "Origin": "http://localhost:3000",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "amz-sdk-request,x-amz-target",
        },
        method="OPTIONS",
    )
    allowed = client.ask(preflight)
    assert allowed.status == 200
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "POST" in allowed.headers["access-control-allow-methods"]
    assert allowed.headers["access-control-allow-headers"] == "amz-sdk-request,x-amz-target"
    answer = client.ask(request(headers={"Origin": "http://localhost:3000"}))
    assert answer.headers["access-control-allow-origin"] == "*"
    # Exposed, it would be checked against the decompressed body, and found wrong.
    assert "crc32" not in answer.headers["access-control-expose-headers"]
