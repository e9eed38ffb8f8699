"""What is answered over TLS, and what gets no answer."""

from __future__ import annotations

import socket
import ssl
import time
import warnings
from pathlib import Path

import pytest
from botocore.exceptions import SSLError

from tests.edge.wire import request
from tests.servers import ServerThread
from tests.tls.authorities import Authority
from tests.tls.shaking import ask, client, context_for, page, shaken


def test_an_sdk_works_over_https_once_it_trusts_the_authority(server: ServerThread, authority: Authority) -> None:
    """`verify` is what AWS_CA_BUNDLE sets. A body of a megabyte takes many TLS records in either direction."""
    assert server.url.startswith("https://")
    dynamodb = client(server.port, authority.path)
    dynamodb.create_table(
        TableName="Music",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    text = "x" * 390_000
    for key in "abc":
        dynamodb.put_item(TableName="Music", Item={"pk": {"S": key}, "text": {"S": text}})
    items = dynamodb.scan(TableName="Music", Limit=2)["Items"]
    assert [item["text"]["S"] for item in items] == [text, text]


def test_health_and_metrics_are_there_too(server: ServerThread, authority: Authority) -> None:
    with shaken(server.port, context_for(authority.path)) as connection:
        assert page(connection, "/health/ready").body == b"ready\n"
        assert b"slipring_open_connections" in page(connection, "/metrics").body


def test_a_client_that_trusts_another_authority_sends_nothing(
    server: ServerThread, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = Authority(tmp_path_factory.mktemp("stranger"), "theirs")
    with pytest.raises(SSLError):
        client(server.port, stranger.path).list_tables()


def test_the_newest_version_is_spoken_and_http_1_1_chosen(server: ServerThread, authority: Authority) -> None:
    """A client that offers HTTP/2 first must not take silence for consent."""
    context = context_for(authority.path)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with shaken(server.port, context) as connection:
        assert (connection.version(), connection.selected_alpn_protocol()) == ("TLSv1.3", "http/1.1")


def test_tls_1_2_has_modern_ciphers_only(server: ServerThread, authority: Authority) -> None:
    """Clients that know no better are served, but neither without forward secrecy nor with CBC."""
    context = context_for(authority.path)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with shaken(server.port, context) as connection:
        assert connection.version() == "TLSv1.2"
    for ciphers in ("AES256-GCM-SHA384:AES128-GCM-SHA256", "ECDHE+AES:!AESGCM:!AESCCM"):
        context.set_ciphers(ciphers)
        with pytest.raises(ssl.SSLError), shaken(server.port, context):
            pass


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_are_refused(server: ServerThread, authority: Authority, version: ssl.TLSVersion) -> None:
    """The client is made willing, so that it is the server that hangs up; what refuses itself says otherwise."""
    context = context_for(authority.path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match=r"EOF occurred|ALERT_PROTOCOL_VERSION"), shaken(server.port, context):
        pass


@pytest.mark.parametrize(
    "sent", [request(), b"\x00" * 512, b"\x16\x03\x01\xff\xff" + b"\xff" * 512, b"\x80\x2e\x01\x00"]
)
def test_what_is_no_handshake_gets_no_answer(server: ServerThread, authority: Authority, sent: bytes) -> None:
    """Plain HTTP by mistake, noise, a broken record, SSL 2: the connection ends, and others are served."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
        plain.sendall(sent)
        plain.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while more := plain.recv(4096):
                received += more
        except ConnectionResetError:
            pass
        assert b"HTTP" not in received
    with shaken(server.port, context_for(authority.path)) as connection:
        assert page(connection, "/health/live").status == 200


def test_a_refused_request_is_answered_before_the_connection_ends(server: ServerThread, authority: Authority) -> None:
    """Without TLS the server closes its direction and reads on; TLS has no half-closed connections."""
    with shaken(server.port, context_for(authority.path)) as connection:
        assert ask(connection, b"NONSENSE\r\n\r\n").status == 400


def test_a_shutdown_does_not_wait_for_pooled_connections(authority: Authority, tmp_path: Path) -> None:
    """They do not look at a connection that they keep, so they never say goodbye."""
    pair = authority.pair("brief")
    server = ServerThread(tls_certificate=str(pair.certificate), tls_key=str(pair.key), drain_s=20.0)
    with server:
        pooled = client(server.port, authority.path)
        pooled.list_tables()
        began_s = time.monotonic()
    assert time.monotonic() - began_s < 15
