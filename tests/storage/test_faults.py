"""Disks that fill up, fail or dawdle, places that are read-only or locked: one kind of error each, nothing lost."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import lmdb
import pytest

from slipring.storage.backends import open_store
from slipring.storage.contract import (
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
    StoreUnavailable,
)
from slipring.storage.file import directory as names
from slipring.storage.file.base import Base
from slipring.storage.file.disk import Disk
from slipring.storage.file.store import FileStore
from tests.storage.disks import Fault, FaultyDisk, SlowDisk
from tests.storage.mutations import counting, put, scan

Scenario = Callable[[FileStore, FaultyDisk], Awaitable[None]]


def run_faulty(directory: Path, scenario: Scenario, *, segment_bytes: int = 1 << 20, relaxed: bool = False) -> None:
    """Run a scenario on a store whose disk fails when told to, then check that it opens again."""

    async def run() -> None:
        disk = FaultyDisk(directory)
        store = FileStore(directory, disk=lambda _: disk, segment_bytes=segment_bytes, relaxed=relaxed)
        try:
            await scenario(store, disk)
        finally:
            disk.fault = None
            await store.close()

    asyncio.run(run())


def content(directory: Path) -> dict[bytes, bytes]:
    async def read() -> dict[bytes, bytes]:
        store = FileStore(directory)
        try:
            return dict(await scan(store))
        finally:
            await store.close()

    return asyncio.run(read())


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.mark.parametrize("relaxed", [False, True])
def test_a_full_disk_fails_the_group_and_no_other(place: Path, relaxed: bool) -> None:
    """Half a frame is on the disk; the next group takes its place, here or in another process."""

    async def scenario(store: FileStore, disk: FaultyDisk) -> None:
        await put(store, {b"before": b"1"})
        disk.fault = Fault("write")
        outcomes = await asyncio.gather(
            put(store, {b"lost": b"1", b"before": None}),
            store.commit([], counting({b"\x04count": (1, 1)})),
            return_exceptions=True,
        )
        assert [type(outcome) for outcome in outcomes] == [StoreFull, StoreFull]
        assert await scan(store) == [(b"before", b"1")]
        await put(store, {b"after": b"1"})

    run_faulty(place, scenario, relaxed=relaxed)
    assert content(place) == {b"before": b"1", b"after": b"1"}


@pytest.mark.parametrize("method", ["write", "sync", "rename", "open"])
def test_no_room_for_the_next_segment(place: Path, method: str) -> None:
    """Whatever step of making a segment fails, the journal stays where it is until there is room."""

    async def scenario(store: FileStore, disk: FaultyDisk) -> None:
        await put(store, {b"big": bytes(3000)})
        disk.fault = Fault(method)
        with pytest.raises(StoreFull):
            await put(store, {b"lost": bytes(3000)})
        await put(store, {b"kept": bytes(3000)})
        assert sorted(dict(await scan(store))) == [b"big", b"kept"]

    run_faulty(place, scenario, segment_bytes=4000)
    assert sorted(content(place)) == [b"big", b"kept"]


def test_a_failed_sync_ends_writing_but_not_reading(place: Path) -> None:
    """After a failed fsync the kernel may have dropped the data and call it clean: nothing can be promised any more.

    The group's fate is unknown to its caller; at the next opening it is there as a whole or not at all.
    """

    async def scenario(store: FileStore, disk: FaultyDisk) -> None:
        await put(store, {b"before": b"1"})
        disk.fault = Fault("sync", error=errno.EIO)
        with pytest.raises(StoreUnavailable, match="a sync failed"):
            await put(store, {b"a": b"unknown", b"b": b"unknown"})
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="a sync failed"):
                await put(store, {b"later": b"1"})
        assert await store.get(b"before") == b"1"
        assert await scan(store) == [(b"before", b"1")]

    run_faulty(place, scenario)
    found = content(place)
    assert found.pop(b"before") == b"1"
    assert found in ({}, {b"a": b"unknown", b"b": b"unknown"})


def test_writes_go_on_until_whole(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """write(2) may write less than it was given."""
    whole = os.pwrite

    def short(fd: int, data: bytes, offset: int) -> int:
        return whole(fd, data[:1000], offset)

    async def scenario(store: FileStore, disk: FaultyDisk) -> None:
        monkeypatch.setattr(os, "pwrite", short)
        await put(store, {b"long": bytes(range(256)) * 100})
        monkeypatch.undo()

    run_faulty(place, scenario)
    assert content(place) == {b"long": bytes(range(256)) * 100}


def test_a_base_that_cannot_grow_stops_commits_in_time(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal takes what the base cannot for a while; then commits are refused, reads go on, and when there is
    room again everything finds its way."""
    begin = Base.begin

    def full(base: Base) -> object:
        raise lmdb.MapFullError("no room", 0)

    monkeypatch.setattr("slipring.storage.file.schedule._RETRY_SECONDS", 0.001)

    async def scenario(store: FileStore, disk: FaultyDisk) -> None:
        monkeypatch.setattr(Base, "begin", full)
        written = 0
        with pytest.raises(StoreFull):
            for written in range(100):
                await put(store, {b"%03d" % written: bytes(1000)})
                await asyncio.sleep(0.002)
        assert 2 <= written < 20
        assert len(await scan(store)) == written
        monkeypatch.setattr(Base, "begin", begin)
        for _ in range(1000):
            try:
                await put(store, {b"after": b"1"})
                break
            except StoreFull:
                await asyncio.sleep(0.002)
        assert len(await scan(store)) == written + 1

    run_faulty(place, scenario, segment_bytes=1500)
    assert content(place)[b"after"] == b"1"


