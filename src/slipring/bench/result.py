"""What a run has shown, as it is printed and kept."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from slipring import __version__
from slipring.bench.histogram import Histogram
from slipring.bench.layouts import ITEM_BYTES
from slipring.bench.plan import Plan
from slipring.bench.tally import Tally

PERCENTILES = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99_9": 99.9}
_BUSY = 0.9
_CURVE_POINTS_PER_NINE = 20


@dataclass(frozen=True, slots=True)
class Result:
    """One run's figures."""

    plan: Plan
    tally: Tally
    overall: Histogram

    @classmethod
    def of(cls, plan: Plan, tally: Tally) -> Result:
        return cls(plan, tally, tally.overall())

    @property
    def throughput_per_s(self) -> float:
        """Steps answered without an error, from the run's beginning to its last answer."""
        return self.tally.answered() / self.tally.seconds()

    def latency_ms(self, percent: float) -> float:
        return self.overall.percentile_ns(percent) / 1e6

    @property
    def client_is_busy(self) -> bool:
        """Whether the client may have been what held the load back."""
        return max(self.tally.client_cpu, default=0.0) > _BUSY

    def as_json(self) -> dict[str, Any]:
        """Everything, in names that say their units."""
        plan, tally = self.plan, self.tally
        return {
            "slipring": __version__,
            "endpoint": plan.endpoint.url,
            "workload": plan.workload,
            "distribution": plan.choice,
            "loop": "closed" if plan.rate is None else "open",
            "rate_per_s": plan.rate,
            "connections": plan.connections,
            "processes": plan.processes,
            "warm_up_s": plan.warm_up_seconds,
            "seconds": round(tally.seconds(), 6),
            "items": plan.items_loaded,
            "item_bytes": ITEM_BYTES,
            "seed": plan.seed,
            "requests": tally.answered(),
            "throughput_per_s": round(self.throughput_per_s, 2),
            "errors": dict(sorted(tally.errors.items())),
            "reconnects": tally.reconnects,
            "response_bytes_mean": round(tally.received_bytes / max(tally.sent, 1), 1),
            "client_cpu": [round(share, 3) for share in tally.client_cpu],
            "latency_ms": latencies_ms(self.overall),
            "operations": {
                kind: {"requests": each.count, "latency_ms": latencies_ms(each)}
                for kind, each in sorted(tally.latencies.items())
            },
            "curve": [{"percent": round(percent, 6), "latency_ms": ms} for percent, ms in curve(self.overall)],
        }


def latencies_ms(histogram: Histogram) -> dict[str, float]:
    """Mean, percentiles and maximum."""
    marks = {name: histogram.percentile_ns(percent) for name, percent in PERCENTILES.items()}
    values_ns = {"mean": histogram.mean_ns(), **marks, "max": histogram.max_ns}
    return {name: round(value_ns / 1e6, 4) for name, value_ns in values_ns.items()}


def curve(histogram: Histogram) -> list[tuple[float, float]]:
    """Latency in milliseconds by percentile, as many points from 90 to 99 % as from 99 to 99.9 %, and so on."""
    chosen: list[tuple[float, float]] = []
    due = 0.0
    for percent, value_ns in histogram.curve():
        if nines(percent) >= due or value_ns == histogram.max_ns:
            chosen.append((percent, value_ns / 1e6))
            due = nines(percent) + 1 / _CURVE_POINTS_PER_NINE
    return chosen


def nines(percent: float) -> float:
    """0 for 0 %, 1 for 90 %, 2 for 99 %, and so on."""
    return -math.log10(max(1 - percent / 100, 1e-9))
