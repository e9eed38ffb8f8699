"""Gathers the figures of this process, and shows those of all workers together.

Each worker leaves its figures on the board once a second, so that whichever of them is asked can tell the sum. A
worker that takes the place of a dead one goes on from where that one's counters stood.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from struct import Struct

from slipring.admin.board import SNAPSHOT_BYTES_MAX, Board
from slipring.admin.exposition import render
from slipring.admin.metrics import METRICS
from slipring.admin.samples import Samples, decode, encode, merged, without_gauges

Source = Callable[[], Samples]

_PID = Struct("=I")
_EVERY_S = 1.0
INHERITED_BYTES_MAX = SNAPSHOT_BYTES_MAX // 4


class Reporter:
    """One worker's."""

    def __init__(self, board: Board, place: int) -> None:
        self._board = board
        self._place = place
        self._before = _inherited(board.get(place))
        self._sources: list[Source] = []
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, *sources: Source) -> None:
        """Ask these for figures too. No two may tell the same metric."""
        self._sources += sources

    def start(self) -> None:
        """Begin to leave figures for the other workers, in the running loop, if there may be others."""
        if self._board.places > 1:
            self._report(asyncio.get_running_loop())

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def page(self) -> bytes:
        """The figures of all workers together."""
        self._publish()
        snapshots = [self._board.get(place) for place in range(self._board.places)]
        return render(merged([_told(snapshot) for snapshot in snapshots if snapshot]))

    def _report(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_later(_EVERY_S, self._report, loop)
        self._publish()

    def _publish(self) -> None:
        own: Samples = {}
        for source in self._sources:
            own.update(source())
        self._board.put(self._place, _PID.pack(os.getpid()) + encode(merged([self._before, own])))


def _inherited(snapshot: bytes) -> Samples:
    """What the worker that had this place before had counted.

    If that is very much its tables are left behind, or every worker might hand on more than the one before."""
    if not snapshot:
        return {}
    counted = without_gauges(decode(snapshot[_PID.size :]))
    if len(snapshot) <= INHERITED_BYTES_MAX:
        return counted
    return {name: family for name, family in counted.items() if "table" not in METRICS[name].labels}


def _told(snapshot: bytes) -> Samples:
    samples = decode(snapshot[_PID.size :])
    return samples if _is_alive(*_PID.unpack_from(snapshot)) else without_gauges(samples)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
