"""Frames: the form in which a commit group stands in the journal. See docs/storage-format.md.

    salt (8 bytes) | sequence (u64) | body length (u32) | crc32 of all else, the salt first (u32) | body
    body: for each key written: key length (u16) | value length (u32), all ones: deleted | key | value

The salt is its segment's own random number. It marks a frame's start, and keeps bytes of an older segment in the
same blocks, or of a user's value, from ever being taken for a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct

from isal.isal_zlib import crc32

_HEADER = Struct("<8sQII")
_CHECKED = Struct("<8sQI")
_OPERATION = Struct("<HI")
_DELETED = 0xFFFFFFFF

HEADER_BYTES = _HEADER.size
BODY_BYTES_MAX = 0xFFFFFFFF

Puts = dict[bytes, bytes | None]


def encode(salt: bytes, sequence: int, puts: Mapping[bytes, bytes | None]) -> bytes:
    """The frame of one commit group."""
    pack = _OPERATION.pack
    parts = [b""]
    for key, value in puts.items():
        if value is None:
            parts += (pack(len(key), _DELETED), key)
        else:
            parts += (pack(len(key), len(value)), key, value)
    body = b"".join(parts)
    crc = crc32(body, crc32(_CHECKED.pack(salt, sequence, len(body))))
    parts[0] = _HEADER.pack(salt, sequence, len(body), crc)
    return b"".join((parts[0], body))


def length_of(data: bytes, salt: bytes, sequence: int) -> int | None:
    """The whole length of the frame whose header `data` begins with; None if no header of that sequence does."""
    if len(data) < HEADER_BYTES:
        return None
    found_salt, found_sequence, length, _ = _HEADER.unpack_from(data)
    if found_salt != salt or found_sequence != sequence:
        return None
    return HEADER_BYTES + int(length)


def is_whole(data: bytes, at: int = 0) -> bool:
    """Whether the frame whose header stands at `at` is all there and undamaged."""
    salt, sequence, length, crc = _HEADER.unpack_from(data, at)
    body = memoryview(data)[at + HEADER_BYTES : at + HEADER_BYTES + length]
    return bool(len(body) == length and crc == crc32(body, crc32(_CHECKED.pack(salt, sequence, length))))


def decode(data: bytes) -> Puts:
    """What a whole frame writes."""
    unpack = _OPERATION.unpack_from
    puts: Puts = {}
    position, end = HEADER_BYTES, len(data)
    while position < end:
        key_length, value_length = unpack(data, position)
        position += _OPERATION.size
        key = data[position : position + key_length]
        position += key_length
        if value_length == _DELETED:
            puts[key] = None
        else:
            puts[key] = data[position : position + value_length]
            position += value_length
    return puts


def later_frame(data: bytes, salt: bytes, sequence: int) -> int | None:
    """The offset of a whole frame with a later sequence than `sequence`, if there is one."""
    at = data.find(salt)
    while at >= 0:
        if len(data) - at >= HEADER_BYTES and _HEADER.unpack_from(data, at)[1] > sequence and is_whole(data, at):
            return at
        at = data.find(salt, at + 1)
    return None
