"""How much of a processor a server used.

Throughput on a machine that others use too is what they leave; the time a request costs is much the same with and
without them.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from contextlib import suppress
from pathlib import Path
from time import perf_counter_ns
from types import TracebackType

from bench.processes import children_of, times_s

_EVERY_S = 0.02


class CpuWatch:
    """Looks now and then, while it is entered, at the processor time of a process and its children."""

    def __init__(self, pid: int | None) -> None:
        """Without a process, or where there is no /proc, nothing is seen."""
        self._pid = pid if Path("/proc/self/stat").exists() else None
        self._times_ns: list[int] = []
        self._used_s: list[float] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> CpuWatch:
        if self._pid is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        if self._pid is not None:
            self._thread.join()

    def used_s(self, begin_ns: int, end_ns: int) -> float | None:
        """The processor seconds used between two moments of `perf_counter_ns`; None if nothing was seen."""
        if len(self._times_ns) < 2:
            return None
        return self._used_until(end_ns) - self._used_until(begin_ns)

    def _look(self) -> None:
        while not self._over.wait(_EVERY_S):
            try:
                used_s = _used_s(self._pid or 0)
            except (FileNotFoundError, ProcessLookupError):
                return
            self._times_ns.append(perf_counter_ns())
            # A child that ends between the look at its parent's time and the look at its own is in neither.
            self._used_s.append(max([used_s, *self._used_s[-1:]]))

    def _used_until(self, moment_ns: int) -> float:
        """Between two looks, in proportion."""
        place = min(max(bisect_left(self._times_ns, moment_ns), 1), len(self._times_ns) - 1)
        before_ns, after_ns = self._times_ns[place - 1 : place + 1]
        before_s, after_s = self._used_s[place - 1 : place + 1]
        share = min(max((moment_ns - before_ns) / (after_ns - before_ns), 0.0), 1.0)
        return before_s + share * (after_s - before_s)


def _used_s(pid: int) -> float:
    used_s = sum(times_s(pid))
    for child in children_of(pid):
        with suppress(FileNotFoundError, ProcessLookupError):
            used_s += _used_s(child)
    return used_s
