"""Segments: the files that the journal is cut into. See docs/storage-format.md."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from struct import Struct

from isal.isal_zlib import crc32

from slipring.storage.contract import StoreDamaged, StoreTooNew
from slipring.storage.file import frames
from slipring.storage.file.disk import Disk

SEGMENT_BYTES = 32 << 20
"""When a segment is full. Larger ones make fewer, cheaper checkpoints (a page that many commits touched is written
once), and longer openings after a crash; at this size, a tenth of a second."""

HEADER_BYTES = 64
SEGMENT_FORMAT = 1
SPARE = "journal.spare"

_NEW = "journal.new"
_MAGIC = b"SLIPJRNL"
_RELAXED = 1
_HEADER = Struct("<8sHHIQQ8s")
_CRC = Struct("<I")
_NAME = re.compile(r"journal-(\d{16})\Z")

_GROWTH_BYTES = 1 << 20
"""Blocks that already hold data are overwritten without a change of metadata, which halves the time of a sync; so a
segment is extended by this many zeros at a time."""


def path_of(disk: Disk, number: int) -> Path:
    return disk.directory / f"journal-{number:016d}"


def numbers(disk: Disk) -> list[int]:
    """The numbers of the segments that are there, ascending."""
    return sorted(int(match[1]) for path in disk.directory.iterdir() if (match := _NAME.match(path.name)))


class Segment:
    """One open segment, and reading and writing frames in it."""

    __slots__ = ("_disk", "_reserved_end", "fd", "first_sequence", "number", "path", "relaxed", "salt")

    def __init__(self, disk: Disk, path: Path, fd: int, header: tuple[int, int, bool, bytes]) -> None:
        self._disk = disk
        self.fd = fd
        self.path = path
        self.number, self.first_sequence, self.relaxed, self.salt = header
        self._reserved_end = os.fstat(fd).st_size

    def frame(self, offset: int, sequence: int) -> bytes | None:
        """The whole, undamaged frame of that sequence at an offset."""
        header = self._disk.read(self.fd, frames.HEADER_BYTES, offset)
        length = frames.length_of(header, self.salt, sequence)
        if length is None or length > self.size() - offset:
            return None
        frame = self._disk.read(self.fd, length, offset)
        return frame if frames.is_whole(frame) else None

    def rest(self, offset: int) -> bytes:
        """Everything from an offset on."""
        return self._disk.read(self.fd, self.size() - offset, offset)

    def size(self) -> int:
        return os.fstat(self.fd).st_size

    def write(self, frame: bytes, offset: int) -> None:
        """Write a frame. It is durable after `sync`."""
        end = offset + len(frame)
        if end > self._reserved_end:
            self._reserved_end = max(self._reserved_end, self.size())
        if end > self._reserved_end:
            zeros = -(-(end - self._reserved_end) // _GROWTH_BYTES) * _GROWTH_BYTES
            self._disk.write(self.fd, bytes(zeros), self._reserved_end)
            self._reserved_end += zeros
        self._disk.write(self.fd, frame, offset)

    def sync(self) -> None:
        self._disk.sync(self.fd)

    def close(self) -> None:
        self._disk.close(self.fd)


def create(disk: Disk, number: int, first_sequence: int, *, relaxed: bool) -> Segment:
    """A new segment, durable in the directory and empty. A spare file's blocks are used again where there is one."""
    salt = secrets.token_bytes(8)
    new = disk.directory / _NEW
    with suppress(FileNotFoundError):
        disk.rename(disk.directory / SPARE, new)
    fd = disk.open(new, os.O_RDWR | os.O_CREAT)
    try:
        header = _HEADER.pack(_MAGIC, SEGMENT_FORMAT, _RELAXED if relaxed else 0, 0, number, first_sequence, salt)
        header += _CRC.pack(crc32(header))
        disk.write(fd, header.ljust(HEADER_BYTES, b"\0"), 0)
        disk.sync(fd)
        disk.rename(new, path_of(disk, number))
        disk.sync_directory()
    except BaseException:
        disk.close(fd)
        raise
    return Segment(disk, path_of(disk, number), fd, (number, first_sequence, relaxed, salt))


def open_segment(disk: Disk, number: int) -> Segment:
    """An existing segment. Raises `FileNotFoundError`, `StoreDamaged` or `StoreTooNew`."""
    path = path_of(disk, number)
    fd = disk.open(path, os.O_RDWR)
    try:
        return Segment(disk, path, fd, _parsed(path, number, disk.read(fd, HEADER_BYTES, 0)))
    except BaseException:
        disk.close(fd)
        raise


def _parsed(path: Path, number: int, header: bytes) -> tuple[int, int, bool, bytes]:
    end = _HEADER.size
    if len(header) < end + _CRC.size or header[end : end + _CRC.size] != _CRC.pack(crc32(header[:end])):
        raise StoreDamaged(f"{path}: the segment's header, at offset 0, is damaged")
    magic, version, flags, _, found_number, first_sequence, salt = _HEADER.unpack_from(header)
    if magic != _MAGIC or found_number != number:
        raise StoreDamaged(f"{path}: the segment's header, at offset 0, belongs to another file")
    if version > SEGMENT_FORMAT:
        raise StoreTooNew(f"{path}: journal format {version} is newer than this version's {SEGMENT_FORMAT}")
    return number, first_sequence, bool(flags & _RELAXED), salt


def retire(disk: Disk, number: int) -> None:
    """Give up a segment that is no longer needed: its blocks become the spare unless there is one already."""
    path = path_of(disk, number)
    with suppress(FileNotFoundError):
        if (disk.directory / SPARE).exists():
            disk.unlink(path)
        else:
            disk.rename(path, disk.directory / SPARE)
