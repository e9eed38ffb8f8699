"""The data keys of tables: made with a table's first value, sealed with the master key, kept in the store."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import partial
from typing import Any

import orjson

from slipring.storage.contract import DATA_KEYS, DATA_KEYS_CHANGED, Store, StoreDamaged, Writes
from slipring.storage.encryption.ciphers import KEY_NUMBER_MAX, Cipher, Nonces
from slipring.storage.sealing import KEY_BYTES, Seal, SealBroken

_KEYS_PER_READ = 256


class DataKeys:
    """Finds data keys, and makes new ones.

    What is known stays right: a key's number is never given to another. Only which key is a table's newest changes.
    """

    def __init__(self, store: Store, seal: Seal, random_bytes: Callable[[int], bytes]) -> None:
        """`store` is the one beneath, in which nothing is sealed but the data keys themselves."""
        self._store = store
        self._seal = seal
        self._random_bytes = random_bytes
        self._nonces = Nonces(random_bytes)
        self.newest: dict[bytes, Cipher] = {}
        """What new values are sealed with, by table id."""
        self.known: dict[bytes, Cipher] = {}
        """What values may be sealed with, by table id and the values' header."""
        store.watch(DATA_KEYS_CHANGED, self._forget)

    async def load(self, table: bytes) -> None:
        """Have a table's keys at hand. A table that has none gets its first. Raises StoreDamaged."""
        # What changes meanwhile forgets this dict with what is put there.
        newest = self.newest
        stored = await self._store.get(DATA_KEYS + table)
        if stored is None:
            stored = await self._add(table, only_first=True)
        for cipher in self._ciphers(table, stored):
            self.known.setdefault(table + cipher.header, cipher)
            newest[table] = cipher

    async def find(self, table: bytes, header: bytes) -> Cipher:
        """The key that a value with this header is sealed with. Raises StoreDamaged."""
        found = self.known.get(table + header)
        if found is None:
            await self.load(table)
            found = self.known.get(table + header)
        if found is None:
            raise StoreDamaged("a value is not sealed with a key of its table")
        return found

    async def rotate(self) -> int:
        """Give every table a new key for what is written from now on; how many tables there are."""
        tables = [table async for table, _ in self._records()]
        for table in tables:
            await self._add(table)
        await self._store.commit((), lambda _: Writes({DATA_KEYS_CHANGED: b""}, None, None))
        return len(tables)

    async def newest_numbers(self) -> dict[bytes, int]:
        """Of each table that has keys, the number of the newest."""
        return {table: len(orjson.loads(record)) - 1 async for table, record in self._records()}

    async def seal_again(self) -> int:
        """Seal every table's keys with the first master key; how many tables there are. Raises StoreDamaged."""
        tables = [table async for table, _ in self._records()]
        for table in tables:
            await self._store.commit([DATA_KEYS + table], partial(self._sealed_again, table))
        return len(tables)

    def _sealed_again(self, table: bytes, old: Sequence[bytes | None]) -> Writes[None]:
        keys = orjson.loads(old[0] or b"[]")
        for each in keys:
            try:
                sealed = self._seal.again(b64decode(each["Sealed"]), _purpose(table, each["Number"]))
            except SealBroken:
                raise StoreDamaged("a data key does not open with the master key") from None
            each["Sealed"] = b64encode(sealed).decode()
        return Writes({DATA_KEYS + table: orjson.dumps(keys)}, None, None)

    async def _records(self) -> AsyncIterator[tuple[bytes, bytes]]:
        """The ids of the tables that have keys, with what is kept of these."""
        start, stop = DATA_KEYS + b"\x00", DATA_KEYS + b"\xff" * 5
        while found := await self._store.scan(start, stop, limit=_KEYS_PER_READ, bytes_max=1 << 30):
            for key, record in found:
                yield key[len(DATA_KEYS) :], record
            start = found[-1][0] + b"\x00"

    async def _add(self, table: bytes, *, only_first: bool = False) -> bytes:
        """Add a key to a table's record. Returns the record."""
        data_key = self._random_bytes(KEY_BYTES)

        def decide(old: Sequence[bytes | None]) -> Writes[bytes]:
            if old[0] is not None and only_first:
                return Writes({}, None, old[0])
            keys: list[dict[str, Any]] = [] if old[0] is None else orjson.loads(old[0])
            number = len(keys)
            assert number <= KEY_NUMBER_MAX, "a number takes two bytes of each value"
            sealed = self._seal.close(data_key, _purpose(table, number))
            record = orjson.dumps([*keys, {"Number": number, "Sealed": b64encode(sealed).decode()}])
            return Writes({DATA_KEYS + table: record}, None, record)

        return await self._store.commit([DATA_KEYS + table], decide)

    def _ciphers(self, table: bytes, record: bytes) -> Iterator[Cipher]:
        for each in orjson.loads(record):
            try:
                data_key = self._seal.open(b64decode(each["Sealed"]), _purpose(table, each["Number"]))
            except SealBroken:
                raise StoreDamaged("a data key does not open with the master key") from None
            yield Cipher(each["Number"], data_key, self._nonces)

    def _forget(self) -> None:
        self.newest = {}


def _purpose(table: bytes, number: int) -> bytes:
    return b"data key " + table + number.to_bytes(2, "big")
