"""An ordered set of keys that stays quick to change at millions of keys."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable

_CHUNK_KEYS = 512
"""Small enough that an insertion moves little memory, large enough that the list of chunks stays short."""

_REBUILD_SHARE = 8
"""Adding more than one key in this many at once is cheaper as one sort of everything."""


class SortedKeys:
    """Keys in ascending order, kept as a list of sorted chunks."""

    __slots__ = ("_chunks", "_count", "_lasts")

    def __init__(self, keys: Iterable[bytes] = ()) -> None:
        self._fill(sorted(keys))

    def __len__(self) -> int:
        return self._count

    def add_all(self, keys: Collection[bytes]) -> None:
        """Add keys that are not yet in the set."""
        if len(keys) * _REBUILD_SHARE <= self._count:
            for key in keys:
                self._add(key)
            return
        merged = [key for chunk in self._chunks for key in chunk]
        merged.extend(keys)
        merged.sort()
        self._fill(merged)

    def remove(self, key: bytes) -> None:
        """Take out a key that is in the set."""
        at = bisect_left(self._lasts, key)
        chunk = self._chunks[at]
        del chunk[bisect_left(chunk, key)]
        self._count -= 1
        if not chunk:
            del self._chunks[at], self._lasts[at]
        else:
            self._lasts[at] = chunk[-1]

    def between(self, start: bytes, stop: bytes, count: int, *, reverse: bool) -> list[bytes]:
        """At most `count` keys with start <= key < stop: the lowest ones ascending, or the highest ones descending."""
        return self._descending(start, stop, count) if reverse else self._ascending(start, stop, count)

    def _ascending(self, start: bytes, stop: bytes, count: int) -> list[bytes]:
        at = bisect_left(self._lasts, start)
        if at == len(self._chunks):
            return []
        chunk = self._chunks[at]
        first = bisect_left(chunk, start)
        found = chunk[first : first + count]
        while len(found) < count and found[-1] < stop and (at := at + 1) < len(self._chunks):
            found += self._chunks[at][: count - len(found)]
        if found[-1] >= stop:
            del found[bisect_left(found, stop) :]
        return found

    def _descending(self, start: bytes, stop: bytes, count: int) -> list[bytes]:
        at = bisect_left(self._lasts, stop)
        found: list[bytes] = []
        if at < len(self._chunks):
            found = self._chunks[at][: bisect_left(self._chunks[at], stop)][::-1]
        while len(found) < count and at > 0 and (not found or found[-1] >= start):
            at -= 1
            found += self._chunks[at][::-1]
        del found[count:]
        while found and found[-1] < start:
            found.pop()
        return found

    def _add(self, key: bytes) -> None:
        at = min(bisect_left(self._lasts, key), len(self._lasts) - 1)
        chunk = self._chunks[at]
        insort(chunk, key)
        self._lasts[at] = chunk[-1]
        self._count += 1
        if len(chunk) > 2 * _CHUNK_KEYS:
            self._chunks.insert(at + 1, chunk[_CHUNK_KEYS:])
            del chunk[_CHUNK_KEYS:]
            self._lasts[at : at + 1] = [chunk[-1], self._chunks[at + 1][-1]]

    def _fill(self, keys: list[bytes]) -> None:
        self._count = len(keys)
        self._chunks = [keys[at : at + _CHUNK_KEYS] for at in range(0, len(keys), _CHUNK_KEYS)]
        self._lasts = [chunk[-1] for chunk in self._chunks]
