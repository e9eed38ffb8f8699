"""After tables got new data keys, what was sealed with the old ones is sealed anew, and stays what it is."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from slipring.engine.renewal import renew, waiting
from slipring.storage.contract import Writes
from slipring.storage.encryption.ciphers import HEADER_BYTES, table_of
from slipring.storage.encryption.store import UNREADABLE, EncryptedStore
from slipring.storage.memory import MemoryStore
from tests.admin.prometheus import parse
from tests.cli.processes import Serving, slipring
from tests.edge.wire import eventually
from tests.encryption.stores import ENTRY, ITEM, OTHER, RECORD, contents, fresh, write
from tests.encryption.test_serving import SECRET, client, create, more_for, put, text_of

Pause = Callable[[], Awaitable[bool]]


async def on() -> bool:
    """Goes on at once, after others had a turn."""
    await asyncio.sleep(0)
    return True


def times(count: int) -> Pause:
    """Ends the work after so many stretches, as a process does that dies."""
    left = iter(range(count))

    async def pause() -> bool:
        return next(left, None) is not None

    return pause


async def encrypted_store() -> tuple[EncryptedStore, MemoryStore]:
    store, beneath = await fresh()
    assert isinstance(store, EncryptedStore)
    return store, beneath


async def renew_all(store: EncryptedStore, pause: Pause = on) -> int:
    """Once for each table that waits; how many values were sealed anew."""
    return sum([await renew(store, *each, pause) for each in (await waiting(store)).items()])


async def headers(beneath: MemoryStore) -> set[bytes]:
    """What the sealed values begin with."""
    return {value[:HEADER_BYTES] for key, value in (await contents(beneath)).items() if table_of(key) is not None}


def values(draw: random.Random, count: int) -> dict[bytes, bytes | None]:
    """Of two tables: items, entries of an index, records of the journal."""
    prefixes = [ITEM, OTHER, ENTRY, RECORD]
    return {prefixes[n % 4] + n.to_bytes(2, "big"): draw.randbytes(draw.choice([0, 30, 900])) for n in range(count)}


def test_everything_is_sealed_with_the_newest_key_in_the_end() -> None:
    """Items, entries and records, of every table; a table that came later, or whose key is its first, needs nothing."""
    draw = random.Random(1)

    async def scenario() -> None:
        store, beneath = await encrypted_store()
        before = values(draw, 1000)
        await write(store, before)
        old = await headers(beneath)
        assert (await waiting(store), await renew_all(store)) == ({}, 0)
        await store.rotate()
        await write(store, {b"\x02\x00\x00\x00\x03later": b"one"})
        assert len(await waiting(store)) == 2
        assert await renew_all(store) == len(before)
        assert await waiting(store) == {}
        tables = {key: value for key, value in (await contents(beneath)).items() if key in before}
        assert not {value[:HEADER_BYTES] for value in tables.values()} & old
        found = await contents(store)
        assert {key: found[key] for key in before} == before

    asyncio.run(scenario())


def test_it_goes_on_where_it_was_left() -> None:
    """By whichever process: what was done is not done again, but for the stretches since it was last noted."""
    draw = random.Random(2)

    async def scenario() -> None:
        store, _ = await encrypted_store()
        before = {ITEM + n.to_bytes(4, "big"): draw.randbytes(10) for n in range(128 * 120)}
        await write(store, dict(before))
        await store.rotate()
        done = await renew_all(store, times(60))
        assert 0 < done < len(before)
        (progress,) = (await waiting(store)).values()
        assert progress.after > ITEM
        assert done + await renew_all(store) == len(before)
        assert await waiting(store) == {}

    asyncio.run(scenario())


def test_whoever_writes_meanwhile_is_not_overwritten() -> None:
    """A writer that adds, changes and deletes while values are sealed anew finds all as it left it."""
    seed = int.from_bytes(os.urandom(4), "big")
    draw = random.Random(seed)

    async def scenario() -> None:
        store, _ = await encrypted_store()
        expected: dict[bytes, bytes] = {}

        async def change() -> None:
            key = ITEM + draw.randbytes(1)
            value = draw.choice([None, draw.randbytes(20)])
            await write(store, {key: value})
            expected.pop(key, None)
            if value is not None:
                expected[key] = value

        async def pause() -> bool:
            for _ in range(20):
                await change()
            return True

        for _ in range(400):
            await change()
        for _ in range(3):
            await store.rotate()
            while await waiting(store):
                await renew_all(store, pause)
        assert {key: value for key, value in (await contents(store)).items() if key.startswith(ITEM)} == expected, seed

    asyncio.run(scenario())


def test_a_key_that_comes_meanwhile_begins_it_again() -> None:
    async def scenario() -> None:
        store, beneath = await encrypted_store()
        await write(store, {ITEM + n.to_bytes(2, "big"): b"value" for n in range(300)})
        await store.rotate()
        await renew_all(store, times(1))
        await store.rotate()
        while await waiting(store):
            await renew_all(store)
        assert len(await headers(beneath)) == 1

    asyncio.run(scenario())


def test_a_value_that_does_not_open_is_left_as_it_is() -> None:
    """It is for a scrub to name; to seal it anew would hide that it was changed."""

    async def scenario() -> None:
        store, beneath = await encrypted_store()
        await write(store, {ITEM + b"a": b"one", ITEM + b"b": b"two", ITEM + b"c": b"three"})
        raw = await contents(beneath)
        forged = raw[ITEM + b"a"][:-1] + b"?"
        unknown = b"\xe1\xff\xff" + raw[ITEM + b"b"][HEADER_BYTES:]
        await beneath.commit([], lambda _: Writes({ITEM + b"a": forged, ITEM + b"b": unknown}, None, None))
        await store.rotate()
        assert await renew_all(store) == 1
        assert await waiting(store) == {}
        raw = await contents(beneath)
        assert (raw[ITEM + b"a"], raw[ITEM + b"b"]) == (forged, unknown)
        found = await contents(store)
        assert [found[ITEM + each] for each in (b"a", b"b", b"c")] == [UNREADABLE, UNREADABLE, b"three"]

    asyncio.run(scenario())


def test_servers_do_it_and_tell_how_far_they_are(tmp_path: Path) -> None:
    """After `slipring keys rotate` beside them, with no more to do; the metrics and a command tell."""
    path = tmp_path / "store"
    more = more_for(path, SLIPRING_ENCRYPTION="on", SLIPRING_DURABILITY="relaxed")

    def metrics(url: str) -> tuple[float, float]:
        """Values sealed anew, and tables that wait."""
        with urlopen(f"{url}/metrics") as answer:
            page = parse(answer.read().decode())
        return page.value("slipring_renewed_values_total"), page.value("slipring_renewal_tables_waiting")

    def command(name: str) -> Any:
        ran = slipring("keys", name, cwd=tmp_path, more=more_for(path))
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    with Serving(cwd=tmp_path, more=more) as serving:
        dynamodb = client(serving.url)
        create(dynamodb)
        put(dynamodb)
        command("rotate")
        # An item, its copy in an index, and the record of the journal.
        assert eventually(lambda: metrics(serving.url) == (3, 0), 60)
        assert command("show") == "1 tables have data keys; of 0 values may be sealed with an older one still\n"
        assert text_of(dynamodb) == SECRET
    scrubbed = slipring("scrub", cwd=tmp_path, more=more_for(path))
    assert (scrubbed.returncode, scrubbed.stdout) == (0, "everything agrees\n"), scrubbed.stderr


@pytest.mark.parametrize("command", ["show", "rotate"])
def test_a_store_that_is_not_encrypted_has_no_keys(tmp_path: Path, command: str) -> None:
    refused = slipring("keys", command, cwd=tmp_path, more=more_for(tmp_path / "store"))
    assert refused.stderr == f"slipring: {tmp_path / 'store'} is not encrypted\n"
