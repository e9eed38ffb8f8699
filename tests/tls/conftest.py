"""`authority` signs certificates for all tests; `server` is one server with a certificate of its."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import ServerThread
from tests.tls.authorities import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "ours")


@pytest.fixture(scope="session")
def server(authority: Authority) -> Iterator[ServerThread]:
    pair = authority.pair("server")
    with ServerThread(tls_certificate=str(pair.certificate), tls_key=str(pair.key)) as server:
        yield server
