"""One flag for TLS on a developer's machine."""

from __future__ import annotations

import shlex
import time
from pathlib import Path

import pytest

from slipring.edge.tls.development import CA, development_pair
from slipring.edge.tls.pairs import TlsError
from tests.cli.processes import Serving, slipring
from tests.tls.shaking import client, context_for, page, shaken

DAY_S = 86400.0


def test_one_flag_and_what_env_prints_are_all_it_takes(tmp_path: Path) -> None:
    """Two workers share the certificate. `env` and `healthcheck` follow the same settings."""
    more = {"SLIPRING_TLS_DEVELOPMENT": "db.local,10.1.2.3", "SLIPRING_STORE": str(tmp_path / "data")}
    with Serving("--workers", "2", cwd=tmp_path, more=more) as serving:
        assert serving.url == f"https://127.0.0.1:{serving.port}"
        assert serving.authority == str(tmp_path / "data-tls" / CA)
        lines = shlex.split(slipring("env", "--port", str(serving.port), cwd=tmp_path, more=more).stdout)
        assert f"AWS_CA_BUNDLE={serving.authority}" in lines
        assert f"AWS_ENDPOINT_URL_DYNAMODB={serving.url}" in lines
        assert client(serving.port, Path(serving.authority)).list_tables()["TableNames"] == []
        with shaken(serving.port, context_for(Path(serving.authority))) as connection:
            assert page(connection, "/health/ready").status == 200
            certificate = connection.getpeercert()
        healthy = slipring("healthcheck", "--port", str(serving.port), cwd=tmp_path, more=more)
        assert healthy.stdout == f"{serving.url} is ready\n", healthy.stderr
    assert certificate is not None
    assert certificate["subjectAltName"] == (
        ("DNS", "db.local"),
        ("IP Address", "10.1.2.3"),
        ("DNS", "localhost"),
        ("IP Address", "127.0.0.1"),
        ("IP Address", "0:0:0:0:0:0:0:1"),
    )


def test_keys_are_their_owners_alone(tmp_path: Path) -> None:
    pair = development_pair(tmp_path / "tls", ["a"], time.time())
    assert {path.name: path.stat().st_mode & 0o777 for path in pair.key.parent.iterdir() if "key" in path.name} == {
        "ca-key.pem": 0o600,
        "key.pem": 0o600,
    }
    assert pair.key.parent.stat().st_mode & 0o777 == 0o700


def test_the_authority_stays_and_the_certificate_is_made_anew_when_it_must(tmp_path: Path) -> None:
    """Clients were told of the authority once, and may not have to be told again."""
    now = time.time()
    pair = development_pair(tmp_path, ["a"], now)
    authority, first = (tmp_path / CA).read_bytes(), pair.certificate.read_bytes()
    development_pair(tmp_path, ["a"], now + 300 * DAY_S)
    assert pair.certificate.read_bytes() == first
    development_pair(tmp_path, ["a"], now + 380 * DAY_S)
    renewed = pair.certificate.read_bytes()
    assert renewed != first
    development_pair(tmp_path, ["a", "b"], now + 380 * DAY_S)
    assert pair.certificate.read_bytes() != renewed
    assert (tmp_path / CA).read_bytes() == authority


def test_names_that_cannot_stand_in_a_certificate_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TlsError, match="no certificate can be made for bücher"):
        development_pair(tmp_path, ["bücher"], time.time())
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(TlsError, match="cannot keep a development certificate"):
        development_pair(blocked, ["a"], time.time())
