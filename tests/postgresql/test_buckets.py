"""The buckets in which rows lie on some servers: what is looked for in some of them is found, as if there were none."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.clock import ManualClock
from slipring.engine import keyspace
from slipring.model.keys import successor
from slipring.storage.contract import Decide, Store, Writes, encode_counts
from slipring.storage.postgresql.buckets.layout import Buckets, is_copied
from slipring.storage.postgresql.noticing import Noticing
from slipring.storage.postgresql.profiles import PROFILES
from tests.postgres_servers import OWN_SERVER
from tests.postgresql.conftest import connected, opened
from tests.storage.mutations import NO_LIMIT, count, put
from tests.storage.test_model import expected_scan

IDS = st.sampled_from([1, 2, 255, 256])
INDEXES = st.sampled_from([0, 1, 255])
HASHES = st.one_of(
    st.binary(min_size=2, max_size=2), st.sampled_from([b"\x00\x00", b"\xff\xff", b"\x7f\xff", b"\x80\x00"])
)
COUNTS = st.sampled_from([1, 32, 128, 256])
POSITIONS = st.integers(0, 1 << 42).map(lambda position: position.to_bytes(8, "big"))
PREFIXES = st.one_of(
    st.builds(keyspace.items, IDS),
    st.builds(keyspace.index_entries, IDS, INDEXES),
    st.builds(keyspace.all_index_entries, IDS),
    st.builds(keyspace.collections, IDS),
    st.builds(keyspace.journal, IDS),
    st.builds(keyspace.journal_heads, IDS),
    st.builds(keyspace.tokens, st.sampled_from(["", "space"])),
    st.sampled_from([keyspace.TABLE_RECORDS, keyspace.TABLE_GUARDS, keyspace.LEASES, keyspace.JOBS, keyspace.ITEMS]),
)
KEYS = st.one_of(
    st.builds(lambda table, hash_, key: keyspace.items(table) + hash_ + key, IDS, HASHES, st.binary(max_size=3)),
    st.builds(lambda table, index, hash_: keyspace.index_entries(table, index) + hash_ + b"k", IDS, INDEXES, HASHES),
    st.builds(lambda table, hash_: keyspace.collections(table) + hash_ + b"k", IDS, HASHES),
    st.builds(lambda table, position: keyspace.journal(table) + position, IDS, POSITIONS),
    st.builds(keyspace.journal_head, IDS, st.integers(0, 9)),
    st.builds(keyspace.token, st.sampled_from(["/1", "space/2"]), st.sampled_from(["a", "b"])),
    st.builds(keyspace.table_guard, IDS),
    st.builds(keyspace.lease, st.sampled_from(["a", "b"])),
    st.builds(keyspace.drop_job, IDS, INDEXES),
)
RANGES = st.one_of(
    PREFIXES.map(lambda prefix: (prefix, successor(prefix))),
    st.tuples(KEYS, KEYS),
    KEYS.map(lambda key: (key, successor(key[:-1]))),
    st.builds(
        lambda table, low, high: (keyspace.items(table) + low, keyspace.items(table) + high), IDS, HASHES, HASHES
    ),
    st.just((b"", b"\xff" * 64)),
)
"""Those that the engine scans, and any others."""


@given(COUNTS, RANGES, st.lists(KEYS, max_size=30), st.booleans())
def test_a_range_is_looked_for_where_its_rows_are_and_in_their_order(
    count: int, bounds: tuple[bytes, bytes], keys: list[bytes], reverse: bool
) -> None:
    (start, stop), buckets = bounds, Buckets(count)
    where = list(buckets.portions(start, stop, reverse)) if start < stop else []
    in_range = sorted({key for key in keys if start <= key < stop and not is_copied(key)}, reverse=reverse)
    found_at = []
    for key in in_range:
        [at] = [number for number, portion in enumerate(where) if buckets.of(key) in portion]
        found_at.append(at)
    assert found_at == sorted(found_at)


@given(COUNTS, KEYS)
def test_each_row_is_in_one_bucket_or_in_all(count: int, key: bytes) -> None:
    at = Buckets(count).all_of(key)
    assert set(at) <= set(range(count))
    assert len(at) == (count if is_copied(key) else 1)


def test_one_partition_is_one_bucket() -> None:
    """A Query, and whatever writes one item and its local index, stay on one shard."""
    partition = keyspace.items(7) + b"\x81\x42" + b"key\x00\x01"
    buckets = Buckets(128)
    assert [list(portion) for portion in buckets.portions(partition, successor(partition))] == [[0x40]]
    assert buckets.of(keyspace.index_entries(7, 1) + b"\x81\x42" + b"key\x00\x01") == 0x40
    assert buckets.of(keyspace.collections(7) + b"\x81\x42" + b"key\x00\x01") == 0x40


SPREAD = [name for name, profile in PROFILES.items() if profile.buckets]


@pytest.fixture(params=["its own"] if "profile=" in (OWN_SERVER or "") else SPREAD)
def spread_address(request: pytest.FixtureRequest, address: str) -> str:
    """A store with buckets: on the server itself if the tests run on one that has them, or with its statements on
    PostgreSQL."""
    if request.param == "citus" and OWN_SERVER:
        pytest.skip("needs Citus, or what takes its place on the server that these tests start themselves")
    return address if request.param == "its own" else f"{address}&profile={request.param}"


def test_pages_over_many_buckets_are_those_of_one_sorted_list(spread_address: str) -> None:
    """In both directions, of any size, over tables, indexes, journals and the catalog."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    random = Random(seed)
    rows = {
        keyspace.items(table) + random.randbytes(2) + b"%d" % n: random.randbytes(random.randrange(1, 60))
        for table in (1, 2)
        for n in range(150)
    }
    rows |= {keyspace.journal(1) + n.to_bytes(8, "big"): b"record" for n in range(20)}
    rows |= {keyspace.token("/1", str(n)): b"token" for n in range(20)}
    rows |= {keyspace.table_record("", f"table{n}"): b"{}" for n in range(5)}
    rows |= {keyspace.table_guard(n): b"guard" for n in range(5)}
    rows[keyspace.items(1) + b"\x80\x00" + b"long" * 400] = b"long"
    keys = sorted(rows)
    ranges = [(keyspace.items(1), keyspace.items(2)), (b"", b"\xff"), (keyspace.journal(1), keyspace.journal(2))]
    ranges += [(keyspace.items(1) + b"\x40", keyspace.items(1) + b"\x80"), (keyspace.CATALOG, keyspace.ITEMS)]
    pairs = [sorted(random.sample(keys, 2)) for _ in range(20)]
    ranges += [(start, stop) for start, stop in pairs]

    async def scenario() -> None:
        async with opened(spread_address) as store:
            await asyncio.gather(*(put(store, {key: value}) for key, value in rows.items()))
            await count(store, {keyspace.counts(1, 0): (1, 2)})
            counted = {**rows, keyspace.counts(1, 0): encode_counts(1, 2)}
            assert await store.get_many(list(counted)) == list(counted.values())
            for start, stop in ranges:
                for limit, bytes_max in ((NO_LIMIT, NO_LIMIT), (random.randrange(1, 200), NO_LIMIT), (NO_LIMIT, 900)):
                    for reverse in (False, True):
                        found = await store.scan(start, stop, limit=limit, bytes_max=bytes_max, reverse=reverse)
                        assert found == expected_scan(counted, start, stop, limit, bytes_max, reverse)

    asyncio.run(scenario())


