"""Percentiles are as near to the true ones as they are said to be."""

from __future__ import annotations

import math
import pickle

from hypothesis import given
from hypothesis import strategies as st

from slipring.bench.histogram import RELATIVE_ERROR, Histogram

LATENCIES = st.lists(st.integers(0, 2**42 - 1), min_size=1, max_size=300)
PERCENTS = st.floats(0.01, 100)


def of(values: list[int]) -> Histogram:
    histogram = Histogram()
    for value in values:
        histogram.record(value)
    return histogram


@given(LATENCIES, PERCENTS)
def test_a_percentile_is_within_the_stated_error(values: list[int], percent: float) -> None:
    """And never below the true one: a server does not look faster than it is."""
    exact = sorted(values)[max(1, math.ceil(len(values) * percent / 100)) - 1]
    told = of(values).percentile_ns(percent)
    assert exact <= told <= exact * (1 + RELATIVE_ERROR)


@given(LATENCIES)
def test_count_mean_and_maximum_are_exact(values: list[int]) -> None:
    histogram = of(values)
    assert (histogram.count, histogram.max_ns) == (len(values), max(values))
    assert histogram.mean_ns() == sum(values) / len(values)
    assert histogram.percentile_ns(100) == max(values)


@given(LATENCIES, LATENCIES, PERCENTS)
def test_merging_is_as_good_as_counting_together(ours: list[int], theirs: list[int], percent: float) -> None:
    """Each client process counts for itself; what is printed is of all of them."""
    merged = of(ours)
    merged.merge(pickle.loads(pickle.dumps(of(theirs))))
    together = of(ours + theirs)
    assert merged.curve() == together.curve()
    assert merged.percentile_ns(percent) == together.percentile_ns(percent)
    assert merged.mean_ns() == together.mean_ns()


@given(LATENCIES)
def test_the_curve_rises_to_the_maximum(values: list[int]) -> None:
    percents, latencies = zip(*of(values).curve(), strict=True)
    assert list(percents) == sorted(percents)
    assert list(latencies) == sorted(latencies)
    assert (percents[-1], latencies[-1]) == (100, max(values))


def test_what_is_longer_than_any_bucket_is_counted_as_the_longest() -> None:
    """A latency of hours is a broken clock or a broken server, and still no reason to stop counting."""
    histogram = of([1, 2**60])
    assert (histogram.count, histogram.max_ns) == (2, 2**60)


def test_nothing_seen_is_no_error() -> None:
    """A run may end without any answer."""
    assert (of([]).percentile_ns(99), of([]).mean_ns(), of([]).curve()) == (0, 0.0, [])
