"""What one client process does: sign, connect, warm up, measure."""

from __future__ import annotations

import gc
import os
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from time import perf_counter_ns

import orjson

from slipring.bench.draws import Draws
from slipring.bench.loops import ClosedLoop, OpenLoop, Prepared
from slipring.bench.plan import Plan
from slipring.bench.signing import Signer
from slipring.bench.tally import Tally
from slipring.bench.workloads.workload import Scene, Step
from slipring.clock import SystemClock

_WARM_UP_SHARE = 0.1
"""How much of what can be done only once is spent on warming up."""

_REPEATED_BYTES_MAX = 64 * 1024 * 1024
"""How much memory requests may take that are sent again and again: large ones are the fewer."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process's part of a run."""

    plan: Plan
    table: str
    process: int
    run: int = 0


def scene_of(part: Part) -> Scene:
    """What this process's steps are made from."""
    plan = part.plan
    draws = Draws(plan.items_loaded, plan.choice, f"{plan.seed}/{part.run}/{part.process}")
    return Scene(part.table, plan.load.layout, plan.items_loaded, draws, part.process, plan.processes, part.run)


class Client:
    """One process's steps and connections."""

    def __init__(self, part: Part, tell: Callable[[int], None]) -> None:
        """Signs and connects. `tell` is called now and then with how many steps were answered. Raises OSError."""
        self._part = part
        self._plan = plan = part.plan
        self._steps = self._prepare()
        connections = plan.share(plan.connections, part.process)
        self._loop = (
            ClosedLoop(plan.endpoint, connections, tell)
            if plan.rate is None
            else OpenLoop(plan.endpoint, connections, tell, 1e9 * plan.processes / plan.rate)
        )

    def run(self, begin_ns: int) -> Tally:
        """Warm up from this moment on, then measure. Raises OSError and BadAnswer."""
        plan = self._plan
        measure_ns = begin_ns + int(plan.warm_up_seconds * 1e9)
        warm_up, steps = self._split()
        _wait(begin_ns)
        if plan.warm_up_seconds:
            self._loop.run(warm_up, begin_ns, measure_ns)
        _wait(measure_ns)
        measure_ns = max(measure_ns, perf_counter_ns())
        busy_s = _cpu_s()
        tally = self._loop.run(steps, measure_ns, measure_ns + int(plan.seconds * 1e9))
        tally.client_cpu = [(_cpu_s() - busy_s) / ((perf_counter_ns() - measure_ns) / 1e9)]
        return tally

    def close(self) -> None:
        self._loop.close()

    def _prepare(self) -> list[Prepared]:
        plan = self._plan
        signer = Signer(plan.endpoint, plan.credential, SystemClock.now())
        steps = plan.load.steps(scene_of(self._part))
        prepared: list[Prepared] = []
        bytes_left = _REPEATED_BYTES_MAX
        for step in islice(steps, plan.prepared):
            prepared.append(_signed(signer, step))
            bytes_left -= len(prepared[-1].request)
            if bytes_left < 0 and not plan.load.ends:
                break
        return prepared

    def _split(self) -> tuple[Iterator[Prepared], Iterator[Prepared]]:
        """The steps of the warm-up, and those to measure."""
        if self._plan.load.ends:
            spent = int(len(self._steps) * _WARM_UP_SHARE) if self._plan.warm_up_seconds else 0
            return islice(self._steps, spent), self._counted(islice(self._steps, spent, None))
        return cycle(self._steps), self._counted(cycle(self._steps))

    def _counted(self, steps: Iterator[Prepared]) -> Iterator[Prepared]:
        count = self._plan.count
        return steps if count is None else islice(steps, self._plan.share(count, self._part.process))


def _signed(signer: Signer, step: Step) -> Prepared:
    requests = [signer.request(call.operation, orjson.dumps(call.parameters)) for call in step.calls]
    return Prepared(step.name, requests[0], requests[1] if len(requests) > 1 else None)


def settle(cores: tuple[int, ...]) -> None:
    """Make this process one that does nothing but send load."""
    if cores:
        os.sched_setaffinity(0, cores)
    # Nothing of what the loop makes is garbage in circles.
    gc.collect()
    gc.freeze()
    gc.disable()


def _wait(until_ns: int) -> None:
    left_ns = until_ns - perf_counter_ns()
    if left_ns > 0:
        time.sleep(left_ns / 1e9)


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
