"""The fixtures of pytest-dynamodb, by name, for suites that come from there.

Opt in with `pytest_plugins = ["slipring.testing.pytest_dynamodb"]` in the top `conftest.py`, and let pytest-dynamodb
go. Neither Java nor a port is needed; settings of pytest-dynamodb's are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from slipring.testing.namespace import Namespace
    from slipring.testing.server import Server


@dataclass(frozen=True, slots=True)
class Process:
    """Where the server is reached. It is no process of its own."""

    host: str
    port: int

    def running(self) -> bool:
        return True


@pytest.fixture(scope="session")
def dynamodb_proc(ddb_server: Server) -> Iterator[Process]:
    """The server, as pytest-dynamodb tells of it."""
    url = urlsplit(ddb_server.endpoint_url)
    assert url.hostname is not None and url.port is not None, "a server listens on a host and a port"
    yield Process(url.hostname, url.port)


@pytest.fixture
def dynamodb(ddb: Namespace) -> Any:
    """A boto3 resource whose tables are the test's own, and gone after it."""
    return ddb.resource()
