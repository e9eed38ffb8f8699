"""A server that enforces signatures, as SDKs meet it."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import boto3
import pytest
from botocore.config import Config

from slipring.clock import ManualClock, SystemClock
from tests.admin.prometheus import parse
from tests.conftest import error_of
from tests.edge.signed import ACCESS_KEY, SECRET_KEY, signed
from tests.edge.wire import Client, request
from tests.servers import ServerThread


def sdk(url: str, service: str = "dynamodb", **credentials: str) -> Any:
    chosen = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY, **credentials}
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client(service, endpoint_url=url, region_name="eu-west-1", config=config, **chosen)


def started(auth: str, clock: ManualClock | None = None) -> ServerThread:
    return ServerThread(auth=auth, access_key_id=ACCESS_KEY, secret_access_key=SECRET_KEY, clock=clock)


@pytest.fixture(scope="module")
def enforcing() -> Iterator[ServerThread]:
    with started("enforce") as server:
        yield server


@pytest.mark.parametrize("service", ["dynamodb", "dynamodbstreams"])
def test_the_right_secret_is_served(enforcing: ServerThread, service: str) -> None:
    """Streams are signed for as dynamodb too."""
    with closing(sdk(enforcing.url, service)) as client:
        for _ in range(3):
            answer = client.list_tables() if service == "dynamodb" else client.list_streams()
            assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(
    ("credentials", "code"),
    [
        ({"aws_secret_access_key": "wrong"}, "InvalidSignatureException"),
        ({"aws_access_key_id": "AKIDOTHER"}, "UnrecognizedClientException"),
        ({"aws_session_token": "made-up"}, "UnrecognizedClientException"),
    ],
)
def test_who_does_not_belong_is_refused(enforcing: ServerThread, credentials: dict[str, str], code: str) -> None:
    with closing(sdk(enforcing.url, **credentials)) as client:
        assert error_of(client.list_tables)[0] == code


def test_without_a_signature_nothing_is_served_but_health_and_metrics(enforcing: ServerThread) -> None:
    with Client(enforcing.port) as client:
        assert client.ask(request(headers={"Authorization": None})).code == "MissingAuthenticationTokenException"
        assert client.ask(request(b"", method="GET", url="/health/ready")).status == 200
        assert client.ask(request(b"", method="GET", url="/metrics")).status == 200


def test_a_signed_query_is_served(enforcing: ServerThread) -> None:
    headers = (("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "DynamoDB_20120810.ListTables"))
    with Client(enforcing.port) as client:
        # Signed without a body, which is no JSON: whoever hears of that was believed.
        assert client.ask(signed(headers=headers, in_query=True)).code == "SerializationException"


def test_a_header_that_is_sent_twice_is_signed_as_one(enforcing: ServerThread) -> None:
    """With its values joined; also for Java's client, whose offer of another protocol has its request read twice."""
    twice = (("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "DynamoDB_20120810.ListTables"),
             ("X-Note", "a"), ("X-Note", "b"))  # fmt: skip
    upgrade = b"\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nHost:"
    good = signed(b"{}", twice)
    with Client(enforcing.port) as client:
        assert client.ask(good).status == 200
        assert client.ask(good.replace(b"\r\nHost:", upgrade, 1)).status == 200
        assert client.ask(good.replace(b"X-Note: b", b"X-Note: c")).code == "InvalidSignatureException"


def test_a_clock_that_is_off_is_told_so() -> None:
    """SDKs read the server's Date header and sign again with the clock corrected; here they may not retry."""
    clock = ManualClock(SystemClock.now())
    with started("enforce", clock) as server, closing(sdk(server.url)) as client:
        client.list_tables()
        clock.advance(901 + 60)
        code, message = error_of(client.list_tables)
        assert (code, message[:19]) == ("InvalidSignatureException", "Signature expired: ")
        clock.advance(-2 * 961)
        code, message = error_of(client.list_tables)
        assert (code, message[:27]) == ("InvalidSignatureException", "Signature not yet current: ")


def test_a_warning_server_serves_and_counts() -> None:
    """So that it can be seen who would be locked out before anybody is."""
    with started("warn") as server, closing(sdk(server.url, aws_secret_access_key="wrong")) as client:
        client.list_tables()
        with urllib.request.urlopen(f"{server.url}/metrics") as response:
            page = parse(response.read().decode())
    assert page.value("slipring_signature_failures_total", error="InvalidSignatureException") == 1
    assert page.value("slipring_requests_total", operation="ListTables") == 1
