"""The base: everything up to some group of the journal, in a B-tree on disk.

LMDB, written by checkpoints alone, each of them one transaction that is synced before it returns. LMDB writes changed
pages to free places and then switches its root, so at every moment the file holds one whole checkpoint, and its
readers never wait.
"""

from __future__ import annotations

from bisect import bisect_left
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
from slipring.storage.file import long_keys
from slipring.storage.file.long_keys import DIRECT_BYTES, Databases, Transaction
from slipring.storage.layers import Pair

_MAP_BYTES_MAX = 1 << 40
_MAP_BYTES_MIN = 1 << 28
_READERS_MAX = 1024
_APPLIED = b"applied"
_SEQUENCE = Struct(">Q")


class Base:
    """The B-tree, and the newest sequence that it holds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._env = _open(path)
        self.databases = Databases(
            self._env.open_db(b"entries"), self._env.open_db(b"tails"), self._env.open_db(b"meta")
        )
        self._env.reader_check()

    def get(self, key: bytes) -> bytes | None:
        """The newest value of a key.

        A transaction for each read costs a twentieth of a microsecond; one kept open would keep LMDB from using the
        pages of later checkpoints again for as long as this process is idle.
        """
        txn = self._env.begin(self.databases.entries)
        if len(key) <= DIRECT_BYTES:
            return txn.get(key)
        return long_keys.get(txn, self.databases, key)

    def view(self) -> BaseView:
        """Everything as of the newest checkpoint."""
        return BaseView(self._env.begin(self.databases.entries), self.databases)

    def begin(self) -> Transaction:
        """A transaction for a checkpoint; the thread that begins it must end it."""
        self._env.reader_check()
        return self._env.begin(self.databases.entries, write=True)

    def set_applied(self, txn: Transaction, sequence: int) -> None:
        txn.put(_APPLIED, _SEQUENCE.pack(sequence), db=self.databases.meta)

    def bytes_on_disk(self) -> int:
        return self._path.stat().st_size

    def close(self) -> None:
        self._env.close()


class BaseView:
    """The base as of one checkpoint, for as long as it is held."""

    __slots__ = ("_databases", "_txn")

    def __init__(self, txn: Transaction, databases: Databases) -> None:
        self._txn = txn
        self._databases = databases

    def applied(self) -> int:
        """The newest sequence that this view holds."""
        value = self._txn.get(_APPLIED, db=self._databases.meta)
        return int(_SEQUENCE.unpack(value)[0]) if value else 0

    def get(self, key: bytes) -> bytes | None:
        return long_keys.get(self._txn, self._databases, key)

    def pairs(self, start: bytes, stop: bytes, count: int, *, reverse: bool) -> list[Pair]:
        if long_keys.has_nodes(self._txn, self._databases):
            return list(islice(long_keys.walk(self._txn, self._databases, start, stop, reverse=reverse), count))
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
