"""A session that finds the buckets of the rows that a statement of the store is about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

import asyncpg

from slipring.storage.contract import PARTITION_HASH_AT
from slipring.storage.postgresql.buckets.layout import Buckets, Pairs
from slipring.storage.postgresql.buckets.statements import SIZES, BucketStatements
from slipring.storage.postgresql.places import VERSION_PLACE, holds_counters
from slipring.storage.postgresql.profiles import Profile
from slipring.storage.postgresql.sessions import Rows, Session
from slipring.storage.postgresql.statements import Statements

_IN_THEIR_PARTITION = tuple(PARTITION_HASH_AT)
_SUMS_BYTES = 16
Bytes = Sequence[bytes]


def session_maker(profile: Profile, statements: Statements) -> Callable[[asyncpg.Connection], Session]:
    """What makes sessions of a store with these statements."""
    if not profile.buckets:
        return Session
    buckets, sql = Buckets(profile.buckets), BucketStatements(statements, profile.holds)
    return lambda connection: BucketSession(connection, statements, buckets, sql)


class BucketSession(Session):
    """Runs the store's statements as those of `BucketStatements`, several one after the other if need be."""

    def __init__(
        self, connection: asyncpg.Connection, statements: Statements, buckets: Buckets, sql: BucketStatements
    ) -> None:
        super().__init__(connection)
        self._buckets = buckets
        self._sql = sql
        self._home = 0
        """The bucket of the transaction that is under way: its mark lies there, and it counts and looks at guards
        there."""
        self._ways: dict[str, Callable[..., Awaitable[Rows]]] = {
            statements.lookup: self._lookup,
            statements.see: self._see,
            statements.lookup_all: self._lookup_all,
            statements.page: self._page,
            statements.page_reverse: self._page_reverse,
            statements.page_by_keys: self._page_by_keys,
            statements.page_by_keys_reverse: self._page_by_keys_reverse,
            statements.versions: self._versions,
            statements.hold: self._hold,
            statements.hold_all: self._hold_all,
            statements.grasp: self._grasp,
            statements.insert: self._insert,
            statements.replace: self._replace,
            statements.erase: self._erase,
            statements.count: self._count,
            statements.forget_absent: self._forget_absent,
            statements.mark: self._mark,
            statements.raise_mark: self._raise_mark,
            statements.last_commit: self._last_commit,
            statements.fence: self._fence,
            statements.unmark: self._unmark,
            statements.size: self._size,
        }

    async def fetch(self, statement: str, *arguments: Any) -> Rows:
        way = self._ways.get(statement)
        return await (super().fetch(statement, *arguments) if way is None else way(*arguments))

    async def _run(self, text: str, *arguments: object) -> Rows:
        return await super().fetch(text, *arguments)

    async def _lookup(self, places: Bytes) -> Rows:
        return await self._read(self._sql.lookup_in, self._sql.lookup_among, places)

    async def _see(self, places: Bytes) -> Rows:
        return await self._read(self._sql.see_in, self._sql.see_among, places)

    async def _lookup_all(self, places: Bytes, counters: Bytes) -> Rows:
        rows = await self._read(self._sql.lookup_all_in, self._sql.lookup_all_among, places)
        if not counters:
            return rows
        if all(place.startswith(_IN_THEIR_PARTITION) for place in counters):
            buckets = {self._buckets.of(place) for place in counters}
            return rows + await self._run(self._sql.sums_among, list(buckets), counters)
        return rows + await self._run(self._sql.sums, counters)

    async def _read(self, text_in: str, text_among: str, places: Bytes) -> Rows:
        return await self._at(text_in, text_among, self._buckets.pairs(places, self._buckets.home(places)))

    async def _versions(self, places: Bytes) -> Rows:
        pairs = self._buckets.pairs(places, self._home)
        return await self._at(self._sql.versions_in, self._sql.versions_among, pairs)

    async def _at(self, text_in: str, text_among: str, pairs: Pairs, *arguments: object) -> Rows:
        """Run one of two statements on rows, by whether they are all in one bucket."""
        buckets, places = pairs
        distinct = set(buckets)
        if len(distinct) <= 1:
            return await self._run(text_in, buckets[0] if buckets else 0, places, *arguments)
        return await self._run(text_among, list(distinct), buckets, places, *arguments)

    async def _page(self, start: bytes, stop: bytes, rows_max: int, bytes_max: int) -> Rows:
        return await self._pages(self._sql.page_in, self._sql.page_among, False, start, stop, rows_max, bytes_max)

    async def _page_reverse(self, start: bytes, stop: bytes, rows_max: int, bytes_max: int) -> Rows:
        texts = self._sql.page_in_reverse, self._sql.page_among_reverse
        return await self._pages(*texts, True, start, stop, rows_max, bytes_max)

    async def _pages(
        self, text_in: str, text_among: str, reverse: bool, start: bytes, stop: bytes, rows_max: int, bytes_max: int
    ) -> Rows:
        """Look through one portion of buckets after the other until a page is full."""
        rows: Rows = []
        version: Rows = []
        for buckets in self._buckets.portions(start, stop, reverse):
            if len(buckets) == 1:
                found = await self._run(text_in, buckets[0], start, stop, rows_max, bytes_max)
                version = [row for row in found if row[0] == VERSION_PLACE]
                found = [row for row in found if row[0] != VERSION_PLACE]
            else:
                found = await self._run(text_among, list(buckets), start, stop, rows_max, bytes_max)
                version = []
            rows += found
            rows_max -= len(found)
            bytes_max -= sum([len(row[2]) for row in found])
            if rows_max <= 0 or bytes_max <= 0:
                break
        # Not before the rows: it must not be of an earlier view than they are.
        return rows + (version or await self._run(self._sql.version))

    async def _page_by_keys(self, *arguments: Any) -> Rows:
        return await self._by_keys(self._sql.rows_by_keys, self._sql.sums_by_keys, False, *arguments)

    async def _page_by_keys_reverse(self, *arguments: Any) -> Rows:
        return await self._by_keys(self._sql.rows_by_keys_reverse, self._sql.sums_by_keys_reverse, True, *arguments)

    async def _by_keys(
        self,
        rows_text: str,
        sums_text: str,
        reverse: bool,
        low: bytes,
        high: bytes,
        limit: int,
        bytes_max: int,
        start: bytes,
        stop: bytes,
    ) -> Rows:
        buckets = [bucket for portion in self._buckets.portions(start, stop) for bucket in portion]
        found = await self._run(rows_text, buckets, low, high, start, stop, limit)
        if holds_counters(start, stop):
            found += await self._run(sums_text, low, high, start, stop, limit)
            found.sort(key=lambda row: row[0], reverse=reverse)
        rows: Rows = []
        for row in found[:limit]:
            rows.append(row)
            bytes_max -= _SUMS_BYTES if row[1] is None else len(row[1])
            if bytes_max <= 0:
                break
        return rows + [(*row[::2], None, None) for row in await self._run(self._sql.version)]

    async def _hold(self, place: bytes) -> Rows:
        return await self._run(self._sql.hold, *[column[0] for column in self._buckets.pairs([place], self._home)])

    async def _hold_all(self, places: Bytes) -> Rows:
        # Citus locks rows FOR SHARE in one shard at a time.
        by_bucket: dict[int, list[bytes]] = {}
        for bucket, place in zip(*self._buckets.pairs(places, self._home), strict=True):
            by_bucket.setdefault(bucket, []).append(place)
        rows: Rows = []
        for bucket, together in sorted(by_bucket.items()):
            rows += await self._run(self._sql.hold_all, bucket, together)
        return rows

    async def _grasp(self, places: Bytes) -> Rows:
        return await self._at(self._sql.grasp_in, self._sql.grasp_among, self._buckets.all_pairs(places))

    async def _erase(self, places: Bytes) -> Rows:
        return await self._at(self._sql.erase_in, self._sql.erase_among, self._buckets.all_pairs(places))

    async def _forget_absent(self, places: Bytes, commit: int) -> Rows:
        texts = self._sql.forget_absent_in, self._sql.forget_absent_among
        return await self._at(*texts, self._buckets.all_pairs(places), commit)

    async def _insert(self, commit: int, places: Bytes, rests: Sequence[Any], values: Sequence[Any]) -> Rows:
        return await self._put(self._sql.insert, self._rows(commit, places, rests, values))

    async def _replace(self, commit: int, places: Bytes, rests: Sequence[Any], values: Sequence[Any]) -> Rows:
        return await self._put(self._sql.replace, self._rows(commit, places, rests, values))

    def _rows(self, commit: int, places: Bytes, rests: Sequence[Any], values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return [
            (bucket, place, rest, value, commit)
            for place, rest, value in zip(places, rests, values, strict=True)
            for bucket in self._buckets.all_of(place)
        ]

    async def _count(
        self, places: Bytes, rests: Sequence[Any], slots: Sequence[int], a: Sequence[int], b: Sequence[int]
    ) -> Rows:
        rows: list[tuple[Any, ...]] = []
        for place, rest, slot, first, second in zip(places, rests, slots, a, b, strict=True):
            if place.startswith(_IN_THEIR_PARTITION):
                rows.append((self._buckets.of(place), place, rest, slot, first, second))
            else:
                # There is a row in each bucket: no more of them are needed.
                rows.append((self._home, place, rest, 0, first, second))
        return await self._put(self._sql.count, rows)

    async def _put(self, texts: Mapping[int, str], rows: list[tuple[Any, ...]]) -> Rows:
        # Bucket by bucket, so that a statement is of few; and two processes take the same locks in the same order.
        rows.sort(key=itemgetter(0, 1))
        done = 0
        while done < len(rows):
            size = next(size for size in SIZES if size <= len(rows) - done)
            await self._run(texts[size], *chain.from_iterable(rows[done : done + size]))
            done += size
        return []

    async def _mark(self, marker: int, commit: int) -> Rows:
        return await self._run(self._sql.mark, marker % self._buckets.count, marker, commit)

    async def _raise_mark(self, commit: int, marker: int, last_commit: int) -> Rows:
        self._home = marker % self._buckets.count
        return await self._run(self._sql.raise_mark, self._home, commit, marker, last_commit)

    async def _last_commit(self, marker: int) -> Rows:
        return await self._run(self._sql.last_commit, marker % self._buckets.count, marker)

    async def _fence(self, marker: int, commit: int) -> Rows:
        return await self._run(self._sql.fence, marker % self._buckets.count, marker, commit)

    async def _unmark(self, marker: int) -> Rows:
        return await self._run(self._sql.unmark, marker % self._buckets.count, marker)

    async def _size(self) -> Rows:
        return await self._run(self._sql.size)
