"""Runs a command with less than this process may do.

python confined.py files-of BYTES COMMAND ...       no file may grow beyond that size, as on a disk that is full
python confined.py permissions COMMAND ...          permissions count, for root too
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys

_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2


def main() -> None:
    kind, *rest = sys.argv[1:]
    if kind == "files-of":
        size = int(rest.pop(0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    elif os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
            assert libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) == 0
    os.execv(rest[0], rest)


if __name__ == "__main__":
    main()
