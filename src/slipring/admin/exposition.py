"""The page of metrics: Prometheus' text format, version 0.0.4."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from slipring.admin.metrics import LATENCY_BOUNDS_S, METRICS, Metric
from slipring.admin.samples import Labels, Samples, Values

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})

_BOUNDS = (*map(repr, LATENCY_BOUNDS_S), "+Inf")


def render(samples: Samples) -> bytes:
    """The page; a metric without samples is named all the same."""
    lines = [line for metric in METRICS.values() for line in _family(metric, samples.get(metric.name, {}))]
    return "\n".join([*lines, ""]).encode()


def _family(metric: Metric, family: dict[Labels, Values]) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.help}"
    yield f"# TYPE {metric.name} {metric.kind}"
    for labels, values in sorted(family.items()):
        # An empty label is the same as none.
        pairs = [
            f'{name}="{value.translate(_ESCAPES)}"' for name, value in zip(metric.labels, labels, strict=True) if value
        ]
        if metric.kind == "histogram":
            yield from _histogram(metric.name, pairs, values)
        else:
            yield _line(metric.name, pairs, values[0])


def _histogram(name: str, pairs: list[str], values: Values) -> Iterator[str]:
    *counts, total = values
    for bound, count in zip(_BOUNDS, accumulate(counts), strict=True):
        yield _line(f"{name}_bucket", [*pairs, f'le="{bound}"'], count)
    yield _line(f"{name}_sum", pairs, total)
    yield _line(f"{name}_count", pairs, sum(counts))


def _line(name: str, pairs: list[str], value: float) -> str:
    labels = "{" + ",".join(pairs) + "}" if pairs else ""
    return f"{name}{labels} {int(value) if value == int(value) else value}"
