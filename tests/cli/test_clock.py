"""One clock for all workers, whichever of them was told to move it."""

from __future__ import annotations

from pathlib import Path

from tests.admin_api import admin, move_clock
from tests.cli.processes import Serving

WORKERS = 3


def test_moving_the_clock_moves_it_for_all_workers(tmp_path: Path) -> None:
    """The kernel deals connections out, so a test never knows which worker it talks to next."""
    store = str(tmp_path / "store")
    with Serving("--store", store, "--workers", str(WORKERS), "--test-mode") as serving:
        for day in range(1, 11):
            told = move_clock(serving.port, freeze=f"2026-01-{day:02}T00:00:00Z")
            seen = [admin(serving.port, "GET", "/_slipring/clock")[1] for _ in range(10)]
            assert {each["epoch_s"] for each in seen} == {told["epoch_s"]}
