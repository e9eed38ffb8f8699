"""What every store promises (see `slipring.storage.contract`), over every backend."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

import pytest

from slipring.storage.contract import (
    KEY_BYTES_MAX,
    Store,
    StoreUnavailable,
    Writes,
    decode_counts,
    encode_counts,
)
from tests.storage.conftest import Backend
from tests.storage.mutations import NO_LIMIT, count, counting, increment, put, scan, writing


def test_a_new_store_is_empty(backend: Backend) -> None:
    async def scenario(store: Store) -> None:
        assert await store.get(b"absent") is None
        assert await store.get_many([b"a", b"b"]) == [None, None]
        assert await scan(store) == []

    backend.run(scenario)


def test_a_commit_is_read_at_once_and_answers_its_result(backend: Backend) -> None:
    """Read your writes, the promise that every API call leans on."""

    async def scenario(store: Store) -> None:
        answer = await store.commit([], lambda old: Writes({b"k": b"v"}, None, ("any", "object")))
        assert answer == ("any", "object")
        assert await store.get(b"k") == b"v"
        assert await store.get_many([b"k", b"absent", b"k"]) == [b"v", None, b"v"]
        assert await scan(store) == [(b"k", b"v")]

    backend.run(scenario)


def test_keys_sort_by_unsigned_bytes(backend: Backend) -> None:
    """The engine's key encodings rely on it; signed bytes, locales or lengths must not matter."""
    keys = [
        b"\x00",
        b"\x00\x00",
        b"\x00\xff",
        b"\x01",
        b"a",
        b"a\x00",
        b"a\x00\x00",
        b"aa",
        b"b",
        b"\x7f",
        b"\x80",
        b"\xfe",
    ]

    async def scenario(store: Store) -> None:
        await put(store, {key: key for key in reversed(keys)})
        assert [key for key, _ in await scan(store)] == keys
        backwards = await store.scan(b"", b"\xff", limit=NO_LIMIT, bytes_max=NO_LIMIT, reverse=True)
        assert [key for key, _ in backwards] == keys[::-1]

    backend.run(scenario)


def test_deleting_removes_from_every_kind_of_read(backend: Backend) -> None:
    async def scenario(store: Store) -> None:
        await put(store, {b"a": b"1", b"b": b"2", b"c": b"3"})
        await put(store, {b"b": None, b"never-there": None})
        assert await store.get_many([b"a", b"b", b"c"]) == [b"1", None, b"3"]
        assert await scan(store) == [(b"a", b"1"), (b"c", b"3")]
        await put(store, {b"b": b"again"})
        assert await scan(store) == [(b"a", b"1"), (b"b", b"again"), (b"c", b"3")]

    backend.run(scenario)


def test_decide_sees_old_values_in_the_order_of_its_reads(backend: Backend) -> None:
    async def scenario(store: Store) -> None:
        await put(store, {b"a": b"1", b"b": b"2"})
        seen: list[Sequence[bytes | None]] = []

        def decide(old: Sequence[bytes | None]) -> Writes[None]:
            seen.append(list(old))
            return Writes({}, None, None)

        await store.commit([b"b", b"absent", b"a", b"b"], decide)
        assert seen[-1] == [b"2", None, b"1", b"2"]

    backend.run(scenario)


def test_concurrent_mutations_see_every_earlier_one(backend: Backend) -> None:
    """Mutations that share a group run in order: no read-modify-write is lost, no answer is given twice."""

    async def scenario(store: Store) -> None:
        answers = await asyncio.gather(*(increment(store, b"n") for _ in range(200)))
        assert sorted(answers) == list(range(1, 201))
        assert await store.get(b"n") == b"200"

    backend.run(scenario)


def test_a_mutation_that_refuses_writes_nothing_and_harms_no_other(backend: Backend) -> None:
    """A failed condition is raised to its caller alone, although others share its group."""

    class Refused(Exception):
        pass

    def refuse(old: Sequence[bytes | None]) -> Writes[None]:
        raise Refused

    async def scenario(store: Store) -> None:
        await put(store, {b"k": b"before"})
        outcomes = await asyncio.gather(
            store.commit([], writing({b"first": b"1"})),
            store.commit([b"k"], refuse),
            store.commit([], writing({b"second": b"2"})),
            return_exceptions=True,
        )
        assert outcomes[0] is None
        assert isinstance(outcomes[1], Refused)
        assert outcomes[2] is None
        assert await scan(store) == [(b"first", b"1"), (b"k", b"before"), (b"second", b"2")]
        with pytest.raises(Refused):
            await store.commit([], refuse)

    backend.run(scenario)


