"""One process's load: a selector, some connections, and the rule by which steps are begun.

A *closed* loop begins a step on a connection as soon as the one before is answered, so a slow server is asked less. An
*open* loop begins them at a fixed rate, as independent clients would, and counts each latency from when the step was
due: a server that stalls is charged for everyone who had to wait, not for one ("coordinated omission").
"""

from __future__ import annotations

import select
import selectors
from collections.abc import Callable, Iterator
from time import perf_counter_ns
from typing import NamedTuple

from slipring.bench.connection import Connection
from slipring.bench.endpoint import Endpoint
from slipring.bench.tally import UNANSWERED, Tally

_READ = selectors.EVENT_READ
_WRITE = selectors.EVENT_WRITE

_GRACE_NS = 5_000_000_000
"""How long requests that were begun in time may take after the run's end."""
_TELL_NS = 100_000_000
_WAIT_MAX_S = 0.1


class Prepared(NamedTuple):
    """A step that is signed and ready."""

    kind: str
    request: bytes
    follow: bytes | None
    """A second request, once the first is answered."""


class ClosedLoop:
    """As many steps at a time as there are connections."""

    def __init__(self, endpoint: Endpoint, connections: int, tell: Callable[[int], None]) -> None:
        """`tell` is called now and then with how many steps were answered. Raises OSError if nobody listens."""
        self._tell = tell
        self._selector = selectors.DefaultSelector()
        self._connections = [Connection(endpoint) for _ in range(connections)]
        self._in_flight: set[Connection] = set()
        for each in self._connections:
            self._selector.register(each.socket, _READ, each)

    def close(self) -> None:
        for each in self._connections:
            each.close()
        self._selector.close()

    def run(self, steps: Iterator[Prepared], begin_ns: int, until_ns: int) -> Tally:
        """Begin steps until none is left or the time is over, and wait for their answers. Raises OSError."""
        self._steps = steps
        self._until_ns = until_ns
        self._tally = tally = Tally()
        tally.begun_ns = tally.ended_ns = begin_ns
        for each in self._connections:
            each.received_bytes = 0
        self._begin(begin_ns)
        self._work(until_ns + _GRACE_NS)
        self._abandon()
        tally.received_bytes = sum(each.received_bytes for each in self._connections)
        return tally

    def _begin(self, begin_ns: int) -> None:
        now_ns = perf_counter_ns()
        for each in self._connections:
            self._next(each, now_ns)

    def _work(self, give_up_ns: int) -> None:
        tell_ns = 0
        while self._unfinished():
            for key, events in self._ready():
                self._serve(key.data, events)
            now_ns = perf_counter_ns()
            if now_ns > tell_ns:
                tell_ns = now_ns + _TELL_NS
                self._tell(self._tally.answered())
                if now_ns > give_up_ns:
                    return

    def _unfinished(self) -> bool:
        return bool(self._in_flight)

    def _ready(self) -> list[tuple[selectors.SelectorKey, int]]:
        return self._selector.select(_WAIT_MAX_S)

    def _serve(self, connection: Connection, events: int) -> None:
        try:
            if events & _WRITE:
                connection.flush()
                self._watch(connection)
            if events & _READ and connection.receive():
                self._answered(connection)
        except ConnectionError:
            self._lost(connection)

    def _answered(self, connection: Connection) -> None:
        now_ns = perf_counter_ns()
        tally = self._tally
        if not connection.ok:
            tally.errors[connection.error()] += 1
            connection.follow = None
        elif connection.follow is not None:
            request, connection.follow = connection.follow, None
            self._send(connection, request)
            return
        else:
            tally.latencies[connection.kind].record(now_ns - connection.begun_ns)
        tally.ended_ns = now_ns
        self._next(connection, now_ns)

    def _next(self, connection: Connection, now_ns: int) -> None:
        """A connection is free."""
        if now_ns < self._until_ns:
            self._start(connection, now_ns)
        else:
            self._in_flight.discard(connection)

    def _start(self, connection: Connection, begun_ns: int) -> bool:
        """Begin the next step; false if there is none."""
        step = next(self._steps, None)
        if step is None:
            self._in_flight.discard(connection)
            return False
        connection.kind, request, connection.follow = step
        connection.begun_ns = begun_ns
        self._in_flight.add(connection)
        self._tally.sent += 1
        self._send(connection, request)
        return True

    def _send(self, connection: Connection, request: bytes) -> None:
        try:
            connection.send(request)
        except ConnectionError:
            self._lost(connection)
        else:
            if connection.unsent is not None:
                self._watch(connection)

    def _watch(self, connection: Connection) -> None:
        self._selector.modify(connection.socket, _READ if connection.unsent is None else _READ | _WRITE, connection)

    def _lost(self, connection: Connection) -> None:
        """The server closed the connection, as some do after each answer: go on with another."""
        self._tally.reconnects += 1
        self._selector.unregister(connection.socket)
        sent = self._revive(connection)
        self._selector.register(connection.socket, _READ, connection)
        if not sent:
            self._tally.errors["ConnectionClosed"] += 1
            self._next(connection, perf_counter_ns())
        elif connection.unsent is not None:
            self._watch(connection)

    def _revive(self, connection: Connection) -> bool:
        """Connect anew; false if the request in flight is given up. Raises OSError if nobody listens any more."""
        if connection not in self._in_flight:
            connection.reopen()
            return True
        try:
            return connection.resend()
        except (BrokenPipeError, ConnectionResetError):
            connection.reopen()
            return False

    def _abandon(self) -> None:
        """Give up what was not answered. It counts as a latency too, or giving up would look like speed."""
        now_ns = perf_counter_ns()
        for connection in self._in_flight:
            self._give_up(now_ns - connection.begun_ns)
            self._selector.unregister(connection.socket)
            connection.reopen()
            self._selector.register(connection.socket, _READ, connection)
        self._in_flight.clear()

    def _give_up(self, waited_ns: int) -> None:
        self._tally.errors[UNANSWERED] += 1
        self._tally.unanswered.record(waited_ns)