def test_a_slow_disk_does_not_stop_reads(place: Path) -> None:
    """Once syncs are known to take long they are waited for in a thread, and reads are answered meanwhile."""

    async def run() -> None:
        store = FileStore(place, disk=SlowDisk)
        try:
            for n in range(12):
                await put(store, {b"n": b"%d" % n})
            writing = asyncio.create_task(put(store, {b"n": b"last"}))
            reads = 0
            while not writing.done():
                assert await store.get(b"n") in (b"11", b"last")
                reads += 1
                await asyncio.sleep(0)
            assert reads > 3
            assert await store.get(b"n") == b"last"
        finally:
            await store.close()

    asyncio.run(run())
    assert content(place) == {b"n": b"last"}


def test_a_failed_sync_in_the_thread_is_told_too(place: Path) -> None:
    class Failing(SlowDisk):
        fails = False

        def sync(self, fd: int) -> None:
            super().sync(fd)
            if self.fails:
                raise OSError(errno.EIO, "it broke")

    async def run() -> None:
        disk = Failing(place)
        store = FileStore(place, disk=lambda _: disk)
        try:
            for n in range(12):
                await put(store, {b"n": b"%d" % n})
            disk.fails = True
            with pytest.raises(StoreUnavailable, match="it broke"):
                await put(store, {b"n": b"lost"})
            assert await store.get(b"n") == b"11"
        finally:
            disk.fails = False
            await store.close()

    asyncio.run(run())


def refusal(place: Path, disk: Callable[[Path], Disk] = Disk) -> StoreError:
    with pytest.raises(StoreError) as caught:
        FileStore(place, disk=disk)
    assert str(place) in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_read_only_place(place: Path) -> None:
    disk = FaultyDisk(place)
    disk.fault = Fault("open", error=errno.EROFS)
    assert isinstance(refusal(place, lambda _: disk), StoreReadOnly)


def test_a_full_disk_at_the_first_opening(place: Path) -> None:
    disk = FaultyDisk(place)
    disk.fault = Fault("write")
    assert isinstance(refusal(place, lambda _: disk), StoreFull)
    assert content(place) == {}


