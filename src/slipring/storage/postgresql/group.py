"""What a group of mutations decides together, and what of the database that rests on.

The group's keys are read in one view, the mutations decide one after the other, and what they decided is written in
one transaction if all that it rests on still holds then. A mutation that writes nothing and saw nothing of the others
needs no more than the view that it was decided in; so its reads are not held against the group.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from slipring.storage.contract import Decide, R, decode_counts, encode_counts
from slipring.storage.postgresql.places import is_counter

Value = bytes | None


class Seen:
    """The values of keys in one view, and of those that are there also the commits that wrote them."""

    __slots__ = ("commits", "values")

    def __init__(self) -> None:
        self.values: dict[bytes, Value] = {}
        self.commits: dict[bytes, int] = {}
        """By key, for each key that has a row, though the row may say that the key is absent."""


class Group:
    """The writes of mutations that are decided in turn: later ones see what earlier ones decided."""

    __slots__ = ("_seen", "counts", "puts", "rests_on")

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self.puts: dict[bytes, Value] = {}
        self.counts: dict[bytes, tuple[int, int]] = {}
        self.rests_on: set[bytes] = set()
        """Keys that must still be as they were seen when the group is written."""

    def decide(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        """The result of one mutation, whose writes join the group. Raises what `decide` raises; then none joins."""
        if self._saw_others(reads):
            self._rest_on(reads)
        writes = decide([self._value(key) for key in reads])
        if writes.puts or writes.counts:
            self._rest_on(reads)
            self.puts.update(writes.puts)
            for key, (first, second) in (writes.counts or {}).items():
                a, b = self.counts.get(key, (0, 0))
                self.counts[key] = (a + first, b + second)
        return writes.result

    def rows(self) -> int:
        """How many rows it may write."""
        return len(self.puts) + len(self.counts) + len(self.rests_on)

    def _value(self, key: bytes) -> Value:
        if key in self.counts:
            a, b = self.counts[key]
            first, second = decode_counts(self.puts[key] if key in self.puts else self._seen.values.get(key))
            return encode_counts(first + a, second + b)
        return self.puts[key] if key in self.puts else self._seen.values.get(key)

    def _saw_others(self, reads: Sequence[bytes]) -> bool:
        return any(key in self.puts or key in self.counts for key in reads)

    def _rest_on(self, reads: Iterable[bytes]) -> None:
        self.rests_on.update(key for key in reads if not is_counter(key))


class Plan:
    """A group's writes, sorted by what has to be done to the row."""

    __slots__ = ("counted", "deleted", "erased", "held", "inserted", "replaced", "uncounted", "updated")

    def __init__(self, group: Group, commits: Mapping[bytes, int]) -> None:
        self.held: list[tuple[bytes, int]] = []
        """Rows that must stay as they were seen."""
        self.updated: list[tuple[bytes, int, Value]] = []
        self.deleted: list[tuple[bytes, int]] = []
        self.inserted: list[tuple[bytes, Value]] = []
        """Keys that were seen to be absent. None puts a row that says so: nobody else can put the key meanwhile."""
        self.replaced: list[tuple[bytes, bytes]] = []
        """Keys that nobody looked at before they were put."""
        self.erased: list[bytes] = []
        self.counted = sorted(group.counts.items())
        self.uncounted: list[bytes] = []
        puts = group.puts
        # In the order of keys, so that two processes take the same locks in the same order.
        for key in sorted(group.rests_on | puts.keys()):
            if key in group.rests_on:
                self._add_seen(key, commits.get(key), key in puts, puts.get(key))
            else:
                self._add_unseen(key, puts[key])

    def _add_seen(self, key: bytes, commit: int | None, is_put: bool, value: Value) -> None:
        if commit is None:
            self.inserted.append((key, value))
        elif not is_put:
            self.held.append((key, commit))
        elif value is None:
            self.deleted.append((key, commit))
        else:
            self.updated.append((key, commit, value))

    def _add_unseen(self, key: bytes, value: Value) -> None:
        if value is not None:
            self.replaced.append((key, value))
        elif is_counter(key):
            self.uncounted.append(key)
        else:
            self.erased.append(key)

    def keys(self) -> list[bytes]:
        """The keys of its rows, those of rows that change before those of rows that must stay."""
        pairs: list[tuple[bytes, Any]] = [*self.deleted, *self.inserted, *self.replaced, *self.held]
        return [*[key for key, _, _ in self.updated], *[key for key, _ in pairs], *self.erased]

    def absences(self) -> list[bytes]:
        """The keys that get a row that says that they are absent."""
        return [key for key, value in self.inserted if value is None]
