"""Signature Version 4 for requests that differ in nothing but operation and body.

Source: IAM user guide, "Create a signed AWS API request". What such requests share is computed once, so that one
costs a few microseconds; a signature counts for fifteen minutes.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from slipring.bench.endpoint import Endpoint
from slipring.edge.sigv4 import ALGORITHM, signing_key

VALID_S = 15 * 60
"""How long a server accepts a signature. Source: IAM user guide, "Elements of an AWS API request signature"."""

_SERVICE = "dynamodb"
_TARGET = "DynamoDB_20120810."
_CONTENT_TYPE = "application/x-amz-json-1.0"


@dataclass(frozen=True, slots=True)
class Credential:
    """Who asks, and for which region."""

    access_key: str = "slipring"
    secret_key: str = "slipring"
    region: str = "us-east-1"
    session_token: str = ""


class Signer:
    """Signs requests to one endpoint as of one moment, in seconds since the Unix epoch."""

    def __init__(self, endpoint: Endpoint, credential: Credential, now_s: float) -> None:
        moment = datetime.fromtimestamp(now_s, UTC)
        scope = f"{moment:%Y%m%d}/{credential.region}/{_SERVICE}/aws4_request"
        self._headers = {
            "Content-Type": _CONTENT_TYPE,
            "Host": endpoint.authority,
            "X-Amz-Date": f"{moment:%Y%m%dT%H%M%SZ}",
        }
        if credential.session_token:
            self._headers["X-Amz-Security-Token"] = credential.session_token
        self._key = signing_key(credential.secret_key, scope)
        self._to_sign = f"{ALGORITHM}\n{self._headers['X-Amz-Date']}\n{scope}\n".encode()
        self._credential = f"{ALGORITHM} Credential={credential.access_key}/{scope}"
        self._forms: dict[str, tuple[bytes, bytes]] = {}

    def request(self, operation: str, body: bytes) -> bytes:
        """A whole HTTP request, ready to be sent."""
        form = self._forms.get(operation)
        if form is None:
            form = self._forms[operation] = self._form(operation)
        canonical, head = form
        return head % (self._signature(canonical, body), len(body)) + body

    def headers(self, operation: str, body: bytes) -> dict[str, str]:
        """The headers of a request that someone else sends, but for its length."""
        canonical, names = self._canonical(operation)
        authorization = self._authorization(names) + self._signature(canonical, body).decode()
        return {**self._headers, "X-Amz-Target": _TARGET + operation, "Authorization": authorization}

    def _signature(self, canonical: bytes, body: bytes) -> bytes:
        digest = hashlib.sha256(canonical + hashlib.sha256(body).hexdigest().encode()).hexdigest()
        return hmac.digest(self._key, self._to_sign + digest.encode(), "sha256").hex().encode()

    def _canonical(self, operation: str) -> tuple[bytes, str]:
        """An operation's canonical request but for the body's hash at its end, and the names it signs."""
        headers = {**self._headers, "X-Amz-Target": _TARGET + operation}
        signed = sorted((name.lower(), value) for name, value in headers.items())
        names = ";".join(name for name, _ in signed)
        lines = [f"{name}:{value}\n" for name, value in signed]
        return "".join(["POST\n/\n\n", *lines, f"\n{names}\n"]).encode(), names

    def _authorization(self, names: str) -> str:
        return f"{self._credential}, SignedHeaders={names}, Signature="

    def _form(self, operation: str) -> tuple[bytes, bytes]:
        """An operation's canonical request, and its head as a format of the signature and the body's length."""
        canonical, names = self._canonical(operation)
        headers = {**self._headers, "X-Amz-Target": _TARGET + operation, "Authorization": self._authorization(names)}
        lines = [f"{name}: {value}".replace("%", "%%") for name, value in headers.items()]
        return canonical, "\r\n".join(["POST / HTTP/1.1", *lines]).encode() + b"%b\r\nContent-Length: %d\r\n\r\n"
