"""The audit log: one line of JSON for each request to an API. Who, what, on which resources, with what outcome.

Secrets, keys of items and items are never in it; nor is the text of a PartiQL statement, which may hold them.
"""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from slipring.admin.metrics import NO_OPERATION
from slipring.clock import Clock
from slipring.edge.auth import Authenticate
from slipring.edge.authorization import presented
from slipring.edge.encoding import decode
from slipring.edge.framing import Framer, Page
from slipring.edge.protocol import Connection
from slipring.edge.request import Entry, Request
from slipring.edge.routes import Routes
from slipring.edge.traffic import Traffic, monotonic
from slipring.iam.caller import Caller
from slipring.model.errors.base import ApiError

logger = logging.getLogger("slipring.audit")

STDERR = "-"
"""In place of a file's name."""

_GZIP_MARK = b"\x1f\x8b"
_CODE = re.compile(rb'(?:"__type":"(?:[^"#]*#)?|<Code>)(\w+)')

_TEXT_CHARACTERS_MAX = 256
"""So much of a text that a client chose stands in a line."""
_ARN_CHARACTERS_MAX = 1024
"""The longest that the service has for an ARN."""


def open_log(place: str) -> BinaryIO:
    """The file that the setting `audit_log` names; lines are added to it. Raises OSError."""
    return sys.stderr.buffer if place == STDERR else Path(place).open("ab", buffering=0)


class Audit:
    """Writes the lines."""

    def __init__(self, log: BinaryIO, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._failed = False

    def close(self) -> None:
        if self._log is not sys.stderr.buffer:
            self._log.close()

    def noting(self, authenticate: Authenticate) -> Authenticate:
        """The same, and it notes in a request's entry who asks what."""

        def identify(request: Request) -> Caller:
            entry = request.entry
            if entry is not None:
                entry.body = request.body()
                entry.coding = request.header(b"content-encoding")
                entry.access_key = _access_key(request)
            caller = authenticate(request)
            if entry is not None:
                entry.caller = caller
            return caller

        return identify

    def write(self, entry: Entry, operation: str, source: str, request_id: bytes, page: Page | None, s: float) -> None:
        """`page` is None for an operation's success; `s` is how long it took, in seconds."""
        operation = entry.action or operation
        if operation == NO_OPERATION and page is not None and page.status < 400:
            # Health, metrics and the like.
            return
        caller = entry.caller
        identity = None if caller is None else caller.identity
        line = {
            "time": datetime.fromtimestamp(self._clock.machine_now(), UTC).isoformat(timespec="milliseconds"),
            "request_id": request_id.decode(),
            "source": source,
            "principal": None if identity is None else identity.principal.arn,
            "access_key": entry.access_key[:_TEXT_CHARACTERS_MAX],
            "region": None if caller is None else caller.region[:_TEXT_CHARACTERS_MAX],
            "operation": operation[:_TEXT_CHARACTERS_MAX],
            "resources": _resources(entry, operation),
            "status": 200 if page is None else page.status,
            "outcome": "ok" if page is None or page.status < 400 else _code(page),
            "ms": round(s * 1000, 3),
        }
        try:
            self._log.write(orjson.dumps(line) + b"\n")
        except OSError as error:
            if not self._failed:
                logger.error("the audit log cannot be written: %s", error)
            self._failed = True
        else:
            self._failed = False


class AuditedConnection(Connection):
    """A connection whose requests are written down."""

    def __init__(self, routes: Routes, framer: Framer, traffic: Traffic, audit: Audit) -> None:
        super().__init__(routes, _NotingFramer(framer, self), traffic)
        self._audit = audit
        self._entry = Entry()

    def _serve(self, request: Request) -> None:
        self._entry = request.entry = Entry()
        super()._serve(request)

    def answered(self, request_id: bytes, page: Page | None) -> None:
        """The request in hand is about to be answered."""
        peer = self._transport.get_extra_info("peername")
        source = str(peer[0]) if isinstance(peer, tuple) else ""
        entry, self._entry = self._entry, Entry()
        self._audit.write(entry, self._meter.operation, source, request_id, page, monotonic() - self._began_s)


class _NotingFramer(Framer):
    """Frames as another does, and tells its connection of every answer."""

    __slots__ = ("_connection", "_framer")

    def __init__(self, framer: Framer, connection: AuditedConnection) -> None:
        self._framer = framer
        self._connection = connection

    def ordinary(self, body: bytes) -> bytes:
        framed = self._framer.ordinary(body)
        self._connection.answered(self._framer.last_id(), None)
        return framed

    def head(self, page: Page, request_id: bytes, *, keep_alive: bool) -> bytes:
        self._connection.answered(request_id, page)
        return self._framer.head(page, request_id, keep_alive=keep_alive)

    def request_id(self) -> bytes:
        return self._framer.request_id()


def _access_key(request: Request) -> str:
    try:
        return presented(request).access_key
    except ApiError:
        return ""


def _resources(entry: Entry, operation: str) -> list[str]:
    """What the operation is on, as policies are asked of it; none if the request cannot be made out."""
    from slipring.operations.access import NEEDS

    if entry.caller is None or operation not in NEEDS:
        return []
    try:
        body = entry.body if entry.coding is None else decode(entry.body, entry.coding)
        request: Any = orjson.loads(body)
        return sorted({need.resource[:_ARN_CHARACTERS_MAX] for need in NEEDS[operation](request, entry.caller)})
    except (ApiError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # It was refused for that.
        return []


def _code(page: Page) -> str:
    """The error's name, in JSON or in the query protocol's XML."""
    body = decode(page.body, b"gzip") if page.body.startswith(_GZIP_MARK) else page.body
    found = _CODE.search(body)
    return f"HTTP {page.status}" if found is None else found[1].decode()
