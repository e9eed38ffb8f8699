"""Which item a request is about: drawn from a seed, so that a load can be repeated."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from functools import cache
from itertools import accumulate
from math import gcd
from random import Random

UNIFORM = "uniform"
ZIPFIAN = "zipfian"
DISTRIBUTIONS = (UNIFORM, ZIPFIAN)

ZIPFIAN_EXPONENT = 0.99
"""How uneven Zipfian draws are. Source: Cooper et al., "Benchmarking cloud serving systems with YCSB", 2010."""

_GOLDEN = 0.6180339887498949


class Draws:
    """A sequence of choices among `count` items."""

    def __init__(self, count: int, distribution: str, seed: str) -> None:
        self._random = Random(seed)
        self._count = count
        self._cumulative = _zipfian_weights(count) if distribution == ZIPFIAN else None
        self.stride = _stride(count)
        self.item: Callable[[], int] = self._zipfian if distribution == ZIPFIAN else self._uniform
        """The next item's number."""

    def below(self, count: int) -> int:
        """A number from 0 to `count` - 1, each as likely."""
        return int(self._random.random() * count)

    def chance(self, share: float) -> bool:
        """True in this share of all calls."""
        return self._random.random() < share

    def rank(self) -> int:
        """A number from 0 to the items' count - 1, of which the lower are the more likely, if Zipfian."""
        if self._cumulative is None:
            return self._uniform()
        return bisect_left(self._cumulative, self._random.random() * self._cumulative[-1])

    def _uniform(self) -> int:
        return int(self._random.random() * self._count)

    def _zipfian(self) -> int:
        # Neighbours are not alike popular, or one range of the keys would get all the load.
        return self.rank() * self.stride % self._count


@cache
def _zipfian_weights(count: int) -> list[float]:
    """The cumulative weights of the ranks 1 to `count`."""
    return list(accumulate(rank**-ZIPFIAN_EXPONENT for rank in range(1, count + 1)))


def _stride(count: int) -> int:
    """A step that visits each of `count` numbers once before it comes back to the first."""
    stride = max(1, int(count * _GOLDEN))
    while gcd(stride, count) != 1:
        stride += 1
    return stride
