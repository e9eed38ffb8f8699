"""The same load on two servers by turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any, NamedTuple

from bench.peers.cpu import CpuWatch
from bench.peers.servers import Running

from slipring.bench import run
from slipring.bench.control import Refusal
from slipring.bench.plan import BenchError, Plan
from slipring.bench.result import Result


class Run(NamedTuple):
    """One run on one server."""

    result: Result
    cpu_us: float | None
    """The server's processor time for each request; None if it could not be seen."""

    def as_json(self) -> dict[str, Any]:
        told = self.result.as_json()
        del told["curve"]
        return {**told, "server_cpu_us": None if self.cpu_us is None else round(self.cpu_us, 2)}


@dataclass(frozen=True, slots=True)
class Row:
    """A workload's runs on both servers; the runs of one pair have the same place in both lists."""

    workload: str
    connections: int
    ours: list[Run] = field(default_factory=list)
    theirs: list[Run] = field(default_factory=list)
    reason: str = ""
    """Why there is nothing to compare, if so."""

    @property
    def throughput_ratio(self) -> float:
        """How many times as many requests Slipring answered: the median of the pairs."""
        return median(our.result.throughput_per_s / their.result.throughput_per_s for our, their in self._pairs())

    @property
    def p99_ratio(self) -> float:
        """How many times as long Slipring's 99th percentile is; below 1 it is the shorter."""
        return median(our.result.latency_ms(99) / their.result.latency_ms(99) for our, their in self._pairs())

    @property
    def cpu_ratio(self) -> float | None:
        """How many times as much processor time Slipring takes for a request; below 1 it is the less."""
        ratios = [our.cpu_us / their.cpu_us for our, their in self._pairs() if our.cpu_us and their.cpu_us]
        return median(ratios) if ratios else None

    def _pairs(self) -> Iterator[tuple[Run, Run]]:
        return zip(self.ours, self.theirs, strict=True)

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"workload": self.workload, "connections": self.connections}
        if self.reason:
            return {**told, "reason": self.reason}
        return {
            **told,
            "throughput_ratio": round(self.throughput_ratio, 3),
            "p99_ratio": round(self.p99_ratio, 3),
            "cpu_ratio": None if self.cpu_ratio is None else round(self.cpu_ratio, 3),
            "slipring_runs": [each.as_json() for each in self.ours],
            "peer_runs": [each.as_json() for each in self.theirs],
        }


def compare(plans: Sequence[Plan], ours: Running, theirs: Running, pairs: int, *, stub: bool = False) -> list[Row]:
    """Measure two servers by turns with each of these plans, which differ in the number of connections alone.

    A `stub` has no tables. Raises BenchError if it is not the peer that fails."""
    rows = [Row(plan.workload, plan.connections) for plan in plans]
    done = 0
    with ExitStack() as stack:
        our_side = _Side(plans[0], ours, stack)
        try:
            their_side = _Side(plans[0], theirs, stack, stub=stub)
            for plan, row in zip(plans, rows, strict=True):
                for number in range(pairs):
                    # Whoever comes first in one pair comes second in the next.
                    turns = [(our_side, row.ours), (their_side, row.theirs)]
                    for side, runs in turns if number % 2 == 0 else reversed(turns):
                        runs.append(side.measure(plan.connections))
                _must_have_answered(row.theirs)
                done += 1
        except BenchError as error:
            if ours.endpoint.url in str(error):
                raise
            reason = str(error).removeprefix(f"{theirs.endpoint.url}: ")
            return [*rows[:done], *[replace(row, reason=reason) for row in rows[done:]]]
    return rows


def _must_have_answered(runs: list[Run]) -> None:
    for each in runs:
        if not each.result.tally.answered():
            raise BenchError(f"nothing but errors: {', '.join(each.result.tally.errors)}")
        if not each.result.throughput_per_s:
            raise BenchError("no answer within the time of a run")


class _Side:
    """One server's part in a comparison."""

    def __init__(self, plan: Plan, server: Running, stack: ExitStack, *, stub: bool = False) -> None:
        self._plan = plan = replace(plan, endpoint=server.endpoint)
        self._pid = server.pid
        self._stub = stub
        self._runs = 0
        self._table = "slipring-bench" if stub else stack.enter_context(run.table(plan))
        if not stub:
            self._load()

    def _load(self) -> None:
        try:
            run.load(self._plan, self._table, lambda added: None)
        except Refusal as refusal:
            raise BenchError(f"{self._plan.endpoint.url}: {refusal}") from None

    def measure(self, connections: int) -> Run:
        if self._runs and self._plan.load.spends_items and not self._stub:
            self._load()
        self._runs += 1
        plan = replace(self._plan, connections=connections)
        with CpuWatch(self._pid) as watch:
            result = run.measure(plan, self._table, self._runs - 1, lambda answered: None)
        tally = result.tally
        used_s = watch.used_s(tally.begun_ns, tally.ended_ns)
        return Run(result, None if used_s is None else 1e6 * used_s / max(tally.answered(), 1))
