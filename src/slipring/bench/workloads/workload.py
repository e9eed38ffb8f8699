"""The shape of a workload."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from slipring.bench.draws import UNIFORM, Draws
from slipring.bench.layouts import Layout

Parameters = dict[str, Any]
Answer = dict[str, Any]


class Call(NamedTuple):
    """One request."""

    operation: str
    parameters: Parameters


class Step(NamedTuple):
    """What is timed as one: a call, or several, each of which waits for the answer to the one before."""

    name: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What one client process knows when it makes its requests."""

    table: str
    layout: Layout
    items: int
    """How many items the table was loaded with; their numbers begin with 0."""
    draws: Draws
    process: int
    processes: int
    run: int
    """Tells apart runs on the same table, so that none repeats the new keys of another."""

    def new_number(self, count: int) -> int:
        """The number of the `count`-th item that this process adds in this run."""
        return self.items + (self.run * self.processes + self.process) * 100_000_000 + count


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A load on one table."""

    name: str
    summary: str
    layout: Layout
    steps: Callable[[Scene], Iterator[Step]]
    """The steps of one process, without end unless the workload `ends`."""
    holds: Callable[[Answer], bool] = lambda answer: True
    """Whether an answer is what the workload is there to measure."""
    distribution: str = UNIFORM
    ends: bool = False
    """Each step can be taken only once, because it adds or deletes an item."""
    spends_items: bool = False
    """There must be an item for each step."""


def single(operation: str, parameters: Parameters) -> Step:
    """A step of one call, named like it."""
    return Step(operation, (Call(operation, parameters),))