class OpenLoop(ClosedLoop):
    """A step each `interval_ns`, on whatever connection is free; if none is, on the first that will be."""

    def __init__(self, endpoint: Endpoint, connections: int, tell: Callable[[int], None], interval_ns: float) -> None:
        super().__init__(endpoint, connections, tell)
        self._interval_ns = interval_ns

    def _begin(self, begin_ns: int) -> None:
        self._begin_ns = begin_ns
        self._count = 0
        self._due_ns = begin_ns
        self._free = list(self._connections)

    def _unfinished(self) -> bool:
        return bool(self._in_flight) or self._due_ns < self._until_ns

    def _ready(self) -> list[tuple[selectors.SelectorKey, int]]:
        now_ns = perf_counter_ns()
        while self._free and self._due_ns <= now_ns and self._due_ns < self._until_ns:
            self._start_due(self._free.pop())
        wait_s = _WAIT_MAX_S
        if self._free and self._due_ns < self._until_ns:
            wait_s = min(wait_s, max(0.0, (self._due_ns - perf_counter_ns()) / 1e9))
        # Unlike a selector's own, this timeout is not rounded up to a millisecond.
        select.select([self._selector], [], [], wait_s)
        return self._selector.select(0)

    def _next(self, connection: Connection, now_ns: int) -> None:
        if self._due_ns <= now_ns and self._due_ns < self._until_ns:
            self._start_due(connection)
        else:
            self._in_flight.discard(connection)
            self._free.append(connection)

    def _start_due(self, connection: Connection) -> None:
        due_ns = self._due_ns
        self._count += 1
        self._due_ns = self._begin_ns + int(self._count * self._interval_ns)
        if not self._start(connection, due_ns):
            self._due_ns = self._until_ns
            self._free.append(connection)

    def _abandon(self) -> None:
        super()._abandon()
        # What was due and never begun waited as well.
        now_ns = perf_counter_ns()
        while self._due_ns < self._until_ns:
            self._give_up(now_ns - self._due_ns)
            self._count += 1
            self._due_ns = self._begin_ns + int(self._count * self._interval_ns)
