"""Locks between processes. The kernel releases them when their holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from slipring.storage.contract import StoreLocked
from slipring.storage.file.disk import Disk

_TRIES = 1000
_TRY_SECONDS = 0.005


class FileLock:
    """An exclusive lock on a file of its own.

    flock, not fcntl's record locks: those are lost as soon as their process closes any descriptor of the file.
    """

    __slots__ = ("_disk", "_fd", "_path")

    def __init__(self, disk: Disk, name: str) -> None:
        self._disk = disk
        self._path = disk.directory / name
        self._fd = disk.open(self._path, os.O_RDWR | os.O_CREAT)

    def try_acquire(self) -> bool:
        """Take the lock if nobody holds it."""
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for a while, and wait for it if need be. Raises `StoreLocked` after seconds in vain."""
        for _ in range(_TRIES):
            if self.try_acquire():
                break
            time.sleep(_TRY_SECONDS)
        else:
            raise StoreLocked(f"{self._path}: another process has held this lock for seconds")
        try:
            yield
        finally:
            self.release()

    def release(self) -> None:
        fcntl.flock(self._fd, fcntl.LOCK_UN)

    def close(self) -> None:
        self._disk.close(self._fd)
