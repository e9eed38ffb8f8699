"""What an encrypted store promises beyond the contract of every store, and that it keeps that too."""

from __future__ import annotations

import asyncio
import os
import random

import pytest

from slipring.engine import journal, keyspace, rows
from slipring.storage.contract import SEALED, StoreDamaged, Writes, decode_counts
from slipring.storage.encryption.ciphers import OVERHEAD_BYTES, Nonces, table_of
from slipring.storage.encryption.data_keys import DataKeys
from slipring.storage.encryption.store import UNREADABLE, EncryptedStore
from slipring.storage.memory import MemoryStore
from slipring.storage.sealing import Seal
from tests.encryption.stores import ENTRY, ITEM, MASTER_KEY, OTHER, RECORD, contents, encrypted, fresh, write

SECRET = b"a value that nobody may read"


def test_what_is_sealed_and_what_is_not() -> None:
    """Items, entries of indexes and the journal hold what users stored. Beneath, nothing of it is to be seen, whatever
    way it came; keys and counters stay as they are."""

    async def scenario() -> None:
        store, beneath = await fresh()
        keys = [prefix + b"key" for prefix in (ITEM, ENTRY, RECORD)]
        await write(store, dict.fromkeys(keys, SECRET))
        counters = keyspace.counts(1, 0)
        await store.commit([], lambda _: Writes({keyspace.table_record("", "Music"): b"{}"}, {counters: (1, 2)}, None))
        raw = await contents(beneath)
        for key in keys:
            assert len(raw[key]) == len(SECRET) + OVERHEAD_BYTES
        assert not any(SECRET in value for value in raw.values())
        assert raw[keyspace.table_record("", "Music")] == b"{}"
        assert decode_counts(raw[counters]) == (1, 2)
        assert await store.get_many(keys) == [SECRET] * 3

    asyncio.run(scenario())


def test_the_spaces_of_users_data_are_the_sealed_ones() -> None:
    """The store knows of spaces and table ids no more than where they stand; here that is held to the engine's keys."""
    table = (7).to_bytes(4, "big")
    for key in (keyspace.items(7), keyspace.index_entries(7, 2), keyspace.journal(7)):
        assert key.startswith(SEALED)
        assert table_of(key + b"more") == table
    for key in (
        keyspace.counts(7, 0),
        keyspace.journal_head(7, 1),
        keyspace.journal_counts(7),
        keyspace.collections(7),
    ):
        assert table_of(key + b"more") is None


def test_a_value_that_was_changed_or_moved_does_not_open() -> None:
    """Whoever can write to the files could otherwise give one item another's contents. A scan answers in its place
    what no checksum fits, so that a scrub can name it and go on."""

    async def scenario() -> None:
        store, beneath = await fresh()
        one, two, elsewhere = ITEM + b"one", ITEM + b"two", OTHER + b"one"
        await write(store, {one: SECRET, two: b"another value", elsewhere: b"another table's"})
        raw = await contents(beneath)
        changed = bytearray(raw[one])
        changed[-1] ^= 1
        for forged in (raw[two], raw[elsewhere], bytes(changed), raw[one][:20], b"", b"\x01plain and never sealed"):
            await write(beneath, {one: forged})
            with pytest.raises(StoreDamaged):
                await store.get(one)
            with pytest.raises(StoreDamaged):
                await store.get_many([one])
            with pytest.raises(StoreDamaged):
                await write(store, {}, [one])
            assert (await contents(store))[one] == UNREADABLE
            assert (await contents(store))[two] == b"another value"

    asyncio.run(scenario())


def test_what_stands_for_an_unreadable_value_is_none() -> None:
    """Neither as an item nor as a record of the journal; and nothing is counted for it."""
    for decode in (rows.decode, rows.json, journal.decode):
        with pytest.raises(StoreDamaged):
            decode(UNREADABLE)
    assert rows.item_bytes(UNREADABLE) == 0


def test_scans_stop_where_the_contract_says_although_sealed_values_are_longer() -> None:
    """Who scans counts the bytes it gets, and takes fewer than it asked for as the end: an error here would hide items.
    Compared with a plain store of the same values over random ranges and bounds."""
    seed = int.from_bytes(os.urandom(4), "big")
    draw = random.Random(seed)

    async def scenario() -> None:
        (store, _), plain = await fresh(), MemoryStore()
        prefixes = [b"\x01n", ITEM, OTHER, ENTRY, b"\x04\x00", RECORD]
        longest = draw.choice([0, 3, 40, 2000])
        keys = sorted({draw.choice(prefixes) + draw.randbytes(2) for _ in range(300)})
        puts: dict[bytes, bytes | None] = {key: bytes(draw.randint(0, longest)) for key in keys}
        for each in (store, plain):
            await write(each, puts)
        snapshot = store.snapshot()
        for _ in range(300):
            start, stop = sorted([draw.choice(prefixes) + draw.randbytes(draw.randint(0, 2)) for _ in range(2)])
            limit, bytes_max = draw.choice([1, 7, 1000]), draw.choice([1, 50, 3000, 1 << 40])
            reverse = draw.random() < 0.5
            expected = await plain.scan(start, stop, limit=limit, bytes_max=bytes_max, reverse=reverse)
            reader = draw.choice([store, snapshot])
            found = await reader.scan(start, stop, limit=limit, bytes_max=bytes_max, reverse=reverse)
            assert found == expected, f"seed {seed}"

    for _ in range(4):
        asyncio.run(scenario())


