"""Syncs that the kernel does beside the event loop."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from slipring.storage.file import kernel_syncs
from slipring.storage.file.disk import Disk
from slipring.storage.file.kernel_syncs import KernelSyncs
from slipring.storage.file.store import FileStore
from tests.storage.disks import RecordingDisk
from tests.storage.mutations import put

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has them")


@pytest.fixture
def syncs() -> Iterator[KernelSyncs]:
    syncs = KernelSyncs()
    yield syncs
    syncs.close()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[int]:
    fd = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    os.write(fd, bytes(4096))
    yield fd
    os.close(fd)


def test_the_loop_goes_on_meanwhile(syncs: KernelSyncs, file: int) -> None:
    """Reads are answered while writes wait for the disk, however fast or slow it is."""

    async def run() -> None:
        syncing = asyncio.create_task(syncs.run(file))
        turns = 0
        while not syncing.done():
            turns += 1
            await asyncio.sleep(0)
        assert await syncing
        assert turns > 1

    asyncio.run(run())


def test_a_failure_is_raised(syncs: KernelSyncs, file: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the kernel tells of a sync that it took on is not lost on the way, as it decides whether a write is kept."""
    call = syncs._call

    def failing(number: int, *arguments: object) -> int:
        done = call(number, *arguments)
        if number == syncs._get_events and done:
            kernel_syncs._OUTCOME.pack_into(syncs._outcome, 0, syncs._number, 0, -errno.EIO, 0)
        return done

    monkeypatch.setattr(syncs, "_call", failing)
    with pytest.raises(OSError, match="Input/output"):
        asyncio.run(_bounded(syncs, file))


def test_what_the_kernel_does_not_take_on_is_told_at_once(syncs: KernelSyncs) -> None:
    """A pipe cannot be synced; the caller then does what it can instead."""
    read, write = os.pipe()
    assert asyncio.run(_bounded(syncs, write)) is False
    os.close(read)
    os.close(write)


def test_one_event_loop_after_another(syncs: KernelSyncs, file: int) -> None:
    """Tests and scripts open a store and run a loop for each of their steps."""
    for _ in range(3):
        assert asyncio.run(_bounded(syncs, file))


def test_a_caller_that_gave_up_leaves_nothing_to_the_next(syncs: KernelSyncs, file: int) -> None:
    """The outcome of one sync is never taken for that of another."""

    async def run() -> None:
        given_up = asyncio.create_task(syncs.run(file))
        await asyncio.sleep(0)
        given_up.cancel()
        assert await _bounded(syncs, file)
        assert given_up.cancelled()

    asyncio.run(run())


def test_a_store_syncs_so(tmp_path: Path) -> None:
    """And what it acknowledged was synced before; an open store keeps no thread for it."""

    async def run() -> list[str]:
        disks: list[RecordingDisk] = []

        def recording(path: Path) -> RecordingDisk:
            disks.append(RecordingDisk(path))
            return disks[0]

        store = FileStore(tmp_path / "store", disk=recording)
        for n in range(5):
            await put(store, {b"n": b"%d" % n})
            disks[0].events.append(("acknowledged",))
        names = [event[0] for event in disks[0].events]
        await store.close()
        return names

    names = asyncio.run(run())
    assert names[-15:] == ["write", "sync", "acknowledged"] * 5


def test_a_file_system_without_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store then syncs by itself, and is none the worse for it."""
    synced: list[int] = []

    class Plain(Disk):
        def sync(self, fd: int) -> None:
            super().sync(fd)
            synced.append(fd)

    async def refused(self: KernelSyncs, fd: int) -> bool:
        return False

    async def run() -> None:
        store = FileStore(tmp_path / "store", disk=Plain)
        synced.clear()
        for n in range(3):
            await put(store, {b"n": b"%d" % n})
        assert len(synced) == 3
        assert await store.get(b"n") == b"2"
        await store.close()

    monkeypatch.setattr(KernelSyncs, "run", refused)
    asyncio.run(run())


async def _bounded(syncs: KernelSyncs, fd: int) -> bool:
    return await asyncio.wait_for(syncs.run(fd), 10)
