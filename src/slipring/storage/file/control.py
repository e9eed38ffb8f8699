"""Numbers that the processes on one store share: one page of memory, mapped from a file.

Nothing here is needed to recover: opening the store computes it anew. Words are written in one store instruction and
read in one load.
"""

from __future__ import annotations

import mmap
import os

from slipring.storage.file.directory import CONTROL
from slipring.storage.file.disk import Disk

PUBLISHED = 0
"""The sequence of the newest frame that is durable and so may be seen. Written under the commit lock."""

WRITING = 1
"""Not zero from before a frame is written until it is published. Found so by who takes the commit lock, it says that
a writer died or failed in between. Written under the commit lock."""

APPLIED = 2
"""The sequence up to which the base holds everything. Written under the checkpoint lock."""

WANTED = 3
"""Not zero since a process was refused the commit lock. See `turns`."""

_BYTES = 4096


class Control:
    """The shared words; `words[PUBLISHED]` and so on."""

    __slots__ = ("_map", "words")

    def __init__(self, disk: Disk) -> None:
        fd = disk.open(disk.directory / CONTROL, os.O_RDWR | os.O_CREAT)
        try:
            if os.fstat(fd).st_size < _BYTES:
                os.ftruncate(fd, _BYTES)
            self._map = mmap.mmap(fd, _BYTES)
        finally:
            disk.close(fd)
        self.words = memoryview(self._map).cast("Q")

    def close(self) -> None:
        self.words.release()
        self._map.close()
