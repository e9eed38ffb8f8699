"""One fixture, `backend`, runs a test over every backend."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from slipring.storage.backends import open_store
from slipring.storage.contract import Store

T = TypeVar("T")


@dataclass(frozen=True)
class Backend:
    """A place for one store."""

    address: str
    durable: bool

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


ADDRESSES = {
    "memory": "memory:",
    "file": "file:{path}",
    "file, small segments": "file:{path}?segment_bytes=4096",
    "file, relaxed": "file:{path}?durability=relaxed",
}


def _backend(name: str, directory: Path) -> Backend:
    return Backend(ADDRESSES[name].format(path=directory / "store"), durable=name != "memory")


@pytest.fixture(params=ADDRESSES)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """Every backend in turn."""
    yield _backend(request.param, tmp_path)


@pytest.fixture(params=[name for name in ADDRESSES if name != "memory"])
def durable_backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """Every backend that keeps its data."""
    yield _backend(request.param, tmp_path)
