"""`server` is one server for all tests that need no limits of their own; `serve` starts one with given limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from slipring.edge.limits import Limits
from tests.edge.scripted import Server
from tests.edge.wire import Client

Serve = Callable[[Limits], Server]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with closing(Server()) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with server.client() as connected:
        yield connected


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda limits: stack.enter_context(closing(Server(limits)))
