"""What tests of the load generator share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from time import perf_counter_ns

import pytest

from slipring.bench import run
from slipring.bench.client import Client, Part
from slipring.bench.endpoint import Endpoint
from slipring.bench.plan import Plan
from slipring.bench.result import Result
from tests.servers import ServerThread

Measure = Callable[..., Result]


def ignore(count: int) -> None:
    pass


def in_this_process(plan: Plan, table: str, number: int = 0) -> Result:
    """What `run.measure` gives, without processes of its own, which take longer to start than these runs."""
    with closing(Client(Part(plan, table, 0, number), ignore)) as client:
        return Result.of(plan, client.run(perf_counter_ns()))


@pytest.fixture
def plan(server: ServerThread) -> Plan:
    """A short run on the server of the tests."""
    endpoint = Endpoint.parse(server.url)
    return Plan(
        endpoint=endpoint, workload="get", connections=8, seconds=0.2, warm_up_seconds=0.05, items=1400, prepared=500
    )


@pytest.fixture
def measured(plan: Plan) -> Measure:
    """Run a workload on the server of the tests: `measured("get", seconds=0.1)`."""

    def measure(workload: str, **changes: object) -> Result:
        changed = replace(plan, workload=workload, **changes)  # type: ignore[arg-type]
        with run.table(changed) as table:
            run.load(changed, table, ignore)
            return in_this_process(changed, table)

    return measure
