"""One connection: reads requests, has them answered one at a time and in order."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import cast

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpRequestParser

from slipring.edge.answering import Answering
from slipring.edge.framing import Framer
from slipring.edge.intake import Intake
from slipring.edge.request import Request
from slipring.edge.routes import Routes
from slipring.edge.traffic import Traffic
from slipring.iam.origin import Origin
from slipring.model.errors.base import ApiError
from slipring.model.errors.edge import malformed_request, request_timed_out, too_busy

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection(Answering):
    """A client's connection.

    While it is blocked, requests that arrive wait in a queue, and reading stops with the first of them.
    """

    __slots__ = ("_intake", "_parser", "_queue", "_reading_paused")

    def __init__(self, routes: Routes, framer: Framer, traffic: Traffic) -> None:
        super().__init__(routes, framer, traffic)
        self._request = Request(self.on_message_complete, routes.no_meter, keeps_repeated=routes.keeps_repeated)
        self._parser = HttpRequestParser(self._request)
        self._queue: deque[Request | BaseException] = deque()
        self._intake: Intake | None = None
        self._reading_paused = False

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._request.origin = Origin(transport.get_extra_info("peername"))
        self._request.certificate = transport.get_extra_info("peercert")
        if not self._traffic.admit(self, self._request.origin):
            self._refuse(too_busy())
            self._close()

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            self._ignore_upgrade(data[upgrade.args[0] :])
        except HttpParserCallbackError as error:
            self._refuse(error.__context__ or error)
        except HttpParserError as error:
            self._refuse(malformed_request(str(error)))
        else:
            if self._request.url_parts:
                self._await_more(len(data))

    def eof_received(self) -> bool:
        """The client sends no more; true keeps the connection until it has its answer."""
        if self._request.begun() and not self._deaf:
            self._refuse(malformed_request("it ended early"))
        self._deaf = True
        # TLS ends in both directions at once.
        return self._blocked and not self._closed and self._transport.can_write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed = self._deaf = True
        self._queue.clear()
        if self._suspended is None:
            self._depart()

    def pause_writing(self) -> None:
        self._write_paused = self._blocked = True
        self._since = self._traffic.now
        self._pause_reading()

    def resume_writing(self) -> None:
        self._write_paused = False
        self._since = self._traffic.now
        if self._suspended is None:
            self._go_on()

    # Reading.

    def on_message_complete(self) -> None:
        """The parser has read a whole request."""
        request = self._request
        parser = self._parser
        if self._deaf or (request.shape.upgrade is not None and parser.should_upgrade()):
            return
        parts = request.url_parts
        request.url = parts[0] if len(parts) == 1 else b"".join(parts)
        request.method = parser.get_method()
        request.keep_alive = keep_alive = parser.should_keep_alive()
        if not keep_alive:
            self._deaf = True
        if self._intake is not None and not self._take_in(self._intake):
            return
        if self._blocked:
            self._queue.append(request.detached())
            self._pause_reading()
        else:
            self._serve(request)
        request.reset()

    def _await_more(self, data_bytes: int) -> None:
        """A request is here in part."""
        intake = self._intake
        if intake is None:
            intake = self._intake = Intake(self._request, self._traffic)
            # Other requests may have come in the same piece, so it is not counted; a read is bounded anyway.
            data_bytes = 0
        try:
            intake.grow(data_bytes)
        except ApiError as error:
            self._refuse(error)
        else:
            if intake.awaits_continue and not self._blocked:
                intake.awaits_continue = False
                self._transport.write(_CONTINUE)

    def _take_in(self, intake: Intake) -> bool:
        """The rest of an unfinished request came. False if it is refused after all."""
        try:
            intake.grow(0)
        except ApiError as error:
            self._refuse(error)
            return False
        self._end_intake()
        return True

    def _end_intake(self) -> None:
        if self._intake is not None:
            self._held_bytes += self._intake.reserved_bytes
            self._intake = None

    def _refuse(self, error: BaseException) -> None:
        """Answer with `error`, in turn, and read no further request."""
        self._deaf = True
        self._end_intake()
        if self._blocked:
            self._queue.append(error)
        else:
            self._answer_refused(error)

    def _ignore_upgrade(self, rest: bytes) -> None:
        """Serve a request that offered to change to another protocol as if it had not.

        Java's own client offers h2c with every request. The parser then takes the body for the other protocol's, so
        the request is read again without the offer.
        """
        request = self._request
        if request.shape.upgrade is None:
            # A CONNECT. It is answered already, and what follows it is no HTTP.
            self._deaf = True
            if not self._blocked:
                self._close()
            return
        head = request.head_without_upgrade(self._parser.get_method())
        request.reset()
        self._parser = HttpRequestParser(request)
        self.data_received(head + rest)

    def _go_on(self) -> None:
        """Serve what waits in the queue, then read on."""
        self._blocked = self._write_paused
        while self._queue and not self._blocked and not self._closed:
            waiting = self._queue.popleft()
            if isinstance(waiting, Request):
                self._serve(waiting)
            else:
                self._answer_refused(waiting)
        if self._blocked or self._closed:
            return
        if self._deaf and not self._lingering:
            self._close()
            return
        if self._reading_paused:
            self._resume_reading()
        if self._intake is not None and self._intake.awaits_continue:
            self._intake.awaits_continue = False
            self._transport.write(_CONTINUE)

    def _pause_reading(self) -> None:
        if not self._reading_paused and not self._closed:
            self._reading_paused = True
            self._transport.pause_reading()

    def _resume_reading(self) -> None:
        if self._reading_paused and not self._closed:
            self._reading_paused = False
            self._transport.resume_reading()

    # Ending.

    @property
    def waiting(self) -> bool:
        return self._suspended is not None

    def overdue(self, now: float) -> None:
        limits = self._traffic.limits
        waited_s = now - self._since
        if self._closed or self._write_paused:
            if waited_s > limits.write_timeout_s:
                self._transport.abort()
        elif self._suspended is not None:
            return
        elif self._lingering:
            if waited_s > limits.linger_s:
                self._close()
        elif self._intake is not None:
            if self._intake.overdue(now, limits):
                self._refuse(request_timed_out())
        elif waited_s > limits.idle_timeout_s:
            self._close()

    def drain(self) -> None:
        self._draining = True
        self._keep_alive = False
        if not self._request.begun():
            self._deaf = True
            if not self._blocked:
                self._close()

    def abort(self) -> bool:
        suspended = self._suspended
        self._closed = self._deaf = True
        self._transport.abort()
        if suspended is not None:
            suspended.throw(asyncio.CancelledError())
        return suspended is not None

    def _depart(self) -> None:
        # Request, parser and connection refer to each other, and the collector comes by too seldom to let megabytes
        # of an unfinished body wait for it.
        self._request.reset()
        self._end_intake()
        self._release()
        self._traffic.dismiss(self, self._request.origin)
