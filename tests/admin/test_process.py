"""What the machine knows of a process."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from slipring.admin import process
from slipring.admin.process import Process
from slipring.clock import ManualClock

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells these")


class OldKernel(type(Path())):  # type: ignore[misc]
    """Where a directory of open files has no size."""

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        return os.stat_result((0,) * 10)


@pytest.mark.parametrize("old_kernel", [False, True])
def test_open_files_are_counted(monkeypatch: pytest.MonkeyPatch, old_kernel: bool) -> None:
    """A leak shows long before the bound is met."""
    if old_kernel:
        monkeypatch.setattr(process, "_FDS", OldKernel("/proc/self/fd"))
    own = Process(ManualClock())
    before = own.samples()["process_open_fds"][()][0]
    assert before >= 3
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(Path(os.devnull).open("rb"))
        # Other tests' servers may open and close a few meanwhile.
        assert abs(own.samples()["process_open_fds"][()][0] - before - 20) <= 5
    assert abs(own.samples()["process_open_fds"][()][0] - before) <= 5


def test_memory_and_cpu_time_grow_with_use() -> None:
    own = Process(ManualClock())
    before = own.samples()
    held = bytes(range(256)) * 200_000
    until = time.process_time() + 0.02
    while time.process_time() < until:
        pass
    after = own.samples()
    assert (
        after["process_resident_memory_bytes"][()][0] - before["process_resident_memory_bytes"][()][0] > len(held) / 2
    )
    assert after["process_cpu_seconds_total"][()][0] - before["process_cpu_seconds_total"][()][0] >= 0.015


def test_it_began_when_it_was_made() -> None:
    """Prometheus takes a later start for a restart, so it may not move."""
    clock = ManualClock(1000.0)
    own = Process(clock)
    clock.advance(60)
    assert own.samples()["process_start_time_seconds"] == {(): [1000.0]}