def test_a_reader_never_sees_half_a_commit(backend: Backend) -> None:
    """Two keys that always change together are never read apart, by get_many or by scan."""

    async def write(store: Store) -> None:
        for n in range(200):
            await put(store, {b"left": b"%d" % n, b"right": b"%d" % n})
            await asyncio.sleep(0)

    async def read(store: Store, writer: asyncio.Task[None]) -> None:
        while not writer.done():
            left, right = await store.get_many([b"left", b"right"])
            assert left == right
            assert len({value for _, value in await scan(store)}) <= 1
            await asyncio.sleep(0)

    async def scenario(store: Store) -> None:
        writer = asyncio.create_task(write(store))
        await asyncio.gather(*(read(store, writer) for _ in range(3)), writer)

    backend.run(scenario)


def test_counters_add_up(backend: Backend) -> None:
    """Increments commute and fold; what is read is their sum, whether alone, in a group, or by a mutation."""

    async def scenario(store: Store) -> None:
        assert decode_counts(await store.get(b"\x04c")) == (0, 0)
        await count(store, {b"\x04c": (1, 100)})
        await asyncio.gather(*(store.commit([], counting({b"\x04c": (1, -7), b"\x04d": (0, n)})) for n in range(50)))
        assert await store.get(b"\x04c") == encode_counts(51, 100 - 350)
        assert await store.get(b"\x04d") == encode_counts(0, sum(range(50)))
        assert await scan(store, b"\x04", b"\x05") == [
            (b"\x04c", encode_counts(51, -250)),
            (b"\x04d", encode_counts(0, 1225)),
        ]

    backend.run(scenario)


def test_a_mutation_reads_counters_moved_in_its_own_group(backend: Backend) -> None:
    async def scenario(store: Store) -> None:
        def read(old: Sequence[bytes | None]) -> Writes[tuple[int, int]]:
            return Writes({}, {b"\x04c": (10, 0)}, decode_counts(old[0]))

        answers = await asyncio.gather(
            store.commit([], counting({b"\x04c": (1, 2)})),
            store.commit([b"\x04c"], read),
            store.commit([b"\x04c"], read),
        )
        assert list(answers) == [None, (1, 2), (11, 2)]
        assert await store.get(b"\x04c") == encode_counts(21, 2)

    backend.run(scenario)


def test_values_and_counters_land_together(backend: Backend) -> None:
    async def scenario(store: Store) -> None:
        await store.commit([], lambda old: Writes({b"item": b"x"}, {b"\x04items": (1, 1)}, None))
        assert await store.get_many([b"item", b"\x04items"]) == [b"x", encode_counts(1, 1)]

    backend.run(scenario)


def test_scan_takes_a_half_open_range(backend: Backend) -> None:
    async def scenario(store: Store) -> None:
        await put(store, {b"%02d" % n: b"v" for n in range(20)})
        for reverse in (False, True):
            found = await store.scan(b"05", b"08", limit=NO_LIMIT, bytes_max=NO_LIMIT, reverse=reverse)
            assert sorted(key for key, _ in found) == [b"05", b"06", b"07"]
            for start, stop in [(b"08", b"05"), (b"05", b"05"), (b"055", b"056"), (b"9", b"99")]:
                assert await store.scan(start, stop, limit=9, bytes_max=NO_LIMIT, reverse=reverse) == []

    backend.run(scenario)


