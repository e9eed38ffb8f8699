"""The pytest plugin: fixtures for tests of code that uses DynamoDB.

pytest loads it wherever Slipring is installed, so it imports nothing of Slipring before a fixture is used.
"""

from __future__ import annotations

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


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)


def pytest_itemcollected(item: pytest.Item) -> None:
    """The marker alone is enough to have the fixture."""
    if item.get_closest_marker("ddb") and "ddb" not in getattr(item, "fixturenames", ["ddb"]):
        item.fixturenames.insert(0, "ddb")  # type: ignore[attr-defined]


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
    with Server(around=namespaces.around) as server:
        yield server


@pytest.fixture(scope="session")
def ddb_session(request: pytest.FixtureRequest, ddb_server: Server) -> Iterator[Namespace]:
    """A namespace that lasts as long as the session, for tables that are made once. The environment leads every AWS
    SDK there, except in tests that use `ddb`; its own clients lead there always."""
    from slipring.testing.namespace import Namespace
    from slipring.testing.namespaces import SESSION, SESSION_KEY

    namespaces = request.config.stash[_ROUTER]
    with pytest.MonkeyPatch.context() as patch:
        _point_sdks(patch, ddb_server)
        yield Namespace(ddb_server, SESSION, namespaces.requests[SESSION], SESSION_KEY)


@pytest.fixture
def ddb(request: pytest.FixtureRequest, ddb_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Namespace]:
    """A namespace of the test's own, gone afterwards. The environment leads every AWS SDK there."""
    from slipring.testing.clients import ACCESS_KEY
    from slipring.testing.marks import prepare
    from slipring.testing.namespace import Namespace

    namespaces = request.config.stash[_ROUTER]
    name = namespaces.enter()
    namespace = Namespace(ddb_server, name, namespaces.requests[name], ACCESS_KEY)
    request.node.stash[_NAMESPACE] = namespace
    _point_sdks(monkeypatch, ddb_server)
    try:
        prepare(namespace, request.node.iter_markers("ddb"))
        yield namespace
    finally:
        namespaces.leave(name)
        namespace.close()


def _point_sdks(patch: pytest.MonkeyPatch, server: Server) -> None:
    from slipring.testing.environment import UNWANTED, variables

    for name, value in variables(server.endpoint()).items():
        patch.setenv(name, value)
    for name in UNWANTED:
        patch.delenv(name, raising=False)
