"""Several processes on one store: nobody's update is lost, and everybody sees what anybody was told is written."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterable

from slipring.storage.contract import Store, decode_counts
from tests.storage import writers
from tests.storage.conftest import Backend
from tests.storage.mutations import increment, put, scan

COUNT = 120


async def finished(processes: Iterable[subprocess.Popen[bytes]]) -> list[list[bytes]]:
    """What each process reported, when all have ended."""
    outputs = await asyncio.gather(*(asyncio.to_thread(process.communicate, timeout=60) for process in processes))
    assert [process.returncode for process in processes] == [0 for _ in outputs]
    return [output.splitlines() for output, _ in outputs]


def test_writers_lose_no_update_and_win_no_claim_twice(durable_backend: Backend) -> None:
    """Three processes, this one too, read and write the same keys at the same time."""

    async def scenario(store: Store) -> None:
        processes = [writers.start("contend", durable_backend.address, name, COUNT) for name in ("a", "b")]
        for n in range(COUNT):
            await increment(store, b"number")
            await put(store, {b"filler/%d" % n: bytes(100)})
        reports = await finished(processes)
        claims = [{line for line in lines if line.startswith(b"claimed")} for lines in reports]
        assert not claims[0] & claims[1]
        assert claims[0] | claims[1] == {b"claimed %d" % n for n in range(COUNT)}
        assert await store.get(b"number") == b"%d" % (3 * COUNT)
        assert decode_counts(await store.get(b"won")) == (COUNT, 0)
        assert decode_counts(await store.get(b"lost")) == (COUNT, 0)

    durable_backend.run(scenario)


def test_a_write_is_seen_elsewhere_once_it_is_acknowledged(durable_backend: Backend) -> None:
    """Also through a cache that only watchers clear, and by a process that sat idle while the journal was cut,
    checkpointed and thrown away."""
    count = 60

    async def scenario(store: Store) -> None:
        cache: dict[bytes, int] = {}
        store.watch(b"last/", cache.clear)
        with writers.start("put", durable_backend.address, "a", count) as process:
            for line in writers.lines(process):
                if line.startswith(b"put") and int(line.split()[1]) % 20 == 19:
                    store.refresh()
                    if b"last/a" not in cache:
                        cache[b"last/a"] = int(await store.get(b"last/a") or b"-1")
                    assert cache[b"last/a"] >= int(line.split()[1])
        assert process.returncode == 0
        keys = [key for key, _ in await scan(store, b"a/", b"a0")]
        assert keys == [b"a/%06d" % n for n in range(count)]

    durable_backend.run(scenario)


def test_a_process_that_was_idle_finds_its_place_again(durable_backend: Backend) -> None:
    """What it had not read of the journal is gone: it goes on from the base, by any kind of call."""

    async def write(store: Store) -> None:
        await finished([writers.start("put", durable_backend.address, "a", 30)])
        assert await increment(store, b"n") == 1

    async def read(store: Store) -> None:
        await finished([writers.start("put", durable_backend.address, "b", 30)])
        assert await store.get_many([b"n", b"last/a", b"last/b"]) == [b"1", b"29", b"29"]

    durable_backend.run(write)
    durable_backend.run(read)


def test_a_snapshot_outlives_what_another_process_does(durable_backend: Backend) -> None:
    async def scenario(store: Store) -> None:
        await put(store, {b"last/a": b"before", b"a/x": b"before"})
        snapshot = store.snapshot()
        await finished([writers.start("put", durable_backend.address, "a", 40)])
        assert await scan(snapshot) == [(b"a/x", b"before"), (b"last/a", b"before")]
        assert await store.get(b"last/a") == b"39"
        assert len(await scan(store)) == 42
        snapshot.close()

    durable_backend.run(scenario)
