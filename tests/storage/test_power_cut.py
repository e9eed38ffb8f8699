"""Power cuts: what the disk may hold at any moment, and that the store recovers from all of it.

A store runs on a disk that records every write and every sync. From the record, the state of the files at a random
moment is put together as a power cut may leave it: what was synced is there; of what was written since, any set of
sectors; of the directory's changes since, any leading part; of the shared control page, any older state or nothing.
"""

from __future__ import annotations

import asyncio
import errno
import os
import random
import struct
from pathlib import Path

import pytest

from slipring.storage.contract import Store, StoreUnavailable
from slipring.storage.file import directory as names
from slipring.storage.file.control import PUBLISHED, WRITING
from slipring.storage.file.store import FileStore
from tests.storage.disks import Event, Fault, FaultyDisk, RecordingDisk
from tests.storage.mutations import put, scan

SECTOR_BYTES = 512
GROUPS = 60
CUTS = 80

Model = dict[bytes, bytes]


class Recording:
    """A store's life: what happened to its files, and what it held after each group."""

    def __init__(self, directory: Path, chance: random.Random, *, relaxed: bool) -> None:
        self.relaxed = relaxed
        self.models: list[Model] = [{}]
        self.events: list[Event] = []
        asyncio.run(self._live(directory, chance))

    async def _live(self, directory: Path, chance: random.Random) -> None:
        disks: list[RecordingDisk] = []

        def recording(path: Path) -> RecordingDisk:
            disks.append(RecordingDisk(path))
            return disks[0]

        store = FileStore(directory, relaxed=self.relaxed, segment_bytes=4000, disk=recording)
        self.events = disks[0].events
        disks[0].record_base()
        for number in range(1, GROUPS + 1):
            puts: dict[bytes, bytes | None] = {b"number": b"%d" % number}
            for _ in range(chance.randrange(4)):
                value = chance.randbytes(chance.choice([0, 10, 700, 3000]))
                puts[b"key %d" % chance.randrange(20)] = chance.choice([value, value, None])
            await put(store, puts)
            self.models.append({k: v for k, v in {**self.models[-1], **puts}.items() if v is not None})
            self.events.append(("acknowledged", number))
            await asyncio.sleep(0)
        await store.close()


