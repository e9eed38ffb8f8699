"""Long random histories, compared with a dict and a sorted list."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slipring.storage import layers
from slipring.storage.contract import Snapshot, Store, decode_counts, encode_counts
from tests.storage.conftest import ADDRESSES, Backend, make_backend
from tests.storage.mutations import NO_LIMIT, counting, put, scan, writing

LONG = b"p" * 479
KEYS = st.sampled_from(
    [b"%c%c" % (a, b) for a in b"abc" for b in b"\x00x\xff"]
    + [LONG + b"%c" % c + bytes(n) for c in b"ab" for n in (0, 1, 600)]
)
COUNTERS = st.sampled_from([b"\x04n1", b"\x05n2"])
VALUES = st.binary(max_size=40)
GROUPS = st.lists(st.dictionaries(KEYS, VALUES | st.none(), max_size=4), min_size=1, max_size=5)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), GROUPS),
        st.tuples(st.just("count"), st.dictionaries(COUNTERS, st.tuples(st.integers(-9, 9), st.integers(-9, 9)))),
        st.tuples(st.just("scan"), st.tuples(KEYS, KEYS, st.integers(1, 6), st.integers(1, 80), st.booleans())),
        st.tuples(st.just("snapshot"), st.none()),
        st.tuples(st.just("release"), st.integers(0, 3)),
        st.tuples(st.just("reopen"), st.none()),
    ),
    max_size=25,
)


def expected_scan(
    model: dict[bytes, bytes], start: bytes, stop: bytes, limit: int, bytes_max: int, reverse: bool
) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    for pair in sorted(((k, v) for k, v in model.items() if start <= k < stop), reverse=reverse):
        found.append(pair)
        if len(found) == limit or sum(len(value) for _, value in found) >= bytes_max:
            break
    return found


@pytest.fixture(autouse=True, scope="module")
def every_gap() -> Iterator[None]:
    """Histories are short beside the number of deleted keys from which on a scan notes where they are."""
    with mock.patch.object(layers, "GAP_KEYS_MIN", 1):
        yield


class History:
    """A store under test beside its model."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.store: Store = backend.open()
        self.model: dict[bytes, bytes] = {}
        self.snapshots: list[tuple[Snapshot, dict[bytes, bytes]]] = []

    async def write(self, group: list[dict[bytes, bytes | None]]) -> None:
        await asyncio.gather(*(self.store.commit([], writing(puts)) for puts in group))
        for puts in group:
            for key, value in puts.items():
                if value is None:
                    self.model.pop(key, None)
                else:
                    self.model[key] = value

    async def count(self, counts: dict[bytes, tuple[int, int]]) -> None:
        await self.store.commit([], counting(counts))
        for key, (first, second) in counts.items():
            a, b = decode_counts(self.model.get(key))
            self.model[key] = encode_counts(a + first, b + second)

    async def scan(self, arguments: tuple[bytes, bytes, int, int, bool]) -> None:
        start, stop, limit, bytes_max, reverse = arguments
        found = await self.store.scan(start, stop, limit=limit, bytes_max=bytes_max, reverse=reverse)
        assert found == expected_scan(self.model, *arguments)

    async def snapshot(self, _: None) -> None:
        self.snapshots.append((self.store.snapshot(), dict(self.model)))

    async def release(self, at: int) -> None:
        if at < len(self.snapshots):
            self.snapshots.pop(at)[0].close()

    async def reopen(self, _: None) -> None:
        if self.backend.durable:
            while self.snapshots:
                await self.release(0)
            await self.store.close()
            self.store = self.backend.open()

    async def check(self) -> None:
        assert await scan(self.store) == sorted(self.model.items())
        assert await self.store.get_many(list(self.model)) == list(self.model.values())
        for snapshot, model in self.snapshots:
            assert await scan(snapshot) == sorted(model.items())


async def replay(backend: Backend, steps: list[tuple[str, object]]) -> None:
    history = History(backend)
    try:
        for name, argument in steps:
            await getattr(history, name)(argument)
            await history.check()
    finally:
        while history.snapshots:
            await history.release(0)
        await history.store.close()


@pytest.mark.parametrize("name", ADDRESSES)
@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_any_history_leaves_what_the_model_has(name: str, steps: list[tuple[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        backend = make_backend(name, Path(directory))
        asyncio.run(replay(backend, steps))


@pytest.mark.parametrize("name", ADDRESSES)
def test_order_holds_at_a_size_that_needs_many_chunks(name: str, tmp_path: Path) -> None:
    """Tens of thousands of keys, added and removed between scans, page through in order."""
    backend = make_backend(name, tmp_path)
    keys = [b"%08x" % (n * 2654435761 % (1 << 32)) for n in range(20_000)]

    async def scenario(store: Store) -> None:
        for n in range(0, 15_000, 2500):
            await put(store, dict.fromkeys(keys[n : n + 2500], b"v"))
        assert len(await scan(store)) == 15_000
        for n in range(15_000, 20_000, 2500):
            await put(store, dict.fromkeys(keys[n : n + 2500], b"v"))
        for key in keys[:50]:
            await put(store, {key: None, key + b"x": b"w"})
            first = await store.scan(key, b"\xff", limit=1, bytes_max=NO_LIMIT)
            assert first == [(key + b"x", b"w")]
        present = sorted([*keys[50:], *(key + b"x" for key in keys[:50])])
        assert [key for key, _ in await scan(store)] == present
        backwards = await store.scan(b"", b"\xff", limit=NO_LIMIT, bytes_max=NO_LIMIT, reverse=True)
        assert [key for key, _ in backwards] == present[::-1]

    backend.run(scenario)
