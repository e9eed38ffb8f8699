"""Deleted keys are stepped over once, not by every scan that meets them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.storage.file import base
from slipring.storage.file.store import FileStore
from slipring.storage.gaps import Gaps
from slipring.storage.layers import Pair
from tests.storage.mutations import put, scan

KEYS = [b"%c%c" % (a, b) for a in b"abcd" for b in b"\x00\x01x"]
KEY = st.sampled_from(KEYS)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.tuples(KEY, KEY)),
        st.tuples(st.just("fill"), st.dictionaries(KEY, st.sampled_from([b"", None]))),
    )
)


@given(STEPS)
def test_what_is_said_to_be_dead_is_dead(steps: list[tuple[str, object]]) -> None:
    """Nobody may miss a live key; and a gap that was noted is stepped over as long as it is one."""
    gaps = Gaps()
    dead: set[bytes] = set()
    for name, argument in steps:
        getattr(gaps, name)(*(argument if isinstance(argument, tuple) else (argument,)))
        if isinstance(argument, tuple):
            dead |= {key for key in KEYS if argument[0] <= key < argument[1]}
        elif isinstance(argument, dict):
            dead -= {key for key, value in argument.items() if value is not None}
        for key in KEYS:
            ahead = [each for each in KEYS if each >= key and each not in dead]
            behind = [each for each in KEYS if each < key and each not in dead]
            assert [each for each in KEYS if each >= gaps.after(key) and each not in dead] == ahead
            assert [each for each in KEYS if each < gaps.before(key) and each not in dead] == behind
            assert (gaps.after(key) > key) == (key in dead)


def test_many_are_forgotten_rather_than_kept() -> None:
    """A note is of use to who comes back, and must not take room without bound."""
    gaps = Gaps()
    for number in range(10_000):
        gaps.add(b"%06d" % number, b"%06d5" % number)
    assert len(gaps) < 5_000
    gaps.add(b"", b"999999")
    gaps.fill({b"%06d" % number: b"" for number in range(10_000)})
    assert len(gaps) < 5_000


class Steps:
    """How many pairs scans of a store took from its base."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.taken = 0
        pairs = base.BaseView.pairs

        def counted(view: base.BaseView, start: bytes, stop: bytes, count: int, *, reverse: bool) -> list[Pair]:
            found = pairs(view, start, stop, count, reverse=reverse)
            self.taken += len(found)
            return found

        monkeypatch.setattr(base.BaseView, "pairs", counted)

    async def of(self, call: Awaitable[object]) -> int:
        self.taken = 0
        await call
        return self.taken


ITEMS = 5000


def queue(place: Path, use: Callable[[FileStore], Awaitable[None]]) -> None:
    """A store whose base has many keys."""

    async def run() -> None:
        store = FileStore(place)
        await put(store, {b"q%05d" % number: b"v" for number in range(ITEMS)})
        await store.close()
        store = FileStore(place)
        try:
            await use(store)
        finally:
            await store.close()

    asyncio.run(run())


@pytest.mark.parametrize("reverse", [False, True])
def test_the_head_of_a_queue_is_found_at_once(tmp_path: Path, reverse: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many were taken before: who takes a queue's first item again and again pays for each of them once."""
    steps = Steps(monkeypatch)

    async def use(store: FileStore) -> None:
        numbers = range(ITEMS - 1, -1, -1) if reverse else range(ITEMS)
        for number in numbers[: ITEMS - 10 : 100]:
            taken = numbers[numbers.index(number) :][:100]
            assert await steps.of(store.scan(b"q", b"r", limit=1, bytes_max=1 << 20, reverse=reverse)) < 300
            head = await store.scan(b"q", b"r", limit=1, bytes_max=1 << 20, reverse=reverse)
            assert head == [(b"q%05d" % number, b"v")]
            await put(store, dict.fromkeys(b"q%05d" % each for each in taken))
        await put(store, {b"q00010": b"again"})
        assert await scan(store, b"q", b"r") == [(b"q00010", b"again")]

    queue(tmp_path / "store", use)


def test_what_is_put_into_a_gap_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By scans from both ends, and the rest of the gap is stepped over all the same."""
    steps = Steps(monkeypatch)

    async def use(store: FileStore) -> None:
        await put(store, dict.fromkeys(b"q%05d" % number for number in range(10, ITEMS - 10)))
        assert len(await scan(store, b"q", b"r")) == 20
        await put(store, {b"q02000": b"new"})
        for reverse in (False, True):
            found: list[Pair] = []

            async def look(reverse: bool = reverse, found: list[Pair] = found) -> None:
                found += await store.scan(b"q", b"r", limit=100, bytes_max=1 << 20, reverse=reverse)

            assert await steps.of(look()) < 200
            assert [key for key, _ in sorted(found)][10] == b"q02000"
            assert len(found) == 21

    queue(tmp_path / "store", use)
