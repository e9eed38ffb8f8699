"""A request as it is read, and the shape of its headers.

httptools calls back for every piece it finds. The callbacks here are bound C methods wherever one fits, because a
Python frame per header would cost more than all that is done with the headers: names are looked up once per *shape*
(the sequence of header names a client sends, the same for all its requests), not once per request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slipring.admin.meters import Meter
from slipring.edge.limits import BODY_PARTS_MAX, CACHED_MAX
from slipring.iam.caller import Caller
from slipring.iam.origin import NOWHERE, Origin

REPEATED = b"\x00"
"""Stands in a repeated header's key behind its name; no name holds one, as llhttp refuses it."""

ABSENT = b""
"""Stands for the name of a header that a shape does not have; no header is named so."""


class Shape:
    """How one client spells the headers that matter here."""

    __slots__ = (
        "accept_encoding",
        "authorization",
        "content_encoding",
        "content_length",
        "content_type",
        "dated",
        "expect",
        "host",
        "kept",
        "moment",
        "names",
        "origin",
        "spelled",
        "target",
        "token",
        "upgrade",
        "user_agent",
    )

    def __init__(self, names: tuple[bytes, ...], *, kept: bool = False) -> None:
        self.names = names
        self.kept = kept
        """Whether requests of this shape share it, so that more can be kept by it."""
        spelled = {name.lower(): name for name in reversed(names)}
        self.spelled = spelled
        """The names as they came, by their lower-case form."""
        self.target = spelled.get(b"x-amz-target", ABSENT)
        self.content_type = spelled.get(b"content-type", ABSENT)
        self.content_length = spelled.get(b"content-length", ABSENT)
        self.content_encoding = spelled.get(b"content-encoding")
        self.accept_encoding = spelled.get(b"accept-encoding", ABSENT)
        self.authorization = spelled.get(b"authorization", ABSENT)
        self.host = spelled.get(b"host", ABSENT)
        self.origin = spelled.get(b"origin")
        self.expect = spelled.get(b"expect")
        self.upgrade = spelled.get(b"upgrade")
        self.token = spelled.get(b"x-amz-security-token", ABSENT)
        self.user_agent = spelled.get(b"user-agent", ABSENT)
        self.moment = spelled.get(b"x-amz-date", ABSENT)
        self.dated = b"x-amz-date" in spelled or b"date" in spelled


_CACHED_NAMES_MAX = 64
_CACHED_NAMES_BYTES_MAX = 2048
"""What an SDK sends is far below. A larger shape is not kept, so that the cache cannot be made to fill the memory."""

_shapes: dict[tuple[bytes, ...], Shape] = {}


def _learn(names: tuple[bytes, ...]) -> Shape:
    if len(names) > _CACHED_NAMES_MAX or sum(map(len, names)) > _CACHED_NAMES_BYTES_MAX:
        return Shape(names)
    if len(_shapes) >= CACHED_MAX:
        _shapes.clear()
    shape = _shapes[names] = Shape(names, kept=True)
    return shape


NO_SHAPE = Shape(())

_NOBODY = Caller("", "", "", "")


def header_name(key: bytes) -> str:
    """The name, in lower case, of a header that is kept under `key`."""
    return key.partition(REPEATED)[0].lower().decode("latin-1")


def _keeping_repeated(headers: dict[bytes, bytes]) -> Callable[[bytes, bytes], object]:
    def on_header(name: bytes, value: bytes) -> None:
        if name in headers:
            name = b"%b%b%d" % (name, REPEATED, len(headers))
        headers[name] = value

    return on_header


class Entry:
    """What is noted of a request for the audit log."""

    __slots__ = ("access_key", "action", "body", "caller", "coding")

    def __init__(self) -> None:
        self.access_key = ""
        """As the request names it, whether it is believed or not."""
        self.caller: Caller | None = None
        self.action = ""
        """Of the query protocol, which has no operations."""
        self.body = b""
        self.coding: bytes | None = None


