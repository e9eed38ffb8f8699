"""One fixture, `backend`, runs a test over every backend."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from slipring.storage.backends import open_store
from slipring.storage.contract import VALUE_BYTES_MAX, Store
from slipring.storage.postgresql.profiles import PROFILES
from tests.postgres_servers import OWN_SERVER, fresh_address

T = TypeVar("T")


@dataclass(frozen=True)
class Backend:
    """A place for one store."""

    address: str
    durable: bool
    value_bytes_max: int = VALUE_BYTES_MAX

    def open(self) -> Store:
        return open_store(self.address)

    def run(self, scenario: Callable[[Store], Awaitable[T]]) -> T:
        """Open the store, run the scenario on it, close it."""
        return asyncio.run(self._run(scenario))

    async def _run(self, scenario: Callable[[Store], Awaitable[T]]) -> T:
        store = self.open()
        try:
            return await scenario(store)
        finally:
            await store.close()


DSQL_VALUE_BYTES_MAX = 1 << 20
"""Aurora DSQL takes no larger ones."""
LOCAL_ADDRESSES = {
    "memory": "memory:",
    "file": "file:{path}",
    "file, small segments": "file:{path}?segment_bytes=4096",
    "file, relaxed": "file:{path}?durability=relaxed",
}
OTHER_PROFILES = PROFILES.keys() - {"postgresql"} - ({"citus"} if OWN_SERVER else set())
"""Citus has a stand-in on the server that the tests start themselves."""
if OWN_SERVER and "profile=" in OWN_SERVER:
    OTHER_PROFILES = set()
ADDRESSES = {
    **LOCAL_ADDRESSES,
    "postgresql": "{postgresql}",
    **{f"{profile} statements": "{postgresql}&profile=" + profile for profile in sorted(OTHER_PROFILES)},
}
"""The statements for other servers that speak PostgreSQL run on PostgreSQL too."""


def make_backend(name: str, directory: Path) -> Backend:
    """A place for a new store, in a directory if it is on this machine."""
    address = ADDRESSES[name]
    if name in LOCAL_ADDRESSES:
        return Backend(address.format(path=directory / "store"), durable=name != "memory")
    of_dsql = name.startswith("dsql")
    return Backend(
        address.format(postgresql=fresh_address()), True, DSQL_VALUE_BYTES_MAX if of_dsql else VALUE_BYTES_MAX
    )


@pytest.fixture(params=ADDRESSES)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """Every backend in turn."""
    yield make_backend(request.param, tmp_path)


@pytest.fixture(params=[name for name in ADDRESSES if name != "memory"])
def durable_backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """Every backend that keeps its data."""
    yield make_backend(request.param, tmp_path)


@pytest.fixture(params=["memory", "file", "postgresql"])
def one_of_each(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """A backend of each kind, for what is more likely to differ between kinds than between two of one kind."""
    yield make_backend(request.param, tmp_path)


@pytest.fixture(params=LOCAL_ADDRESSES)
def local_backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """Every backend that answers from this machine."""
    yield make_backend(request.param, tmp_path)
