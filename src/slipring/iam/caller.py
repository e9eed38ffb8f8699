"""The caller of a request, as its credential names it."""

from __future__ import annotations

from dataclasses import dataclass

from slipring.iam.identities import Identity

DEFAULT_ACCOUNT = "000000000000"
"""Of callers whose access key names no account."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request and where it thinks it sent it."""

    access_key: str
    region: str
    """From the credential scope; any text."""
    account: str
    """Twelve digits."""
    host: str
    """The request's Host header, which DescribeEndpoints returns."""
    namespace: str = ""
    """The part of the store that this caller sees; empty for the one that all share."""
    identity: Identity | None = None
    """Whose the credential is, if signatures are verified; None where anybody is welcome."""
