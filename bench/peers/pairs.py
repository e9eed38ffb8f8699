"""The same load on two servers by turns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from slipring.bench import run
from slipring.bench.control import Refusal
from slipring.bench.plan import BenchError, Plan
from slipring.bench.result import Result


@dataclass(frozen=True, slots=True)
class Row:
    """A workload's runs on both servers; the runs of one pair have the same place in both lists."""

    workload: str
    connections: int
    ours: list[Result] = field(default_factory=list)
    theirs: list[Result] = field(default_factory=list)
    reason: str = ""
    """Why there is nothing to compare, if so."""

    @property
    def throughput_ratio(self) -> float:
        """How many times as many requests Slipring answered: the median of the pairs."""
        return median(our.throughput_per_s / their.throughput_per_s for our, their in self._pairs())

    @property
    def p99_ratio(self) -> float:
        """How many times as long Slipring's 99th percentile is; below 1 it is the shorter."""
        return median(our.latency_ms(99) / their.latency_ms(99) for our, their in self._pairs())

    def _pairs(self) -> Iterator[tuple[Result, Result]]:
        return zip(self.ours, self.theirs, strict=True)

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"workload": self.workload, "connections": self.connections}
        if self.reason:
            return {**told, "reason": self.reason}
        return {
            **told,
            "throughput_ratio": round(self.throughput_ratio, 3),
            "p99_ratio": round(self.p99_ratio, 3),
            "slipring": [_figures(each) for each in self.ours],
            "peer": [_figures(each) for each in self.theirs],
        }


def _figures(result: Result) -> dict[str, Any]:
    told = result.as_json()
    del told["curve"]
    return told


def compare(ours: Plan, theirs: Plan, pairs: int, *, stub: bool = False) -> Row:
    """Measure two servers by turns. A `stub` has no tables. Raises BenchError if it is not the peer that fails."""
    row = Row(ours.workload, ours.connections)
    with ExitStack() as stack:
        our_side = _Side(ours, stack)
        try:
            their_side = _Side(theirs, stack, stub=stub)
            for number in range(pairs):
                # Whoever comes first in one pair comes second in the next.
                turns = [(our_side, row.ours), (their_side, row.theirs)]
                for side, results in turns if number % 2 == 0 else reversed(turns):
                    results.append(side.measure(number))
            _must_have_answered(row.theirs)
        except BenchError as error:
            if ours.endpoint.url in str(error):
                raise
            return replace(row, reason=str(error).removeprefix(f"{theirs.endpoint.url}: "))
    return row


def _must_have_answered(results: list[Result]) -> None:
    for each in results:
        if not each.tally.answered():
            raise BenchError(f"nothing but errors: {', '.join(each.tally.errors)}")


class _Side:
    """One server's part in a comparison."""

    def __init__(self, plan: Plan, stack: ExitStack, *, stub: bool = False) -> None:
        self._plan = plan
        self._stub = stub
        self._table = "slipring-bench" if stub else stack.enter_context(run.table(plan))
        if not stub:
            self._load()

    def _load(self) -> None:
        try:
            run.load(self._plan, self._table, lambda added: None)
        except Refusal as refusal:
            raise BenchError(f"{self._plan.endpoint.url}: {refusal}") from None

    def measure(self, number: int) -> Result:
        if number and self._plan.load.spends_items and not self._stub:
            self._load()
        return run.measure(self._plan, self._table, number, lambda answered: None)
