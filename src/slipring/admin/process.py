"""What the machine knows of this process."""

from __future__ import annotations

import os
import platform
import resource
from pathlib import Path

from slipring import __version__
from slipring.admin.samples import Samples, single
from slipring.clock import Clock

_STATM = Path("/proc/self/statm")
_FDS = Path("/proc/self/fd")


class Process:
    """This process since it began to serve."""

    def __init__(self, clock: Clock) -> None:
        self._started_s = clock.machine_now()

    def samples(self) -> Samples:
        used = resource.getrusage(resource.RUSAGE_SELF)
        samples: Samples = {
            "slipring_workers": single(1),
            "slipring_worker_starts_total": single(1),
            "slipring_build_info": {(__version__, platform.python_version()): [1.0]},
            "process_cpu_seconds_total": single(used.ru_utime + used.ru_stime),
            "process_max_fds": single(resource.getrlimit(resource.RLIMIT_NOFILE)[0]),
            "process_start_time_seconds": single(self._started_s),
        }
        # Only Linux tells these without a library.
        if _STATM.exists():
            pages = int(_STATM.read_text().split()[1])
            samples["process_resident_memory_bytes"] = single(pages * resource.getpagesize())
            samples["process_open_fds"] = single(_open_fds())
        return samples


def _open_fds() -> int:
    """Linux tells their number since 6.2. Before, they must be listed, which takes one more; with paths made of them
    ten thousand would stop everybody for 40 ms."""
    return _FDS.stat().st_size or len(os.listdir(_FDS)) - 1  # noqa: PTH208
