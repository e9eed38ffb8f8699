"""Disks that record, fail or dawdle, in place of the real one."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

from slipring.storage.file import directory as names
from slipring.storage.file.disk import Disk
from slipring.storage.file.kernel_syncs import KernelSyncs
from slipring.storage.file.segments import SPARE

Event = tuple[str, *tuple[Any, ...]]


class WatchedSyncs(KernelSyncs):
    """The kernel's syncs, with a call before each and a call after."""

    def __init__(self, *, before: Callable[[int], object] = id, after: Callable[[int], object] = id) -> None:
        super().__init__()
        self._before = before
        self._after = after

    async def run(self, fd: int) -> bool:
        self._before(fd)
        ran = await super().run(fd)
        if ran:
            self._after(fd)
        return ran

    @classmethod
    def where_there_are(cls, **calls: Callable[[int], object]) -> WatchedSyncs | None:
        try:
            return cls(**calls)
        except OSError:
            return None


class RecordingDisk(Disk):
    """Notes everything that changes files, so that a test can tell what a power cut at any moment leaves.

    Events: create(name, file), write(file, offset, data), sync(file), rename(old, new), unlink(name),
    sync_directory(), and base(content) for a checkpoint that has become durable.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.events: list[Event] = []
        self._lock = RLock()
        self._files: dict[int, int] = {}
        self._names: dict[str, int] = {}
        self._next_file = 0

    def open(self, path: Path, flags: int) -> int:
        with self._lock:
            fd = super().open(path, flags)
            if path.name not in self._names:
                self._names[path.name] = self._next_file
                self.events.append(("create", path.name, self._next_file))
                self._next_file += 1
            self._files[fd] = self._names[path.name]
            return fd

    def write(self, fd: int, data: bytes, offset: int) -> None:
        with self._lock:
            super().write(fd, data, offset)
            self.events.append(("write", self._files[fd], offset, data))

    def sync(self, fd: int) -> None:
        super().sync(fd)
        self._note_sync(fd)

    def kernel_syncs(self) -> KernelSyncs | None:
        return WatchedSyncs.where_there_are(after=self._note_sync)

    def _note_sync(self, fd: int) -> None:
        self.events.append(("sync", self._files[fd]))

    def rename(self, source: Path, target: Path) -> None:
        with self._lock:
            if target.name == SPARE:
                self.record_base()
            super().rename(source, target)
            self._names[target.name] = self._names.pop(source.name)
            self.events.append(("rename", source.name, target.name))

    def unlink(self, path: Path) -> None:
        with self._lock:
            self.record_base()
            super().unlink(path)
            del self._names[path.name]
            self.events.append(("unlink", path.name))

    def sync_directory(self) -> None:
        super().sync_directory()
        self.events.append(("sync_directory",))

    def record_base(self) -> None:
        """A segment is given up only after the checkpoint that makes it superfluous is durable."""
        self.events.append(("base", (self.directory / names.BASE).read_bytes()))


class Fault(NamedTuple):
    """What goes wrong."""

    method: str
    after: int = 0
    """How many calls go well before."""
    error: int = errno.ENOSPC
    times: int = 1


class FaultyDisk(Disk):
    """Fails as told by `fault`. A write that fails has written half of its data."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.fault: Fault | None = None

    def open(self, path: Path, flags: int) -> int:
        self._fail("open")
        return super().open(path, flags)

    def write(self, fd: int, data: bytes, offset: int) -> None:
        try:
            self._fail("write")
        except OSError:
            os.pwrite(fd, data[: len(data) // 2], offset)
            raise
        super().write(fd, data, offset)

    def sync(self, fd: int) -> None:
        self._fail("sync")
        super().sync(fd)

    def kernel_syncs(self) -> KernelSyncs | None:
        return WatchedSyncs.where_there_are(before=lambda _: self._fail("sync"))

    def rename(self, source: Path, target: Path) -> None:
        self._fail("rename")
        super().rename(source, target)

    def _fail(self, method: str) -> None:
        fault = self.fault
        if fault is None or fault.method != method:
            return
        if fault.after:
            self.fault = fault._replace(after=fault.after - 1)
            return
        self.fault = fault._replace(times=fault.times - 1) if fault.times > 1 else None
        raise OSError(fault.error, os.strerror(fault.error))


class SlowDisk(Disk):
    """A disk whose syncs take some milliseconds, where the kernel does none beside the loop."""

    SYNC_SECONDS = 0.004

    def kernel_syncs(self) -> None:
        return None

    def sync(self, fd: int) -> None:
        super().sync(fd)
        time.sleep(self.SYNC_SECONDS)
