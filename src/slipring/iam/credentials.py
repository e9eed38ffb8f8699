"""Access keys and their secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Protocol

from slipring.iam.caller import DEFAULT_ACCOUNT

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Credential:
    """An access key that may sign requests."""

    access_key: str
    secret_key: str = field(repr=False)
    account: str
    """Twelve digits."""
    expires_at: float = float("inf")
    """When a temporary credential ends, in seconds since the Unix epoch."""
    trusted_until: float = float("inf")
    """When it has to be looked up again, since it may have been taken back; in seconds since the Unix epoch."""


class Credentials(Protocol):
    """Where access keys are looked up."""

    def find(self, access_key: str, session_token: str) -> Credential | None:
        """The credential that signs with this access key and session token (empty for none), if there is one."""
        ...


class NoCredentials:
    """No access key at all."""

    def find(self, access_key: str, session_token: str) -> Credential | None:
        return None


class OneKeyPair:
    """A single access key, which an operator gave."""

    def __init__(self, access_key: str, secret_key: str) -> None:
        self._credential = Credential(access_key, secret_key, account_of(access_key))

    def find(self, access_key: str, session_token: str) -> Credential | None:
        known = access_key == self._credential.access_key and not session_token
        return self._credential if known else None


def account_of(access_key: str) -> str:
    """The account of a caller of whom nothing is known but the access key: the key, if it has twelve digits."""
    return access_key if _ACCOUNT.fullmatch(access_key) else DEFAULT_ACCOUNT