def test_commits_see_and_write_what_is_opened() -> None:
    """Over a process's first commit to a table, which has to make its key, as well as those after."""

    async def scenario() -> None:
        store, _ = await fresh()
        key = ITEM + b"counted"
        for number in range(5):
            before = await store.commit([key], lambda old: Writes({key: (old[0] or b"") + b"x"}, None, old[0]))
            assert before == (b"x" * number or None)
        await write(store, {key: None})
        assert await store.get(key) is None

    asyncio.run(scenario())


def test_a_snapshot_opens_what_was_there() -> None:
    async def scenario() -> None:
        store, _ = await fresh()
        await write(store, {ITEM + b"k": b"before"})
        snapshot = store.snapshot()
        await write(store, {ITEM + b"k": b"after"})
        assert await snapshot.get(ITEM + b"k") == b"before"
        assert await snapshot.get_many([ITEM + b"k"]) == [b"before"]
        snapshot.close()

    asyncio.run(scenario())


def test_processes_share_tables_and_their_keys() -> None:
    """Two that write to a new table at the same moment must not each keep a key of its own."""

    async def scenario() -> None:
        one, beneath = await fresh()
        two = await encrypted(beneath)
        await asyncio.gather(write(one, {ITEM + b"1": b"one's"}), write(two, {ITEM + b"2": b"two's"}))
        expected = [b"one's", b"two's"]
        for store in (one, two, await encrypted(beneath)):
            assert await store.get_many([ITEM + b"1", ITEM + b"2"]) == expected

    asyncio.run(scenario())


def key_number(sealed: bytes) -> int:
    return int.from_bytes(sealed[1:3], "big")


def test_rotation_is_followed_at_once_and_hides_nothing() -> None:
    """New values get the new key in every process that has the store open; old ones open with theirs."""

    async def scenario() -> None:
        one, beneath = await fresh()
        two = await encrypted(beneath)
        assert isinstance(one, EncryptedStore)
        await write(two, {ITEM + b"old": SECRET, OTHER + b"old": SECRET})
        assert await one.rotate() == 2
        await write(two, {ITEM + b"new": SECRET})
        raw = await contents(beneath)
        assert (key_number(raw[ITEM + b"old"]), key_number(raw[ITEM + b"new"])) == (0, 1)
        for store in (one, two, await encrypted(beneath)):
            assert await store.get_many([ITEM + b"old", ITEM + b"new"]) == [SECRET, SECRET]
        await write(one, {ITEM + b"old": SECRET})
        assert key_number((await contents(beneath))[ITEM + b"old"]) == 1

    asyncio.run(scenario())


def test_no_nonce_comes_twice() -> None:
    """A nonce used twice under one key gives away what AES-GCM hides. The count ends after four bytes, and goes on with
    another random number."""
    drawn: list[bytes] = []

    def random_bytes(count: int) -> bytes:
        drawn.append(len(drawn).to_bytes(count, "big"))
        return drawn[-1]

    nonces = Nonces(random_bytes)
    first = [nonces.next() for _ in range(3)]
    nonces._count = (1 << 32) - 1
    last = [nonces.next() for _ in range(3)]
    assert len(set(first + last)) == 6
    assert [len(drawn), *map(len, first + last)] == [2, *[12] * 6]

    async def scenario() -> None:
        store, beneath = await fresh()
        key = ITEM + b"same"
        seen = set()
        for _ in range(50):
            await write(store, {key: SECRET})
            seen.add((await contents(beneath))[key][3:15])
        assert len(seen) == 50

    asyncio.run(scenario())


def test_each_table_has_a_key_of_its_own() -> None:
    """What one table's key opens is that table alone, and data keys lie sealed."""

    async def scenario() -> None:
        store, beneath = await fresh()
        await write(store, {ITEM + b"k": SECRET, OTHER + b"k": SECRET})
        keys = DataKeys(beneath, Seal(MASTER_KEY, os.urandom), os.urandom)
        await keys.load(ITEM[1:])
        raw = (await contents(beneath))[OTHER + b"k"]
        with pytest.raises(StoreDamaged):
            keys.newest[ITEM[1:]].open(OTHER + b"k", raw)

    asyncio.run(scenario())
