"""What is to be measured."""

from __future__ import annotations

from dataclasses import dataclass, field

from slipring.bench.endpoint import Endpoint
from slipring.bench.layouts import YCSB_GROUP
from slipring.bench.signing import VALID_S, Credential
from slipring.bench.workloads import WORKLOADS
from slipring.bench.workloads.workload import Workload

SECONDS_MAX = VALID_S - 60
"""How long warm-up and run may take together: no signature may grow too old."""
ITEMS_MIN = 1400
"""More than a page of Scan."""


class BenchError(Exception):
    """The load cannot be run; the message is one line that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One workload on one server."""

    endpoint: Endpoint
    credential: Credential = field(default_factory=Credential)
    workload: str
    connections: int = 64
    processes: int = 1
    seconds: float = 10.0
    count: int | None = None
    """How many steps to take at most, in all processes together."""
    warm_up_seconds: float = 2.0
    rate: float | None = None
    """Steps per second of an open loop; None for a closed one."""
    items: int = 10_000
    """How many items the table is loaded with."""
    distribution: str | None = None
    """None for the workload's own."""
    prepared: int = 10_000
    """How many steps each process signs beforehand."""
    seed: int = 1
    cores: tuple[int, ...] = ()
    """The cores that the client processes stay on; all if none is named."""

    @property
    def load(self) -> Workload:
        return WORKLOADS[self.workload]

    @property
    def items_loaded(self) -> int:
        """Rounded up to whole partitions; or one item for each step, where a step spends it."""
        if self.load.spends_items:
            return self.prepared * self.processes
        return -(-max(self.items, ITEMS_MIN) // YCSB_GROUP) * YCSB_GROUP

    @property
    def choice(self) -> str:
        """The distribution in force."""
        return self.distribution or self.load.distribution

    def check(self) -> None:
        """Raises BenchError if the plan cannot be carried out."""
        if self.processes < 1 or self.connections < self.processes:
            raise BenchError("each process needs a connection")
        if self.seconds <= 0 or self.warm_up_seconds < 0 or self.seconds + self.warm_up_seconds > SECONDS_MAX:
            raise BenchError(f"a run lasts more than no time and, with its warm-up, at most {SECONDS_MAX} s")
        if self.rate is not None and self.rate <= 0:
            raise BenchError("a rate is above zero")
        if self.prepared < 100 or (self.count is not None and self.count < self.processes):
            raise BenchError("at least 100 steps are prepared, and at least one is taken by each process")

    def share(self, of: int, process: int) -> int:
        """What part of something falls to one process."""
        return of // self.processes + (process < of % self.processes)
