"""How a connection's requests are answered: one at a time, in order, each measured and framed."""

from __future__ import annotations

import asyncio
from bisect import bisect_left

from slipring.admin.metrics import LATENCY_BOUNDS_S
from slipring.edge.encoding import accepts_gzip, compress
from slipring.edge.failures import api_error
from slipring.edge.framing import JSON, Framer, Page
from slipring.edge.limits import GZIP_BYTES_MIN
from slipring.edge.request import NO_SHAPE, Request
from slipring.edge.routes import ALLOW_ORIGIN, Answer, Routes
from slipring.edge.steps import Suspended, drive
from slipring.edge.traffic import Traffic, monotonic
from slipring.faults.api import ConnectionDropped

_QUICK_S = LATENCY_BOUNDS_S[0]
"""What most reads take."""


class Answering(asyncio.Protocol):
    """The answering half of a connection, which reads in `edge.protocol`.

    While a request is in flight, or the client leaves answers unread, the connection is *blocked*. One that will not
    read another request is *deaf*; a refused one *lingers*, dropping what still comes, because closing at once would
    reset the connection and destroy the refusal on its way.
    """

    __slots__ = (
        "_accept_encoding",
        "_began_s",
        "_blocked",
        "_closed",
        "_deaf",
        "_draining",
        "_framer",
        "_held_bytes",
        "_keep_alive",
        "_lingering",
        "_meter",
        "_method",
        "_request",
        "_routes",
        "_shape",
        "_since",
        "_suspended",
        "_traffic",
        "_transport",
        "_write_paused",
    )

    _request: Request
    """The one that is being read."""
    _transport: asyncio.Transport

    def __init__(self, routes: Routes, framer: Framer, traffic: Traffic) -> None:
        self._routes = routes
        self._framer = framer
        self._traffic = traffic
        self._suspended: Suspended | None = None
        self._held_bytes = 0
        self._since = traffic.now
        self._blocked = self._write_paused = False
        self._deaf = self._lingering = self._draining = self._closed = False
        # How the request in hand is measured, and how it wants its answer.
        self._began_s = 0.0
        self._meter = routes.no_meter
        self._keep_alive = True
        self._method = b""
        self._shape = NO_SHAPE
        self._accept_encoding: bytes | None = None

    def _serve(self, request: Request) -> None:
        self._shape = shape = request.shape
        self._method = request.method
        self._accept_encoding = request.headers.get(shape.accept_encoding)
        self._keep_alive = request.keep_alive and not self._draining
        self._began_s = monotonic()
        try:
            answer = self._routes.route(request)
        except Exception as error:
            self._meter = request.meter
            self.failed(error)
            return
        self._meter = request.meter
        if isinstance(answer, Page):
            self.finished(answer)
        else:
            drive(answer, self)

    def waits(self, suspended: Suspended) -> None:
        self._suspended = suspended
        self._blocked = True
        if not self._held_bytes:
            parts = self._request.body_parts
            self._held_bytes = held_bytes = len(parts[0]) if len(parts) == 1 else self._request.body_bytes()
            self._traffic.bytes_in_flight += held_bytes

    def finished(self, answer: Answer) -> None:
        now_s = monotonic()
        if self._closed:
            self._since = now_s
            self._settle()
            return
        if isinstance(answer, list):
            # A call of the meter would cost as much again, and the search half as much.
            took_s = now_s - self._began_s
            meter = self._meter
            meter.answers[0 if took_s <= _QUICK_S else bisect_left(LATENCY_BOUNDS_S, took_s)] += 1
            meter.seconds += took_s
            body = answer[0] if len(answer) == 1 else b"".join(answer)
            if len(body) <= GZIP_BYTES_MIN and self._keep_alive and self._shape.origin is None:
                self._transport.write(self._framer.ordinary(body))
            else:
                self._send(Page(200, body, JSON), self._framer.request_id())
        else:
            self._send(answer, self._framer.request_id())
        self._since = now_s
        if self._suspended is not None or self._held_bytes:
            self._settle()

    def failed(self, error: BaseException) -> None:
        if isinstance(error, ConnectionDropped):
            self._closed = self._deaf = True
            self._transport.abort()
        if not self._closed:
            request_id = self._framer.request_id()
            refusal = api_error(error, request_id)
            self._meter.failed(refusal)
            self._send(Page(refusal.status, refusal.body(), JSON), request_id)
        self._since = self._traffic.now
        self._settle()

    def _answer_refused(self, error: BaseException) -> None:
        self._meter = self._routes.no_meter
        self._method = b""
        self._shape = NO_SHAPE
        self._keep_alive = False
        self._lingering = True
        self.failed(error)

    def _send(self, page: Page, request_id: bytes) -> None:
        if len(page.body) > GZIP_BYTES_MIN and accepts_gzip(self._accept_encoding):
            page = page._replace(body=compress(page.body), headers=page.headers + b"Content-Encoding: gzip\r\n")
        if self._shape.origin is not None:
            page = page._replace(headers=page.headers + ALLOW_ORIGIN)
        head = self._framer.head(page, request_id, keep_alive=self._keep_alive)
        if self._method == b"HEAD":
            self._transport.write(head)
        else:
            self._transport.writelines((head, page.body))
        if self._lingering:
            self._linger()
        elif not self._keep_alive:
            self._close()

    def _settle(self) -> None:
        """A request is answered: make room for the next."""
        if self._held_bytes:
            self._release()
        if self._suspended is not None:
            self._suspended = None
            if self._closed:
                self._depart()
            else:
                self._go_on()

    def _linger(self) -> None:
        """Wait for the client to go, dropping what it sends."""
        self._resume_reading()
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def _close(self) -> None:
        """Send what is still to be sent, then close."""
        self._closed = self._deaf = True
        self._since = self._traffic.now
        self._transport.close()

    def _release(self) -> None:
        self._traffic.bytes_in_flight -= self._held_bytes
        self._held_bytes = 0

    # The reading half.

    def _go_on(self) -> None:
        """A request is answered: serve what waits, then read on."""
        raise NotImplementedError

    def _resume_reading(self) -> None:
        raise NotImplementedError

    def _depart(self) -> None:
        """The client is gone, and nothing waits for it any more."""
        raise NotImplementedError
