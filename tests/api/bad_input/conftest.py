"""Raw clients: of the shared server, and of one that may be made a mess of."""

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


@pytest.fixture(scope="module")
def client() -> Iterator[RawClient]:
    """Of a server of its own, whose tables no other test needs."""
    with ServerThread() as server:
        client = RawClient(server.port)
        yield client
        client.close()
