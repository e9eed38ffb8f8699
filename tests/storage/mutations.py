"""Short forms of the mutations that the tests need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slipring.storage.contract import Decide, Reader, Store, Writes

NO_LIMIT = 1 << 30


def writing(puts: Mapping[bytes, bytes | None]) -> Decide[None]:
    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        return Writes(dict(puts), None, None)

    return decide


def counting(counts: Mapping[bytes, tuple[int, int]]) -> Decide[None]:
    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        return Writes({}, dict(counts), None)

    return decide


async def put(store: Store, puts: Mapping[bytes, bytes | None]) -> None:
    await store.commit([], writing(puts))


async def count(store: Store, counts: Mapping[bytes, tuple[int, int]]) -> None:
    await store.commit([], counting(counts))


async def scan(reader: Reader, start: bytes = b"", stop: bytes = b"\xff" * 64) -> list[tuple[bytes, bytes]]:
    return await reader.scan(start, stop, limit=NO_LIMIT, bytes_max=NO_LIMIT)


async def increment(store: Store, key: bytes) -> int:
    """Add one to a number kept under a key, by reading it and writing it back; its new value."""

    def decide(old: Sequence[bytes | None]) -> Writes[int]:
        value = int(old[0] or b"0") + 1
        return Writes({key: b"%d" % value}, None, value)

    return await store.commit([key], decide)
