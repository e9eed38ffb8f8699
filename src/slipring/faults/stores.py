"""Stores that are not as they should be, over one that is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from slipring.faults.effects import StoreFate
from slipring.storage.contract import (
    Decide,
    R,
    Reader,
    Snapshot,
    Store,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
)

_ERRORS: dict[StoreFate, type[StoreError]] = {
    "unavailable": StoreUnavailable,
    "busy": StoreBusy,
    "full": StoreFull,
    "read-only": StoreReadOnly,
    "damaged": StoreDamaged,
}
_FAILING_WRITES_ONLY: tuple[StoreFate, ...] = ("full", "read-only")

Pair = tuple[bytes, bytes]

_VIEWS_MAX = 256
"""How many states of the past are kept; of more, the oldest is forgotten, and reads are less behind than asked."""


class _View:
    """A store of which something is not what it is."""

    def __init__(self, store: Store, reader: Reader) -> None:
        self._store = store
        self._reader = reader

    async def get(self, key: bytes) -> bytes | None:
        return await self._reader.get(key)

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        return await self._reader.get_many(keys)

    async def scan(self, start: bytes, stop: bytes, *, limit: int, bytes_max: int, reverse: bool = False) -> list[Pair]:
        return await self._reader.scan(start, stop, limit=limit, bytes_max=bytes_max, reverse=reverse)

    async def commit(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        return await self._store.commit(reads, decide)

    def snapshot(self) -> Snapshot:
        return self._store.snapshot()

    async def start(self) -> None:
        """Who opened the store has started it."""

    def refresh(self) -> None:
        self._store.refresh()

    async def catch_up(self) -> None:
        await self._store.catch_up()

    def watch(self, prefix: bytes, changed: Callable[[], Any]) -> None:
        self._store.watch(prefix, changed)

    def describe(self) -> dict[str, Any]:
        return self._store.describe()

    async def close(self) -> None:
        """Who opened the store closes it."""


class BrokenStore(_View):
    """Fails, as a rule says."""

    def __init__(self, store: Store, fate: StoreFate) -> None:
        super().__init__(store, store)
        self._error = _ERRORS[fate]("A fault rule has the store fail.")
        self._reads_too = fate not in _FAILING_WRITES_ONLY

    async def get(self, key: bytes) -> bytes | None:
        self._read()
        return await super().get(key)

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        self._read()
        return await super().get_many(keys)

    async def scan(self, start: bytes, stop: bytes, *, limit: int, bytes_max: int, reverse: bool = False) -> list[Pair]:
        self._read()
        return await super().scan(start, stop, limit=limit, bytes_max=bytes_max, reverse=reverse)

    async def commit(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        raise self._error

    def snapshot(self) -> Snapshot:
        self._read()
        return super().snapshot()

    def _read(self) -> None:
        if self._reads_too:
            raise self._error


class _Kept:
    """A snapshot that whoever borrows it does not close."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.get = snapshot.get
        self.get_many = snapshot.get_many
        self.scan = snapshot.scan

    def close(self) -> None:
        """The past closes it."""


class StaleStore(_View):
    """Reads what was there once."""

    def __init__(self, store: Store, then: Snapshot) -> None:
        super().__init__(store, then)
        self._then = then

    def snapshot(self) -> Snapshot:
        return _Kept(self._then)


class Past:
    """What the store held until each of the last writes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._states: deque[tuple[float, Snapshot]] = deque()

    def keep(self, now: float, lag_s: float) -> None:
        """A write is about to change what is there; nobody will ask for what is older than `lag_s`."""
        while self._states and not now - lag_s < self._states[0][0] <= now:
            self._states.popleft()[1].close()
        if len(self._states) >= _VIEWS_MAX:
            self._states.popleft()[1].close()
        self._states.append((now, self._store.snapshot()))

    def at(self, then: float, now: float) -> Store:
        """The store as it was then."""
        for ended, snapshot in self._states:
            # States from a time to come were kept before the clock was set back.
            if then < ended <= now:
                return StaleStore(self._store, snapshot)
        return self._store

    def forget(self) -> None:
        while self._states:
            self._states.popleft()[1].close()
