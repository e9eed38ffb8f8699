"""The base: everything up to some group of the journal, in a B-tree on disk.

LMDB, written by checkpoints alone, each of them one transaction that is synced before it returns. LMDB writes changed
pages to free places and then switches its root, so at every moment the file holds one whole checkpoint, and its
readers never wait.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import partial
from itertools import islice
from pathlib import Path
from struct import Struct

import lmdb

from slipring.storage.contract import (
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
    StoreUnavailable,
)
from slipring.storage.file import long_keys, segments
from slipring.storage.file.long_keys import DIRECT_BYTES, Databases, Transaction
from slipring.storage.file.place import Place
from slipring.storage.layers import Pair

_MAP_BYTES_MAX = 1 << 40
_MAP_BYTES_MIN = 1 << 28
_READERS_MAX = 1024
_DATABASES = [name.encode("ascii") for name in Databases._fields]
_APPLIED = b"applied"
_PLACE = Struct(">QQQ")
_BEGINNING = Place(sequence=0, segment=1, offset=segments.HEADER_BYTES)


class Base:
    """The B-tree, and the newest sequence that it holds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._env = _open(path)
        try:
            with self._env.begin(write=True) as txn:
                self.databases = Databases(*[self._env.open_db(name, txn=txn) for name in _DATABASES])
        except lmdb.Error as error:
            self._env.close()
            raise base_error(error, path) from None
        self._begin = partial(self._env.begin, self.databases.entries)
        self._env.reader_check()

    def get(self, key: bytes) -> bytes | None:
        """The newest value of a key. Raises `StoreError`.

        A transaction for each read costs a tenth of a microsecond. One kept open would, for as long as this process
        is idle, keep LMDB from using again the pages that later checkpoints free.
        """
        try:
            if len(key) <= DIRECT_BYTES:
                return self._begin().get(key)
            return long_keys.get(self._begin(), self.databases, key)
        except lmdb.Error as error:
            raise base_error(error, self._path) from None

    def view(self) -> BaseView:
        """Everything as of the newest checkpoint. Raises `StoreError`."""
        try:
            return BaseView(self._begin(), self.databases, self._path)
        except lmdb.Error as error:
            raise base_error(error, self._path) from None

    def begin(self) -> Transaction:
        """A transaction for a checkpoint; the thread that begins it must end it."""
        self._env.reader_check()
        return self._begin(write=True)

    def set_applied(self, txn: Transaction, place: Place) -> None:
        txn.put(_APPLIED, _PLACE.pack(*place), db=self.databases.meta)

    def close(self) -> None:
        self._env.close()


class BaseView:
    """The base as of one checkpoint, for as long as it is held. Reads raise `StoreError`."""

    __slots__ = ("_databases", "_path", "_txn")

    def __init__(self, txn: Transaction, databases: Databases, path: Path) -> None:
        self._txn = txn
        self._databases = databases
        self._path = path

    def applied(self) -> Place:
        """The place up to which this view holds everything."""
        value = self._txn.get(_APPLIED, db=self._databases.meta)
        return Place._make(_PLACE.unpack(value)) if value else _BEGINNING

    def checkpoint(self) -> int:
        """A number that grows with every checkpoint."""
        return self._txn.id()

    def get(self, key: bytes) -> bytes | None:
        try:
            return long_keys.get(self._txn, self._databases, key)
        except lmdb.Error as error:
            raise base_error(error, self._path) from None

    def pairs(self, start: bytes, stop: bytes, count: int, *, reverse: bool) -> list[Pair]:
        try:
            if long_keys.has_nodes(self._txn, self._databases):
                return list(islice(long_keys.walk(self._txn, self._databases, start, stop, reverse=reverse), count))
            return self._short_pairs(start, stop, count, reverse)
        except lmdb.Error as error:
            raise base_error(error, self._path) from None

    def _short_pairs(self, start: bytes, stop: bytes, count: int, reverse: bool) -> list[Pair]:
        """`pairs` where no key is long."""
        cursor = self._txn.cursor()
        if not long_keys.place(cursor, (stop if reverse else start)[: DIRECT_BYTES + 1], reverse=reverse):
            return []
        found = list(islice(cursor.iterprev() if reverse else cursor.iternext(), count))
        if reverse:
            while found and found[-1][0] < start:
                found.pop()
        elif found[-1][0] >= stop:
            del found[bisect_left(found, (stop,)) :]
        return found

    def close(self) -> None:
        self._txn.abort()


def _open(path: Path) -> lmdb.Environment:
    """Open or create the file under a map far larger than it.

    Address space costs nothing and the file grows as it is written, so the map never has to be enlarged under the
    feet of readers and other processes. Where address space is limited, the map is as large as it may be.
    """
    map_bytes = _MAP_BYTES_MAX
    while True:
        try:
            return lmdb.open(
                str(path), map_size=map_bytes, subdir=False, mode=0o600, max_dbs=3, max_readers=_READERS_MAX,
                max_spare_txns=4, readahead=False,
            )  # fmt: skip
        except lmdb.MemoryError as error:
            map_bytes //= 2
            if map_bytes < _MAP_BYTES_MIN:
                raise base_error(error, path) from None
        except lmdb.Error as error:
            raise base_error(error, path) from None


def base_error(error: lmdb.Error, path: Path) -> StoreError:
    """The kind of `StoreError` that an error of LMDB's is."""
    message = f"{path}: {error}"
    if isinstance(error, lmdb.VersionMismatchError):
        return StoreTooNew(message)
    if isinstance(error, lmdb.CorruptedError | lmdb.InvalidError | lmdb.PageNotFoundError):
        return StoreDamaged(message)
    if isinstance(error, lmdb.MapFullError | lmdb.DiskError):
        return StoreFull(message)
    if isinstance(error, lmdb.ReadonlyError):
        return StoreReadOnly(message)
    return StoreUnavailable(message)
