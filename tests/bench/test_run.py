"""A run with processes of its own, and how its figures are shown."""

from __future__ import annotations

import math
from dataclasses import replace
from xml.etree import ElementTree

import orjson
import pytest

from slipring import __version__
from slipring.bench import run, stub
from slipring.bench.endpoint import Endpoint
from slipring.bench.histogram import Histogram
from slipring.bench.plan import BenchError, Plan
from slipring.bench.plot import svg
from slipring.bench.result import PERCENTILES, Result, curve
from slipring.bench.table import rows
from slipring.bench.tally import Tally
from slipring.bench.workloads import WORKLOADS
from tests.bench.conftest import ignore
from tests.conftest import Client


@pytest.fixture
def result(plan: Plan) -> Result:
    """Figures one can add up: a thousand requests, of 1 to 1000 ms, in two seconds."""
    tally = Tally()
    for latency_ms in range(1, 1001):
        tally.latencies["GetItem"].record(latency_ms * 1_000_000)
    tally.errors["ThrottlingException"] = 3
    tally.sent = 1003
    tally.received_bytes = 200_600
    tally.begun_ns, tally.ended_ns = 5_000_000_000, 7_000_000_000
    tally.client_cpu = [0.25, 0.95]
    return Result.of(plan, tally)


def test_two_processes_share_a_run(plan: Plan, ddb: Client) -> None:
    """Their figures are added up, and the table is gone in the end."""
    shared = replace(plan, workload="put-new", processes=2, connections=5)
    told: list[int] = []
    with run.table(shared) as table:
        run.load(shared, table, ignore)
        result = run.measure(shared, table, 0, told.append)
        loaded_and_tried = shared.items_loaded + 1
        items = ddb.describe_table(TableName=table)["Table"]["ItemCount"]
    assert len(result.tally.client_cpu) == 2
    assert result.tally.errors == {}
    # Each process spends a tenth of its steps on warming up.
    assert result.tally.answered() <= 2 * 450
    assert result.tally.answered() < items - loaded_and_tried <= 2 * 500
    assert 0 < sum(told) <= items
    assert table not in ddb.list_tables()["TableNames"]


def test_a_count_is_dealt_out_to_the_processes(plan: Plan) -> None:
    shared = replace(plan, processes=3, connections=7, count=100)
    with stub.serving(stub.HTTP) as server:
        result = run.measure(replace(shared, endpoint=server.endpoint), "t", 0, ignore)
    assert result.tally.answered() == 100


@pytest.mark.parametrize("kind", [stub.BARE, stub.HTTP])
@pytest.mark.parametrize("workload", ["get", "batch-write", "ycsb-f"])
def test_a_stub_answers_every_request(plan: Plan, kind: str, workload: str) -> None:
    """It is the yardstick for the client's own speed, whatever the size of the requests."""
    with stub.serving(kind) as server:
        result = run.measure(replace(plan, endpoint=server.endpoint, workload=workload, seconds=0.1), "t", 0, ignore)
    assert result.tally.answered() == result.tally.sent > 0
    assert result.tally.errors == {}


@pytest.fixture
def nobody() -> Endpoint:
    """Where nobody listens, because somebody just did."""
    with stub.serving(stub.BARE) as gone:
        pass
    return gone.endpoint


def test_a_server_that_is_not_there_is_one_line(plan: Plan, nobody: Endpoint) -> None:
    absent = replace(plan, endpoint=nobody)
    with pytest.raises(BenchError, match=f"^{nobody.url}: CreateTable: ConnectionRefusedError"), run.table(absent):
        pass
    with pytest.raises(BenchError, match=f"^{nobody.url}: .*refused"):
        run.measure(absent, "t", 0, ignore)


