"""The calls to the operating system that durability rests on, in one object that a test can replace."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

from slipring.storage.contract import StoreError, StoreFull, StoreReadOnly, StoreUnavailable
from slipring.storage.file.kernel_syncs import KernelSyncs

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


class Disk:
    """The files of one directory. Every method raises `OSError`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def open(self, path: Path, flags: int) -> int:
        """Open a file that only the owner may read, created where `flags` say so."""
        return os.open(path, flags | os.O_CLOEXEC, 0o600)

    def read(self, fd: int, count: int, offset: int) -> bytes:
        """At most `count` bytes; fewer only at the end of the file."""
        return os.pread(fd, count, offset)

    def write(self, fd: int, data: bytes, offset: int) -> None:
        """Write all of `data`, however many calls it takes."""
        written = os.pwrite(fd, data, offset)
        while written < len(data):
            written += os.pwrite(fd, data[written:], offset + written)

    def sync(self, fd: int) -> None:
        """Return when the file's data, and the size needed to read it, would survive a power cut."""
        if hasattr(fcntl, "F_FULLFSYNC"):
            # macOS: fsync leaves the data in the drive's own cache (fsync(2) there).
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
        else:
            os.fdatasync(fd)

    def kernel_syncs(self) -> KernelSyncs | None:
        """How the kernel does what `sync` does beside the event loop; None where it cannot."""
        try:
            return KernelSyncs()
        except OSError:
            return None

    def sync_directory(self) -> None:
        """Return when the directory's entries would survive a power cut."""
        sync_directory(self.directory)

    def rename(self, source: Path, target: Path) -> None:
        source.rename(target)

    def unlink(self, path: Path) -> None:
        path.unlink()

    def close(self, fd: int) -> None:
        os.close(fd)


def sync_directory(path: Path) -> None:
    """Return when a directory's entries would survive a power cut. Raises `OSError`."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def store_error(error: OSError, doing: str, path: Path) -> StoreError:
    """The kind of `StoreError` that an `OSError` is, in one line."""
    message = f"{path}: cannot {doing}: {error.strerror or error}"
    if error.errno in _FULL:
        return StoreFull(message)
    if error.errno in _READ_ONLY:
        return StoreReadOnly(message)
    return StoreUnavailable(message)
