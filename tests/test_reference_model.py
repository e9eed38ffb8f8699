"""Long random histories against a plain reference model.

Every answer of the server, and at intervals everything that its tables and indexes hold and count, must be what a
naive model in memory says. A failure names its seed and the shortest history found that still fails.

SLIPRING_HISTORY_STEPS makes the histories longer, SLIPRING_HISTORY_SEED plays a certain one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pprint import pformat

import pytest

from tests.reference.histories import CompareAll, Historian, Step
from tests.reference.wire import Wire
from tests.reference.world import Mismatch, World
from tests.servers import ServerThread

SEEDS = [int(seed) for seed in os.environ.get("SLIPRING_HISTORY_SEED", "1 2 3 4").split()]
STEPS = int(os.environ.get("SLIPRING_HISTORY_STEPS", "1500"))
COMPARE_EVERY = 100
SHRINKS_MAX = 200


@pytest.fixture
def wire(server: ServerThread) -> Iterator[Wire]:
    wire = Wire(server.port)
    yield wire
    wire.close()


@dataclass(frozen=True)
class Failure:
    """The step at which server and model came apart, and how."""

    number: int
    text: str


def play(wire: Wire, history: Sequence[Step]) -> Failure | None:
    """Play the history on new tables, up to the first step that goes wrong."""
    world = World(wire)
    try:
        for number, step in enumerate(history):
            try:
                step.play(world)
            except Mismatch as mismatch:
                return Failure(number, f"step {number}, {step}\n{mismatch}")
        return None
    finally:
        world.close()


def shortest(wire: Wire, history: list[Step]) -> list[Step]:
    """A history that still fails and of which nothing can be left out, as far as a bounded number of tries shows."""
    tries = SHRINKS_MAX
    size = len(history) // 2
    while size and tries:
        start = 0
        while start < len(history) and tries:
            rest = history[:start] + history[start + size :]
            tries -= 1
            if rest and play(wire, rest) is not None:
                history = rest
            else:
                start += size
        size //= 2
    return history


@pytest.mark.parametrize("seed", SEEDS)
def test_the_server_does_what_the_model_does(wire: Wire, seed: int) -> None:
    history = Historian(seed).history(STEPS, COMPARE_EVERY)
    failure = play(wire, history)
    if failure is None:
        return
    kept = shortest(wire, [*history[: failure.number + 1], CompareAll()])
    again = play(wire, kept)
    pytest.fail(
        f"seed {seed}: {failure.text}\n\nshortest history:\n{pformat(kept)}\n\n{again and again.text}", pytrace=False
    )
