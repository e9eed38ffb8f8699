"""TLS to the server, with libpq's options: who is trusted, who is not, and what is said about it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from slipring.storage.contract import StoreError, StoreUnavailable
from tests.postgresql.conftest import opened
from tests.postgresql.tls_front import TlsFront
from tests.storage.mutations import increment, scan
from tests.tls.authorities import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "authority")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that the server's certificate is not of."""
    return Authority(tmp_path_factory.mktemp("stranger"), "stranger")


@pytest.fixture
def front(own_address: str, authority: Authority) -> Iterator[TlsFront]:
    """A server whose certificate is for localhost."""
    with TlsFront(own_address, authority.pair("database")) as front:
        yield front


def use(address: str) -> None:
    """Do what needs each kind of connection."""

    async def scenario() -> None:
        async with opened(address) as store:
            assert await increment(store, b"k") == 1
            assert await store.get(b"k") == b"1"
            assert await scan(store) == [(b"k", b"1")]

    asyncio.run(scenario())


def refusal(address: str) -> str:
    with pytest.raises(StoreError) as caught:
        use(address)
    assert isinstance(caught.value, StoreUnavailable)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_require_takes_any_certificate(front: TlsFront, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It keeps listeners out, and promises nothing about who is at the other end; so libpq has it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    use(front.address("127.0.0.1", sslmode="require"))


def test_verify_ca_takes_a_certificate_of_the_authority_for_any_name(front: TlsFront, authority: Authority) -> None:
    use(front.address("127.0.0.1", sslmode="verify-ca", sslrootcert=authority.path))


def test_verify_full_takes_a_certificate_of_the_authority_for_the_servers_name(
    front: TlsFront, authority: Authority
) -> None:
    use(front.address("localhost", sslmode="verify-full", sslrootcert=authority.path))
    said = refusal(front.address("127.0.0.1", sslmode="verify-full", sslrootcert=authority.path))
    assert "certificate is not valid for '127.0.0.1'" in said


@pytest.mark.parametrize("sslmode", ["require", "verify-ca", "verify-full"])
def test_a_certificate_of_another_authority_is_refused(front: TlsFront, stranger: Authority, sslmode: str) -> None:
    """By `require` too, if it is given an authority: so libpq has it."""
    said = refusal(front.address("localhost", sslmode=sslmode, sslrootcert=stranger.path))
    assert "certificate verify failed" in said


def test_the_authorities_of_the_system_may_be_trusted(
    front: TlsFront, authority: Authority, stranger: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the servers of clouds need that have certificates like everybody's, Aurora DSQL among them."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    use(front.address("localhost", sslmode="verify-full", sslrootcert="system"))
    said = refusal(front.address("127.0.0.1", sslmode="verify-full", sslrootcert="system"))
    assert "certificate is not valid for '127.0.0.1'" in said
    monkeypatch.setenv("SSL_CERT_FILE", str(stranger.path))
    said = refusal(front.address("localhost", sslmode="verify-full", sslrootcert="system"))
    assert "certificate verify failed" in said


def test_an_authority_that_is_not_there_is_named(front: TlsFront, tmp_path: Path) -> None:
    missing = tmp_path / "missing.pem"
    assert "No such file" in refusal(front.address("localhost", sslmode="verify-ca", sslrootcert=missing))


def test_a_server_without_tls_is_refused_where_tls_is_required(own_address: str, authority: Authority) -> None:
    """A password must not go over the wire because somebody between pretends that the server has no TLS."""
    with TlsFront(own_address, authority.pair("database"), has_tls=False) as front:
        assert "rejected SSL upgrade" in refusal(front.address("localhost", sslmode="require"))
        use(front.address("localhost", sslmode="prefer"))


def test_a_client_may_show_a_certificate(own_address: str, authority: Authority, stranger: Authority) -> None:
    """As servers with `clientcert=verify-full` want it."""
    ada = authority.pair("ada", password="opens it")
    trusted = {"sslmode": "verify-full", "sslrootcert": authority.path}
    with TlsFront(own_address, authority.pair("database"), clients_of=authority.path) as front:
        shown = {"sslcert": ada.certificate, "sslkey": ada.key, "sslpassword": "opens it"}
        use(front.address("localhost", **trusted, **shown))
        assert set(front.subjects) == {"ada"}
        refusal(front.address("localhost", **trusted))
        eve = stranger.pair("eve")
        refusal(front.address("localhost", **trusted, sslcert=eve.certificate, sslkey=eve.key))
        assert set(front.subjects) == {"ada"}
