"""Latencies in little memory: counts in buckets that grow with the value, so that every one is known to 0.4 %."""

from __future__ import annotations

import math
from collections.abc import Iterator

_PRECISION_BITS = 8
_EXACT = 1 << (_PRECISION_BITS + 1)
"""Values below have a bucket of their own."""
_VALUE_BITS = 42
"""The longest latency that is told apart, over an hour in nanoseconds."""
_BUCKETS = (_VALUE_BITS - _PRECISION_BITS - 1 << _PRECISION_BITS) + _EXACT

RELATIVE_ERROR = 2.0**-_PRECISION_BITS
"""How far a percentile may be from the true one."""


class Histogram:
    """How often each latency was seen, in nanoseconds."""

    __slots__ = ("_counts", "count", "max_ns", "sum_ns")

    def __init__(self) -> None:
        self._counts = [0] * _BUCKETS
        self.count = 0
        self.sum_ns = 0
        self.max_ns = 0

    def record(self, value_ns: int) -> None:
        """Count one latency, which is not negative."""
        shift = value_ns.bit_length() - (_PRECISION_BITS + 1)
        index = (shift << _PRECISION_BITS) + (value_ns >> shift) if shift > 0 else value_ns
        self._counts[index if index < _BUCKETS else -1] += 1
        self.count += 1
        self.sum_ns += value_ns
        if value_ns > self.max_ns:
            self.max_ns = value_ns

    def merge(self, other: Histogram) -> None:
        """Count everything that `other` counted."""
        self._counts = [ours + theirs for ours, theirs in zip(self._counts, other._counts, strict=True)]
        self.count += other.count
        self.sum_ns += other.sum_ns
        self.max_ns = max(self.max_ns, other.max_ns)

    def mean_ns(self) -> float:
        """The arithmetic mean, exact; 0 without any value."""
        return self.sum_ns / self.count if self.count else 0.0

    def percentile_ns(self, percent: float) -> int:
        """The smallest latency that at least `percent` of all do not exceed; 0 without any value."""
        wanted = max(1, math.ceil(self.count * percent / 100))
        for seen, value_ns in self._cumulative():
            if seen >= wanted:
                return value_ns
        return 0

    def curve(self) -> list[tuple[float, int]]:
        """Every latency seen, with the share of all, in percent, that did not exceed it."""
        return [(100 * seen / self.count, value_ns) for seen, value_ns in self._cumulative()]

    def _cumulative(self) -> Iterator[tuple[int, int]]:
        seen = 0
        for index, count in enumerate(self._counts):
            if count:
                seen += count
                yield seen, min(_highest_ns(index), self.max_ns)


def _highest_ns(index: int) -> int:
    """The highest latency that falls into a bucket."""
    if index < _EXACT:
        return index
    shift = (index >> _PRECISION_BITS) - 1
    return ((index - (shift << _PRECISION_BITS) + 1) << shift) - 1
