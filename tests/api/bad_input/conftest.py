"""A raw client of the shared server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.bad_input.raw import RawClient
from tests.servers import ServerThread


@pytest.fixture(scope="session")
def raw(server: ServerThread) -> Iterator[RawClient]:
    client = RawClient(server.port)
    yield client
    client.close()
