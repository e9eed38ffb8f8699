"""Results as lines of text."""

from __future__ import annotations

from collections.abc import Sequence

from slipring.bench.result import PERCENTILES, Result

_HEADINGS = ("", "requests/s", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms", "requests", "errors", "client CPU")


def rows(results: Sequence[Result]) -> list[str]:
    """A heading and a line for each result, and under them what went wrong."""
    lines = aligned([_HEADINGS, *[_cells(each) for each in results]])
    for each in results:
        if each.tally.errors:
            errors = ", ".join(f"{code} {count:,}" for code, count in each.tally.errors.most_common())
            lines.append(f"{each.plan.workload}: errors: {errors}")
        if each.client_is_busy:
            lines.append(f"{each.plan.workload}: the client used its cores up: let more --processes share the load")
    return lines


def _cells(result: Result) -> tuple[str, ...]:
    return (
        result.plan.workload,
        f"{result.throughput_per_s:,.0f}",
        *[_ms(result.latency_ms(percent)) for percent in PERCENTILES.values()],
        _ms(result.overall.max_ns / 1e6),
        f"{result.tally.answered():,}",
        f"{result.tally.errors.total():,}",
        f"{max(result.tally.client_cpu, default=0.0):.0%}",
    )


def _ms(value: float) -> str:
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Cells below each other: the first column to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *[cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]]
        )
        for row in rows
    ]
