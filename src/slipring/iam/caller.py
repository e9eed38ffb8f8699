"""The caller of a request, as its credential names it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slipring.iam.origin import NOWHERE, Origin

if TYPE_CHECKING:
    from slipring.iam.identities import Identity
    from slipring.model.errors.base import ApiError

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)

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
    origin: Origin = field(default=NOWHERE, repr=False, compare=False)
    """Where the request comes from, as far as anybody's policies could ask for it."""
    refused: Mapping[int, ApiError] = field(default_factory=dict, repr=False, compare=False)
    """Of the parts of a batch that fail each on its own, those that policies do not allow, by their position."""


def account_of(access_key: str) -> str:
    """The account of a caller of whom nothing is known but the access key: the key, if it has twelve digits."""
    return access_key if _ACCOUNT.fullmatch(access_key) else DEFAULT_ACCOUNT
