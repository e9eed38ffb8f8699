"""A run from beginning to end: make a table, have client processes put load on it, gather what they saw."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from time import perf_counter_ns

from slipring.bench.client import Client, Part, scene_of, settle
from slipring.bench.connection import BadAnswer
from slipring.bench.control import Control, Refusal, create_table, load_items
from slipring.bench.plan import BenchError, Plan
from slipring.bench.result import Result
from slipring.bench.tally import Tally
from slipring.clock import SystemClock

_TOGETHER_NS = 50_000_000
"""How soon after the last client is ready all begin."""

Tell = Callable[[int], None]
"""Called with how many items were added, or how many steps were answered since the last call."""


@contextmanager
def table(plan: Plan) -> Iterator[str]:
    """An empty table that is dropped in the end. Raises BenchError, for what a server refuses within as well."""
    name = f"slipring-bench-{plan.workload}-{os.getpid()}-{int(SystemClock.now() * 1000) % 1_000_000}"
    control = Control(plan.endpoint, plan.credential)
    try:
        create_table(control, plan.load.layout, name)
        yield name
    except Refusal as refusal:
        raise BenchError(f"{plan.endpoint.url}: {refusal}") from None
    finally:
        # That it cannot be dropped must not hide what was measured, or what went wrong before.
        with suppress(Refusal):
            control.call("DeleteTable", {"TableName": name})
        control.close()


def load(plan: Plan, table: str, tell: Tell) -> None:
    """Put the workload's items into a table. Raises Refusal, and BenchError if the workload would not do its work."""
    load_items(plan.endpoint, plan.credential, plan.load.layout, table, plan.items_loaded, tell)
    if not plan.load.spends_items:
        _try_once(plan, table)


def _try_once(plan: Plan, table: str) -> None:
    """Take one step by hand: a server that does not do what is measured is not measured."""
    # A run of its own, so that an item it adds is new when the measured run adds it.
    step = next(plan.load.steps(scene_of(Part(plan, table, 0, run=1_000))))
    with closing(Control(plan.endpoint, plan.credential)) as control:
        for call in step.calls:
            answer = control.call(call.operation, call.parameters)
    if not plan.load.holds(answer):
        raise BenchError(f"{plan.endpoint.url}: {plan.workload} is not done as it should be: {str(answer)[:200]}")


def measure(plan: Plan, table: str, run: int, tell: Tell) -> Result:
    """Put load on a table. Runs on one table are told apart by their numbers. Raises BenchError."""
    context = multiprocessing.get_context("spawn")
    pipes: list[Pipe] = []
    processes = []
    for number in range(plan.processes):
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(Part(plan, table, number, run), theirs), daemon=True)
        process.start()
        theirs.close()
        pipes.append(ours)
        processes.append(process)
    try:
        for pipe in pipes:
            _receive(pipe)
        begin_ns = perf_counter_ns() + _TOGETHER_NS
        for pipe in pipes:
            pipe.send(begin_ns)
        return Result.of(plan, _gather(pipes, tell))
    finally:
        for pipe in pipes:
            pipe.close()
        for process in processes:
            process.join(timeout=5)
            process.kill()


def _gather(pipes: list[Pipe], tell: Tell) -> Tally:
    """Pass on what the clients tell while they work; what all of them saw."""
    whole = Tally()
    answered = dict.fromkeys(pipes, 0)
    working = list(pipes)
    while working:
        for pipe in wait(working):
            assert isinstance(pipe, Pipe)
            said = _receive(pipe)
            if isinstance(said, Tally):
                whole.merge(said)
                working.remove(pipe)
            elif isinstance(said, int):
                tell(max(0, said - answered[pipe]))
                answered[pipe] = said
    return whole


def _receive(pipe: Pipe) -> object:
    try:
        said: object = pipe.recv()
    except EOFError:
        raise BenchError("a client process died") from None
    if isinstance(said, BenchError):
        raise said
    return said


def _work(part: Part, pipe: Pipe) -> None:
    """The life of a client process."""
    # A terminal sends its interrupt to the whole group; the parent ends the run.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        client = Client(part, pipe.send)
        settle(part.plan.cores)
        pipe.send(0)
        tally = client.run(pipe.recv())
        client.close()
        pipe.send(tally)
    except (OSError, BadAnswer) as error:
        with suppress(OSError):
            pipe.send(BenchError(f"{part.plan.endpoint.url}: {error}"))
