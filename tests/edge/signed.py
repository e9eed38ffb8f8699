"""Requests signed by botocore, and an authenticator to show them to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httptools
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from slipring.admin.meters import Meter
from slipring.edge.request import Request
from slipring.edge.vigilance import Failures, authenticators
from slipring.iam.caller import Caller
from slipring.iam.credentials import Credentials, OneKeyPair
from slipring.iam.isolation import Isolation

ACCESS_KEY = "AKIDEXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
PAIR = OneKeyPair(ACCESS_KEY, SECRET_KEY)
HOST = "localhost:8000"
USUAL = (("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "DynamoDB_20120810.GetItem"))


def signed(
    body: bytes = b"{}",
    headers: tuple[tuple[str, str], ...] = USUAL,
    *,
    query: str = "",
    in_query: bool = False,
    access_key: str = ACCESS_KEY,
    secret_key: str = SECRET_KEY,
    token: str | None = None,
    service: str = "dynamodb",
    region: str = "us-east-1",
) -> bytes:
    """A POST to the root, signed now. botocore signs a query only without a body."""
    body = b"" if in_query else body
    request = AWSRequest("POST", f"http://{HOST}/{'?' + query if query else ''}", data=body)
    for name, value in headers:
        request.headers.add_header(name, value)
    credentials = BotocoreCredentials(access_key, secret_key, token)
    signer = (SigV4QueryAuth if in_query else SigV4Auth)(credentials, service, region)
    signer.add_auth(request)
    url = request.url.removeprefix(f"http://{HOST}")
    lines = [f"POST {url} HTTP/1.1", f"Host: {HOST}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items() if name.lower() != "host"]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode("latin-1") + body


def read(data: bytes) -> Request:
    """The request, as a connection reads it."""
    request = Request(lambda: None, Meter(""), keeps_repeated=True)
    parser = httptools.HttpRequestParser(request)
    parser.feed_data(data)
    request.url, request.method = b"".join(request.url_parts), parser.get_method()
    return request


class Verifying:
    """An authenticator, and what it counted."""

    def __init__(self, now: Callable[[], float], mode: str = "enforce", credentials: Credentials = PAIR) -> None:
        self._failures = Failures()
        self._authenticate = authenticators(mode, lambda: credentials, now, Isolation(), self._failures).dynamodb

    def caller(self, data: bytes) -> Caller:
        return self.caller_of(read(data))

    def caller_of(self, request: Request) -> Caller:
        return self._authenticate(request)

    @property
    def failures(self) -> dict[str, Any]:
        """How many there were, by error."""
        family = self._failures.samples()["slipring_signature_failures_total"]
        return {labels[0]: values[0] for labels, values in family.items()}
