"""Latencies as a picture: SVG, which needs nothing to be drawn and everything can show."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from slipring.bench.result import Result, curve, nines

_WIDTH, _HEIGHT = 860, 460
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 210, 40, 50
_COLOURS = ("#0b6e99", "#c2410c", "#4d7c0f", "#7e22ce", "#b91c1c", "#0f766e", "#a16207", "#475569")
_TICKS_PERCENT = (0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 99.999)

Points = list[tuple[float, float]]


def svg(results: Sequence[Result]) -> str:
    """Latency by percentile, one line for each result. Both axes are logarithmic, so that the tail has its room."""
    curves = [curve(each.overall) for each in results]
    scale = _Scale(curves)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif"'
        ' font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="22" font-size="15">Latency by percentile</text>',
        *scale.grid(),
    ]
    for place, (result, points) in enumerate(zip(results, curves, strict=True)):
        parts += _line(scale, result, points, place)
    return "\n".join([*parts, "</svg>", ""])


def _line(scale: _Scale, result: Result, points: Points, place: int) -> Iterator[str]:
    colour = _COLOURS[place % len(_COLOURS)]
    path = " ".join(f"{scale.x(percent):.1f},{scale.y(latency_ms):.1f}" for percent, latency_ms in points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    label = f"{result.plan.workload}, {result.throughput_per_s:,.0f}/s"
    yield f'<text x="{_WIDTH - _RIGHT + 12}" y="{_TOP + 14 + 18 * place}" fill="{colour}">{escape(label)}</text>'


class _Scale:
    """Where percentiles and latencies lie in the picture."""

    def __init__(self, curves: Sequence[Points]) -> None:
        latencies_ms = [latency_ms for points in curves for _, latency_ms in points] or [1.0]
        self._low = math.floor(math.log10(max(min(latencies_ms), 1e-3)))
        self._high = max(math.ceil(math.log10(max(latencies_ms))), self._low + 1)
        # The last point of a curve is 100 %; one percentile before it is the furthest that can be drawn.
        furthest = max((percent for points in curves for percent, _ in points if percent < 100), default=0.0)
        self._nines = max(2.0, nines(furthest))

    def x(self, percent: float) -> float:
        share = min(nines(percent), self._nines) / self._nines
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(self, latency_ms: float) -> float:
        share = (math.log10(max(latency_ms, 1e-3)) - self._low) / (self._high - self._low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    def grid(self) -> Iterator[str]:
        for power in range(self._low, self._high + 1):
            y = self.y(10.0**power)
            yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="#ddd"/>'
            yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} ms</text>'
        for percent in _TICKS_PERCENT:
            if nines(percent) <= self._nines:
                x = self.x(percent)
                yield f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{_HEIGHT - _BOTTOM}" stroke="#eee"/>'
                yield f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 20}" text-anchor="middle">{percent:g} %</text>'
