"""Access keys and their secrets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from slipring.iam.caller import account_of

if TYPE_CHECKING:
    from slipring.iam.identities import Identity


@dataclass(frozen=True, slots=True)
class Credential:
    """An access key that may sign requests."""

    access_key: str
    secret_key: str = field(repr=False)
    identity: Identity | None = field(repr=False)
    """Whose it is; None for nobody's, or while it has to be read (`identify`)."""
    expires_at: float = float("inf")
    """When a temporary credential ends, in seconds since the Unix epoch."""
    trusted_until: float = float("inf")
    """When it has to be looked up again, since it may have been taken back; in seconds since the Unix epoch."""
    identify: Callable[[], Awaitable[None]] | None = field(default=None, repr=False)
    """Reads whose it is, after which it has to be looked up again. That is for who has signed rightly alone: others
    would learn by the time it takes that there is such a key."""


class NotLoaded(Exception):
    """A credential has to be read from the store before it can be told whether there is one."""

    def __init__(self, load: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self.load = load


class Credentials(Protocol):
    """Where access keys are looked up."""

    forgotten: Callable[[], None]
    """Called when what was found before may no longer be so."""

    refresh: Callable[[], None]
    """Takes note of what changed elsewhere. Costs a tenth of a microsecond; to be called before anything found before
    is used again."""

    def find(self, access_key: str, session_token: str) -> Credential | None:
        """The credential that signs with this access key and session token (empty for none), if there is one.

        Raises NotLoaded."""
        ...

    def used(self, access_key: str, service: str, region: str) -> None:
        """A request was verified with this access key."""
        ...


class OneKeyPair:
    """A single access key, which an operator gave: that of its account's root."""

    def __init__(self, access_key: str, secret_key: str) -> None:
        self.forgotten: Callable[[], None] = lambda: None
        self.refresh: Callable[[], None] = lambda: None
        from slipring.iam.identities import root

        self._credential = Credential(access_key, secret_key, root(account_of(access_key)))

    def find(self, access_key: str, session_token: str) -> Credential | None:
        known = access_key == self._credential.access_key and not session_token
        return self._credential if known else None

    def used(self, access_key: str, service: str, region: str) -> None:
        """Nobody asks."""
