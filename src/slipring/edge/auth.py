"""Who asks: the credential of a Signature Version 4 request, believed as it stands.

Any access key, secret and session token is welcome; `edge.verification` verifies. Either finds the request as it was
sent: the raw method, URL, headers and body, the latter as a signature covers it.
"""

from __future__ import annotations

from collections.abc import Callable

from slipring.edge.authorization import presented
from slipring.edge.limits import CACHED_MAX
from slipring.edge.request import Request
from slipring.iam.caller import Caller, account_of
from slipring.iam.isolation import Isolation

Authenticate = Callable[[Request], Caller]
"""Tells whose a whole request is; raises an `ApiError` to refuse it."""

SIGNATURE_LENGTH = 64
"""A signature is 32 bytes in hex, and clients put it last."""


class TrustingAuthenticator:
    """Believes every credential. Callers are cached by everything of the header but its signature."""

    __slots__ = ("_callers", "_isolation", "_last", "_last_host", "_last_unsigned")

    def __init__(self, isolation: Isolation | None = None) -> None:
        self._isolation = isolation or Isolation()
        self._callers: dict[tuple[bytes, bytes], Caller] = {}
        # Most requests come from the same client as the one before.
        self._last_unsigned = self._last_host = b""
        self._last = Caller("", "", "", "")

    def identify(self, request: Request) -> Caller:
        """Raises MissingAuthenticationToken-, IncompleteSignature- and InvalidSignatureException."""
        headers = request.headers
        shape = request.shape
        host = headers.get(shape.host, b"")
        unsigned = headers.get(shape.authorization, b"")[:-SIGNATURE_LENGTH]
        if unsigned and shape.dated and request.url == b"/":
            if unsigned == self._last_unsigned and host == self._last_host:
                return self._last
            caller = self._callers.get((unsigned, host))
            if caller is not None:
                self._last, self._last_unsigned, self._last_host = caller, unsigned, host
                return caller
        return self._read(request, unsigned, host)

    def _read(self, request: Request, unsigned: bytes, host: bytes) -> Caller:
        found = presented(request)
        account = account_of(found.access_key)
        # llhttp leaves blanks at the end of a value.
        caller = Caller(
            found.access_key,
            found.region,
            account,
            host.decode("latin-1").strip(),
            self._isolation.namespace(account, found.region),
        )
        if found.query is None and unsigned.endswith(b"Signature="):
            if len(self._callers) >= CACHED_MAX:
                self._callers.clear()
            self._callers[unsigned, host] = caller
        return caller
