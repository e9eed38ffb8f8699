"""From nothing to the first answer: what a test suite pays for each server, and a container for each start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.processes import Serving
from tests.crash.api import Api

FIRST_ANSWER_MAX_S = 1.0
"""Of processor time, which a busy machine stretches less than the clock's. The aim is an answer after 0.4 s on a
machine with nothing else to do."""

IDLE_KB_MAX = 80_000
"""Half of it is usual: the interpreter, what is imported, the service model's facts."""


def first_answer(store: str) -> tuple[float, int]:
    """The processor time up to the first answer, in seconds, and the memory of the server that is then idle, in KB."""
    with Serving("--store", store) as serving:
        with Api(serving.port) as api:
            api.call("ListTables")
        ticks = Path(f"/proc/{serving.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        took_s = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
        status = Path(f"/proc/{serving.pid}/status").read_text()
        return took_s, int(status.partition("VmRSS:")[2].split()[0])


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_the_first_answer_comes_soon_from_a_small_process(tmp_path: Path, kind: str) -> None:
    """On a new store; the best of three, because it is the program that is measured."""
    stores = ["memory:"] * 3 if kind == "memory" else [str(tmp_path / str(number)) for number in range(3)]
    outcomes = [first_answer(store) for store in stores]
    took_s, idle_kb = (min(each) for each in zip(*outcomes, strict=True))
    print(f"first answer after {took_s * 1000:.0f} ms of processor time, {idle_kb / 1000:.0f} MB when idle")
    assert took_s < FIRST_ANSWER_MAX_S
    assert idle_kb < IDLE_KB_MAX
