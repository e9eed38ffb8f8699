"""What a group of mutations decides together, and what of the database that rests on.

The group's keys are read in one view, the mutations decide one after the other, and what they decided is written in
one transaction if all that it rests on still holds then. A mutation that writes nothing and saw nothing of the others
needs no more than the view that it was decided in; so its reads are not held against the group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slipring.storage.contract import COUNTERS, Decide, R, decode_counts, encode_counts
from slipring.storage.postgresql.places import is_counter

Value = bytes | None


class Seen:
    """The values of keys in one view, and of those that are there also the commits that wrote them."""

    __slots__ = ("commits", "values")

    def __init__(self, values: dict[bytes, Value], commits: dict[bytes, int]) -> None:
        self.values = values
        self.commits = commits
        """By key, for each key that has a row, though the row may say that the key is absent."""


class Group:
    """The writes of mutations that are decided in turn: later ones see what earlier ones decided."""

    __slots__ = ("_seen", "counts", "puts", "rests_on")

    def __init__(self, seen: Seen) -> None:
        self._seen = seen.values.get
        self.puts: dict[bytes, Value] = {}
        self.counts: dict[bytes, tuple[int, int]] = {}
        self.rests_on: set[bytes] = set()
        """Keys that must still be as they were seen when the group is written, counters excepted."""

    def decide(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        """The result of one mutation, whose writes join the group. Raises what `decide` raises; then none joins."""
        puts, counts, seen = self.puts, self.counts, self._seen
        if puts.keys().isdisjoint(reads) and counts.keys().isdisjoint(reads):
            writes = decide([seen(key) for key in reads])
        else:
            self.rests_on.update(reads)
            writes = decide([self._value(key) for key in reads])
        if writes.puts or writes.counts:
            self.rests_on.update(reads)
            puts.update(writes.puts)
            if writes.counts:
                for key, (first, second) in writes.counts.items():
                    a, b = counts.get(key, (0, 0))
                    counts[key] = (a + first, b + second)
        return writes.result

    def rows(self) -> int:
        """How many rows it may write."""
        return len(self.puts) + len(self.counts) + len(self.rests_on)

    def _value(self, key: bytes) -> Value:
        if key in self.counts:
            a, b = self.counts[key]
            first, second = decode_counts(self.puts[key] if key in self.puts else self._seen(key))
            return encode_counts(first + a, second + b)
        return self.puts[key] if key in self.puts else self._seen(key)


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
        rests_on = {key for key in group.rests_on if not key.startswith(COUNTERS)}
        # In the order of keys, so that two processes take the same locks in the same order.
        for key in sorted(rests_on | puts.keys()):
            if key not in rests_on:
                self._add_unseen(key, puts[key])
                continue
            commit = commits.get(key)
            if commit is None:
                self.inserted.append((key, puts.get(key)))
            elif key not in puts:
                self.held.append((key, commit))
            elif (value := puts[key]) is None:
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
