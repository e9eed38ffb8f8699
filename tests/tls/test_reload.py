"""A certificate is renewed while connections live on."""

from __future__ import annotations

import logging
import shutil
import ssl
import time
from pathlib import Path

import pytest
from cryptography.x509 import load_der_x509_certificate

from slipring.edge.tls.context import Tls
from slipring.edge.tls.handshakes import Handshakes
from slipring.edge.tls.pairs import Pair
from tests.servers import ServerThread
from tests.tls.authorities import Authority
from tests.tls.shaking import context_for, page, shaken


def shown(connection: ssl.SSLSocket) -> str:
    """The subject of the certificate that the server showed."""
    der = connection.getpeercert(binary_form=True)
    assert der is not None
    return load_der_x509_certificate(der).subject.rfc4514_string()


def install(pair: Pair, place: Pair) -> None:
    """As a renewal does: each file by itself."""
    for source, target in ((pair.key, place.key), (pair.certificate, place.certificate)):
        written = target.with_suffix(".new")
        shutil.copy(source, written)
        written.replace(target)


@pytest.fixture
def place(tmp_path: Path) -> Pair:
    return Pair(tmp_path / "certificate.pem", tmp_path / "key.pem")


def test_new_handshakes_get_the_new_certificate_and_old_connections_stay(authority: Authority, place: Pair) -> None:
    """The listener looks once a second by itself; the client here only waits for what a handshake shows."""
    install(authority.pair("before"), place)
    context = context_for(authority.path)
    with (
        ServerThread(tls_certificate=str(place.certificate), tls_key=str(place.key)) as server,
        shaken(server.port, context) as old,
    ):
        assert shown(old) == "CN=before"
        install(authority.pair("after"), place)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with shaken(server.port, context) as new:
                if shown(new) == "CN=after":
                    break
        else:
            pytest.fail("the new certificate was never shown")
        assert page(old, "/health/live").status == 200


def handshake_of(tls: Tls, authority: Authority) -> str:
    """The subject that a handshake shows, without a network."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context_for(authority.path).wrap_bio(to_client, to_server, server_hostname="localhost")
    server = tls.context.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    der = client.getpeercert(binary_form=True)
    assert der is not None
    return load_der_x509_certificate(der).subject.rfc4514_string()


def test_a_pair_that_cannot_be_used_changes_nothing(
    authority: Authority, place: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    """The two files are never replaced in one moment, so a sweep may find the key of one and the certificate of the
    other. The pair before goes on being shown, once it is said why, and the next change is looked at afresh."""
    install(authority.pair("first"), place)
    tls = Tls(place, None, time.time, Handshakes(20.0, time.monotonic()))
    second = authority.pair("second")
    with caplog.at_level(logging.ERROR):
        shutil.copy(second.key, place.key)
        tls.follow()
        tls.follow()
        assert handshake_of(tls, authority) == "CN=first"
        assert [record.message.partition(":")[0] for record in caplog.records] == ["the certificate is not changed"]
        place.certificate.unlink()
        tls.follow()
        assert handshake_of(tls, authority) == "CN=first"
    shutil.copy(second.certificate, place.certificate)
    tls.follow()
    assert handshake_of(tls, authority) == "CN=second"


def test_an_expired_pair_does_not_take_the_place_of_a_valid_one(authority: Authority, place: Pair) -> None:
    install(authority.pair("valid"), place)
    tls = Tls(place, None, time.time, Handshakes(20.0, time.monotonic()))
    install(authority.pair("expired", begins=-40, days=30), place)
    tls.follow()
    assert handshake_of(tls, authority) == "CN=valid"
