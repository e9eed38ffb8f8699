"""What all connections of a process hold together: their number, the bytes in flight, the deadlines."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from slipring.admin.samples import Samples, single
from slipring.clock import SystemClock
from slipring.edge.clients import Clients
from slipring.edge.limits import Limits
from slipring.iam.origin import Origin
from slipring.model.errors.base import ApiError
from slipring.model.errors.edge import too_busy

monotonic = SystemClock.monotonic
"""Tells when a client or a request began and ended; like the event loop's time it is the machine's own."""

logger = logging.getLogger("slipring.edge")


class Tracked(Protocol):
    """A connection, as the traffic sees it."""

    @property
    def waiting(self) -> bool:
        """Whether a request is in flight."""
        ...

    def overdue(self, now: float) -> None:
        """Look at the deadlines, and act on one that has passed."""
        ...

    def drain(self) -> None:
        """Close as soon as nothing is in flight."""
        ...

    def abort(self) -> bool:
        """Close at once. True if a request was in flight."""
        ...


class Traffic:
    """Counts and sweeps the connections of one listener.

    One timer serves all deadlines: a timer per connection would have to be moved at each request.
    """

    def __init__(self, limits: Limits, clients: Clients, each_sweep: Callable[[], None]) -> None:
        self.limits = limits
        self._clients = clients
        self.connections: set[Tracked] = set()
        self.bytes_in_flight = 0
        """Bodies that are being read or acted on: each request that waits adds its own and takes it away again."""
        self.bytes_in_flight_max = limits.bytes_in_flight_max
        """Beyond that requests are refused until some of those in flight are answered."""
        self.draining = False
        self.now = 0.0
        """The time of the last sweep: exact enough for deadlines of seconds."""
        self._accepted = 0
        self._shed_connections = 0
        self._shed_requests = 0
        self._each_sweep = each_sweep
        self._timer: asyncio.TimerHandle | None = None
        self._empty: asyncio.Event = asyncio.Event()

    def start(self) -> None:
        """Begin to sweep, in the running loop."""
        self._sweep(asyncio.get_running_loop())

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def admit(self, connection: Tracked, origin: Origin) -> bool:
        """Count `connection` in, if there is room for it, and for one more of its client."""
        if self.draining:
            return False
        if len(self.connections) >= self.limits.connections_max:
            self._shed_connections += 1
            return False
        if not self._clients.enter(origin, monotonic()):
            return False
        self._accepted += 1
        self.connections.add(connection)
        return True

    def dismiss(self, connection: Tracked, origin: Origin) -> None:
        """`connection` has ended, admitted or not."""
        if connection in self.connections:
            self.connections.remove(connection)
            self._clients.leave(origin)
        if self.draining and not self.connections:
            self._empty.set()

    def reserve(self, bytes_more: int) -> None:
        """Make room for a body before it is read. Raises ServiceUnavailableException if there is none."""
        if self.bytes_in_flight + bytes_more > self.bytes_in_flight_max:
            raise self.shed()
        self.bytes_in_flight += bytes_more

    def shed(self) -> ApiError:
        """The refusal of a request for which there is no room."""
        self._shed_requests += 1
        return too_busy()

    def samples(self) -> Samples:
        return {
            "slipring_open_connections": single(len(self.connections)),
            "slipring_connections_total": single(self._accepted),
            "slipring_requests_in_flight": single(sum([connection.waiting for connection in self.connections])),
            "slipring_in_flight_bytes": single(self.bytes_in_flight),
            "slipring_shed_connections_total": single(self._shed_connections),
            "slipring_shed_requests_total": single(self._shed_requests),
        }

    async def drain(self, timeout_s: float) -> None:
        """Close every connection: at once the idle ones, the others after their answer or after `timeout_s`."""
        self.draining = True
        for connection in list(self.connections):
            connection.drain()
        if self.connections:
            try:
                # Not wait_for, which in Python 3.11 forgets a cancellation that comes together with the event.
                async with asyncio.timeout(timeout_s):
                    await self._empty.wait()
            except TimeoutError:
                self.abort()

    def abort(self) -> None:
        """Close every connection at once."""
        self.draining = True
        cancelled = sum([connection.abort() for connection in list(self.connections)])
        if cancelled:
            logger.warning("cancelled %d requests that were still in flight", cancelled)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        self.now = monotonic()
        self._timer = loop.call_later(self.limits.sweep_s, self._sweep, loop)
        self._each_sweep()
        self._clients.forget_idle(self.now)
        for connection in list(self.connections):
            connection.overdue(self.now)
