"""The page of metrics: Prometheus can read it, and reads from it what was counted."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.admin.exposition import render
from slipring.admin.metrics import LATENCY_BOUNDS_S, METRICS, Metric
from slipring.admin.samples import Samples
from tests.admin.prometheus import parse


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_names_keep_prometheus_conventions(metric: Metric) -> None:
    """Prometheus' documentation, "Metric and label naming": base units, the unit last, `_total` on counters alone.
    Dashboards and alerts go by these."""
    assert re.fullmatch(r"(slipring|process)_[a-z][a-z_]*[a-z]", metric.name)
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert not re.search(r"_(ms|us|kb|mb|minutes|percent)(_|$)", metric.name)
    allowed = {"operation", "error", "table", "index", "trigger", "kind", "durability", "version", "python"}
    allowed |= {"limit", "status"}
    assert set(metric.labels) <= allowed
    assert metric.help.endswith(".") and "\n" not in metric.help


def test_every_metric_is_named_even_before_it_has_a_value() -> None:
    """Who looks for a name finds it, and an alert on it can be written before the first error."""
    page = parse(render({}).decode())
    assert page.kinds == {metric.name: metric.kind for metric in METRICS.values()}
    assert page.helps == {metric.name: metric.help for metric in METRICS.values()}
    assert page.samples == {}


@given(st.dictionaries(st.tuples(st.text(min_size=1), st.text(min_size=1)), st.floats(0, 1e15), max_size=5))
def test_values_and_labels_come_through_unchanged(family: dict[tuple[str, str], float]) -> None:
    """Whatever the label holds; numbers to the last bit."""
    samples: Samples = {"slipring_errors_total": {labels: [value] for labels, value in family.items()}}
    page = parse(render(samples).decode())
    for (operation, error), value in family.items():
        assert page.value("slipring_errors_total", operation=operation, error=error) == value
    assert len(page.samples) == len(family)


@given(st.lists(st.integers(0, 10**9), min_size=len(LATENCY_BOUNDS_S) + 1, max_size=len(LATENCY_BOUNDS_S) + 1))
def test_a_bucket_of_a_histogram_counts_those_below_it_too(counts: list[int]) -> None:
    name = "slipring_request_duration_seconds"
    page = parse(render({name: {("GetItem",): [*counts, 1.5]}}).decode())
    for number, bound in enumerate([*LATENCY_BOUNDS_S, "+Inf"]):
        assert page.value(f"{name}_bucket", operation="GetItem", le=str(bound)) == sum(counts[: number + 1])
    assert page.value(f"{name}_count", operation="GetItem") == sum(counts)
    assert page.value(f"{name}_sum", operation="GetItem") == 1.5