def test_what_is_decided_by_a_guard_holds_when_it_is_committed(spread_address: str) -> None:
    """A guard has a copy in each bucket, of which a writer holds one, and who changes it changes all: no item gets into
    a table that was closed before."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    random = Random(seed)

    def put_if_open(key: bytes) -> Decide[bool]:
        def decide(old: Sequence[bytes | None]) -> Writes[bool]:
            return Writes({key: b"item"} if old[0] == b"open" else {}, None, old[0] == b"open")

        return decide

    def close(guard: bytes) -> Decide[bool]:
        def decide(old: Sequence[bytes | None]) -> Writes[bool]:
            return Writes({guard: b"closed"}, None, old[1] is not None)

        return decide

    async def race(one: Store, other: Store, number: int) -> None:
        guard = keyspace.table_guard(number)
        key = keyspace.items(number) + random.randbytes(2) + b"k"
        was_put, was_there = await asyncio.gather(
            one.commit([guard, key], put_if_open(key)), other.commit([guard, key], close(guard))
        )
        assert was_put == was_there
        assert await other.get_many([guard, key]) == [b"closed", b"item" if was_put else None]

    async def scenario() -> None:
        async with opened(spread_address) as one, opened(spread_address) as other:
            await put(one, {keyspace.table_guard(number): b"open" for number in range(40)})
            await asyncio.gather(*(race(one, other, number) for number in range(40)))

    asyncio.run(scenario())


def test_a_version_that_has_not_reached_all_buckets_is_noticed_once() -> None:
    """While a commit reaches one bucket after the other, views hold the new version and the old one by turns; requests
    would be planned anew for each. An old version that comes back later is that of a replica that was behind."""
    clock = ManualClock()
    noticing = Noticing(clock)
    told: list[None] = []
    noticing.watchers.add(b"\x01", lambda: told.append(None))
    for version in (None, b"one", None, b"one", b"two", b"one", None, b"two"):
        noticing.saw(version)
    assert len(told) == 2
    clock.advance(2)
    noticing.saw(b"one")
    assert len(told) == 3


def test_writers_of_one_table_look_at_guards_of_their_own(own_address: str) -> None:
    """Where transactions that look at the same row are in each other's way, as on Aurora DSQL, those that write to
    one table are not: each looks at the copy in its own bucket."""
    guard = keyspace.table_guard(7)
    address = own_address + "&profile=dsql"
    here, there = keyspace.items(7) + b"\x00\x00k", keyspace.items(7) + b"\xff\x00k"

    def put_if_guarded(key: bytes) -> Decide[None]:
        return lambda old: Writes({key: old[0]}, None, None)

    async def scenario() -> None:
        async with opened(address) as store, connected(address) as connection:
            await put(store, {guard: b"guard", here: b"", there: b""})
            async with connection.transaction():
                copy = "SELECT 1 FROM kv WHERE k = $1 AND h = $2 FOR UPDATE"
                assert await connection.fetch(copy, guard, Buckets(32).of(here))
                await store.commit([guard, there], put_if_guarded(there))
                assert store.conflicts == 0
            await store.commit([guard, here], put_if_guarded(here))
            assert await store.get_many([here, there]) == [b"guard", b"guard"]

    asyncio.run(scenario())


def test_several_rows_are_read_as_they_were_at_one_moment(spread_address: str) -> None:
    """Whatever buckets they are in, and whether they are there or not: two writers put and delete pairs of rows, of
    which a reader never sees one without the other."""
    pairs = [(keyspace.items(n) + b"\x00\x00k", keyspace.items(n) + bytes((n, 0x80)) + b"k") for n in (3, 90, 250)]

    async def write(store: Store, pair: tuple[bytes, bytes]) -> None:
        for n in range(12):
            value = None if n % 3 == 2 else b"%d" % n
            await put(store, dict.fromkeys(pair, value))

    async def read(store: Store, pair: tuple[bytes, bytes], writing: list[asyncio.Task[None]]) -> None:
        while not all(task.done() for task in writing):
            first, second = await store.get_many(pair)
            assert first == second

    async def scenario() -> None:
        async with opened(spread_address) as one, opened(spread_address) as other:
            writing = [asyncio.create_task(write(one, pair)) for pair in pairs]
            await asyncio.gather(*(read(other, pair, writing) for pair in pairs))
            await asyncio.gather(*writing)

    asyncio.run(scenario())
