"""Running the decisions of a group of mutations one after the other, before any of it is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from slipring.storage.contract import Decide, R, decode_counts, encode_counts

Get = Callable[[bytes], bytes | None]


class Group:
    """What the decisions of one group write: later ones see what earlier ones decided."""

    __slots__ = ("_counts", "_get", "puts")

    def __init__(self, get: Get) -> None:
        self._get = get
        self._counts: dict[bytes, tuple[int, int]] = {}
        self.puts: dict[bytes, bytes | None] = {}
        """New values by key. Counters join them in `fold_counts`."""

    def decide(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        """The result of one mutation, whose writes join the group. What `decide` raises leaves the group as it was."""
        get, puts = self._get, self.puts
        if self._counts:
            self._fold(reads)
        writes = decide([puts[key] if key in puts else get(key) for key in reads])
        puts.update(writes.puts)
        if writes.counts:
            counts = self._counts
            for key, (first, second) in writes.counts.items():
                if key in counts:
                    a, b = counts[key]
                    counts[key] = (a + first, b + second)
                else:
                    counts[key] = (first, second)
        return writes.result

    def fold_counts(self) -> dict[bytes, bytes | None]:
        """Everything that the group writes, counters as their new sums."""
        if self._counts:
            self._fold(list(self._counts))
        return self.puts

    def _fold(self, keys: Sequence[bytes]) -> None:
        counts, puts = self._counts, self.puts
        for key in keys:
            if key in counts:
                first, second = counts.pop(key)
                a, b = decode_counts(puts[key] if key in puts else self._get(key))
                puts[key] = encode_counts(a + first, b + second)
