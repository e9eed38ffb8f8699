"""Identities over one store, put together."""

from __future__ import annotations

from dataclasses import dataclass

from slipring.clock import Clock, Ids
from slipring.iam.access_keys import AccessKeys
from slipring.iam.changes import Changes
from slipring.iam.credentials import OneKeyPair
from slipring.iam.directory import Directory
from slipring.iam.keyring import Keyring
from slipring.iam.sessions import Sessions
from slipring.iam.sts import TokenService
from slipring.storage.contract import Store
from slipring.storage.sealing import Seal


@dataclass(frozen=True, slots=True)
class Access:
    """What reads, changes and finds identities."""

    directory: Directory
    changes: Changes
    keys: AccessKeys | None
    """None without a master key."""
    keyring: Keyring
    tokens: TokenService

    async def check_master_key(self) -> None:
        """Raises MasterKeyError if there is one and the store's secrets are sealed with another."""
        if self.keys is not None:
            await self.keys.check_master_key()


def access_to(
    store: Store,
    clock: Clock,
    ids: Ids,
    master_key: bytes | None,
    given: OneKeyPair | None,
    trust_s: float,
    *,
    secure: bool = False,
) -> Access:
    """`given` is the key pair of the root; what is read of the store counts for `trust_s` seconds; requests come over
    TLS if they are `secure`."""
    directory = Directory(store)
    seal = None if master_key is None else Seal(master_key, ids.secret_bytes)
    keys = None if seal is None else AccessKeys(directory, clock, ids, seal)
    sessions = None if seal is None else Sessions(seal, ids)
    keyring = Keyring(directory, keys, sessions, given, clock, trust_s)
    tokens = TokenService(directory, sessions, clock, ids, secure=secure)
    return Access(directory, Changes(directory, clock, ids), keys, keyring, tokens)
