"""The store that seals what is written to the one beneath, and opens what is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from slipring.storage.contract import SEALED, Decide, R, Reader, Snapshot, Store, StoreDamaged, Writes
from slipring.storage.encryption.ciphers import HEADER_BYTES, OVERHEAD_BYTES, table_of
from slipring.storage.encryption.data_keys import DataKeys

Pair = tuple[bytes, bytes]

_USUAL_BYTES = 64
"""Most values are longer. A page of shorter ones is read twice."""

UNREADABLE = b"\xff" + bytes(4) + b"\xff" * 59
"""What a scan answers for a value that does not open: nothing whose checksum is right, be it an item (of no size) or a
record of the journal. So who reads it gets an error, and a scrub can name it and go on."""

_RENEWED_PER_COMMIT = 128
_RENEWED_BYTES_PER_COMMIT = 1024 * 1024


class Stretch(NamedTuple):
    """What became of a stretch of values."""

    next: bytes | None
    """Where to go on; None at the end."""
    renewed: int


class _KeyMissing(Exception):
    """A commit needs one of a table's data keys first: that of a value with this header, or the newest."""

    def __init__(self, table: bytes, header: bytes | None) -> None:
        super().__init__()
        self.table = table
        self.header = header


class EncryptedReader:
    """Opens what it reads."""

    def __init__(self, reader: Reader, keys: DataKeys) -> None:
        self._reader = reader
        self._keys = keys
        self._known = keys.known

    async def get(self, key: bytes) -> bytes | None:
        value = await self._reader.get(key)
        if value is None or (table := table_of(key)) is None:
            return value
        cipher = self._known.get(table + value[:HEADER_BYTES])
        return (cipher or await self._keys.find(table, value[:HEADER_BYTES])).open(key, value)

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        values = await self._reader.get_many(keys)
        found: list[bytes | None] = []
        for key, value in zip(keys, values, strict=True):
            table = table_of(key)
            if value is not None and table is not None:
                cipher = self._known.get(table + value[:HEADER_BYTES])
                value = (cipher or await self._keys.find(table, value[:HEADER_BYTES])).open(key, value)
            found.append(value)
        return found

    async def scan(self, start: bytes, stop: bytes, *, limit: int, bytes_max: int, reverse: bool = False) -> list[Pair]:
        if not _may_be_sealed(start, stop):
            return await self._reader.scan(start, stop, limit=limit, bytes_max=bytes_max, reverse=reverse)
        # `bytes_max` is of values as they were written, and the store beneath counts them sealed.
        more = OVERHEAD_BYTES * min(limit, bytes_max // _USUAL_BYTES + 1)
        while True:
            found = await self._reader.scan(start, stop, limit=limit, bytes_max=bytes_max + more, reverse=reverse)
            count = _within(found, bytes_max)
            if count or len(found) >= limit or sum([len(value) for _, value in found]) < bytes_max + more:
                return await self._opened(found[: count or len(found)])
            more *= 4

    async def _opened(self, pairs: Sequence[Pair]) -> list[Pair]:
        opened = []
        for key, value in pairs:
            table = table_of(key)
            if table is not None:
                try:
                    cipher = self._known.get(table + value[:HEADER_BYTES])
                    value = (cipher or await self._keys.find(table, value[:HEADER_BYTES])).open(key, value)
                except StoreDamaged:
                    value = UNREADABLE
            opened.append((key, value))
        return opened


class EncryptedStore(EncryptedReader):
    """A whole store, over another that is started already."""

    def __init__(self, store: Store, keys: DataKeys) -> None:
        super().__init__(store, keys)
        self._store = store
        # Nothing here concerns values.
        self.start = store.start
        self.refresh = store.refresh
        self.catch_up = store.catch_up
        self.close = store.close

    async def commit(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        def decide_sealed(old: Sequence[bytes | None]) -> Writes[R]:
            opened = [None if value is None else self._open(key, value) for key, value in zip(reads, old, strict=True)]
            writes = decide(opened)
            puts = {key: None if value is None else self._close(key, value) for key, value in writes.puts.items()}
            return Writes(puts, writes.counts, writes.result)

        return await self._landed(reads, decide_sealed)

    async def _landed(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        """What comes of a commit to the store beneath that may need data keys first."""
        while True:
            try:
                return await self._store.commit(reads, decide)
            except _KeyMissing as missing:
                if missing.header is None:
                    await self._keys.load(missing.table)
                else:
                    await self._keys.find(missing.table, missing.header)

    def snapshot(self) -> Snapshot:
        return _EncryptedSnapshot(self._store.snapshot(), self._keys)

    def watch(self, prefix: bytes, changed: Callable[[], Any]) -> None:
        self._store.watch(prefix, changed)

    def describe(self) -> dict[str, Any]:
        return self._store.describe()

    async def rotate(self) -> int:
        """Give every table a new data key; how many tables there are."""
        return await self._keys.rotate()

    async def newest_numbers(self) -> dict[bytes, int]:
        """Of each table that has data keys, by its id, the number of the newest: 0 for the first."""
        return await self._keys.newest_numbers()

    async def renew(self, table: bytes, start: bytes, stop: bytes) -> Stretch:
        """Seal what lies in a stretch of a table's values with its newest data key, where it is sealed with another.

        A value that does not open stays as it is: a scrub names it. Raises StoreError."""
        while (newest := self._keys.newest.get(table)) is None:
            await self._keys.load(table)
        found = await self._store.scan(start, stop, limit=_RENEWED_PER_COMMIT, bytes_max=_RENEWED_BYTES_PER_COMMIT)
        old = [pair for pair in found if not pair[1].startswith(newest.header)]
        renewed = await self._renewed(table, old) if old else 0
        read_bytes = sum([len(value) for _, value in found])
        ended = len(found) < _RENEWED_PER_COMMIT and read_bytes < _RENEWED_BYTES_PER_COMMIT
        return Stretch(None if ended else found[-1][0] + b"\x00", renewed)

    async def _renewed(self, table: bytes, old: Sequence[Pair]) -> int:
        """How many of these values were sealed anew, as they are by then."""
        readable = set()
        for header in {value[:HEADER_BYTES] for _, value in old}:
            with suppress(StoreDamaged):
                await self._keys.find(table, header)
                readable.add(header)
        keys = [key for key, value in old if value[:HEADER_BYTES] in readable]

        def decide(values: Sequence[bytes | None]) -> Writes[int]:
            puts: dict[bytes, bytes | None] = {}
            for key, value in zip(keys, values, strict=True):
                newest = self._keys.newest.get(table)
                if newest is None:
                    raise _KeyMissing(table, None)
                if value is not None and not value.startswith(newest.header):
                    with suppress(StoreDamaged):
                        puts[key] = newest.close(key, self._open(key, value))
            return Writes(puts, None, len(puts))

        return await self._landed(keys, decide)

    async def seal_again(self) -> int:
        """Seal all data keys with the first master key; how many tables there are. Raises StoreDamaged."""
        return await self._keys.seal_again()

    def _open(self, key: bytes, value: bytes) -> bytes:
        table = table_of(key)
        if table is None:
            return value
        cipher = self._known.get(table + value[:HEADER_BYTES])
        if cipher is None:
            raise _KeyMissing(table, value[:HEADER_BYTES])
        return cipher.open(key, value)

    def _close(self, key: bytes, value: bytes) -> bytes:
        table = table_of(key)
        if table is None:
            return value
        cipher = self._keys.newest.get(table)
        if cipher is None:
            raise _KeyMissing(table, None)
        return cipher.close(key, value)


class _EncryptedSnapshot(EncryptedReader):
    """The store as it was."""

    def __init__(self, snapshot: Snapshot, keys: DataKeys) -> None:
        super().__init__(snapshot, keys)
        self.close = snapshot.close


def _may_be_sealed(start: bytes, stop: bytes) -> bool:
    return any(start < prefix + b"\xff" * 5 and prefix < stop for prefix in SEALED)


def _within(pairs: Sequence[Pair], bytes_max: int) -> int:
    """How many pairs it takes to bring the sum of value lengths to `bytes_max`; 0 if all do not."""
    total = 0
    for count, (key, value) in enumerate(pairs, 1):
        total += len(value) if table_of(key) is None else len(value) - OVERHEAD_BYTES
        if total >= bytes_max:
            return count
    return 0
