"""A segment: pairs of keys and values, compressed, with a checksum over all of it.

| bytes | |
|---|---|
| 8 | `SLIPSEG1` |
| 32 | SHA-256 of everything after it |
| | deflated: of each pair the lengths of key and value (4 bytes each, big-endian), key, value |
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from hashlib import sha256
from struct import Struct
from typing import Any, TypeAlias

from slipring.engine.archive.destinations import ArchiveError, Destination

BYTES_MAX = 8 * 1024 * 1024
"""How much goes into a segment, before it is compressed."""

_MAGIC = b"SLIPSEG1"
_LENGTHS = Struct(">II")
_DIGEST_BYTES = 32

Pairs: TypeAlias = Sequence[tuple[bytes, bytes]]
Segment: TypeAlias = dict[str, Any]
"""What a manifest tells of a segment: Name, Sha256 (of the whole object), Bytes (of it), Entries."""


class SegmentDamaged(ArchiveError):
    """A segment is not what was written."""


def encode(pairs: Pairs) -> bytes:
    raw = b"".join([piece for key, value in pairs for piece in (_LENGTHS.pack(len(key), len(value)), key, value)])
    body = zlib.compress(raw, 1)
    return _MAGIC + sha256(body).digest() + body


def digest_of(pairs: Pairs) -> str:
    """The checksum that the segment of these pairs has in a manifest."""
    return sha256(encode(pairs)).hexdigest()


def decode(name: str, data: bytes) -> list[tuple[bytes, bytes]]:
    """Raises SegmentDamaged."""
    body = data[len(_MAGIC) + _DIGEST_BYTES :]
    if data[: len(_MAGIC)] != _MAGIC or data[len(_MAGIC) : len(_MAGIC) + _DIGEST_BYTES] != sha256(body).digest():
        raise SegmentDamaged(f"segment {name} is damaged")
    raw = zlib.decompress(body)
    pairs = []
    place = 0
    while place < len(raw):
        key_bytes, value_bytes = _LENGTHS.unpack_from(raw, place)
        key_end = place + _LENGTHS.size + key_bytes
        place = key_end + value_bytes
        pairs.append((raw[key_end - key_bytes : key_end], raw[key_end:place]))
    return pairs


def write(destination: Destination, folder: str, pairs: Pairs, writer: str) -> Segment:
    """Write a segment and read it back. Its name tells its content and who wrote it, so that nobody overwrites, or
    clears away, what another one has just written.

    Raises ArchiveError."""
    data = encode(pairs)
    digest = sha256(data).hexdigest()
    name = f"segments/{folder}-{digest[:16]}-{writer[:8]}"
    destination.put(name, data)
    if destination.get(name) != data:
        raise SegmentDamaged(f"segment {name} does not read back as it was written")
    return {"Name": name, "Sha256": digest, "Bytes": len(data), "Entries": len(pairs)}


def read(destination: Destination, segment: Segment) -> list[tuple[bytes, bytes]]:
    """Raises ArchiveError, SegmentDamaged."""
    name = segment["Name"]
    data = destination.get(name)
    if sha256(data).hexdigest() != segment["Sha256"]:
        raise SegmentDamaged(f"segment {name} is damaged: it is not what the manifest says")
    pairs = decode(name, data)
    if len(pairs) != segment["Entries"]:
        raise SegmentDamaged(f"segment {name} is damaged: it has {len(pairs)} entries, not {segment['Entries']}")
    return pairs
