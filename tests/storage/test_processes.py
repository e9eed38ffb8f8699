"""Several processes on one store: nobody's update is lost, and everybody sees what anybody was told is written."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from slipring.storage.contract import Store, decode_counts
from slipring.storage.file.log import Log
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
        assert decode_counts(await store.get(b"\x04won")) == (COUNT, 0)
        assert decode_counts(await store.get(b"\x04lost")) == (COUNT, 0)

    durable_backend.run(scenario)


def test_a_write_is_seen_elsewhere_once_it_is_acknowledged(durable_backend: Backend) -> None:
    """Also through a cache that only watchers clear, and by a process that sat idle while the journal was cut,
    checkpointed and thrown away."""
    count = 60

    async def scenario(store: Store) -> None:
        cache: dict[bytes, int] = {}
        store.watch(b"\x01last/", cache.clear)
        with writers.start("put", durable_backend.address, "a", count) as process:
            for line in writers.lines(process):
                if line.startswith(b"put") and int(line.split()[1]) % 20 == 19:
                    await store.catch_up()
                    if b"\x01last/a" not in cache:
                        cache[b"\x01last/a"] = int(await store.get(b"\x01last/a") or b"-1")
                    assert cache[b"\x01last/a"] >= int(line.split()[1])
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
        heard: list[str] = []
        store.watch(b"\x01last/b", lambda: heard.append("of what is long gone from the journal"))
        await finished([writers.start("put", durable_backend.address, "b", 30)])
        await store.catch_up()
        assert heard
        assert await store.get_many([b"n", b"\x01last/a", b"\x01last/b"]) == [b"1", b"29", b"29"]

    durable_backend.run(write)
    durable_backend.run(read)


def test_a_snapshot_outlives_what_another_process_does(durable_backend: Backend) -> None:
    async def scenario(store: Store) -> None:
        await put(store, {b"\x01last/a": b"before", b"a/x": b"before"})
        snapshot = store.snapshot()
        await finished([writers.start("put", durable_backend.address, "a", 40)])
        assert await scan(snapshot) == [(b"\x01last/a", b"before"), (b"a/x", b"before")]
        assert await store.get(b"\x01last/a") == b"39"
        assert len(await scan(store)) == 42
        snapshot.close()

    durable_backend.run(scenario)


@pytest.fixture
def file_store(tmp_path: Path) -> Backend:
    return Backend(f"file:{tmp_path / 'store'}", durable=True)


@pytest.mark.parametrize("parent", ["commits", "closes"])
def test_a_writer_that_dies_before_its_sync(file_store: Backend, parent: str) -> None:
    """Nobody saw its last group; it is whole, so whoever writes next, or opens the store, makes it durable and shows
    it: dropping it could drop what somebody has been told."""

    async def scenario(store: Store) -> None:
        process = writers.start("die", file_store.address, "victim", 3)
        output = (await asyncio.to_thread(process.communicate))[0]
        assert process.returncode == -signal.SIGKILL
        assert output.splitlines() == [b"ready", b"put 0", b"put 1"]
        assert await store.get(b"victim/last") == b"1"
        if parent == "commits":
            await put(store, {b"mine": b"v"})
            assert await store.get_many([b"victim/last", b"victim/2", b"mine"]) == [b"2", b"v", b"v"]

    async def check(store: Store) -> None:
        found = await store.get_many([b"victim/0", b"victim/2", b"victim/last", b"mine"])
        assert found == [b"v", b"v", b"2", b"v" if parent == "commits" else None]

    file_store.run(scenario)
    file_store.run(check)


def test_reads_of_several_keys_never_mix_two_moments(file_store: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process's checkpoint may come between a reader's look at the journal and its look at the base. Then the
    base holds a newer value of one key than the reader's memory does of the other."""
    monkeypatch.setattr("slipring.storage.file.store._FINAL_CHECKPOINT_KEYS", 0)

    async def put_right(store: Store) -> None:
        await put(store, {b"right": b"1"})

    async def scenario(store: Store) -> None:
        await put(store, {b"left": b"1"})
        process = writers.start("pair", file_store.address, "2", 5000)
        with monkeypatch.context() as patch:
            await asyncio.to_thread(process.communicate)
            patch.setattr(Log, "refresh", lambda self: None)
            assert await store.get_many([b"left", b"right"]) == [b"2", b"2"]

    async def scan_it(store: Store) -> None:
        await put(store, {b"left": b"3"})
        process = writers.start("pair", file_store.address, "4", 5000)
        with monkeypatch.context() as patch:
            await asyncio.to_thread(process.communicate)
            patch.setattr(Log, "refresh", lambda self: None)
            assert dict(await scan(store, b"l", b"s")) == {b"left": b"4", b"right": b"4"}

    for step in (put_right, scenario, scan_it):
        file_store.run(step)


def test_a_view_of_the_base_is_as_new_as_the_journal_read_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that finds the base ahead of it catches up. If meanwhile one more checkpoint is written, and the journal
    before it thrown away, the base that the reader holds is too old for what it has caught up with."""
    small_segments = Backend(f"file:{tmp_path / 'store'}?segment_bytes=4096", durable=True)
    catch_up = Log._catch_up

    def write(name: str) -> None:
        writers.start("pair", small_segments.address, name, 5000).communicate()

    def catch_up_late(log: Log) -> None:
        monkeypatch.setattr(Log, "_catch_up", catch_up)
        write("2")
        catch_up(log)

    async def scenario(store: Store) -> None:
        await put(store, {b"left": b"0"})
        await asyncio.to_thread(write, "1")
        with monkeypatch.context() as patch:
            patch.setattr(Log, "refresh", lambda self: None)
            monkeypatch.setattr(Log, "_catch_up", catch_up_late)
            assert await store.get_many([b"left", b"right"]) == [b"2", b"2"]

    small_segments.run(scenario)
