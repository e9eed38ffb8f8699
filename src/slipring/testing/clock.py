"""`clock`: the time of a server in this process, moved by the thread that tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from slipring.clock import MovableClock, seconds_of

if TYPE_CHECKING:
    from slipring.testing.server import Server

Moment = str | float | datetime
"""ISO 8601 text, seconds since the Unix epoch, or a datetime; UTC where it names no zone."""


class ServerClock:
    """Moves a server's clock. Each call returns once everything that has come up by the new time is done: items that
    have expired are deleted, their stream records are there, triggers have been called."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.is_moved = False
        """Whether it may differ from the machine's."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._server.engine.clock.now(), UTC)

    def freeze(self, at: Moment | None = None) -> None:
        """Stand still, at a time or at the present one."""
        self._moved().freeze(self._server.engine.clock.now() if at is None else _seconds(at))
        self._follow()

    def travel(self, to: Moment) -> None:
        """Go to a time, and on from there."""
        self._moved().travel(_seconds(to))
        self._follow()

    def advance(self, seconds: float = 0.0, **parts: float) -> None:
        """Move on, by `timedelta`'s keywords: `advance(hours=49)`. It then stands still or runs as before."""
        self._moved().advance(timedelta(seconds=seconds, **parts).total_seconds())
        self._follow()

    def reset(self) -> None:
        """Go with the machine's clock again."""
        if self.is_moved:
            self._moved().reset()
            self.is_moved = False
            self._follow()

    def _moved(self) -> MovableClock:
        clock = self._server.engine.clock
        if not isinstance(clock, MovableClock):
            raise RuntimeError("the server was given a clock of the caller's own: move that")
        self.is_moved = True
        return clock

    def _follow(self) -> None:
        self._server.wait_for(self._caught_up())

    async def _caught_up(self) -> None:
        await self._server.running.assembly.follow_clock()


def _seconds(moment: Moment) -> float:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if isinstance(moment, datetime):
        return seconds_of(moment)
    return float(moment)
