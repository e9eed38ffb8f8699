"""Figures on their way from where they are counted to the page that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import orjson

from slipring.admin.metrics import METRICS

Labels: TypeAlias = tuple[str, ...]
"""The values of a metric's labels, in their order."""

Values: TypeAlias = list[float]
"""One number; of a histogram the counts of its buckets, each without those below it, and then the sum."""

Samples: TypeAlias = dict[str, dict[Labels, Values]]
"""Values by a metric's name and by labels."""


def single(value: float) -> dict[Labels, Values]:
    """The samples of a metric that has no labels."""
    return {(): [value]}


def by_label(counts: Mapping[str, int]) -> dict[Labels, Values]:
    """The samples of a metric that has one label."""
    return {(label,): [count] for label, count in counts.items()}


def merged(parts: Iterable[Samples]) -> Samples:
    """What several processes' figures make together."""
    whole: Samples = {}
    for part in parts:
        for name, family in part.items():
            across = METRICS[name].across
            into = whole.setdefault(name, {})
            for labels, values in family.items():
                before = into.get(labels)
                into[labels] = (
                    values if before is None else [across(*pair) for pair in zip(before, values, strict=True)]
                )
    return whole


def without_gauges(samples: Samples) -> Samples:
    """What remains true of a process that has ended."""
    return {name: family for name, family in samples.items() if METRICS[name].kind != "gauge"}


def encode(samples: Samples) -> bytes:
    return orjson.dumps({name: list(family.items()) for name, family in samples.items()})


def decode(encoded: bytes) -> Samples:
    return {
        name: {tuple(labels): values for labels, values in family} for name, family in orjson.loads(encoded).items()
    }