def test_a_server_that_does_something_else_is_not_measured(
    plan: Plan, ddb: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty answer is a fast answer."""
    wanting = replace(WORKLOADS["get"], holds=lambda answer: "Another" in answer)
    monkeypatch.setitem(WORKLOADS, "get", wanting)
    with pytest.raises(BenchError, match=r"get is not done as it should be: \{'Item'"), run.table(plan) as table:
        run.load(plan, table, ignore)
    assert table not in ddb.list_tables()["TableNames"]


@pytest.mark.parametrize(
    "change",
    [
        {"connections": 1, "processes": 2},
        {"processes": 0},
        {"seconds": 0.0},
        {"seconds": 800.0, "warm_up_seconds": 100.0},
        {"warm_up_seconds": -1.0},
        {"rate": 0.0},
        {"prepared": 10},
        {"count": 1, "processes": 2},
    ],
)
def test_a_plan_that_cannot_be_is_refused(plan: Plan, change: dict[str, float]) -> None:
    """Fifteen minutes are what a signature lasts, and requests are signed before the run."""
    plan.check()
    with pytest.raises(BenchError):
        replace(plan, **change).check()  # type: ignore[arg-type]


def test_json_has_everything_in_names_with_units(result: Result) -> None:
    """Scripts compare runs by it, so its shape is kept."""
    told = orjson.loads(orjson.dumps(result.as_json()))
    assert set(told) == {
        *("slipring", "endpoint", "workload", "distribution", "loop", "rate_per_s", "connections", "processes"),
        *("warm_up_s", "seconds", "items", "item_bytes", "seed", "requests", "throughput_per_s", "errors"),
        *("reconnects", "response_bytes_mean", "client_cpu", "latency_ms", "operations", "curve"),
    }
    assert (told["slipring"], told["workload"], told["loop"]) == (__version__, "get", "closed")
    assert (told["seconds"], told["requests"], told["throughput_per_s"]) == (2, 1000, 500)
    assert (told["errors"], told["response_bytes_mean"]) == ({"ThrottlingException": 3}, 200)
    assert list(told["latency_ms"]) == ["mean", *PERCENTILES, "max"]
    assert told["latency_ms"] == pytest.approx(
        {"mean": 500.5, "p50": 500, "p90": 900, "p99": 990, "p99_9": 999, "max": 1000}, rel=0.004
    )
    assert told["operations"] == {"GetItem": {"requests": 1000, "latency_ms": told["latency_ms"]}}
    assert told["curve"][-1] == {"percent": 100, "latency_ms": 1000}


def test_a_table_tells_what_went_wrong_too(result: Result) -> None:
    """Figures without their errors would be read as figures."""
    heading, line, *rest = rows([result])
    assert heading.split()[0] == "requests/s"
    name, throughput, *latencies, longest, requests, errors, cpu = line.replace(",", "").split()
    assert (name, throughput, longest, requests, errors, cpu) == ("get", "500", "1000", "1000", "3", "95%")
    assert list(map(float, latencies)) == pytest.approx([500, 900, 990, 999], rel=0.004)
    assert rest == [
        "get: errors: ThrottlingException 3",
        "get: the client used its cores up: let more --processes share the load",
    ]
    assert len(heading) == len(line)


def test_a_curve_keeps_its_tail() -> None:
    """The last nines are few of many requests, and what one looks for."""
    histogram = Histogram()
    for rank in range(100_000):
        histogram.record(int(1e6 * -math.log(1 - rank / 100_000)))
    points = curve(histogram)
    assert len(points) < 150
    assert sum(percent > 99 for percent, _ in points) > 30
    assert points[-1] == (100, histogram.max_ns / 1e6)


def test_a_plot_is_svg_with_a_line_for_each_result(result: Result) -> None:
    picture = ElementTree.fromstring(svg([result, result]))
    lines = [each for each in picture if each.tag.endswith("polyline")]
    assert len(lines) == 2
    for point in lines[0].attrib["points"].split():
        x, y = map(float, point.split(","))
        assert 0 <= x <= 860
        assert 0 <= y <= 460


def test_a_run_without_an_answer_can_be_shown(plan: Plan) -> None:
    """It is the result that one looks at most closely."""
    tally = Tally()
    tally.errors["InternalServerError"] = 7
    empty = Result.of(plan, tally)
    assert empty.as_json()["throughput_per_s"] == 0
    assert rows([empty])[2] == "get: errors: InternalServerError 7"
    ElementTree.fromstring(svg([empty]))