class Request:
    """What has been read of a request. A connection fills the same one again and again.

    Of a header that is repeated the first counts. For a signature the others may have to be kept: then they are among
    the headers too, under keys that are no names (`REPEATED`), and so make a shape of their own. Trailers come after
    the shape is taken, so they add nothing.
    """

    __slots__ = (
        "body_parts",
        "caller",
        "certificate",
        "complete_head",
        "entry",
        "headers",
        "keep_alive",
        "meter",
        "method",
        "on_body",
        "on_header",
        "on_message_complete",
        "on_url",
        "origin",
        "plan",
        "shape",
        "spill",
        "url",
        "url_parts",
    )

    def __init__(self, on_message_complete: Callable[[], None], meter: Meter, *, keeps_repeated: bool = False) -> None:
        """`meter` is the one for requests that name no operation. `keeps_repeated` says whether repeated headers are
        kept, which takes a Python frame per header: some 0.3 µs a request."""
        self.meter = meter
        """Its operation's, once the request is routed."""
        self.certificate: Mapping[str, Any] | None = None
        """The client's, which a handshake verified; it stays from request to request."""
        self.headers: dict[bytes, bytes] = {}
        self.url_parts: list[bytes] = []
        self.body_parts: list[bytes] = []
        self.spill = bytearray()
        """The first part of a body that came in very many parts."""
        self.on_url = self.url_parts.append
        self.on_header = _keeping_repeated(self.headers) if keeps_repeated else self.headers.setdefault
        self.on_body = self.body_parts.append
        self.on_message_complete = on_message_complete
        self.complete_head = False
        self.entry: Entry | None = None
        """None unless there is an audit log."""
        self.origin: Origin = NOWHERE
        """The client's end of the connection; it stays from request to request."""
        self.plan: object = None
        """How the last request that was verified quickly was verified."""
        self.caller = _NOBODY
        """Who the plan says it is, from here."""
        self.shape = NO_SHAPE
        self.method = b""
        self.url = b""
        self.keep_alive = True

    def on_headers_complete(self) -> None:
        self.complete_head = True
        names = tuple(self.headers)
        self.shape = _shapes.get(names) or _learn(names)

    def header(self, name: bytes) -> bytes | None:
        """The value of a header, by its lower-case name."""
        return self.headers.get(self.shape.spelled.get(name, ABSENT))

    def values(self) -> dict[str, list[bytes]]:
        """The values of all headers, in the order in which they came, by lower-case name."""
        found: dict[str, list[bytes]] = {}
        for key in self.shape.names:
            found.setdefault(header_name(key), []).append(self.headers[key])
        return found

    def body(self) -> bytes:
        """The body as it was sent."""
        parts = self.body_parts
        if len(parts) == 1 and not self.spill:
            return parts[0]
        return b"".join([self.spill, *parts])

    def body_bytes(self) -> int:
        """How much of the body is there."""
        return len(self.spill) + sum(map(len, self.body_parts))

    def compact(self) -> None:
        """Put the parts of an unfinished body together if there are many: a part costs more than a few bytes."""
        if len(self.body_parts) > BODY_PARTS_MAX:
            self.spill += b"".join(self.body_parts)
            self.body_parts.clear()

    def begun(self) -> bool:
        """Whether some of the request has been seen."""
        return bool(self.url_parts)

    def head_without_upgrade(self, method: bytes) -> bytes:
        """The head as it would have come from a client that does not offer another protocol."""
        lines = [b"%b %b HTTP/1.1" % (method, b"".join(self.url_parts))]
        lines += [
            b"%b: %b" % (name.partition(REPEATED)[0], value)
            for name, value in self.headers.items()
            if name.partition(REPEATED)[0].lower() not in (b"upgrade", b"connection", b"http2-settings")
        ]
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def reset(self) -> None:
        """Forget the request: the next one begins."""
        self.complete_head = False
        self.headers.clear()
        self.url_parts.clear()
        self.body_parts.clear()
        if self.spill:
            self.spill = bytearray()

    def detached(self) -> Request:
        """A copy that outlives `reset`, for a request that must wait its turn."""
        copy = Request(self.on_message_complete, self.meter)
        copy.headers.update(self.headers)
        copy.body_parts.append(self.body())
        copy.entry = self.entry
        copy.origin = self.origin
        copy.certificate = self.certificate
        copy.shape, copy.method, copy.url, copy.keep_alive = self.shape, self.method, self.url, self.keep_alive
        return copy