def test_a_place_that_cannot_be(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a directory")
    assert isinstance(refusal(file), StoreUnavailable)
    assert isinstance(refusal(file / "below"), StoreUnavailable)


def test_a_directory_with_something_else_in_it(tmp_path: Path) -> None:
    """A mistyped path must not fill somebody's home directory with a store's files."""
    (tmp_path / "thesis.tex").write_text("years of work")
    assert isinstance(refusal(tmp_path), StoreDamaged)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_the_root_of_a_volume_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    assert content(tmp_path) == {}


def test_a_store_opened_twice_in_one_process(place: Path) -> None:
    async def run() -> None:
        store = FileStore(place)
        assert isinstance(refusal(place), StoreLocked)
        await store.close()

    asyncio.run(run())
    assert content(place) == {}


def test_a_process_that_keeps_the_store_locked(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening gives up after a while; a commit waits, and reads go on."""
    monkeypatch.setattr("slipring.storage.file.locks._TRIES", 3)

    async def run() -> None:
        store = FileStore(place)
        await put(store, {b"k": b"1"})
        with (place / names.COMMIT_LOCK).open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            writing = asyncio.create_task(put(store, {b"k": b"2"}))
            await asyncio.sleep(0.01)
            assert not writing.done()
            assert await store.get(b"k") == b"1"
        await writing
        assert await store.get(b"k") == b"2"
        await store.close()
        with (place / names.COMMIT_LOCK).open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            assert isinstance(refusal(place), StoreLocked)

    asyncio.run(run())


def test_only_the_owner_may_read_what_is_stored(place: Path) -> None:
    async def run() -> None:
        store = FileStore(place, segment_bytes=2000)
        for n in range(5):
            await put(store, {b"%d" % n: bytes(1500)})
        await store.close()

    asyncio.run(run())
    assert place.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in place.iterdir()} == {0o600}


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files the way Linux tells them")
def test_stores_leave_no_threads_and_no_files_open(tmp_path: Path) -> None:
    async def use(number: int) -> None:
        store = open_store(f"file:{tmp_path / str(number)}?segment_bytes=2000")
        snapshot = store.snapshot()
        for n in range(10):
            await put(store, {b"%d" % n: bytes(1500)})
        await store.close()
        snapshot.close()

    asyncio.run(use(0))
    threads, files = threading.active_count(), open_files()
    for number in range(1, 10):
        asyncio.run(use(number))
        refusal(Path(__file__))
    assert (threading.active_count(), open_files()) == (threads, files)


def test_commits_that_wait_when_the_store_closes_are_finished(place: Path) -> None:
    async def run() -> None:
        store = FileStore(place)
        waiting = [asyncio.create_task(put(store, {b"%d" % n: b"v"})) for n in range(600)]
        await asyncio.sleep(0)
        await store.close()
        await asyncio.gather(*waiting)

    asyncio.run(run())
    assert len(content(place)) == 600


def test_a_caller_that_gives_up_harms_nobody(place: Path) -> None:
    """A client that goes away cancels its request while its commit waits."""

    async def run() -> None:
        store = FileStore(place)
        waiting = [asyncio.create_task(put(store, {b"%d" % n: b"v"})) for n in range(10)]
        await asyncio.sleep(0)
        for task in waiting[::2]:
            task.cancel()
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert [isinstance(outcome, asyncio.CancelledError) for outcome in outcomes] == [True, False] * 5
        found = dict(await scan(store))
        assert {b"%d" % n for n in range(1, 10, 2)} <= set(found)
        await store.close()

    asyncio.run(run())


def test_a_store_outlives_its_event_loop(place: Path) -> None:
    """A loop that ends with commits and a checkpoint under way leaves the store usable on the next loop."""
    store = FileStore(place, segment_bytes=3000)

    async def leave() -> None:
        for n in range(20):
            await put(store, {b"a%d" % n: bytes(1000)})
        tasks = [asyncio.ensure_future(put(store, {b"b": b"v"})) for _ in range(3)]
        await asyncio.sleep(0)
        assert not any(task.done() for task in tasks)

    async def go_on() -> None:
        for n in range(20):
            await put(store, {b"c%d" % n: bytes(1000)})
        assert len(await scan(store, b"a", b"b")) == len(await scan(store, b"c", b"d")) == 20
        await store.close()

    asyncio.run(leave())
    asyncio.run(go_on())
    assert len(content(place)) in (40, 41)
