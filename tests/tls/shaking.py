"""A TLS client whose versions and certificates a test chooses."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from slipring.edge.tls.pairs import Pair
from tests.edge.wire import Response, read_response, request


def context_for(authority: Path, pair: Pair | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(authority))
    if pair is not None:
        context.load_cert_chain(pair.certificate, pair.key)
    return context


@contextmanager
def shaken(port: int, context: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    """A connection after its handshake."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        yield secure


def ask(connection: socket.socket, asked: bytes) -> Response:
    connection.sendall(asked)
    received = b""
    while True:
        one = read_response(received)
        if one is not None:
            return one[0]
        more = connection.recv(65536)
        assert more, f"the connection ended after {received!r}"
        received += more


def page(connection: socket.socket, url: str) -> Response:
    return ask(connection, request(b"", {"Authorization": None}, method="GET", url=url))


def client(port: int, authority: Path, pair: Pair | None = None, **more: Any) -> Any:
    """A boto3 client that trusts an authority, and shows a certificate if it has one."""
    certificate = None if pair is None else (str(pair.certificate), str(pair.key))
    chosen: dict[str, Any] = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", **more}
    config = Config(
        retries={"total_max_attempts": 1}, client_cert=certificate, signature_version=chosen.pop("signature", None)
    )
    return boto3.client(
        chosen.pop("service", "dynamodb"),
        endpoint_url=f"https://localhost:{port}",
        region_name="eu-west-1",
        verify=str(authority),
        config=config,
        **chosen,
    )
