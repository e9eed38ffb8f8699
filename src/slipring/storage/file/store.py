"""The embedded store: a journal that makes commits durable, layers in memory that answer for it, a base beneath."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from slipring.clock import SystemClock
from slipring.storage.contract import Decide, R, StoreUnavailable
from slipring.storage.file import directory as names
from slipring.storage.file import segments
from slipring.storage.file.base import Base, BaseView
from slipring.storage.file.checkpoints import Checkpointer
from slipring.storage.file.committer import Committer
from slipring.storage.file.control import PUBLISHED, Control
from slipring.storage.file.disk import Disk, store_error
from slipring.storage.file.locks import FileLock
from slipring.storage.file.log import Log
from slipring.storage.file.schedule import Schedule
from slipring.storage.layers import Layer, LayerStack, Pair, Pin, scan

_FINAL_CHECKPOINT_KEYS = 4096
"""Fewer than this are read again at the next opening faster than a checkpoint of them is written at closing."""


class FileStore:
    """A store in a directory, which several processes may have open."""

    def __init__(
        self,
        path: Path,
        *,
        relaxed: bool = False,
        segment_bytes: int = segments.SEGMENT_BYTES,
        disk: Callable[[Path], Disk] = Disk,
    ) -> None:
        self._path = path
        self._relaxed = relaxed
        self._closed = False
        with ExitStack() as opened:
            opened.enter_context(names.claimed(path))
            try:
                self._open(disk(path), segment_bytes, opened)
            except OSError as error:
                raise store_error(error, "open the store", path) from None
            self._release = opened.pop_all()

    def _open(self, disk: Disk, segment_bytes: int, opened: ExitStack) -> None:
        clock = SystemClock()
        lock = FileLock(disk, names.COMMIT_LOCK)
        opened.callback(lock.close)
        with lock.held():
            names.check_format(disk)
            self._base = Base(disk.directory / names.BASE)
            opened.callback(self._base.close)
            control = Control(disk)
            opened.callback(control.close)
            self._log = Log(disk, lock, self._base, control, clock, segment_bytes=segment_bytes, relaxed=self._relaxed)
            opened.callback(self._log.close)
            self._log.recover()
        checkpointer = Checkpointer(disk, self._base, control)
        opened.callback(checkpointer.close)
        self._schedule = Schedule(self._log, checkpointer)
        self._log.before_group = self._schedule.keep_up
        self._committer = Committer(self._log, clock)

    async def get(self, key: bytes) -> bytes | None:
        log = self._log
        if log.words[PUBLISHED] != log.seen:
            log.refresh()
        for layer in log.stack.layers:
            values = layer.values
            if key in values:
                return values[key]
        return self._base.get(key)

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        view = self._log.view()
        layers = self._log.stack.layers
        return [_get(layers, view, key) for key in keys]

    async def scan(self, start: bytes, stop: bytes, *, limit: int, bytes_max: int, reverse: bool = False) -> list[Pair]:
        view = self._log.view()
        stack = self._log.stack
        return scan(stack.layers, view, start, stop, limit, bytes_max, reverse, stack.gaps)

    async def commit(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        if self._closed:
            raise StoreUnavailable("The store is closed.")
        return await self._committer.commit(reads, decide)

    def snapshot(self) -> FileSnapshot:
        view = self._log.view()
        return FileSnapshot(self._log.stack, view)

    def refresh(self) -> None:
        log = self._log
        if log.words[PUBLISHED] != log.seen:
            log.refresh()

    async def start(self) -> None:
        """It was opened with all that it needs."""

    async def catch_up(self) -> None:
        self.refresh()

    def watch(self, prefix: bytes, changed: Callable[[], Any]) -> None:
        self._log.watchers.add(prefix, changed)

    def describe(self) -> dict[str, Any]:
        return {
            "kind": "file",
            "path": str(self._path.resolve()),
            "bytes_on_disk": _bytes_on_disk(self._path),
            "durability": "relaxed" if self._relaxed else "fsync",
            "commits": self._log.commits_landed,
            "groups": self._log.groups_landed,
            "segments_waiting": self._log.backlog(),
        }

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            await self._committer.drain()
            await self._schedule.finish(everything=self._log.keys_in_memory() >= _FINAL_CHECKPOINT_KEYS)
        finally:
            self._release.close()


class FileSnapshot:
    """The store as it was."""

    __slots__ = ("_pin", "_stack", "_view")

    def __init__(self, stack: LayerStack, view: BaseView) -> None:
        self._stack = stack
        self._view = view
        self._pin: Pin | None = stack.pin()

    async def get(self, key: bytes) -> bytes | None:
        return _get(self._pinned().layers, self._view, key)

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        layers = self._pinned().layers
        return [_get(layers, self._view, key) for key in keys]

    async def scan(self, start: bytes, stop: bytes, *, limit: int, bytes_max: int, reverse: bool = False) -> list[Pair]:
        return scan(self._pinned().layers, self._view, start, stop, limit, bytes_max, reverse)

    def close(self) -> None:
        pin, self._pin = self._pin, None
        if pin is not None:
            self._stack.unpin(pin)
            self._view.close()

    def _pinned(self) -> Pin:
        if self._pin is None:
            raise StoreUnavailable("The snapshot is closed.")
        return self._pin


def _get(layers: Sequence[Layer], view: BaseView, key: bytes) -> bytes | None:
    for layer in layers:
        if key in layer.values:
            return layer.values[key]
    return view.get(key)


def _bytes_on_disk(directory: Path) -> int:
    """What the files of a store take; another process may remove one meanwhile."""
    total = 0
    for entry in directory.iterdir():
        with suppress(FileNotFoundError):
            total += entry.stat().st_blocks * 512
    return total
