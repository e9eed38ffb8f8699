"""Whether a history of concurrent operations could have happened one at a time.

The search of Wing and Gong ("Testing and verifying concurrent objects", 1993): take as the next operation any that
began before all those that are left had ended, if the model answers as the server did; go back if none fits. States
that were met before with the same operations done are not searched again (Lowe, "Testing for linearizability", 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

State = TypeVar("State", bound=Hashable)


@dataclass(frozen=True)
class Operation(Generic[State]):
    """An operation as a client saw it."""

    began: float
    ended: float
    apply: Callable[[State], tuple[bool, State]]
    """Whether a state allows the answer that was given, and the state that follows."""


def is_linearizable(history: Sequence[Operation[State]], initial: State) -> bool:
    operations = sorted(history, key=lambda each: each.began)
    everything = (1 << len(operations)) - 1
    seen: set[tuple[int, State]] = set()
    waiting = [(0, initial)]
    while waiting:
        done, state = waiting.pop()
        if done == everything:
            return True
        for at in _next(operations, done):
            allowed, after = operations[at].apply(state)
            reached = (done | 1 << at, after)
            if allowed and reached not in seen:
                seen.add(reached)
                waiting.append(reached)
    return False


def _next(operations: Sequence[Operation[State]], done: int) -> list[int]:
    """The operations that may come next: none that is left had ended before they began."""
    found: list[int] = []
    first_end = float("inf")
    for at, operation in enumerate(operations):
        if done >> at & 1:
            continue
        if operation.began > first_end:
            break
        found.append(at)
        first_end = min(first_end, operation.ended)
    return found
