"""Who asks, as an operation needs to know it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """The identity and the place a request claims."""

    access_key: str
    region: str
    """The region of the credential's scope: any string."""
    account: str
    """Twelve digits: the access key if it is of that form, else zeros."""
    host: str
    """The request's Host header, which DescribeEndpoints answers."""
