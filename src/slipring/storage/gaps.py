"""Stretches of keys in which a scan found nothing but deleted ones.

Deleted keys stay in the layers, and beneath them, until a checkpoint. Whoever takes the first item of a queue again and
again, or erases a table stretch by stretch, would step over all that was deleted before, each time. So a scan that
stepped over many notes the stretch, the next one starts behind it, and what is put into it shortens it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping

GAP_KEYS_MIN = 32
"""How many deleted keys a stretch must have for it to be worth a note."""

_GAPS_MAX = 2048
"""Those of the highest keys give way: whoever comes back to such a stretch notes it again."""


class Gaps:
    """Half-open ranges without a live key, ascending, apart from each other."""

    __slots__ = ("_starts", "_stops")

    def __init__(self) -> None:
        self._starts: list[bytes] = []
        self._stops: list[bytes] = []

    def __len__(self) -> int:
        return len(self._starts)

    def add(self, start: bytes, stop: bytes) -> None:
        """Note that no key of [start, stop) is live. What overlaps or touches it becomes one with it."""
        if start >= stop:
            return
        first = bisect_left(self._stops, start)
        last = bisect_right(self._starts, stop)
        if first < last:
            start = min(start, self._starts[first])
            stop = max(stop, self._stops[last - 1])
        self._starts[first:last] = [start]
        self._stops[first:last] = [stop]
        self._bound()

    def fill(self, puts: Mapping[bytes, bytes | None]) -> None:
        """Forget what is no longer true once these are put: a gap ends where a key becomes live, and goes on behind."""
        starts, stops = self._starts, self._stops
        for key, value in puts.items():
            if value is None:
                continue
            place = bisect_right(starts, key) - 1
            if place < 0 or key >= stops[place]:
                continue
            behind = key + b"\0"
            pieces = [(starts[place], key), (behind, stops[place])]
            pieces = [(start, stop) for start, stop in pieces if start < stop]
            starts[place : place + 1] = [start for start, _ in pieces]
            stops[place : place + 1] = [stop for _, stop in pieces]
        self._bound()

    def after(self, key: bytes) -> bytes:
        """The first key from this one on that may be live."""
        place = bisect_right(self._starts, key) - 1
        return self._stops[place] if place >= 0 and key < self._stops[place] else key

    def before(self, stop: bytes) -> bytes:
        """The end of what may be live below this one."""
        place = bisect_left(self._starts, stop) - 1
        return self._starts[place] if place >= 0 and stop <= self._stops[place] else stop

    def _bound(self) -> None:
        del self._starts[_GAPS_MAX:], self._stops[_GAPS_MAX:]
