"""Key attributes as bytes: they sort as DynamoDB sorts them and can be laid side by side.

Strings sort by their UTF-8 bytes, binaries by unsigned bytes, numbers by value. Every encoding is self-delimiting
(none is a prefix of another), so encodings put one after the other sort by the first, then by the second, and never
collide.
"""

from __future__ import annotations

from binascii import a2b_base64
from typing import Literal
from zlib import crc32

from slipring.model.numbers import sort_key

KeyType = Literal["S", "N", "B"]

_TERMINATOR = b"\x00\x01"
_ESCAPED_ZERO = b"\x00\xff"


def encode(type: KeyType, value: str) -> bytes:
    """The bytes of a key attribute's normalised wire value. A zero byte becomes 00 FF, and 00 01 ends the value."""
    if type == "S":
        return value.encode().replace(b"\x00", _ESCAPED_ZERO) + _TERMINATOR
    if type == "N":
        return sort_key(value)
    return a2b_base64(value).replace(b"\x00", _ESCAPED_ZERO) + _TERMINATOR


def escape(type: Literal["S", "B"], value: str) -> bytes:
    """What the encodings of all values that begin with `value` begin with."""
    raw = value.encode() if type == "S" else a2b_base64(value)
    return raw.replace(b"\x00", _ESCAPED_ZERO)


def partition_hash(encoded: bytes) -> bytes:
    """Two bytes, spread evenly, from an encoded partition key. Stored data depends on it: it never changes."""
    return (crc32(encoded) & 0xFFFF).to_bytes(2, "big")


def successor(prefix: bytes) -> bytes:
    """The smallest byte string greater than all that start with `prefix`.

    Raises ValueError where there is none (nothing but FF bytes).
    """
    stem = prefix.rstrip(b"\xff")
    if not stem:
        raise ValueError("nothing is greater than every string that starts with FF bytes only")
    return stem[:-1] + bytes((stem[-1] + 1,))
