"""How servers are compared side by side; no peer is needed for that."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from time import perf_counter_ns
from typing import Any

import pytest
from bench.peers.cpu import CpuWatch
from bench.peers.pairs import Row, Run, compare
from bench.peers.record import ALL, BEHIND, MISSING, Place, Record
from bench.peers.report import Comparison
from bench.peers.servers import Running

from slipring.bench import run, stub
from slipring.bench.plan import BenchError, Plan
from slipring.bench.result import Result
from slipring.bench.tally import Tally
from slipring.bench.workloads import WORKLOADS


@pytest.fixture
def short(plan: Plan) -> Plan:
    return replace(plan, seconds=0.1)


@pytest.fixture
def ours(plan: Plan) -> Running:
    return Running(plan.endpoint, os.getpid())


def run_of(plan: Plan, *, seconds: float, latency_ms: float, errors: int = 0) -> Run:
    """A hundred requests in so many seconds, a tenth of which the server worked."""
    tally = Tally()
    for _ in range(100):
        tally.latencies["GetItem"].record(int(latency_ms * 1e6))
    tally.sent = 100
    tally.ended_ns = int(seconds * 1e9)
    if errors:
        tally.errors["InternalServerError"] = errors
    return Run(Result.of(plan, tally), seconds / 10 / 100 * 1e6)


def test_ratios_are_medians_of_pairs(plan: Plan) -> None:
    """What else the machine does falls on both runs of a pair, so each is compared with its own neighbour: here the
    second pair ran while the machine was ten times as slow, and the third had an outlier."""
    row = Row(
        "get",
        8,
        [run_of(plan, seconds=each, latency_ms=each) for each in (1, 10, 1)],
        [run_of(plan, seconds=each, latency_ms=each) for each in (3, 30, 90)],
    )
    assert row.throughput_ratio == pytest.approx(3)
    assert row.p99_ratio == pytest.approx(1 / 3, rel=0.01)
    [line] = Comparison("peer", "1.2.3", "memory", rows=[row]).lines()[2:]
    assert line.split() == ["get", "×8", "100", "3", "3.00", "1.00", "30.00", "0.33", "1,000", "30,000", "0.33"]


@pytest.mark.parametrize(
    ("seconds", "latency_ms", "remark"),
    [(1.0, 5, "behind"), (0.5, 20, "behind"), (2.0, 9.9, "behind"), (2.0, 10.5, "close"), (1.3, 30, "")],
)
def test_losing_is_told_in_words(plan: Plan, seconds: float, latency_ms: float, remark: str) -> None:
    """In throughput or in the tail; a table of ratios is read too fast for anything less."""
    ours = run_of(plan, seconds=1, latency_ms=10)
    row = Row("get", 8, [ours], [run_of(plan, seconds=seconds, latency_ms=latency_ms, errors=2)])
    line = Comparison("peer", "1", "memory", rows=[row]).lines()[2]
    assert line.endswith(f"{remark}, peer's errors: 2" if remark else "  peer's errors: 2")


def test_a_comparison_measures_both_by_turns(short: Plan, ours: Running) -> None:
    """Also what can be done only once for each item, which is loaded again."""
    # It ends as soon as everything is deleted, however much longer it could go on.
    [row] = compare([replace(short, workload="delete", seconds=5.0)], ours, ours, pairs=2)
    assert row.reason == ""
    runs = (*row.ours, *row.theirs)
    assert [each.result.tally.answered() for each in runs] == [450] * 4
    # The server of the tests is in this process, whose time is between nothing and all there is.
    assert all(each.cpu_us is not None and 0 <= each.cpu_us < 1e6 for each in runs)
    told = row.as_json()
    assert told["workload"] == "delete"
    assert len(told["slipring_runs"]) == len(told["peer_runs"]) == 2


def test_a_yardstick_has_no_tables(short: Plan, ours: Running) -> None:
    with stub.serving(stub.HTTP) as server:
        [row] = compare([short], ours, Running(server.endpoint), pairs=1, stub=True)
    line = Comparison("echo", "", "memory", yardstick=True, rows=[row]).lines()[2]
    assert row.throughput_ratio > 0
    assert "behind" not in line


def test_a_peer_that_cannot_has_a_dash_and_a_reason(short: Plan, ours: Running) -> None:
    """It is no reason to stop; that we cannot would be."""
    with stub.serving(stub.BARE) as gone:
        pass
    [row] = compare([short], ours, Running(gone.endpoint), pairs=1)
    [line] = Comparison("peer", "1", "memory", rows=[row]).lines()[1:]
    assert line.startswith("get ×8  -  CreateTable: ConnectionRefusedError")
    with pytest.raises(BenchError):
        compare([short], Running(gone.endpoint), ours, pairs=1)


def test_the_wrong_answer_is_a_reason_too(short: Plan, ours: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = iter([True, False])
    monkeypatch.setitem(WORKLOADS, "get", replace(WORKLOADS["get"], holds=lambda answer: next(asked)))
    other = Running(replace(short.endpoint, host="localhost"))
    assert compare([short], ours, other, pairs=1)[0].reason.startswith("get is not done as it should be")


def test_a_peer_that_is_too_slow_has_a_dash_for_that_row_alone(
    short: Plan, ours: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """moto takes longer for 64 pages of 1 MB than a run lasts."""
    other = Running(replace(short.endpoint, host="localhost"))
    measure = run.measure

    def slow(plan: Plan, *rest: Any) -> Result:
        if plan.endpoint.host != "localhost" or plan.connections == 2:
            return measure(plan, *rest)
        tally = Tally()
        tally.ended_ns = 10**9
        return Result.of(plan, tally)

    monkeypatch.setattr(run, "measure", slow)
    rows = compare([replace(short, connections=each) for each in (2, 8)], ours, other, pairs=1)
    assert [bool(row.reason) for row in rows] == [False, True]
    assert [set(row.as_json()) >= {"throughput_ratio"} for row in rows] == [True, False]


def test_one_table_serves_every_number_of_connections(short: Plan, ours: Running) -> None:
    """Loading takes as long as measuring. New items differ from run to run all the same, so none is put twice."""
    plans = [replace(short, workload="put-new", connections=each) for each in (2, 8)]
    rows = compare(plans, ours, ours, pairs=2)
    assert [(row.connections, len(row.ours), len(row.theirs)) for row in rows] == [(2, 2, 2), (8, 2, 2)]
    assert [run.result.plan.connections for row in rows for run in row.ours] == [2, 2, 8, 8]


def test_a_comparison_goes_on_where_it_ended(plan: Plan, tmp_path: Path) -> None:
    """A full one takes most of an hour, and the rows that were lost deserve a second look."""
    fast, slow = run_of(plan, seconds=1, latency_ms=1), run_of(plan, seconds=2, latency_ms=2)
    path = tmp_path / "rows.json"
    first = Record(path)
    for row in (Row("get", 16, [fast], [slow]), Row("put-new", 16, [slow], [fast]), Row("scan", 16, reason="no")):
        first.add(Comparison("peer", "1", "disk"), row)

    def wanted(record: Record, which: str) -> list[str]:
        names = ("get", "put-new", "scan", "query")
        return [name for name in names if record.wants(Place("peer", "disk", name, 16), which)]

    record = Record(path)
    assert wanted(record, MISSING) == ["query"]
    assert wanted(record, BEHIND) == ["put-new", "query"]
    assert wanted(record, ALL) == ["get", "put-new", "scan", "query"]
    record.add(Comparison("peer", "1", "disk"), Row("put-new", 16, [fast], [slow]))
    assert wanted(Record(path), BEHIND) == ["query"]


def test_the_ratios_make_a_table(plan: Plan) -> None:
    """Where Slipring is behind is seen at a glance."""
    fast, slow = run_of(plan, seconds=1, latency_ms=1), run_of(plan, seconds=2, latency_ms=2)
    record = Record()
    record.add(Comparison("one", "1", "disk"), Row("get", 16, [fast], [slow]))
    record.add(Comparison("two", "1", "disk"), Row("get", 16, [slow], [fast]))
    record.add(Comparison("two", "1", "disk"), Row("scan", 16, reason="no"))
    assert record.markdown().splitlines()[2:] == [
        "| workload | one, disk | two, disk |",
        "|---|---|---|",
        "| get | 2.0 / 0.50 / 0.50 | **0.5 / 2.00 / 2.00** |",
        "| scan |  | – |",
    ]


def test_processor_time_is_that_of_the_time_asked_for() -> None:
    """Servers also work while they warm up, which is not what is measured."""
    with CpuWatch(os.getpid()) as watch:
        time.sleep(0.1)
        begin_ns = perf_counter_ns()
        while perf_counter_ns() < begin_ns + 300_000_000:
            pass
        end_ns = perf_counter_ns()
        time.sleep(0.1)
        seen_ns = perf_counter_ns()
    busy_s, idle_s = watch.used_s(begin_ns, end_ns), watch.used_s(end_ns + 30_000_000, seen_ns)
    assert busy_s is not None
    assert idle_s is not None
    # Others may use the machine too, so it need not be all of the time, and a look may come late.
    assert 0.02 < busy_s < 0.36
    assert idle_s < max(0.03, busy_s / 2)
    with CpuWatch(None) as blind:
        pass
    assert blind.used_s(begin_ns, end_ns) is None


def test_processor_time_of_children_that_ended_counts() -> None:
    """Workers come and go while a server is watched, also between the look at a parent and the look at its child."""
    with CpuWatch(os.getpid()) as watch:
        begin_ns = perf_counter_ns()
        subprocess.run([sys.executable, "-c", "while __import__('time').process_time() < 0.2: pass"], check=True)
        for _ in range(20):
            subprocess.run(["true"], check=True)
        time.sleep(0.1)
        end_ns = perf_counter_ns()
    used_s = watch.used_s(begin_ns, end_ns)
    assert used_s is not None
    assert used_s > 0.1
