"""Access keys: how they are made, shown once, and put out of use."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import orjson

from slipring.clock import Clock, Ids
from slipring.iam import keyspace
from slipring.iam.changes import new_id
from slipring.iam.directory import Directory, DirectoryError, as_entity, no_access_key
from slipring.iam.records import ACCESS_KEY_PREFIX, SESSION_KEY_PREFIX, AccessKey, Entity, Record
from slipring.storage.contract import Writes
from slipring.storage.encryption.opening import mark_again
from slipring.storage.sealing import MasterKeyError, Seal, SealBroken

_ID = re.compile(r"\w{3,128}", re.ASCII)
_ID_LENGTH = 16
_KEYS_OF_A_USER_MAX = 2
"""So that a key can be replaced while the old one still counts ("IAM and AWS STS quotas")."""
_SECRET_BYTES = 30
"""Forty characters in base64, as the service's."""

_PURPOSE = b"secret of access key "
_MARK_PURPOSE = b"mark of the master key"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An access key and its secret."""

    id: str
    secret: str = field(repr=False)


class AccessKeys:
    """Makes and changes access keys. Every method raises DirectoryError if it cannot."""

    def __init__(self, directory: Directory, clock: Clock, ids: Ids, seal: Seal) -> None:
        self._directory = directory
        self._clock = clock
        self._ids = ids
        self._seal = seal

    async def check_master_key(self) -> None:
        """Raises MasterKeyError if the secrets in the store are sealed with another; the first one there counts."""
        mark = self._seal.close(b"", _MARK_PURPOSE)

        def decide(old: Sequence[bytes | None]) -> Writes[bytes]:
            return Writes({} if old[0] is not None else {keyspace.MARK: mark}, None, old[0] or mark)

        stored = await self._directory.store.commit([keyspace.MARK], decide)
        try:
            self._seal.open(stored, _MARK_PURPOSE)
        except SealBroken:
            raise MasterKeyError("the master key is not the one that the store's secrets are sealed with") from None

    def new_pair(self) -> KeyPair:
        secret = b64encode(self._ids.secret_bytes(_SECRET_BYTES)).decode()
        return KeyPair(ACCESS_KEY_PREFIX + new_id(self._ids, _ID_LENGTH), secret)

    async def add(self, account: str, user: str, pair: KeyPair) -> None:
        """Give a user an access key, new or from elsewhere."""
        if not _ID.fullmatch(pair.id) or pair.id.startswith(SESSION_KEY_PREFIX):
            raise DirectoryError(
                f"{pair.id!r} cannot be an access key: 3 to 128 letters, digits and _, no {SESSION_KEY_PREFIX}…"
            )
        if not pair.secret:
            raise DirectoryError(f"access key {pair.id!r} has no secret: anybody could sign with it")
        keys = [keyspace.access_key(pair.id), keyspace.entity("user", account, user)]
        sealed = self._seal.close(pair.secret.encode(), _PURPOSE + pair.id.encode())

        def revise(old: Sequence[Record | None]) -> Mapping[bytes, Record | None]:
            owner = as_entity(old[1], "user", account, user)
            if old[0] is not None:
                raise DirectoryError(f"there is an access key {pair.id!r} already")
            if len(owner.keys) >= _KEYS_OF_A_USER_MAX:
                raise DirectoryError(f"user {user!r} has {_KEYS_OF_A_USER_MAX} access keys: delete one of them first")
            added = AccessKey(
                id=pair.id,
                account=account,
                user=owner.name,
                created_at=self._clock.now(),
                sealed_secret=b64encode(sealed).decode(),
            )
            return {keys[0]: added, keys[1]: replace(owner, keys=[*owner.keys, pair.id])}

        await self._directory.change(keys, revise)

    async def set_active(self, key_id: str, active: bool) -> None:
        key = keyspace.access_key(key_id)

        def revise(old: Sequence[Record | None]) -> Mapping[bytes, Record | None]:
            return {key: replace(_as_access_key(old[0], key_id), active=active)}

        await self._directory.change([key], revise)

    async def delete(self, key_id: str) -> None:
        found = await self._directory.access_key(key_id)
        keys = [keyspace.access_key(key_id), keyspace.entity("user", found.account, found.user)]

        def revise(old: Sequence[Record | None]) -> Mapping[bytes, Record | None]:
            _as_access_key(old[0], key_id)
            owner = old[1]
            if not isinstance(owner, Entity):
                return {keys[0]: None}
            return {keys[0]: None, keys[1]: replace(owner, keys=[each for each in owner.keys if each != key_id])}

        await self._directory.change(keys, revise)

    async def seal_again(self) -> int:
        """Seal all secrets, and the mark, with the first master key; how many there are. Raises SealBroken."""
        found = await self._directory.access_keys()
        for each in found:
            await self._directory.change([keyspace.access_key(each.id)], partial(self._sealed_again, each.id))

        await mark_again(self._directory.store, self._seal, keyspace.MARK, _MARK_PURPOSE)
        return len(found)

    def _sealed_again(self, key_id: str, old: Sequence[Record | None]) -> Mapping[bytes, Record | None]:
        if not isinstance(old[0], AccessKey):
            return {}
        sealed = self._seal.again(b64decode(old[0].sealed_secret), _PURPOSE + key_id.encode())
        return {keyspace.access_key(key_id): replace(old[0], sealed_secret=b64encode(sealed).decode())}

    def secret(self, key: AccessKey) -> str:
        """Raises MasterKeyError."""
        try:
            return self._seal.open(b64decode(key.sealed_secret), _PURPOSE + key.id.encode()).decode()
        except SealBroken:
            raise MasterKeyError(f"the secret of access key {key.id} does not open with the master key") from None


@dataclass(frozen=True, slots=True)
class LastUse:
    """When an access key was last used, to within a minute, and where."""

    at: float
    service: str
    region: str


async def note_uses(directory: Directory, uses: Mapping[str, LastUse]) -> None:
    """Remember the last uses of access keys."""
    puts: dict[bytes, bytes | None] = {keyspace.last_use(key_id): orjson.dumps(use) for key_id, use in uses.items()}
    await directory.store.commit([], lambda _: Writes(puts, None, None))


async def last_use(directory: Directory, key_id: str) -> LastUse | None:
    stored = await directory.store.get(keyspace.last_use(key_id))
    return None if stored is None else LastUse(**orjson.loads(stored))


def _as_access_key(record: Record | None, key_id: str) -> AccessKey:
    if not isinstance(record, AccessKey):
        raise no_access_key(key_id)
    return record
