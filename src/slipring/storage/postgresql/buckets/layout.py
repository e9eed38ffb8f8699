"""The bucket of a key, by whose number a server spreads the store's tables over its machines.

An item, its index entries and the counters of its collection are in the bucket that their partition hash begins with,
so that work on one item stays in one place, and so do a Query and a small range of a Scan. A table's journal is in a
bucket by the table's id. What has no such place, the catalog above all, is in bucket 0; and what every commit and every
read looks at has a copy in each bucket: the tables' guards, and the version of what is under `WATCHED`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from zlib import crc32

from slipring.storage.contract import GUARDS, PARTITION_HASH_AT, TABLE_ID_AT, TOKENS
from slipring.storage.postgresql.places import after

_HASH_AT = {kind[0]: at for kind, at in PARTITION_HASH_AT.items()}
_ID_AT = {kind[0]: slice(at, at + 4) for kind, at in TABLE_ID_AT.items()}
_TOKENS = TOKENS[0]
_SPREAD = (*_HASH_AT, *_ID_AT, _TOKENS)

Pairs = tuple[list[int], list[bytes]]
"""Buckets and the places of rows in them, one array for each."""


def is_copied(place: bytes) -> bool:
    """Whether every bucket has a copy of a row."""
    return not place or place.startswith(GUARDS)


class Buckets:
    """A number of buckets, a power of two of at most 256. It is fixed once there are rows."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._all = range(count)
        self._shift = 9 - count.bit_length()
        """A byte of the hash has so many bits more than a bucket's number."""

    def of(self, place: bytes) -> int:
        """The bucket of a row that is not copied."""
        kind = place[0]
        at = _HASH_AT.get(kind)
        if at is not None:
            return place[at] >> self._shift if len(place) > at else 0
        if kind == _TOKENS:
            return crc32(place) % self.count
        return crc32(place[_ID_AT[kind]]) % self.count if kind in _ID_AT else 0

    def home(self, places: Iterable[bytes]) -> int:
        """The bucket whose copies go with these rows: that of the first that is not copied, 0 if all are."""
        return next((self.of(place) for place in places if not is_copied(place)), 0)

    def pairs(self, places: Sequence[bytes], home: int) -> Pairs:
        """Where these rows are, and of those that are copied one copy."""
        return [home if is_copied(place) else self.of(place) for place in places], list(places)

    def all_pairs(self, places: Iterable[bytes]) -> Pairs:
        """Where these rows and all copies are."""
        found = [(bucket, place) for place in places for bucket in self.all_of(place)]
        return [bucket for bucket, _ in found], [place for _, place in found]

    def all_of(self, place: bytes) -> Sequence[int]:
        """The buckets that a row is in."""
        return self._all if is_copied(place) else (self.of(place),)

    def portions(self, start: bytes, stop: bytes, reverse: bool = False) -> Iterator[Sequence[int]]:
        """The buckets that may have rows of a range, some at a time, in the order of their rows.

        Each portion is eight times as large as all before it. If the first rows of a range fill a page, they are found
        in one bucket; and if they do not, many buckets together have not many more."""
        buckets = self._in_order(start, stop)
        if buckets is None:
            yield self._all
            return
        if reverse:
            buckets = buckets[::-1]
        done = 0
        while done < len(buckets):
            size = max(1, done * 8)
            yield buckets[done : done + size]
            done += size

    def _in_order(self, start: bytes, stop: bytes) -> Sequence[int] | None:
        """The buckets of a range whose rows are in the order of their buckets; None if they are not."""
        kind = start[0] if start else 0
        if kind in _HASH_AT:
            return self._within_table(start, stop, _HASH_AT[kind])
        if kind in _ID_AT:
            end = _ID_AT[kind].stop
            return [self.of(start)] if len(start) >= end and stop <= after(start[:end]) else None
        is_spread = any(start < bytes((each + 1,)) and bytes((each,)) < stop for each in _SPREAD)
        return None if is_spread else [0]

    def _within_table(self, start: bytes, stop: bytes, at: int) -> Sequence[int] | None:
        """The same, for a range of rows whose hash begins at a byte."""
        head = start[:at]
        if len(head) < at or not (stop[:at] == head or stop == after(head)):
            return None
        first = start[at] if len(start) > at else 0
        last = 0xFF if stop[:at] != head else stop[at] if len(stop) > at else 0
        return range(first >> self._shift, (last >> self._shift) + 1)
