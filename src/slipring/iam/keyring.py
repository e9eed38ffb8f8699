"""The credentials in a store, kept ready for a while.

What is known of a credential is forgotten when this process hears that an identity changed, and after some seconds in
any case: no deleted or disabled key lives longer than that anywhere.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import TypeAlias

from slipring.clock import Clock
from slipring.iam import keyspace
from slipring.iam.access_keys import AccessKeys, LastUse, note_uses
from slipring.iam.credentials import Credential, NotLoaded, OneKeyPair
from slipring.iam.directory import Directory, DirectoryError
from slipring.iam.identities import Identity, role_identity, root, user_identity
from slipring.iam.policies.dates import printed
from slipring.iam.records import SESSION_KEY_PREFIX
from slipring.iam.sessions import Session, Sessions
from slipring.storage.contract import StoreError
from slipring.storage.sealing import MasterKeyError

logger = logging.getLogger("slipring.iam")

_KNOWN_MAX = 4096
"""How many credentials, those included that are none, are known before all are forgotten."""

_NOTE_USES_S = 60.0

Known: TypeAlias = dict[bytes, tuple[Credential | None, float]]
"""Credentials, and until when each may be believed to be so."""


class Keyring:
    """Finds credentials in a store, beside the one pair that an operator gave."""

    def __init__(
        self,
        directory: Directory,
        keys: AccessKeys | None,
        sessions: Sessions | None,
        given: OneKeyPair | None,
        clock: Clock,
        trust_s: float,
    ) -> None:
        """Without a master key there are no `keys` and no `sessions`. What is read of the store counts for `trust_s`
        seconds."""
        self._directory = directory
        self._keys = keys
        self._sessions = sessions
        self._given = given
        self._clock = clock
        self._trust_s = trust_s
        self._known: Known = {}
        self._users: dict[tuple[str, str], tuple[Identity | None, float]] = {}
        self._uses: dict[str, LastUse] = {}
        self._noting: asyncio.Task[None] | None = None
        self.forgotten: Callable[[], None] = lambda: None
        """See `Credentials`, as for `refresh`."""
        self.refresh = directory.store.refresh
        directory.store.watch(keyspace.IDENTITIES, self._forget)

    def find(self, access_key: str, session_token: str) -> Credential | None:
        """See `Credentials`."""
        if self._given is not None:
            given = self._given.find(access_key, session_token)
            if given is not None:
                return given
        name = _name(access_key, session_token)
        known = self._known.get(name)
        if known is None or self._clock.machine_now() >= known[1]:
            raise NotLoaded(partial(self._load, name, access_key, session_token))
        return known[0]

    def find_user(self, account: str, name: str) -> Identity | None:
        """The user of this name, if there is one. Raises NotLoaded."""
        known = self._users.get((account, name))
        if known is None or self._clock.machine_now() >= known[1]:
            raise NotLoaded(partial(self._load_user, account, name))
        return known[0]

    def used(self, access_key: str, service: str, region: str) -> None:
        """See `Credentials`. A session's key is one of many, and gone before long."""
        if access_key.startswith(SESSION_KEY_PREFIX):
            return
        self._uses[access_key] = LastUse(self._clock.machine_now(), service, region)

    def start(self) -> None:
        """Begin to note last uses, in the running loop."""
        self._noting = asyncio.get_running_loop().create_task(self._note_uses())

    async def stop(self) -> None:
        if self._noting is not None:
            self._noting.cancel()
            with suppress(asyncio.CancelledError):
                await self._noting
        await self._flush()

    async def _load(self, name: bytes, access_key: str, session_token: str) -> None:
        # What changes meanwhile forgets this dict with what is put there.
        known = self._known
        until = self._clock.machine_now() + self._trust_s
        credential = await self._read(access_key, session_token, until)
        if credential is not None and credential.identity is None:
            credential = replace(credential, identify=partial(self._identify, known, name, credential))
        if len(known) >= _KNOWN_MAX:
            known.clear()
        known[name] = credential, until

    async def _identify(self, known: Known, name: bytes, credential: Credential) -> None:
        """Read whose a user's access key is, of which no more is known yet than its secret."""
        identity = await self._owner(credential.access_key)
        found = None if identity is None else replace(credential, identity=identity, identify=None)
        known[name] = found, credential.trusted_until

    async def _owner(self, access_key: str) -> Identity | None:
        try:
            found = await self._directory.access_key(access_key)
        except DirectoryError:
            return None
        return await self._user(found.account, found.user)

    async def _user(self, account: str, name: str) -> Identity | None:
        try:
            return await user_identity(self._directory, await self._directory.entity("user", account, name))
        except DirectoryError:
            return None

    async def _load_user(self, account: str, name: str) -> None:
        known = self._users
        until = self._clock.machine_now() + self._trust_s
        identity = await self._user(account, name)
        if len(known) >= _KNOWN_MAX:
            known.clear()
        known[account, name] = identity, until

    async def _read(self, access_key: str, session_token: str, until: float) -> Credential | None:
        try:
            if access_key.startswith(SESSION_KEY_PREFIX):
                session = self._sessions and self._sessions.read(access_key, session_token)
                return await self._of_session(session, until) if session else None
            return None if session_token else await self._of_user(access_key, until)
        except DirectoryError:
            return None
        except MasterKeyError as error:
            logger.error("%s", error)
            return None

    async def _of_user(self, access_key: str, until: float) -> Credential | None:
        found = await self._directory.access_key(access_key)
        if not found.active or self._keys is None:
            return None
        return Credential(access_key, self._keys.secret(found), None, trusted_until=until)

    async def _of_session(self, session: Session, until: float) -> Credential | None:
        identity = await session_identity(self._directory, session)
        if identity is None:
            return None
        return Credential(session.access_key, session.secret, identity, session.expires_at, until)

    def _forget(self) -> None:
        self._known = {}
        self._users = {}
        self.forgotten()

    async def _note_uses(self) -> None:
        while True:
            await asyncio.sleep(_NOTE_USES_S)
            await self._flush()

    async def _flush(self) -> None:
        uses, self._uses = self._uses, {}
        if not uses:
            return
        try:
            await note_uses(self._directory, uses)
        except StoreError as error:
            logger.warning("the last uses of %d access keys could not be noted: %s", len(uses), error)


async def session_identity(directory: Directory, session: Session) -> Identity | None:
    """Whose a session is, if its role or user is still there. Raises DirectoryError."""
    if not session.id:
        return root(session.account)
    entity = await directory.entity(session.kind, session.account, session.name)
    if entity.id != session.id:
        return None
    more = _context(session)
    if session.kind == "user":
        return await user_identity(directory, entity, more)
    return await role_identity(
        directory,
        entity,
        session.session_name,
        tags=session.tags,
        documents=session.documents,
        managed=session.policies,
        more=more,
        transitive=session.transitive,
    )


def _context(session: Session) -> dict[str, str]:
    """What policies hear of a session: a Deny of all that began before some moment is how sessions are revoked
    ("Revoke IAM role temporary security credentials" in the IAM User Guide)."""
    context = {"aws:tokenissuetime": printed(int(session.issued_at)), "aws:multifactorauthpresent": "false"}
    return {**context, "aws:sourceidentity": session.source_identity} if session.source_identity else context


def _name(access_key: str, session_token: str) -> bytes:
    """A credential's name here; clients may send texts of any length."""
    return sha256(f"{access_key}\x00{session_token}".encode()).digest()
