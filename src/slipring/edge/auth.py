"""Who asks: the credential of a Signature Version 4 request, in its header or in its query.

Nothing is verified here: any access key, secret and session token is welcome. Verification is another `Authenticate`
with the same signature: at the time of the call the request still holds the raw method, URL, headers and body, the
latter as it was sent, which is what a signature covers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qsl

from slipring.edge.limits import CACHED_MAX
from slipring.edge.request import Request
from slipring.iam.caller import Caller
from slipring.iam.isolation import Isolation
from slipring.model.errors.edge import (
    authorization_lacks,
    malformed_credential,
    missing_authentication_token,
    not_a_key_value_pair,
    query_lacks,
    two_signatures,
)

Authenticate = Callable[[Request], Caller]
"""Tells whose a whole request is; raises an `ApiError` to refuse it."""

_ALGORITHM = "AWS4-HMAC-SHA256"
_SIGNATURE_LENGTH = 64
"""A signature is 32 bytes in hex, and clients put it last."""

_HEADER_PARAMETERS = ("Credential", "Signature", "SignedHeaders")
_QUERY_PARAMETERS = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
_BETWEEN_TOKENS = re.compile(r"[,\s]+")

DEFAULT_ACCOUNT = "000000000000"
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


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
        authorization = headers.get(shape.authorization, b"")
        host = headers.get(shape.host, b"")
        unsigned = authorization[:-_SIGNATURE_LENGTH]
        if unsigned and shape.dated and request.url == b"/":
            if unsigned == self._last_unsigned and host == self._last_host:
                return self._last
            caller = self._callers.get((unsigned, host))
            if caller is not None:
                self._last, self._last_unsigned, self._last_host = caller, unsigned, host
                return caller
        # llhttp leaves blanks at the end of a value.
        return self._read(request, authorization.decode("latin-1").strip(), host.decode("latin-1").strip())

    def _read(self, request: Request, authorization: str, host: str) -> Caller:
        query = dict(parse_qsl(request.url.partition(b"?")[2].decode("latin-1"), keep_blank_values=True))
        if "X-Amz-Algorithm" in query:
            if authorization:
                raise two_signatures()
            return self._caller(_query_credential(query), host)
        if not authorization:
            raise missing_authentication_token()
        caller = self._caller(_header_credential(authorization, request.shape.dated), host)
        self._remember(request, caller)
        return caller

    def _caller(self, credential: str, host: str) -> Caller:
        # From the right: an access key may be any text, even one with slashes.
        elements = credential.rsplit("/", 4)
        if len(elements) != 5:
            raise malformed_credential(credential)
        access_key, _, region, _, _ = elements
        account = access_key if _ACCOUNT.fullmatch(access_key) else DEFAULT_ACCOUNT
        return Caller(access_key, region, account, host, self._isolation.namespace(account, region))

    def _remember(self, request: Request, caller: Caller) -> None:
        unsigned = request.headers[request.shape.authorization][:-_SIGNATURE_LENGTH]
        if not unsigned.endswith(b"Signature="):
            return
        if len(self._callers) >= CACHED_MAX:
            self._callers.clear()
        self._callers[unsigned, request.headers.get(request.shape.host, b"")] = caller


def _header_credential(authorization: str, dated: bool) -> str:
    scheme, _, rest = authorization.partition(" ")
    parameters: dict[str, str] = {}
    if scheme == _ALGORITHM:
        for token in _BETWEEN_TOKENS.split(rest.strip(", \t")):
            name, equal_sign, value = token.partition("=")
            if token and not equal_sign:
                raise not_a_key_value_pair(token, authorization)
            parameters[name] = value
    lacks = [name for name in _HEADER_PARAMETERS if not parameters.get(name)]
    if lacks or not dated:
        raise authorization_lacks(lacks, dated, authorization)
    return parameters["Credential"]


def _query_credential(query: dict[str, str]) -> str:
    lacks = [name for name in _QUERY_PARAMETERS if not query.get(name)]
    if query["X-Amz-Algorithm"] != _ALGORITHM and "X-Amz-Algorithm" not in lacks:
        lacks.insert(0, "X-Amz-Algorithm")
    if lacks:
        raise query_lacks(lacks)
    return query["X-Amz-Credential"]