@pytest.mark.parametrize("reverse", [False, True])
def test_scan_stops_at_its_limit_of_pairs(backend: Backend, reverse: bool) -> None:
    """Fewer than `limit` pairs mean that the range is exhausted: paging relies on both halves of that."""
    keys = [b"%04d" % n for n in range(500)]
    ordered = keys[::-1] if reverse else keys

    async def scenario(store: Store) -> None:
        await put(store, dict.fromkeys(keys, b"v"))
        for limit in (1, 2, 31, 32, 33, 499, 500, 501):
            found = await store.scan(b"", b"\xff", limit=limit, bytes_max=NO_LIMIT, reverse=reverse)
            assert [key for key, _ in found] == ordered[:limit]
        assert await store.scan(b"", b"\xff", limit=0, bytes_max=NO_LIMIT, reverse=reverse) == []

    backend.run(scenario)


@pytest.mark.parametrize("reverse", [False, True])
def test_scan_stops_with_the_pair_that_reaches_its_bytes(backend: Backend, reverse: bool) -> None:
    """A page holds the item that fills it, and not the next one."""
    pairs = [(b"%03d" % n, bytes(n % 7 * 10)) for n in range(300)]
    ordered = pairs[::-1] if reverse else pairs

    async def scenario(store: Store) -> None:
        await put(store, dict(pairs))
        for bytes_max in (1, 10, 59, 60, 61, 1000, 5000, 8000):
            found = await store.scan(b"", b"\xff", limit=NO_LIMIT, bytes_max=bytes_max, reverse=reverse)
            total = sum(len(value) for _, value in found)
            assert found == ordered[: len(found)]
            assert total - len(found[-1][1]) < bytes_max
            assert total >= bytes_max or len(found) == len(pairs)

    backend.run(scenario)


def test_scan_pages_over_keys_being_deleted(backend: Backend) -> None:
    """Deleted keys are passed over without ending a page early."""

    async def scenario(store: Store) -> None:
        await put(store, {b"%04d" % n: b"v" for n in range(1000)})
        await put(store, {b"%04d" % n: None for n in range(1000) if n % 100})
        for reverse in (False, True):
            found = await store.scan(b"", b"\xff", limit=10, bytes_max=NO_LIMIT, reverse=reverse)
            assert sorted(key for key, _ in found) == [b"%04d" % n for n in range(0, 1000, 100)]

    backend.run(scenario)


def test_long_keys_keep_their_order_and_stay_apart(backend: Backend) -> None:
    """Keys up to the longest, that differ only in their last byte, in their length, or in the middle."""
    # No counter lies there.
    head = b"k" + os.urandom(299)
    stem = head + bytes(KEY_BYTES_MAX - 400)
    keys = [head, head + b"\x00", *(stem[:n] for n in (479, 480, 481, 511, 512, 960, 961, 2000))]
    keys += [stem[:481] + bytes([n]) for n in (0, 1, 255)]
    keys += [stem + bytes(99) + bytes([n]) for n in (0, 1, 254, 255)]
    keys += [stem[:600] + b"\x01", stem[:600] + b"\x01" + bytes(1000), stem[:4000] + b"\x80" + stem[:100]]
    keys += [head + b"\x01", head + b"\xff"]
    ordered = sorted(set(keys))

    async def scenario(store: Store) -> None:
        await put(store, {key: b"%d" % at for at, key in enumerate(ordered)})
        pairs = [(key, b"%d" % at) for at, key in enumerate(ordered)]
        assert await scan(store) == pairs
        assert await store.get_many(ordered) == [value for _, value in pairs]
        for at, key in enumerate(ordered):
            assert (await scan(store, key))[0] == pairs[at]
            backwards = await store.scan(b"", key, limit=1, bytes_max=NO_LIMIT, reverse=True)
            assert backwards == pairs[max(at - 1, 0) : at]
        await put(store, dict.fromkeys(ordered[::2]))
        assert await scan(store) == pairs[1::2]

    backend.run(scenario)


def test_values_may_be_empty_or_large(backend: Backend) -> None:
    """An empty value is not an absent one; the largest value comes back whole."""
    large = os.urandom(1 << 20) * (backend.value_bytes_max >> 20)

    async def scenario(store: Store) -> None:
        await put(store, {b"empty": b"", b"large": large})
        assert await store.get_many([b"empty", b"large"]) == [b"", large]
        assert await scan(store, b"e", b"f") == [(b"empty", b"")]

    backend.run(scenario)


