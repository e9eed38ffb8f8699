"""Mutual TLS: who has no certificate is not let in, and an unsigned request is its certificate's user's."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError

from slipring.edge.tls.clients import user_of
from slipring.edge.tls.pairs import Pair
from tests.cli.processes import slipring
from tests.edge.signed import ACCESS_KEY, SECRET_KEY
from tests.iam.running import ACCOUNT, Keys, Place
from tests.servers import ServerThread
from tests.tls.authorities import Authority
from tests.tls.shaking import client, context_for, page, shaken

ALLOWED = {"Effect": "Allow", "Action": "dynamodb:ListTables", "Resource": "*"}
OVER_TLS = {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}


class Mutual:
    """An enforcing server that lets in whom `authority` vouches for; ada may list tables there, over TLS."""

    def __init__(self, authority: Authority, port: int, ada: Keys) -> None:
        self.authority = authority
        self.port = port
        self.ada = ada

    def client(self, pair: Pair, **more: Any) -> Any:
        return client(self.port, self.authority.path, pair, **more)

    def refusal(self, pair: Pair, **more: Any) -> str:
        with pytest.raises(ClientError) as refused:
            self.client(pair, **more).list_tables()
        return str(refused.value.response["Error"]["Code"])


@pytest.fixture(scope="module")
def mutual(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mutual]:
    place = Place(tmp_path_factory.mktemp("mutual"))
    ada = place.user("ada")
    policy = place.file(
        "policy.json", orjson.dumps({"Version": "2012-10-17", "Statement": ALLOWED | OVER_TLS}).decode()
    )
    place.iam(f"inline put user ada list {policy}")
    pair = authority.pair("mutual")
    with place.served(tls_certificate=str(pair.certificate), tls_key=str(pair.key), tls_client_ca=str(authority.path)):
        yield Mutual(authority, int(place.url.rpartition(":")[2]), ada)


def test_an_unsigned_request_is_its_certificates_users(mutual: Mutual) -> None:
    """So a service with a certificate needs no secret. What the user's policies do not allow is denied as ever, and
    `aws:SecureTransport` is true."""
    ada = mutual.authority.pair("ada", organisation=ACCOUNT)
    assert mutual.client(ada, signature=UNSIGNED).list_tables()["TableNames"] == []
    with pytest.raises(ClientError, match=f"arn:aws:iam::{ACCOUNT}:user/ada is not authorized"):
        mutual.client(ada, signature=UNSIGNED).describe_table(TableName="Music")
    identity = mutual.client(ada, signature=UNSIGNED, service="sts").get_caller_identity()
    assert identity["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/ada"


def test_a_signed_request_is_whose_the_signature_is(mutual: Mutual) -> None:
    """And a wrong signature is not made good by a certificate."""
    bob = mutual.authority.pair("bob", organisation=ACCOUNT)
    root = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY}
    assert mutual.client(bob, **mutual.ada).list_tables()["TableNames"] == []
    assert mutual.client(bob, **root).list_tables()["TableNames"] == []
    ada = mutual.authority.pair("ada", organisation=ACCOUNT)
    assert mutual.refusal(ada, **{**root, "aws_secret_access_key": "wrong"}) == "InvalidSignatureException"


@pytest.mark.parametrize(("name", "organisation"), [("nobody", ACCOUNT), ("ada", "999999999999"), ("ada", "Example")])
def test_a_certificate_that_names_no_user_may_do_nothing(mutual: Mutual, name: str, organisation: str) -> None:
    pair = mutual.authority.pair(name, organisation=organisation)
    assert mutual.refusal(pair, signature=UNSIGNED) == "UnrecognizedClientException"


def test_who_has_no_certificate_of_the_authority_is_not_let_in(
    mutual: Mutual, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Not even to health. A certificate that somebody else signed is none. TLS 1.3 tells the client with its first
    read, for its side of the handshake is over by then."""
    stranger = Authority(tmp_path_factory.mktemp("stranger"), "stranger").pair("ada", organisation=ACCOUNT)
    expired = mutual.authority.pair("late", begins=-40, days=30)
    for pair in (None, stranger, expired):
        context = context_for(mutual.authority.path, pair)
        with pytest.raises((ssl.SSLError, ConnectionError, AssertionError)), shaken(mutual.port, context) as connection:
            page(connection, "/health/live")


def test_with_auth_off_a_certificate_opens_the_door_and_no_more(authority: Authority) -> None:
    """Whoever was let in may do everything, signed as it likes."""
    pair = authority.pair("open")
    with ServerThread(
        tls_certificate=str(pair.certificate), tls_key=str(pair.key), tls_client_ca=str(authority.path)
    ) as server:
        names = client(server.port, authority.path, authority.pair("anybody")).list_tables()["TableNames"]
        assert names == []


def test_healthcheck_shows_the_servers_own_certificate(mutual: Mutual, tmp_path: Path) -> None:
    pair = mutual.authority.pair("prober")
    flags = ["--tls-certificate", str(pair.certificate), "--tls-key", str(pair.key)]
    flags += ["--tls-client-ca", str(mutual.authority.path), "--port", str(mutual.port)]
    assert slipring("healthcheck", *flags, cwd=tmp_path).returncode == 0
    absent = slipring("healthcheck", *flags, "--tls-key", str(tmp_path / "absent"), cwd=tmp_path)
    assert (absent.returncode, absent.stderr.count("\n")) == (1, 1)


def test_a_subject_names_an_account_only_with_twelve_digits() -> None:
    """A subject is what an authority signed, and it may be anything."""
    common, organisation = (("commonName", "ada"),), (("organizationName", ACCOUNT),)
    assert user_of({"subject": (organisation, common)}) == (ACCOUNT, "ada")
    assert user_of({"subject": (common,)}) == ("000000000000", "ada")
    assert user_of({"subject": ((("organizationName", "Example Ltd"),), common)}) == ("000000000000", "ada")
    assert user_of({"subject": ()}) == user_of({}) == ("000000000000", "")
