"""An archive in a directory."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from slipring.engine.archive.destinations import PARTIAL, ArchiveError, ObjectTaken

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}
"""How file systems say that they have no hard links: FAT, and many that are mounted over a network."""


class Directory:
    """Files in a directory, which is made when it is first written to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, name: str, data: bytes) -> None:
        path = self._path / name
        with _reported(f"cannot write {path}"), self._written(path, data) as partial:
            partial.replace(path)

    def create(self, name: str, data: bytes) -> None:
        """A link is made or not, whoever else tries, on this machine or through NFS. Where there are no links, only
        what is there already is not overwritten."""
        path = self._path / name
        with _reported(f"cannot write {path}"), self._written(path, data) as partial:
            try:
                path.hardlink_to(partial)
            except FileExistsError:
                self._check_is_same(path, data)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                if path.exists():
                    self._check_is_same(path, data)
                else:
                    partial.replace(path)

    @staticmethod
    def _check_is_same(path: Path, data: bytes) -> None:
        if path.read_bytes() != data:
            raise ObjectTaken(f"{path} is there already")

    @contextmanager
    def _written(self, path: Path, data: bytes) -> Iterator[Path]:
        """A partial file with the data on the disk, to be given the path as its name."""
        partials = self._path / PARTIAL
        for directory in (partials, path.parent):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Its owner's alone, wherever it is: all that is in the store is in an archive.
        descriptor, name = tempfile.mkstemp(dir=partials)
        partial = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            yield partial
        finally:
            partial.unlink(missing_ok=True)
        _sync_directory(path.parent)

    def get(self, name: str) -> bytes:
        with _reported(f"cannot read {self._path / name}"):
            return (self._path / name).read_bytes()

    def names(self, prefix: str) -> list[str]:
        folder = self._path / prefix.rpartition("/")[0]
        with _reported(f"cannot list {folder}"):
            files = [path for path in folder.rglob("*") if path.is_file()]
            found = [path.relative_to(self._path).as_posix() for path in files]
        wants_partial = prefix.startswith(PARTIAL)
        return sorted(name for name in found if name.startswith(prefix) and name.startswith(PARTIAL) == wants_partial)

    def delete(self, name: str) -> None:
        with _reported(f"cannot delete {self._path / name}"):
            (self._path / name).unlink(missing_ok=True)


@contextmanager
def _reported(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ArchiveError(f"{what}: {error.strerror or error}") from None


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
