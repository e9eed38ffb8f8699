"""Certificates that cannot be served with, and settings that do not go together: one clear line each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from slipring.assembly import StartError
from slipring.edge.tls.pairs import Pair
from tests.servers import ServerThread
from tests.tls.authorities import Authority


def refusal(**settings: Any) -> str:
    """Why a server does not start; always one line."""
    with pytest.raises(StartError) as refused, ServerThread(**settings):
        pass
    assert "\n" not in str(refused.value)
    return str(refused.value)


def refused_pair(certificate: Path, key: Path) -> str:
    return refusal(tls_certificate=str(certificate), tls_key=str(key))


def test_a_certificate_that_is_not_valid_now_is_refused(authority: Authority) -> None:
    """Every client would refuse it, each in words of its own."""
    old = authority.pair("old", begins=-40, days=30)
    assert re.fullmatch(r"the certificate in \S+old.pem expired on \d{4}-\d\d-\d\d", refused_pair(*files(old)))
    early = authority.pair("early", begins=2)
    assert re.fullmatch(r"the certificate in \S+ is not valid before \d{4}-\d\d-\d\d", refused_pair(*files(early)))


def test_a_key_of_another_certificate_is_refused(authority: Authority) -> None:
    one, other = authority.pair("one"), authority.pair("other")
    expected = f"the key in {other.key} does not belong to the certificate in {one.certificate}"
    assert refused_pair(one.certificate, other.key) == expected


def test_a_key_with_a_password_is_refused(authority: Authority) -> None:
    """OpenSSL would ask for it on the terminal, and a server would wait there."""
    locked = authority.pair("locked", password="a password")
    assert refused_pair(*files(locked)).startswith(f"the key in {locked.key} is encrypted")


def test_files_that_are_not_what_they_should_be_are_refused(authority: Authority, tmp_path: Path) -> None:
    pair = authority.pair("fine")
    missing = tmp_path / "missing"
    assert refused_pair(missing, pair.key) == f"cannot read {missing}: No such file or directory"
    assert refused_pair(pair.certificate, missing) == f"cannot read {missing}: No such file or directory"
    assert refused_pair(pair.key, pair.key) == f"{pair.key} holds no certificate in PEM form"
    assert refused_pair(pair.certificate, pair.certificate) == f"{pair.certificate} holds no private key in PEM form"
    for path, reason in ((missing, "cannot read"), (pair.key, "holds no certificate")):
        given = {"tls_certificate": str(pair.certificate), "tls_key": str(pair.key), "tls_client_ca": str(path)}
        assert reason in refusal(**given)


@pytest.mark.parametrize(
    "settings",
    [
        {"tls_certificate": "c.pem"},
        {"tls_key": "k.pem"},
        {"tls_client_ca": "ca.pem"},
        {"tls_development": "a", "tls_certificate": "c.pem"},
    ],
    ids=lambda settings: "+".join(settings),
)
def test_settings_that_do_not_go_together_are_refused(settings: dict[str, str]) -> None:
    """None of them may end in a server that speaks plain HTTP although somebody asked for TLS."""
    assert all(name in refusal(**settings) for name in settings)


def files(pair: Pair) -> tuple[Path, Path]:
    return pair.certificate, pair.key
