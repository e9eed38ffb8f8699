"""Where a key lies in the database: its place, the indexed column.

PostgreSQL indexes at most some 2,700 bytes of a row, Aurora DSQL 1,024. A short key is its own place. The place of a
long one is its first `HEAD_BYTES` bytes and a digest of it all; the rest of the key stands in a column beside it.
Places sort as their keys do, but for long keys that have their first `HEAD_BYTES` bytes in common.
"""

from __future__ import annotations

from hashlib import sha256

from slipring.storage.contract import COUNTERS

HEAD_BYTES = 960
_DIGEST_BYTES = 32
_BEYOND_DIGESTS = b"\xff" * (_DIGEST_BYTES + 1)

VERSION_PLACE = b""
"""No key is empty: here lies the version of what is under `WATCHED`, eight bytes that change with it."""

FIRST_PLACE = b"\x00"
"""Every key's place is this one or beyond it."""


def after(prefix: bytes) -> bytes:
    """The least byte string greater than all that start with a prefix, which is not of FF bytes only."""
    stem = prefix.rstrip(b"\xff")
    return stem[:-1] + bytes((stem[-1] + 1,))


_COUNTER_RANGES = [(prefix, after(prefix)) for prefix in COUNTERS]


def place_of(key: bytes) -> bytes:
    if len(key) <= HEAD_BYTES:
        return key
    return key[:HEAD_BYTES] + sha256(key).digest()


def rest_of(key: bytes) -> bytes | None:
    """What of a long key is not in its place; None for a short one."""
    return key[HEAD_BYTES:] if len(key) > HEAD_BYTES else None


def key_at(place: bytes, rest: bytes | None) -> bytes:
    return place if rest is None else place[:HEAD_BYTES] + rest


def is_counter(key: bytes) -> bool:
    return key.startswith(COUNTERS)


def holds_counters(start: bytes, stop: bytes) -> bool:
    """Whether a range may hold counters."""
    return any(start < end and stop > begin for begin, end in _COUNTER_RANGES)


def first_at(key: bytes) -> bytes:
    """A place before or at which nothing lies that is less than `key` and shares its head."""
    return max(key[:HEAD_BYTES], FIRST_PLACE)


def end_at(key: bytes) -> bytes:
    """A place beyond all those of keys less than `key`."""
    return key if len(key) <= HEAD_BYTES else beyond(key)


def beyond(place: bytes) -> bytes:
    """A place beyond all that share this one's head."""
    return place[:HEAD_BYTES] + _BEYOND_DIGESTS if len(place) >= HEAD_BYTES else place + b"\x00"
