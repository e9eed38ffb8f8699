"""Memory that the workers of one server share, where each leaves its figures for the others to read.

A place has two halves. A snapshot is written into the one that is not read and becomes the one that is by a single
byte, so a worker that is killed while it writes leaves the snapshot before.
"""

from __future__ import annotations

from mmap import mmap
from struct import Struct

_LENGTH = Struct("=I")
_HALF_BYTES = 2 * 1024 * 1024
SNAPSHOT_BYTES_MAX = _HALF_BYTES - _LENGTH.size
"""Tables, indexes and errors are told apart in bounded numbers, so no process has more to say."""
_PLACE_BYTES = 4096 + 2 * _HALF_BYTES
"""A page for the byte that tells which half is read, then the halves. Memory is only taken where it is written."""


class Board:
    """A place for every worker. Made before the workers are forked."""

    def __init__(self, places: int = 1) -> None:
        self.places = places
        self._memory = mmap(-1, places * _PLACE_BYTES)

    def put(self, place: int, snapshot: bytes) -> None:
        """Replace the snapshot in a place. Only the one process that holds the place may."""
        assert len(snapshot) <= SNAPSHOT_BYTES_MAX, "what a process tells apart is bounded"
        other = 1 - self._memory[place * _PLACE_BYTES]
        start = self._half(place, other)
        _LENGTH.pack_into(self._memory, start, len(snapshot))
        start += _LENGTH.size
        self._memory[start : start + len(snapshot)] = snapshot
        self._memory[place * _PLACE_BYTES] = other

    def get(self, place: int) -> bytes:
        """The snapshot in a place; empty where there was none yet."""
        start = self._half(place, self._memory[place * _PLACE_BYTES])
        (length,) = _LENGTH.unpack_from(self._memory, start)
        start += _LENGTH.size
        return self._memory[start : start + length]

    def _half(self, place: int, half: int) -> int:
        return place * _PLACE_BYTES + 4096 + half * _HALF_BYTES
