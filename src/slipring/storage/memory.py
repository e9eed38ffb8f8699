"""The `memory` backend: the same layers as on disk with nothing beneath them. Gone when it is closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from slipring.storage.contract import Decide, R, StoreUnavailable
from slipring.storage.decisions import Group
from slipring.storage.layers import BottomLayer, Layer, LayerStack, Pair, Pin, scan
from slipring.storage.store_url import StoreUrl
from slipring.storage.watchers import Watchers


def open_memory(url: StoreUrl) -> MemoryStore:
    """A new, empty store. It has no location, and its durability is what it is."""
    url.refuse_location()
    url.refuse_options("durability")
    return MemoryStore()


def _parted(layers: tuple[Layer, ...]) -> tuple[tuple[Layer, ...], BottomLayer]:
    """The layers over the lowest, and that one."""
    bottom = layers[-1]
    assert isinstance(bottom, BottomLayer)
    return layers[:-1], bottom


class MemoryStore:
    """A store in this process's memory. Every commit is done at once: nothing ever waits."""

    def __init__(self) -> None:
        self._stack = LayerStack(BottomLayer())
        self._watchers = Watchers()
        self._commits = 0
        self._closed = False

    async def get(self, key: bytes) -> bytes | None:
        return self._get(key)

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        return list(map(self._get, keys))

    async def scan(self, start: bytes, stop: bytes, *, limit: int, bytes_max: int, reverse: bool = False) -> list[Pair]:
        self._check_open()
        return scan(*_parted(self._stack.layers), start, stop, limit, bytes_max, reverse, self._stack.gaps)

    async def commit(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        self._check_open()
        group = Group(self._get)
        result = group.decide(reads, decide)
        puts = group.fold_counts()
        if puts:
            self._watchers.notify(puts)
            self._stack.put_all(puts)
            self._commits += 1
        return result

    def snapshot(self) -> MemorySnapshot:
        self._check_open()
        return MemorySnapshot(self._stack)

    async def start(self) -> None:
        """It is there."""

    def refresh(self) -> None:
        """Nobody else writes here."""

    async def catch_up(self) -> None:
        """Nobody else writes here."""

    def watch(self, prefix: bytes, changed: Callable[[], Any]) -> None:
        self._watchers.add(prefix, changed)

    def describe(self) -> dict[str, Any]:
        return {"kind": "memory", "path": None, "bytes_on_disk": 0, "durability": "none", "commits": self._commits}

    async def close(self) -> None:
        self._closed = True
        self._stack = LayerStack(BottomLayer())

    def _get(self, key: bytes) -> bytes | None:
        for layer in self._stack.layers:
            if key in layer.values:
                return layer.values[key]
        if self._closed:
            self._check_open()
        return None

    def _check_open(self) -> None:
        if self._closed:
            raise StoreUnavailable("The store is closed.")


class MemorySnapshot:
    """The store as it was."""

    __slots__ = ("_pin", "_stack")

    def __init__(self, stack: LayerStack) -> None:
        self._stack = stack
        self._pin: Pin | None = stack.pin()

    async def get(self, key: bytes) -> bytes | None:
        for layer in self._layers():
            if key in layer.values:
                return layer.values[key]
        return None

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        return [await self.get(key) for key in keys]

    async def scan(self, start: bytes, stop: bytes, *, limit: int, bytes_max: int, reverse: bool = False) -> list[Pair]:
        return scan(*_parted(self._layers()), start, stop, limit, bytes_max, reverse)

    def close(self) -> None:
        pin, self._pin = self._pin, None
        if pin is not None:
            self._stack.unpin(pin)

    def _layers(self) -> tuple[Layer, ...]:
        if self._pin is None:
            raise StoreUnavailable("The snapshot is closed.")
        return self._pin.layers
