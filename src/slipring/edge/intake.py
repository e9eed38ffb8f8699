"""A request that did not arrive in one piece: what is checked while the rest is awaited."""

from __future__ import annotations

from slipring.edge.limits import BODY_BYTES_MAX, HEAD_BYTES_MAX, Limits
from slipring.edge.request import Request
from slipring.edge.traffic import Traffic
from slipring.model.errors.edge import body_too_large, headers_too_large


class Intake:
    """The bounds on one unfinished request. Nothing here runs for a request that comes whole, as most do."""

    __slots__ = ("_body_since", "_head_bytes", "_request", "_since", "_traffic", "awaits_continue", "reserved_bytes")

    def __init__(self, request: Request, traffic: Traffic) -> None:
        self._request = request
        self._traffic = traffic
        self._since = traffic.now
        self._head_bytes = 0
        self._body_since: float | None = None
        self.awaits_continue = False
        """The client waits for leave to send its body (`Expect: 100-continue`)."""
        self.reserved_bytes = 0

    def grow(self, data_bytes: int) -> None:
        """Another `data_bytes` came and still there is more to come.

        Raises MalformedHttpRequest-, RequestEntityTooLarge- and ServiceUnavailableException.
        """
        request = self._request
        if not request.complete_head:
            self._head_bytes += data_bytes
            if self._head_bytes > HEAD_BYTES_MAX:
                raise headers_too_large(HEAD_BYTES_MAX)
            return
        expected_bytes = request.body_bytes()
        if self._body_since is None:
            self._body_since = self._traffic.now
            self.awaits_continue = request.shape.expect is not None
            # The length is refused before the body is read, and before room is made for it.
            expected_bytes = max(expected_bytes, int(request.headers.get(request.shape.content_length, b"0")))
        if expected_bytes > BODY_BYTES_MAX:
            raise body_too_large(BODY_BYTES_MAX)
        if expected_bytes > self.reserved_bytes:
            self._traffic.reserve(expected_bytes - self.reserved_bytes)
            self.reserved_bytes = expected_bytes
        request.compact()

    def overdue(self, now: float, limits: Limits) -> bool:
        """Whether the client has had its time. Sending slowly buys none."""
        if self._body_since is None:
            return now - self._since > limits.head_timeout_s
        return now - self._body_since > limits.body_timeout_s
