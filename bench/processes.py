"""What Linux tells of running processes in /proc."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_TICKS = slice(11, 15)
"""Where its user and system time stand after the command's name in /proc/PID/stat, and then those of the children that
ended and were waited for. Source: proc_pid_stat(5)."""


def times_s(pid: int) -> tuple[float, float]:
    """The processor seconds of a process, and of its children that ended. Raises `FileNotFoundError` or
    `ProcessLookupError` once it is gone."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, ended_user, ended_system = [int(field) / _TICKS_PER_S for field in fields[_TICKS]]
    return user + system, ended_user + ended_system


def children_of(pid: int) -> list[int]:
    """Raises the same."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
