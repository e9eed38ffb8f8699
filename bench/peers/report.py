"""What the comparison has shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench.peers.pairs import Row, Run

from slipring.bench.table import aligned

_HEADINGS = ("", "requests/s", "peer", "ratio", "p99 ms", "peer", "ratio", "CPU µs", "peer", "ratio", "")
_CLOSE = 1.1


@dataclass(frozen=True, slots=True)
class Comparison:
    """Slipring and one peer, keeping their data in one kind of place."""

    peer: str
    version: str
    store: str
    yardstick: bool = False
    """The peer does no work, so nobody is expected to be ahead of it."""
    rows: list[Row] = field(default_factory=list)

    def lines(self) -> list[str]:
        """A table; ratios are Slipring's figure divided by the peer's."""
        cells = [(*_cells(row), self._remarks(row)) for row in self.rows if not row.reason]
        lines = [f"{' '.join(filter(None, (self.peer, self.version)))}, {self.store}"]
        lines += aligned([_HEADINGS, *cells]) if cells else []
        return lines + [f"{_name(row)}  -  {row.reason}" for row in self.rows if row.reason]

    def _remarks(self, row: Row) -> str:
        remarks = [] if self.yardstick else [verdict(row.as_json())]
        for side, runs in (("", row.ours), ("peer's ", row.theirs)):
            if errors := sum(each.result.tally.errors.total() for each in runs):
                remarks.append(f"{side}errors: {errors}")
            if any(each.result.client_is_busy for each in runs):
                remarks.append(f"{side}client busy")
        return ", ".join(filter(None, remarks))


def _name(row: Row) -> str:
    return f"{row.workload} ×{row.connections}"


def _cells(row: Row) -> tuple[str, ...]:
    return (
        _name(row),
        f"{_median_throughput(row.ours):,.0f}",
        f"{_median_throughput(row.theirs):,.0f}",
        f"{row.throughput_ratio:.2f}",
        f"{_median_p99(row.ours):.2f}",
        f"{_median_p99(row.theirs):.2f}",
        f"{row.p99_ratio:.2f}",
        _median_cpu(row.ours),
        _median_cpu(row.theirs),
        "-" if row.cpu_ratio is None else f"{row.cpu_ratio:.2f}",
    )


def verdict(row: Mapping[str, Any]) -> str:
    """A word where Slipring is behind in a row, or not clearly ahead."""
    if "reason" in row:
        return ""
    throughput, p99 = row["throughput_ratio"], row["p99_ratio"]
    if throughput < 1 or p99 > 1:
        return "behind"
    return "close" if throughput < _CLOSE or p99 > 1 / _CLOSE else ""


def _median_throughput(runs: Sequence[Run]) -> float:
    return median(each.result.throughput_per_s for each in runs)


def _median_p99(runs: Sequence[Run]) -> float:
    return median(each.result.latency_ms(99) for each in runs)


def _median_cpu(runs: Sequence[Run]) -> str:
    seen = [each.cpu_us for each in runs if each.cpu_us is not None]
    return f"{median(seen):,.0f}" if seen else "-"
