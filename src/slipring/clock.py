"""Time, randomness and ids: the one place that asks the machine for them.

Everything else is handed a `Clock` and `Ids`, so that a test can freeze time and repeat a run exactly.
"""

from __future__ import annotations

import math
import secrets
import time
import uuid
from datetime import UTC, datetime
from mmap import PAGESIZE, mmap
from random import Random
from typing import Protocol

_REQUEST_ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def iso_time(time_s: float) -> str:
    """A time since the epoch as people read it, to the millisecond."""
    return datetime.fromtimestamp(time_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds_of(moment: datetime) -> float:
    """Seconds since the Unix epoch; without a zone it is UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


class Clock(Protocol):
    """A source of wall-clock and monotonic time, both in seconds."""

    def now(self) -> float:
        """Seconds since the Unix epoch, by which everything in the tables lives: a test may move it."""
        ...

    def machine_now(self) -> float:
        """The same by the machine's own clock, which nobody moves."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go backwards, from an arbitrary start."""
        ...


class SystemClock:
    """The machine's own time."""

    now = staticmethod(time.time)
    machine_now = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)


class ManualClock:
    """Time that stands still until it is told to move."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    machine_now = now

    def monotonic(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += seconds


class MovableClock:
    """The machine's time, until it is frozen, moved on or set to another time.

    Its state lies in memory that processes forked later share, so moving it in one moves it in all. Each move is one
    write, so that no reader sees half of it.
    """

    _OFFSET, _FROZEN = range(2)

    def __init__(self, machine: Clock | None = None) -> None:
        machine = machine or SystemClock()
        self.machine_now = machine.now
        self.monotonic = machine.monotonic
        self._state = memoryview(mmap(-1, PAGESIZE)).cast("d")
        self._state[self._FROZEN] = math.nan

    def now(self) -> float:
        frozen = self._state[self._FROZEN]
        return self.machine_now() + self._state[self._OFFSET] if math.isnan(frozen) else frozen

    @property
    def is_frozen(self) -> bool:
        return not math.isnan(self._state[self._FROZEN])

    def freeze(self, at: float) -> None:
        """Stand still at a time."""
        self._state[self._FROZEN] = at

    def travel(self, to: float) -> None:
        """Go to a time, and on from there."""
        self._state[self._OFFSET] = to - self.machine_now()
        self._state[self._FROZEN] = math.nan

    def advance(self, seconds: float) -> None:
        """Move on, or back, and then stand still or run as before."""
        cell = self._FROZEN if self.is_frozen else self._OFFSET
        self._state[cell] += seconds

    def reset(self) -> None:
        """Go with the machine again."""
        self._state[self._OFFSET] = 0.0
        self._state[self._FROZEN] = math.nan


class Ids:
    """Request ids, table ids and owner names; seeded, they repeat."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = Random(secrets.randbits(128) if seed is None else seed)
        self.secret_bytes = secrets.token_bytes if seed is None else self._random.randbytes
        """So many bytes that nobody can guess: for keys and secrets."""

    def request_id(self) -> str:
        """52 characters of A-Z and 0-9, the form of the service's `x-amzn-RequestId`.

        A request id names a request in a log; it guards nothing, so a fast generator is enough.
        """
        number = self._random.getrandbits(260)
        return "".join([_REQUEST_ID_ALPHABET[(number >> shift) % 36] for shift in range(0, 260, 5)])

    def number(self) -> int:
        """63 random bits."""
        return self._random.getrandbits(63)

    def uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))
