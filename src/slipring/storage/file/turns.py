"""Turns at writing: the commit lock, shared fairly between processes that all want it."""

from __future__ import annotations

from slipring.clock import Clock
from slipring.storage.file.control import WANTED, Control
from slipring.storage.file.locks import FileLock

_TURN_SECONDS = 0.005
_PAUSE_SECONDS = 0.002
"""Longer than the millisecond after which a process that was refused asks again."""


class Turns:
    """The commit lock, asked for and never waited for.

    Who has just released the lock is the first to ask for it again, so a busy process would keep all others out. One
    that is refused says so in the shared page, and who has had the lock for a turn then leaves it alone for a while.
    """

    def __init__(self, lock: FileLock, control: Control, clock: Clock) -> None:
        self._lock = lock
        self._words = control.words
        self._clock = clock
        self._turn_ends_seconds = 0.0
        self._pause_ends_seconds = 0.0

    def take(self) -> bool:
        """Take the lock; False if it must be asked for again."""
        now = self._clock.monotonic()
        if self._words[WANTED] and self._turn_ends_seconds and now >= self._turn_ends_seconds:
            self._turn_ends_seconds = 0.0
            self._pause_ends_seconds = now + _PAUSE_SECONDS
        if now < self._pause_ends_seconds:
            return False
        if not self._lock.try_acquire():
            self._words[WANTED] = 1
            self._turn_ends_seconds = 0.0
            return False
        if not self._turn_ends_seconds:
            self._turn_ends_seconds = now + _TURN_SECONDS
            # Whoever else still wants it says so again.
            self._words[WANTED] = 0
        return True

    def give(self) -> None:
        """Release the lock."""
        self._lock.release()
