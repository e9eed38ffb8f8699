"""Requests are signed as the AWS SDK for Python signs them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from slipring.bench.endpoint import Endpoint
from slipring.bench.signing import Credential, Signer


def head_and_body(request: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    assert first == "POST / HTTP/1.1"
    return dict(line.split(": ", 1) for line in lines), body


def botocore_signs(url: str, headers: dict[str, str], body: bytes, credential: Credential) -> tuple[str, float]:
    """The Authorization header, and the moment it is of."""
    request = AWSRequest("POST", url + "/", data=body, headers=headers)
    keys = Credentials(credential.access_key, credential.secret_key, credential.session_token or None)
    SigV4Auth(keys, "dynamodb", credential.region).add_auth(request)
    moment = datetime.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return request.headers["Authorization"], moment.timestamp()


@given(
    operation=st.sampled_from(["GetItem", "TransactWriteItems"]),
    body=st.binary(max_size=2000),
    url=st.sampled_from(["http://127.0.0.1:8000", "http://localhost", "https://dynamodb.eu-west-1.amazonaws.com"]),
    secret_key=st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1, max_size=60),
    session_token=st.sampled_from(["", "a+b/c=%d"]),
)
def test_the_signature_is_botocores(operation: str, body: bytes, url: str, secret_key: str, session_token: str) -> None:
    """botocore's own signer is what servers are tested against, AWS's among them."""
    credential = Credential("AKIDEXAMPLE", secret_key, "eu-west-1", session_token)
    target = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"DynamoDB_20120810.{operation}"}
    expected, moment_s = botocore_signs(url, target, body, credential)
    signer = Signer(Endpoint.parse(url), credential, moment_s)
    headers, sent = head_and_body(signer.request(operation, body))
    assert headers["Authorization"] == expected
    assert signer.headers(operation, body)["Authorization"] == expected
    assert sent == body
    assert headers["Content-Length"] == str(len(body))
    assert headers.get("X-Amz-Security-Token", "") == session_token


@pytest.mark.parametrize(
    ("url", "authority", "port"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000", 8000),
        ("http://[::1]:8000/", "[::1]:8000", 8000),
        ("https://dynamodb.us-east-1.amazonaws.com", "dynamodb.us-east-1.amazonaws.com", 443),
    ],
)
def test_an_endpoint_names_its_host_as_sdks_do(url: str, authority: str, port: int) -> None:
    """The host is signed, so it must be written the same on both sides."""
    endpoint = Endpoint.parse(url)
    assert (endpoint.authority, endpoint.port) == (authority, port)
    assert endpoint.url == url.rstrip("/")


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://x", "http://", "http://x/path", "http://x/?q", "http://x:y"])
def test_what_is_no_endpoint_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Endpoint.parse(url)
