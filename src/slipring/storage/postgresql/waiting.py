"""Mutations that wait for a group, and the keys that keep them waiting."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from slipring.storage.contract import WATCHED, Decide

GROUP_MUTATIONS_MAX = 256
"""More would keep the loop from serving reads for more than a few milliseconds."""
_GROUP_READS_MAX = 4096


class Mutation(NamedTuple):
    """One that waits."""

    reads: Sequence[bytes]
    decide: Decide[Any]
    future: asyncio.Future[Any]

    def fail(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)


class Waiting:
    """A queue whose groups may be under way at the same time, because they have no key in common.

    Two groups that read the same key would be in each other's way, though nothing would go wrong: one would have to
    be decided again. What is `WATCHED` does not count: everybody reads it, and hardly anybody writes it.
    """

    def __init__(self) -> None:
        self._queue: deque[Mutation] = deque()
        self._busy: set[bytes] = set()

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, mutation: Mutation) -> None:
        self._queue.append(mutation)

    def take(self) -> list[Mutation]:
        """The next group, whose keys are busy until it is `done`; empty if all that waits has to wait on."""
        group: list[Mutation] = []
        passed: list[Mutation] = []
        reads = 0
        queue = self._queue
        # Keys of those that are passed over: nobody may overtake them.
        held_up = self._busy.copy()
        while queue and len(group) < GROUP_MUTATIONS_MAX and reads < _GROUP_READS_MAX:
            mutation = queue.popleft()
            keys, _, future = mutation
            if future.done():
                continue
            if held_up.isdisjoint(keys):
                group.append(mutation)
                reads += len(keys)
            else:
                passed.append(mutation)
                held_up.update([key for key in keys if not key.startswith(WATCHED)])
        self._queue.extendleft(reversed(passed))
        self._busy |= _own(group)
        return group

    def give_back(self, mutations: Sequence[Mutation]) -> None:
        """Have mutations of a group wait again, ahead of all others."""
        self._queue.extendleft(reversed(mutations))

    def done(self, group: Iterable[Mutation]) -> None:
        """The keys of a group are free."""
        self._busy.difference_update(*[mutation.reads for mutation in group])

    def clear(self) -> list[Mutation]:
        """What waited, and waits no longer."""
        waiting = list(self._queue)
        self._queue.clear()
        return waiting


def all_reads(mutations: Iterable[Mutation]) -> set[bytes]:
    """The keys that any of them reads."""
    return set().union(*[mutation.reads for mutation in mutations])


def _own(mutations: Iterable[Mutation]) -> set[bytes]:
    return {key for key in all_reads(mutations) if not key.startswith(WATCHED)}
