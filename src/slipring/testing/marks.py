"""What `@pytest.mark.ddb(...)` prepares before the test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from slipring.testing.namespace import Namespace


def _delay(namespace: Namespace, latency_s: Any) -> None:
    namespace.faults.add(latency_s=latency_s)


def _apply(namespace: Namespace, template: Any) -> None:
    namespace.apply(template)


def _seed(namespace: Namespace, directory: Any) -> None:
    namespace.seed(directory)


PREPARATIONS: Mapping[str, Callable[[Namespace, Any], None]] = {
    "template": _apply,
    "seed": _seed,
    "latency": _delay,
}
"""The marker's keywords, in the order in which they are done."""


def prepare(namespace: Namespace, markers: Iterable[pytest.Mark]) -> None:
    """Do what the markers say, of which the closest to the test counts. Raises UsageError for what there is not."""
    wanted: dict[str, Any] = {}
    for marker in markers:
        if marker.args:
            raise pytest.UsageError("@pytest.mark.ddb takes keywords only")
        wanted = {**marker.kwargs, **wanted}
    for name in wanted:
        if name not in PREPARATIONS:
            raise pytest.UsageError(f"@pytest.mark.ddb has no {name!r}; it has {', '.join(PREPARATIONS)}")
    for name, do in PREPARATIONS.items():
        if name in wanted:
            do(namespace, wanted[name])
