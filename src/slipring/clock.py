"""Time, randomness and ids: the one place that asks the machine for them.

Everything else is handed a `Clock` and `Ids`, so that a test can freeze time and repeat a run exactly.
"""

from __future__ import annotations

import secrets
import time
import uuid
from random import Random
from typing import Protocol

_REQUEST_ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Clock(Protocol):
    """A source of wall-clock and monotonic time, both in seconds."""

    def now(self) -> float:
        """Seconds since the Unix epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go backwards, from an arbitrary start."""
        ...


class SystemClock:
    """The machine's own time."""

    now = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)


class ManualClock:
    """Time that stands still until it is told to move."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += seconds


class Ids:
    """Request ids, table ids and owner names; seeded, they repeat."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = Random(secrets.randbits(128) if seed is None else seed)

    def request_id(self) -> str:
        """52 characters of A-Z and 0-9, the form of the service's `x-amzn-RequestId`.

        A request id names a request in a log; it guards nothing, so a fast generator is enough.
        """
        number = self._random.getrandbits(260)
        return "".join([_REQUEST_ID_ALPHABET[(number >> shift) % 36] for shift in range(0, 260, 5)])

    def uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))