def test_a_snapshot_stays_as_it_was(backend: Backend) -> None:
    """Exports and backups read for minutes while others write, delete and count."""

    async def scenario(store: Store) -> None:
        await put(store, {b"kept": b"1", b"changed": b"1", b"deleted": b"1"})
        await count(store, {b"\x05count": (1, 1)})
        before = await scan(store)
        snapshot = store.snapshot()
        await put(store, {b"changed": b"2", b"deleted": None, b"added": b"2"})
        await count(store, {b"\x05count": (5, 5)})
        assert await scan(snapshot) == before
        assert await snapshot.get(b"deleted") == b"1"
        assert await snapshot.get_many([b"added", b"changed"]) == [None, b"1"]
        assert await scan(store) != before
        snapshot.close()

    backend.run(scenario)


def test_snapshots_overlap_and_close_in_any_order(backend: Backend) -> None:
    """Each sees its own moment, and closing one disturbs neither the others nor the store."""

    async def scenario(store: Store) -> None:
        snapshots = []
        for n in range(6):
            await put(store, {b"n": b"%d" % n, b"only-%d" % n: b"x", b"only-%d" % (n - 1): None})
            snapshots.append((n, store.snapshot()))
        for position in (3, 0, 2, 0, 1, 0):
            snapshots.pop(position)[1].close()
            await put(store, {b"later-%d" % position: b"x"})
            for n, snapshot in snapshots:
                assert await scan(snapshot) == [(b"n", b"%d" % n), (b"only-%d" % n, b"x")]
        assert await store.get_many([b"n", b"only-4", b"only-5"]) == [b"5", None, b"x"]

    backend.run(scenario)


def test_a_closed_snapshot_refuses_reads(backend: Backend) -> None:
    async def scenario(store: Store) -> None:
        snapshot = store.snapshot()
        snapshot.close()
        snapshot.close()
        with pytest.raises(StoreUnavailable):
            await snapshot.get(b"k")

    backend.run(scenario)


def test_watchers_hear_of_a_change_before_it_can_be_read(backend: Backend) -> None:
    """A cache dropped after the change is visible could be filled with the old value and kept. One that is dropped
    without need is only filled again, so a store that cannot tell may tell everybody."""

    async def scenario(store: Store) -> None:
        heard: list[str] = []
        store.watch(b"\x01cat/", lambda: heard.append("cat"))
        store.watch(b"\x01cat/tables/", lambda: heard.append("tables"))
        await put(store, {b"item/1": b"x"})
        assert heard == []
        await put(store, {b"\x01cat/tables/t": b"1", b"\x01cat/tables/u": b"1"})
        assert heard == ["cat", "tables"]
        await put(store, {b"\x01cat/x": None})
        assert "cat" in heard[2:]

    backend.run(scenario)


def test_a_mutation_that_writes_nothing_is_answered(backend: Backend) -> None:
    async def scenario(store: Store) -> None:
        assert await store.commit([b"k"], lambda old: Writes({}, None, "nothing to do")) == "nothing to do"

    backend.run(scenario)


def test_a_closed_store_refuses_and_closes_twice(backend: Backend) -> None:
    async def scenario(store: Store) -> None:
        await store.close()
        await store.close()
        with pytest.raises(StoreUnavailable):
            await store.get(b"k")
        with pytest.raises(StoreUnavailable):
            await put(store, {b"k": b"v"})
        with pytest.raises(StoreUnavailable):
            await scan(store)

    backend.run(scenario)


def test_local_reads_never_suspend(local_backend: Backend) -> None:
    """The edge answers a read without a task only because its coroutine runs straight through."""

    async def scenario(store: Store) -> None:
        await put(store, {b"k": b"v"})
        for reading in (store.get(b"k"), store.get_many([b"k"]), scan(store)):
            with pytest.raises(StopIteration):
                reading.send(None)

    local_backend.run(scenario)


def test_an_operator_can_see_what_it_is(backend: Backend) -> None:
    async def scenario(store: Store) -> None:
        await put(store, {b"k": b"v"})
        described = store.describe()
        assert described["commits"] == 1
        assert described.keys() >= {"kind", "path", "bytes_on_disk", "durability"}

    backend.run(scenario)
