"""Mutual TLS: an unsigned request is its certificate's user's.

The handshake has verified the certificate. A signed request is whose the signature is, as without TLS, for a signature
says more exactly who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

from slipring.edge.auth import Authenticate
from slipring.edge.request import Request
from slipring.iam.caller import Caller, account_of
from slipring.iam.identities import Identity
from slipring.iam.isolation import Isolation
from slipring.model.errors.base import ApiError
from slipring.model.errors.edge import unrecognized_client

Certificate: TypeAlias = Mapping[str, Any]
"""A client's, as `ssl.SSLSocket.getpeercert` tells of it."""


class Users(Protocol):
    """Where users are looked up."""

    refresh: Callable[[], None]

    def find_user(self, account: str, name: str) -> Identity | None:
        """Raises NotLoaded."""
        ...


class CertifiedAuthenticator:
    """Knows the clients that do not sign by their certificates, and leaves the others to another."""

    def __init__(
        self,
        signed: Authenticate,
        users: Users,
        isolation: Isolation,
        region: str,
        refused: Callable[[ApiError], None],
    ) -> None:
        """`region` is that of requests that are not signed for one; `refused` hears of every refusal."""
        self._signed = signed
        self._users = users
        self._isolation = isolation
        self._region = region
        self._refused = refused

    def identify(self, request: Request) -> Caller:
        """Raises UnrecognizedClientException if there is no such user, and what the other does."""
        if not request.certificate or request.shape.authorization or b"X-Amz-Algorithm=" in request.url:
            return self._signed(request)
        self._users.refresh()
        account, name = user_of(request.certificate)
        identity = self._users.find_user(account, name)
        if identity is None:
            refusal = unrecognized_client()
            self._refused(refusal)
            raise refusal
        host = request.headers.get(request.shape.host, b"").decode("latin-1").strip()
        namespace = self._isolation.namespace(account, self._region)
        request.origin.user_agent = request.headers.get(request.shape.user_agent, b"")
        return Caller("", self._region, account, host, namespace, identity, request.origin)


def user_of(certificate: Certificate) -> tuple[str, str]:
    """The account and name of the user that a certificate's subject names: its common name (CN), and its organisation
    (O) if that is twelve digits."""
    subject = {name: value for relative in certificate.get("subject", ()) for name, value in relative}
    return account_of(subject.get("organizationName", "")), subject.get("commonName", "")
