"""Counts TLS handshakes that fail.

A connection whose handshake fails never comes to be one here: the event loop drops it and says so to nobody. So what
shakes hands is watched itself.
"""

from __future__ import annotations

import ssl
from collections import deque

from slipring.admin.samples import Samples, by_label

UNFINISHED = "UNFINISHED"
"""In place of OpenSSL's reason: the client left in the midst of it, or took too long."""

_GRACE_S = 2.0
"""The loop's own limit on a handshake runs out before one is given up here."""


class _Span:
    """Handshakes that began at about the same time."""

    __slots__ = ("began_s", "open")

    def __init__(self, began_s: float) -> None:
        self.began_s = began_s
        self.open = 0


class Handshakes:
    """Of one listener."""

    def __init__(self, timeout_s: float, now_s: float) -> None:
        """No handshake is let go on for longer than `timeout_s`. Times are those of `follow`."""
        self._given_up_after_s = timeout_s + _GRACE_S
        self._spans = deque([_Span(now_s)])
        self._failures: dict[str, int] = {}

    def watch(self, context: ssl.SSLContext) -> None:
        """Count those with `context`."""
        handshakes = self

        class Watched(ssl.SSLObject):
            _span: _Span | None = None

            def do_handshake(self) -> None:
                span = self._span
                if span is None:
                    span = self._span = handshakes.begun()
                try:
                    super().do_handshake()
                except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    raise
                except ssl.SSLError as error:
                    span.open -= 1
                    handshakes.failed(error.reason or UNFINISHED)
                    raise
                span.open -= 1

        context.sslobject_class = Watched

    def begun(self) -> _Span:
        span = self._spans[-1]
        span.open += 1
        return span

    def failed(self, reason: str, count: int = 1) -> None:
        self._failures[reason] = self._failures.get(reason, 0) + count

    def follow(self, now_s: float) -> None:
        """To be called about once a second: count those that have had their time."""
        while self._spans and now_s - self._spans[0].began_s > self._given_up_after_s:
            left = self._spans.popleft().open
            if left:
                self.failed(UNFINISHED, left)
        self._spans.append(_Span(now_s))

    def samples(self) -> Samples:
        return {"slipring_failed_handshakes_total": by_label(self._failures)}
