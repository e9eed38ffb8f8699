"""Each workload does on a server what it is there to measure."""

from __future__ import annotations

from itertools import islice

import pytest

from slipring.bench.client import Part, scene_of
from slipring.bench.draws import DISTRIBUTIONS
from slipring.bench.layouts import ATTRIBUTES, GROUPED, INDEXED, ITEM_BYTES, PLAIN, YCSB, Layout
from slipring.bench.plan import Plan
from slipring.bench.workloads import WORKLOADS
from slipring.model.sizes import item_bytes
from tests.bench.conftest import Measure


@pytest.mark.parametrize("workload", WORKLOADS)
def test_a_workload_runs_without_an_error(measured: Measure, workload: str) -> None:
    """Before it, one answer is looked at: a Query of 20 items has 20, a page of Scan is a megabyte."""
    result = measured(workload)
    assert result.tally.errors == {}
    assert result.tally.answered() == result.tally.sent > 8
    assert 0 < result.latency_ms(50) <= result.latency_ms(99.9) <= result.overall.max_ns / 1e6
    assert result.tally.reconnects == 0


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_a_distribution_can_be_chosen(measured: Measure, distribution: str) -> None:
    """YCSB's mixes are told for both."""
    result = measured("ycsb-b", distribution=distribution, seconds=0.1)
    assert (result.tally.errors, result.as_json()["distribution"]) == ({}, distribution)


@pytest.mark.parametrize("layout", [PLAIN, GROUPED, INDEXED])
@pytest.mark.parametrize("number", [0, 1, 12_345, 10**12])
def test_items_have_one_kilobyte_and_ten_attributes(layout: Layout, number: int) -> None:
    """Figures are told for such items; a byte more, and a write costs two units."""
    first, changed = layout.item(number, 0), layout.item(number, 1)
    for item in (first, changed):
        assert (item_bytes(item), len(item)) == (ITEM_BYTES, ATTRIBUTES)
        assert item.items() >= layout.key(number).items()
    assert first != changed


def test_records_have_ten_fields_of_a_hundred_bytes() -> None:
    record = YCSB.item(7, 0)
    assert [len(record[f"field{place}"]["S"]) for place in range(10)] == [100] * 10


@pytest.mark.parametrize("workload", [name for name, each in WORKLOADS.items() if each.ends])
def test_what_can_be_done_once_is_done_once(plan: Plan, workload: str) -> None:
    """Not by another process, nor by a later run on the same table: a new item is new."""
    keys = []
    shared = Plan(endpoint=plan.endpoint, workload=workload, processes=2, prepared=100)
    for process in range(2):
        for run in range(2 if workload == "put-new" else 1):
            steps = islice(WORKLOADS[workload].steps(scene_of(Part(shared, "t", process, run))), 100)
            parameters = [step.calls[0].parameters for step in steps]
            keys += [(each.get("Key") or each["Item"])["pk"]["S"] for each in parameters]
    assert len(set(keys)) == len(keys) >= 200


def test_reads_of_ycsb_d_are_of_new_items(plan: Plan) -> None:
    """Most of them of what was added last."""
    scene = scene_of(Part(Plan(endpoint=plan.endpoint, workload="ycsb-d"), "t", 0))
    added: list[str] = []
    ages = []
    for step in islice(WORKLOADS["ycsb-d"].steps(scene), 20_000):
        [call] = step.calls
        if step.name == "insert":
            added.append(call.parameters["Item"]["pk"]["S"])
        elif (key := call.parameters["Key"]["pk"]["S"]) in added:
            ages.append(len(added) - added.index(key))
    assert 800 < len(added) < 1200
    assert min(ages) > 100
    assert sorted(ages)[len(ages) // 2] < 350
