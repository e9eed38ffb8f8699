"""The store's directory: what is in it, who has it open, and which format it has."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from slipring.storage.contract import StoreDamaged, StoreLocked, StoreTooNew, StoreUnavailable
from slipring.storage.file.disk import Disk, store_error, sync_directory

FORMAT = "FORMAT"
BASE = "base.mdb"
CONTROL = "control"
COMMIT_LOCK = "commit.lock"
CHECKPOINT_LOCK = "checkpoint.lock"

FORMAT_VERSION = 1

_FORMAT_NEW = "FORMAT.new"
_FORMAT_TEXT = f"slipring file store, format {FORMAT_VERSION}\n"
_FORMAT_PATTERN = re.compile(r"slipring file store, format (\d+)\n\Z")
_BEFORE_FORMAT = frozenset({COMMIT_LOCK, _FORMAT_NEW, "lost+found"})
"""What may be in a directory that is to become a store; the last is in the root of a volume of its own."""

_open_here: set[tuple[int, int]] = set()
"""Device and inode of each directory that this process has open. LMDB must not open one file twice in a process."""


@contextmanager
def claimed(path: Path) -> Iterator[None]:
    """Create the directory unless it exists, and keep this process from opening it again. Raises `StoreError`."""
    try:
        missing = [level for level in (path, *path.parents) if not level.exists()]
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for level in missing:
            sync_directory(level.parent)
        status = path.stat()
        is_store = (path / FORMAT).exists()
        foreign = sorted({entry.name for entry in path.iterdir()} - _BEFORE_FORMAT)
    except (NotADirectoryError, FileExistsError):
        raise StoreUnavailable(f"{path}: not a directory, which a file store is") from None
    except OSError as error:
        raise store_error(error, "open the store's directory", path) from None
    if foreign and not is_store and not (path / FORMAT).exists():
        raise StoreDamaged(f"{path}: not a store: it holds {foreign[0]} and no {FORMAT} file")
    identity = (status.st_dev, status.st_ino)
    if identity in _open_here:
        raise StoreLocked(f"{path}: this process has the store open already")
    _open_here.add(identity)
    try:
        yield
    finally:
        _open_here.discard(identity)


def check_format(disk: Disk) -> None:
    """Read the format's version, or write it in a new store. The caller holds the commit lock.

    Raises `StoreError` or `OSError`.
    """
    path = disk.directory / FORMAT
    try:
        text = path.read_text("ascii", errors="replace")
    except FileNotFoundError:
        _write_format(disk)
        return
    match = _FORMAT_PATTERN.match(text)
    if match is None:
        raise StoreDamaged(f"{path}: does not say which format the store has")
    if int(match[1]) > FORMAT_VERSION:
        raise StoreTooNew(f"{disk.directory}: store format {match[1]} is newer than this version's {FORMAT_VERSION}")


def _write_format(disk: Disk) -> None:
    new = disk.directory / _FORMAT_NEW
    fd = disk.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        disk.write(fd, _FORMAT_TEXT.encode("ascii"), 0)
        disk.sync(fd)
    finally:
        disk.close(fd)
    disk.rename(new, disk.directory / FORMAT)
    disk.sync_directory()
