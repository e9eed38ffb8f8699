"""Scans: a page is one statement, and so one view."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slipring.storage.contract import encode_counts
from slipring.storage.postgresql.places import (
    FIRST_PLACE,
    HEAD_BYTES,
    VERSION_PLACE,
    beyond,
    end_at,
    first_at,
    holds_counters,
)
from slipring.storage.postgresql.statements import Statements

Pair = tuple[bytes, bytes]
Fetch = Callable[..., Awaitable[list[Any]]]
Saw = Callable[[bytes | None], object]

_ROWS_FIRST = 64
"""A page is asked to be of so many rows at least: the server stops at its bytes."""
_LIMIT_MAX = 1 << 62


class Pages:
    """Scans through one way to fetch rows. Keeps in mind how long rows are, to ask for about as many as fit a page."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._mean_bytes = 400.0

    async def scan(
        self, fetch: Fetch, saw: Saw, start: bytes, stop: bytes, limit: int, bytes_max: int, reverse: bool
    ) -> list[Pair]:
        """See `contract.Reader.scan`. `saw` is told the version in the page's view."""
        start = max(start, FIRST_PLACE)
        if limit <= 0 or start >= stop:
            return []
        if holds_counters(start, stop) or len(start) > HEAD_BYTES or len(stop) > HEAD_BYTES:
            return await self._by_keys(fetch, saw, start, stop, limit, bytes_max, reverse)
        rows_max = self._rows_for(limit, bytes_max)
        statement = self._statements.page_reverse if reverse else self._statements.page
        while True:
            rows = await fetch(statement, start, stop, rows_max, bytes_max)
            pairs: list[Pair] = []
            version, is_short = None, True
            for place, rest, value in rows:
                if place == VERSION_PLACE:
                    version = value
                else:
                    pairs.append((place, value))
                    is_short = is_short and rest is None
            saw(version)
            # Nothing promises that the rows of a statement without an outer ORDER BY keep the order of its parts.
            pairs.sort(reverse=reverse)
            if not is_short:
                return await self._among_long(fetch, saw, start, stop, limit, bytes_max, reverse, pairs[-1][0])
            size = sum([len(value) for _, value in pairs])
            if len(pairs) < rows_max or rows_max >= limit or size >= bytes_max:
                self._learn(len(pairs), size)
                return pairs
            rows_max = min(limit, rows_max * 8)

    def _rows_for(self, limit: int, bytes_max: int) -> int:
        """How many rows to look at: somewhat more than probably fill the page."""
        return min(limit, _LIMIT_MAX, _ROWS_FIRST + int(bytes_max / self._mean_bytes * 1.5))

    def _learn(self, count: int, size: int) -> None:
        if count >= _ROWS_FIRST:
            self._mean_bytes += (max(size / count, 16.0) - self._mean_bytes) / 4

    async def _among_long(
        self, fetch: Fetch, saw: Saw, start: bytes, stop: bytes, limit: int, bytes_max: int, reverse: bool, last: bytes
    ) -> list[Pair]:
        """A page with long keys. They share the heads of the page by places that ended at `last`; if too much of that
        was deleted meanwhile, the whole range is looked at."""
        low, high = (first_at(last), end_at(stop)) if reverse else (start, min(beyond(last), end_at(stop)))
        pairs = await self._by_keys(fetch, saw, start, stop, limit, bytes_max, reverse, low, high)
        if len(pairs) >= limit or sum([len(value) for _, value in pairs]) >= bytes_max:
            return pairs
        return await self._by_keys(fetch, saw, start, stop, limit, bytes_max, reverse)

    async def _by_keys(
        self,
        fetch: Fetch,
        saw: Saw,
        start: bytes,
        stop: bytes,
        limit: int,
        bytes_max: int,
        reverse: bool,
        low: bytes | None = None,
        high: bytes | None = None,
    ) -> list[Pair]:
        """A page in the order of whole keys, sorted by the server, of what lies between two places."""
        statement = self._statements.page_by_keys_reverse if reverse else self._statements.page_by_keys
        low, high = low or first_at(start), high or end_at(stop)
        rows = await fetch(statement, low, high, min(limit, _LIMIT_MAX), bytes_max, start, stop)
        version = None
        pairs: list[Pair] = []
        for key, value, a, b in rows:
            if key == VERSION_PLACE:
                version = value
            else:
                pairs.append((key, value if a is None else encode_counts(a, b)))
        saw(version)
        pairs.sort(reverse=reverse)
        return pairs
