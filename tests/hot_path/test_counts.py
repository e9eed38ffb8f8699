"""The hot path does not grow unnoticed.

counts.json holds what a request costs in instructions and calls into C on each Python version. More than 15 % above
it fails. A change that is worth its cost, or one that saves, renews the file with
`python -m tests.hot_path.counting` and says why in docs/performance.md."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.hot_path.counting import REQUESTS, VERIFIED, Counts, count_all, counted

_GROWTH_MAX = 1.15
_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
_BASELINES: dict[str, Counts] = json.loads((Path(__file__).parent / "counts.json").read_text())


@pytest.fixture(scope="module")
def counts() -> Counts:
    return asyncio.run(count_all())


@pytest.mark.parametrize("name", [*REQUESTS, *[f"{name}, verified" for name in VERIFIED]])
def test_a_request_costs_no_more_than_it_did(counts: Counts, name: str) -> None:
    baseline = _BASELINES[_VERSION][name]
    assert counts[name] <= baseline * _GROWTH_MAX, f"{name}: {counts[name]} instructions, {baseline} before"


def test_what_is_counted_repeats_and_grows_with_the_work() -> None:
    """A guard that counted nothing, or noise, would guard nothing."""

    def work(rounds: int) -> int:
        return counted(lambda: [abs(i) for i in range(rounds)])

    assert work(100) == work(100)
    assert work(200) - work(100) == work(300) - work(200) > 100
