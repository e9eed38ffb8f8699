"""Handshakes that fail are counted, each with its reason."""

from __future__ import annotations

import socket
import ssl
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from slipring.edge.tls.handshakes import UNFINISHED, Handshakes
from tests.admin.prometheus import parse
from tests.edge.wire import eventually, request
from tests.servers import ServerThread
from tests.tls.authorities import Authority
from tests.tls.shaking import context_for, page, shaken

NAME = "slipring_failed_handshakes_total"


def failures(port: int, context: ssl.SSLContext) -> dict[str, float]:
    """How many there were, by reason."""
    with shaken(port, context) as connection:
        metrics = parse(page(connection, "/metrics").body.decode())
    return {reason: metrics.value(NAME, error=reason) for reason in metrics.labels(NAME, "error")}


def old_version(authority: Authority) -> ssl.SSLContext:
    context = context_for(authority.path)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def test_each_has_its_reason(authority: Authority, tmp_path: Path) -> None:
    """An attempt to get an older version, a client that does not trust the certificate, plain HTTP: an operator who
    sees clients fail wants to know at which end."""
    pair = authority.pair("counted")
    stranger = Authority(tmp_path, "theirs")
    with ServerThread(tls_certificate=str(pair.certificate), tls_key=str(pair.key)) as server:
        trusting = context_for(authority.path)
        assert failures(server.port, trusting) == {}
        for context in (old_version(authority), context_for(stranger.path)):
            with pytest.raises(ssl.SSLError), shaken(server.port, context):
                pass
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
            plain.sendall(request())
            with suppress(ConnectionResetError):
                while plain.recv(4096):
                    pass
        assert eventually(lambda: len(failures(server.port, trusting)) == 3)
        found = failures(server.port, trusting)
        # What OpenSSL calls the others differs with its version.
        assert (found["HTTP_REQUEST"], set(found.values())) == (1, {1})


def test_a_client_without_a_certificate_is_counted(authority: Authority) -> None:
    """Where one is asked for, strangers are to be seen."""
    pair, own = authority.pair("asking"), authority.pair("ada")
    settings: dict[str, Any] = {
        "tls_certificate": str(pair.certificate),
        "tls_key": str(pair.key),
        "tls_client_ca": str(authority.path),
    }
    with ServerThread(**settings) as server:
        # What the client sees of it is for its version of TLS.
        with suppress(OSError), shaken(server.port, context_for(authority.path)) as without:
            assert not without.recv(1)
        assert eventually(lambda: sum(failures(server.port, context_for(authority.path, own)).values()) == 1)


def test_what_does_not_end_is_given_up() -> None:
    """A client that says nothing, or leaves, makes no error: it is counted when its time is over, once."""
    handshakes = Handshakes(20.0, 0.0)
    handshakes.follow(1.0)
    handshakes.begun()
    handshakes.begun()
    for seconds in (2, 20, 22):
        handshakes.follow(seconds)
        assert handshakes.samples()[NAME] == {}
    for seconds in (24, 25, 60):
        handshakes.follow(seconds)
        assert handshakes.samples()[NAME] == {(UNFINISHED,): [2]}
