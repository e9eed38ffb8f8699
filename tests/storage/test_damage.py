"""Damaged files: what was never acknowledged is dropped, what was is never dropped silently, and nothing is made up."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from slipring.storage.contract import StoreDamaged, StoreError, StoreTooNew
from slipring.storage.file import directory as names
from slipring.storage.file import frames, segments
from slipring.storage.file.store import FileStore
from tests.storage.disks import RecordingDisk
from tests.storage.mutations import put, scan

GROUPS = 3

Content = list[tuple[bytes, bytes]]


class Written:
    """A store in which `GROUPS` groups were written, one key each, and where their frames stand."""

    def __init__(self, directory: Path, *, relaxed: bool = False) -> None:
        self.directory = directory
        self.relaxed = relaxed
        self.offsets: list[int] = []
        asyncio.run(self._write())
        self.journal = directory / "journal-0000000000000001"

    async def _write(self) -> None:
        disk = RecordingDisk(self.directory)
        store = FileStore(self.directory, relaxed=self.relaxed, disk=lambda _: disk)
        for number in range(1, GROUPS + 1):
            await put(store, {b"%d" % number: b"value %d" % number})
            self.offsets.append(disk.events[-1 if self.relaxed else -2][2])
        await store.close()

    def lose_power(self) -> None:
        """Forget what only lived in memory."""
        (self.directory / names.CONTROL).unlink()

    def flip(self, offset: int, bit: int = 0) -> None:
        content = bytearray(self.journal.read_bytes())
        content[offset] ^= 1 << bit
        self.journal.write_bytes(content)

    def content(self) -> Content:
        return asyncio.run(self._content())

    async def _content(self) -> Content:
        store = FileStore(self.directory, relaxed=self.relaxed)
        try:
            return await scan(store)
        finally:
            await store.close()

    def put(self, key: bytes, value: bytes) -> None:
        asyncio.run(self._put(key, value))

    async def _put(self, key: bytes, value: bytes) -> None:
        store = FileStore(self.directory, relaxed=self.relaxed, segment_bytes=segments.SEGMENT_BYTES)
        try:
            await put(store, {key: value})
        finally:
            await store.close()

    def files(self) -> dict[str, bytes]:
        memory = {names.CONTROL, f"{names.BASE}-lock"}
        return {path.name: path.read_bytes() for path in self.directory.iterdir() if path.name not in memory}

    def end(self) -> int:
        """Where the last frame ends."""
        return 2 * self.offsets[-1] - self.offsets[-2]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path / "store")


def groups(*numbers: int) -> Content:
    return [(b"%d" % number, b"value %d" % number) for number in numbers]


def refused(written: Written, kind: type[StoreError]) -> str:
    """Open the store in vain; the one line that it says. Nothing has changed afterwards."""
    before = written.files()
    with pytest.raises(kind) as caught:
        written.content()
    assert written.files() == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_last_group_cut_off_anywhere_was_never_written(written: Written) -> None:
    """A power cut in the middle of a write leaves any leading part of it, and the file short or full of zeros."""
    whole = written.journal.read_bytes()
    for at in range(written.offsets[-1], written.end()):
        for rest in (b"", bytes(len(whole) - at)):
            written.journal.write_bytes(whole[:at] + rest)
            written.lose_power()
            assert written.content() == groups(1, 2)
    written.put(b"3", b"another")
    assert written.content() == [*groups(1, 2), (b"3", b"another")]


def test_a_last_group_with_any_bit_wrong_was_never_written(written: Written) -> None:
    whole = written.journal.read_bytes()
    for at in range(written.offsets[-1], written.end()):
        written.journal.write_bytes(whole)
        written.flip(at, at % 8)
        written.lose_power()
        assert written.content() == groups(1, 2)


def test_a_last_group_known_to_be_acknowledged_is_missed(written: Written) -> None:
    """Where the machine did not go down, the shared page still says what was acknowledged."""
    written.flip(written.offsets[-1] + frames.HEADER_BYTES)
    message = refused(written, StoreDamaged)
    assert f"{written.journal}: group 3, at offset {written.offsets[-1]}," in message


@pytest.mark.parametrize("power_lost", [False, True])
def test_any_bit_wrong_before_a_later_group_is_damage(written: Written, power_lost: bool) -> None:
    """It says which file and where; the user decides, and until then nothing is changed."""
    whole = written.journal.read_bytes()
    for at in range(written.offsets[1], written.offsets[2], 3):
        written.journal.write_bytes(whole)
        written.flip(at, at % 8)
        if power_lost and (written.directory / names.CONTROL).exists():
            written.lose_power()
        message = refused(written, StoreDamaged)
        assert f"{written.journal}: group 2, at offset {written.offsets[1]}," in message


def test_a_damaged_segment_header(written: Written) -> None:
    for at in range(0, 40, 7):
        written.flip(at)
        assert f"{written.journal}: the segment's header, at offset 0," in refused(written, StoreDamaged)
        written.flip(at)


def test_a_segment_under_another_name(written: Written) -> None:
    shutil.copy(written.journal, written.journal.with_name("journal-0000000000000002"))
    assert "belongs to another file" in refused(written, StoreDamaged)


def test_a_missing_journal(written: Written) -> None:
    written.journal.rename(written.journal.with_name("journal-0000000000000002"))
    assert f"{written.journal}: missing" in refused(written, StoreDamaged)


def test_a_missing_base(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first checkpoint the journal holds everything; afterwards an empty base is not where to start."""
    (written.directory / names.BASE).unlink()
    assert written.content() == groups(1, 2, 3)
    monkeypatch.setattr("slipring.storage.file.store._FINAL_CHECKPOINT_KEYS", 0)
    monkeypatch.setattr("slipring.storage.file.segments.SEGMENT_BYTES", 0)
    for number in range(4, 7):
        written.put(b"%d" % number, b"value %d" % number)
    (written.directory / names.BASE).unlink()
    with pytest.raises(StoreDamaged, match=f"{written.journal}: missing"):
        written.content()


def test_a_base_that_is_none(written: Written) -> None:
    (written.directory / names.BASE).write_bytes(b"something else entirely" * 1000)
    assert names.BASE in refused(written, StoreDamaged)


def test_a_newer_format_is_left_alone(written: Written) -> None:
    (written.directory / names.FORMAT).write_text("slipring file store, format 2\n")
    assert "format 2 is newer" in refused(written, StoreTooNew)


def test_a_format_that_says_nothing(written: Written) -> None:
    (written.directory / names.FORMAT).write_text("")
    assert names.FORMAT in refused(written, StoreDamaged)


def test_groups_behind_a_lost_one_stay_lost(tmp_path: Path) -> None:
    """A relaxed store may lose a group in a power cut and keep the next one's bytes. Were writing to go on in front of
    them, the old group could come back behind the new one."""
    written = Written(tmp_path / "store", relaxed=True)
    written.flip(written.offsets[1])
    written.lose_power()
    assert written.content() == groups(1)
    written.put(b"2", b"value X")
    written.lose_power()
    assert written.content() == [*groups(1), (b"2", b"value X")]


def test_each_segment_has_a_salt_of_its_own(tmp_path: Path) -> None:
    """No value that a user can write, and no older segment's bytes, can pass for a frame: each begins with the salt."""
    journals = [Written(tmp_path / name).journal for name in ("a", "b", "c")]
    frame_starts = {journal.read_bytes()[segments.HEADER_BYTES :][:8] for journal in journals}
    assert len(frame_starts) == len(journals)
