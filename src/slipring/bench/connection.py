"""One kept-alive connection: sends prepared requests and finds where an answer ends, and no more."""

from __future__ import annotations

import ssl

from slipring.bench.control import error_code
from slipring.bench.endpoint import Endpoint

_buffer = bytearray(256 * 1024)
"""What was received last, by whichever connection; each looks at it at once and keeps what it needs."""
_view = memoryview(_buffer)

_WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

_LENGTH_NAMES = (b"\r\nContent-Length: ", b"\r\ncontent-length: ", b"\r\nContent-Length:")
_CHUNKED_NAMES = (b"\r\nTransfer-Encoding: chunked", b"\r\ntransfer-encoding: chunked")
_LAST_CHUNK = b"\r\n0\r\n\r\n"

_HEAD = -1
_LAST_CHUNKS = -2
"""Special counts of missing bytes: the head is not whole yet; the body comes in chunks of unknown length."""

_RESENT_MAX = 3


class BadAnswer(Exception):
    """What came is not an HTTP answer that this client understands."""


class Connection:
    """A connection with at most one request in flight."""

    __slots__ = (
        "_body",
        "_endpoint",
        "_length_name",
        "_missing_bytes",
        "_part",
        "_receive_into",
        "_request",
        "_resent",
        "_send",
        "begun_ns",
        "follow",
        "kind",
        "ok",
        "received_bytes",
        "socket",
        "status",
        "unsent",
    )

    def __init__(self, endpoint: Endpoint) -> None:
        """Raises OSError if there is nobody at the endpoint."""
        self._endpoint = endpoint
        self._length_name = _LENGTH_NAMES[0]
        self.received_bytes = 0
        self.begun_ns = 0
        self.kind = ""
        """Which kind of step is in flight."""
        self.follow: bytes | None = None
        """The request to send once this one is answered, as part of the same step."""
        self.ok = False
        self.status = 0
        self._request = b""
        self._resent = 0
        self._open()

    def reopen(self) -> None:
        """Connect anew. Raises OSError."""
        self.close()
        self._open()

    def _open(self) -> None:
        self.socket = self._endpoint.connect()
        self._send = self.socket.send
        self._receive_into = self.socket.recv_into
        self._forget()

    def close(self) -> None:
        self.socket.close()

    def send(self, request: bytes) -> None:
        """Send a request; `unsent` holds what the network does not take yet. Raises ConnectionError."""
        self._request = request
        self._resent = 0
        self._forget()
        self._write(request)

    def flush(self) -> None:
        """Send on. Raises ConnectionError."""
        if self.unsent is not None:
            self._write(self.unsent)

    def resend(self) -> bool:
        """Connect anew and send the request once more; false if that was done often enough. Raises OSError."""
        self.reopen()
        if self._resent == _RESENT_MAX:
            return False
        self._resent += 1
        self._write(self._request)
        return True

    def receive(self) -> bool:
        """Take in what came; true once the answer is whole. Raises ConnectionError and BadAnswer."""
        whole = self._take_in()
        if self._endpoint.tls:
            # What TLS has decrypted already does not show on the socket.
            while not whole and isinstance(self.socket, ssl.SSLSocket) and self.socket.pending():
                whole = self._take_in()
        return whole

    def error(self) -> str:
        """The code of the error that was answered."""
        return error_code(self.status, self._body)

    def _forget(self) -> None:
        self._missing_bytes = _HEAD
        self._part = self._body = b""
        self.unsent: memoryview | None = None

    def _write(self, data: bytes | memoryview) -> None:
        try:
            sent = self._send(data)
        except _WOULD_BLOCK:
            sent = 0
        self.unsent = None if sent == len(data) else memoryview(data)[sent:]

    def _take_in(self) -> bool:
        try:
            count = self._receive_into(_buffer)
        except _WOULD_BLOCK:
            return False
        if not count:
            raise ConnectionResetError("the server closed the connection")
        self.received_bytes += count
        missing_bytes = self._missing_bytes
        if missing_bytes == _HEAD:
            return self._read_head(count)
        if not self.ok:
            self._body += _view[:count]
        if missing_bytes == _LAST_CHUNKS:
            return self._end_of_chunks(bytes(_view[:count]))
        self._missing_bytes = missing_bytes - count
        return missing_bytes <= count

    def _read_head(self, count: int) -> bool:
        data: bytes | bytearray = _buffer
        if self._part:
            data = self._part + _view[:count]
            count = len(data)
        end = data.find(b"\r\n\r\n", 0, count)
        if end < 0:
            self._part = bytes(data[:count])
            return False
        self.ok = data.startswith(b"HTTP/1.1 200")
        if not self.ok:
            self._refused(bytes(data[:end]), bytes(data[end + 4 : count]))
        at = data.find(self._length_name, 0, end)
        if at < 0:
            return self._read_other_head(bytes(data[:count]), end)
        at += len(self._length_name)
        stop = data.find(b"\r\n", at, end + 2)
        missing_bytes = self._missing_bytes = end + 4 + int(data[at:stop]) - count
        return missing_bytes <= 0

    def _refused(self, head: bytes, body: bytes) -> None:
        version, _, rest = head.partition(b" ")
        if not version.startswith(b"HTTP/1.") or not rest[:3].isdigit():
            raise BadAnswer(f"not an HTTP answer: {head[:80]!r}")
        self.status = int(rest[:3])
        self.ok = self.status == 200
        self._body = body

    def _read_other_head(self, data: bytes, end: int) -> bool:
        """A head that does not give its length as the one before did."""
        head = data[: end + 2]
        if any(name in head for name in _CHUNKED_NAMES):
            self._missing_bytes = _LAST_CHUNKS
            self._part = b""
            # The head's own end serves as the line end before a first chunk of no bytes.
            return self._end_of_chunks(data[end + 2 :])
        for name in _LENGTH_NAMES:
            if name in head:
                self._length_name = name
                at = head.index(name) + len(name)
                self._missing_bytes = end + 4 + int(head[at : head.index(b"\r\n", at)]) - len(data)
                return self._missing_bytes <= 0
        raise BadAnswer(f"an answer of unknown length: {head[:400]!r}")

    def _end_of_chunks(self, data: bytes) -> bool:
        """Whether the last chunk has come. JSON has no bare line ends, so nothing else looks like it."""
        tail = self._part + data
        self._part = tail[-len(_LAST_CHUNK) + 1 :]
        return tail.endswith(_LAST_CHUNK)
