"""Responses as they go over the wire.

The head of an ordinary answer is one template, rendered once a second with the date; what is left for each request is
its id, the checksum and the length.
"""

from __future__ import annotations

from email.utils import formatdate
from http import HTTPStatus
from typing import NamedTuple

from isal.isal_zlib import crc32

from slipring.clock import Clock, Ids

JSON = b"application/x-amz-json-1.0"

_PREFIX_LENGTH = 36
_COUNT_FIRST = 10**15
"""Sixteen digits from the first id on: with the prefix, the service's 52 characters."""

_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}


class Page(NamedTuple):
    """A response that is not an operation's answer."""

    status: int
    body: bytes = b""
    content_type: bytes | None = None
    headers: bytes = b""
    """Further header lines, each ended."""


class Framer:
    """Frames the responses of one process."""

    __slots__ = ("_clock", "_count", "_date", "_ordinary", "_prefix")

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._prefix = ids.request_id()[:_PREFIX_LENGTH].encode()
        self._count = _COUNT_FIRST
        self.refresh_date()

    def refresh_date(self) -> None:
        """Renew the Date header; to be called once a second. It tells the machine's time, by which
        SDKs set their clocks."""
        self._date = formatdate(self._clock.machine_now(), usegmt=True).encode()
        self._ordinary = (
            b"HTTP/1.1 200 OK\r\nDate: %b\r\nContent-Type: %b\r\nConnection: keep-alive\r\nx-amzn-RequestId: %b"
            % (self._date, JSON, self._prefix)
        )

    def request_id(self) -> bytes:
        """A new id: a random prefix of the process and a count, which is all that telling requests apart needs."""
        self._count += 1
        return self.last_id()

    def last_id(self) -> bytes:
        """The id that was given out last."""
        return b"%b%d" % (self._prefix, self._count)

    def ordinary(self, body: bytes) -> bytes:
        """An operation's answer on a connection that stays open."""
        self._count = count = self._count + 1
        return b"%b%d\r\nx-amz-crc32: %d\r\nContent-Length: %d\r\n\r\n%b" % (
            self._ordinary,
            count,
            crc32(body),
            len(body),
            body,
        )

    def head(self, page: Page, request_id: bytes, *, keep_alive: bool) -> bytes:
        """Everything of a response but its body.

        The checksum is over the body as it is sent, that is, after compression.
        """
        content_type = b"" if page.content_type is None else b"Content-Type: %b\r\n" % page.content_type
        return (
            b"%bDate: %b\r\n%bConnection: %b\r\nx-amzn-RequestId: %b\r\nx-amz-crc32: %d\r\n%bContent-Length: %d\r\n\r\n"
            % (
                _STATUS_LINES[page.status],
                self._date,
                content_type,
                b"keep-alive" if keep_alive else b"close",
                request_id,
                crc32(page.body),
                page.headers,
                len(page.body),
            )
        )
