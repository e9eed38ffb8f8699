"""The pytest plugin: fixtures for tests of code that uses DynamoDB.

pytest loads it wherever Slipring is installed, so it imports nothing of Slipring before a fixture is used, or
`ddb_autouse` is asked for.
"""

from __future__ import annotations

import socket
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from slipring.testing.namespace import Namespace
    from slipring.testing.server import Server

_MARKER = (
    "ddb(template=file, seed=directory, latency=seconds): give the test a DynamoDB namespace of its own, prepared so"
    " (Slipring)"
)
_NAMESPACE = pytest.StashKey["Namespace"]()
_ROUTER = pytest.StashKey[Any]()
_RESERVED = pytest.StashKey[socket.socket]()
AUTOUSE = "ddb_autouse"
"""The setting of pytest's configuration."""
_AUTOUSE_HELP = (
    "Every test has the fixture ddb without asking for it, and the environment leads AWS SDKs to Slipring before"
    " anything is imported, so that clients which modules make when they are imported lead there too (Slipring)"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(AUTOUSE, _AUTOUSE_HELP, type="bool", default=False)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """The first conftest.py may import code that makes its clients at once."""
    _reserve(early_config)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)
    _reserve(config)


def _reserve(config: pytest.Config) -> None:
    """With `ddb_autouse`, take the port on which the server will listen once a test runs. Workers of xdist come by
    here too, each with a port of its own."""
    if _RESERVED in config.stash or not config.getini(AUTOUSE):
        return
    from slipring.testing.environment import lead_to_reserved

    bound = config.stash[_RESERVED] = socket.socket()
    config.add_cleanup(bound.close)
    bound.setblocking(False)
    bound.bind(("127.0.0.1", 0))
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    lead_to_reserved(bound, patch)


def pytest_itemcollected(item: pytest.Item) -> None:
    """The marker alone is enough to have the fixture. Nobody who has `ddb_session` is led away from there."""
    names: list[str] = getattr(item, "fixturenames", ["ddb"])
    is_wanted = item.config.getini(AUTOUSE) and "ddb_session" not in names
    if "ddb" not in names and (is_wanted or item.get_closest_marker("ddb")):
        names.insert(0, "ddb")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails tells what it asked for."""
    report = yield
    namespace = item.stash.get(_NAMESPACE, None)
    if report.failed and namespace is not None and len(namespace.requests):
        report.sections.append(("DynamoDB requests", str(namespace.requests)))
    return report


@pytest.fixture(scope="session")
def ddb_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A DynamoDB server in this process, in memory, for all tests."""
    from slipring.testing.namespaces import Namespaces
    from slipring.testing.server import Server

    namespaces = request.config.stash[_ROUTER] = Namespaces()
    with Server(around=namespaces.around, listening=request.config.stash.get(_RESERVED, None)) as server:
        yield server


@pytest.fixture(scope="session")
def ddb_session(request: pytest.FixtureRequest, ddb_server: Server) -> Iterator[Namespace]:
    """A namespace that lasts as long as the session, for tables that are made once. The environment leads every AWS
    SDK there, except in tests that use `ddb`; its own clients lead there always."""
    from slipring.testing.environment import lead_to
    from slipring.testing.namespace import Namespace
    from slipring.testing.namespaces import SESSION, SESSION_KEY

    namespaces = request.config.stash[_ROUTER]
    with pytest.MonkeyPatch.context() as patch:
        lead_to(ddb_server.endpoint(), patch)
        yield Namespace(ddb_server, SESSION, namespaces.requests[SESSION], SESSION_KEY)


@pytest.fixture
def ddb(request: pytest.FixtureRequest, ddb_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Namespace]:
    """A namespace of the test's own, gone afterwards. The environment leads every AWS SDK there."""
    from slipring.testing.clients import ACCESS_KEY
    from slipring.testing.environment import lead_to
    from slipring.testing.marks import prepare
    from slipring.testing.namespace import Namespace

    namespaces = request.config.stash[_ROUTER]
    name = namespaces.enter()
    namespace = Namespace(ddb_server, name, namespaces.requests[name], ACCESS_KEY)
    request.node.stash[_NAMESPACE] = namespace
    lead_to(ddb_server.endpoint(), monkeypatch)
    try:
        prepare(namespace, request.node.iter_markers("ddb"))
        yield namespace
    finally:
        namespaces.leave(name)
        namespace.close()