class Cut:
    """The files that a power cut at one moment leaves."""

    def __init__(self, events: list[Event], chance: random.Random) -> None:
        self._chance = chance
        self.acknowledged = 0
        self.base: bytes | None = None
        self._synced: dict[int, bytearray] = {}
        self._unsynced: dict[int, list[tuple[int, bytes]]] = {}
        self._entries: dict[str, int] = {}
        self._entry_changes: list[Event] = []
        for event in events:
            self._take(event)

    def _take(self, event: Event) -> None:
        match event:
            case ("acknowledged", number):
                self.acknowledged = number
            case ("base", content):
                self.base = content
            case ("write", file, offset, data):
                self._unsynced.setdefault(file, []).append((offset, data))
            case ("sync", file):
                content = self._synced.setdefault(file, bytearray())
                for offset, data in self._unsynced.pop(file, []):
                    overwrite(content, offset, data)
            case ("sync_directory",):
                for change in self._entry_changes:
                    self._change_entry(change)
                self._entry_changes = []
            case _:
                self._entry_changes.append(event)

    def _change_entry(self, change: Event) -> None:
        match change:
            case ("create", name, file):
                self._entries[name] = file
            case ("rename", old, new):
                self._entries[new] = self._entries.pop(old)
            case ("unlink", name):
                del self._entries[name]

    def write_to(self, directory: Path, *, least: bool = False) -> None:
        """Write what is left; the least that may be, if so asked."""
        chance = self._chance
        directory.mkdir()
        changes = self._entry_changes
        for change in [] if least else changes[: chance.randrange(len(changes) + 1)]:
            self._change_entry(change)
        for name, file in self._entries.items():
            content = self._synced.get(file, bytearray())
            share = 0.0 if least else chance.choice([0.0, 0.5, 0.9, 1.0])
            for offset, data in self._unsynced.get(file, []):
                for at in range(0, len(data), SECTOR_BYTES):
                    if chance.random() < share:
                        overwrite(content, offset + at, data[at : at + SECTOR_BYTES])
            (directory / name).write_bytes(content)
        if names.FORMAT in self._entries:
            self._write_control(directory / names.CONTROL)
            if self.base is not None:
                (directory / names.BASE).write_bytes(self.base)

    def _write_control(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        if self._chance.random() < 0.7:
            words = [0, 0, 0]
            words[PUBLISHED] = self._chance.randrange(self.acknowledged + 1)
            words[WRITING] = self._chance.randrange(2)
            path.write_bytes(struct.pack("=3Q", *words).ljust(4096, b"\0"))


def overwrite(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


async def recovered(directory: Path, relaxed: bool) -> tuple[int, Model]:
    """How many groups a store has after its recovery, and what is in it."""
    store = FileStore(directory, relaxed=relaxed, segment_bytes=4000)
    try:
        return int(await store.get(b"number") or b"0"), dict(await scan(store))
    finally:
        await store.close()


async def write_after(directory: Path, relaxed: bool) -> None:
    store: Store = FileStore(directory, relaxed=relaxed, segment_bytes=4000)
    try:
        await put(store, {b"after": b"the cut"})
    finally:
        await store.close()


@pytest.mark.parametrize("relaxed", [False, True], ids=["fsync", "relaxed"])
def test_a_power_cut_at_any_moment(tmp_path: Path, relaxed: bool) -> None:
    """Every acknowledged group is there, the next one whole or not at all; and so it stays when writing goes on.

    A relaxed store may lose the last groups, and only the last: what is there is what was there at some moment.
    """
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    chance = random.Random(seed)
    recording = Recording(tmp_path / "store", chance, relaxed=relaxed)
    assert any(event[0] == "base" for event in recording.events[10:]), "no checkpoint: the test shows too little"
    for number in range(CUTS):
        cut = Cut(recording.events[: chance.randrange(len(recording.events))], chance)
        directory = tmp_path / f"cut {number}"
        cut.write_to(directory)
        groups, content = asyncio.run(recovered(directory, relaxed))
        assert content == recording.models[groups]
        assert groups <= cut.acknowledged + 1
        if not relaxed:
            assert groups >= cut.acknowledged
        asyncio.run(write_after(directory, relaxed))
        assert asyncio.run(recovered(directory, relaxed)) == (groups, {**content, b"after": b"the cut"})


def test_what_a_recovery_shows_survives_a_power_cut(tmp_path: Path) -> None:
    """A group whose sync failed may be in the kernel's memory alone, marked as if it were on the disk. A recovery that
    finds it shows it, so it must first write it anew and sync that."""
    directory = tmp_path / "store"
    journal = directory / "journal-0000000000000001"
    synced = bytearray()

    async def fail() -> None:
        disk = FaultyDisk(directory)
        store = FileStore(directory, disk=lambda _: disk)
        await put(store, {b"number": b"1"})
        synced.extend(journal.read_bytes())
        disk.fault = Fault("sync", error=errno.EIO)
        with pytest.raises(StoreUnavailable):
            await put(store, {b"number": b"2"})
        await store.close()

    async def recover() -> None:
        disk = RecordingDisk(directory)
        store = FileStore(directory, disk=lambda _: disk)
        assert await store.get(b"number") == b"2"
        await store.close()
        names_of = {event[2]: event[1] for event in disk.events if event[0] == "create"}
        written: list[tuple[int, bytes]] = []
        for kind, *details in disk.events:
            if kind == "write" and names_of[details[0]] == journal.name:
                written.append((details[1], details[2]))
            elif kind == "sync" and names_of[details[0]] == journal.name:
                for offset, data in written:
                    overwrite(synced, offset, data)

    asyncio.run(fail())
    asyncio.run(recover())
    journal.write_bytes(synced)
    (directory / names.CONTROL).unlink()
    assert asyncio.run(recovered(directory, relaxed=False)) == (2, {b"number": b"2"})


def test_a_segment_whose_name_was_not_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Making a segment failed, or its maker died, after its name was there and before that was synced. Who goes on
    there must sync the name first."""
    directory = tmp_path / "store"
    disk = RecordingDisk(directory)
    syncs = disk.sync_directory

    def fail() -> None:
        monkeypatch.setattr(disk, "sync_directory", syncs)
        raise OSError(errno.EIO, "it broke")

    async def live() -> None:
        store = FileStore(directory, segment_bytes=2000, disk=lambda _: disk)
        disk.record_base()
        await put(store, {b"number": b"1", b"big": bytes(1900)})
        monkeypatch.setattr(disk, "sync_directory", fail)
        with pytest.raises(StoreUnavailable):
            await put(store, {b"number": b"lost", b"big": bytes(1900)})
        await put(store, {b"number": b"2"})
        await store.close()

    asyncio.run(live())
    Cut(disk.events, random.Random(0)).write_to(tmp_path / "cut", least=True)
    assert asyncio.run(recovered(tmp_path / "cut", relaxed=False))[0] == 2
