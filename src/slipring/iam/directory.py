"""The identities there are, and the one path for every change of them: a commit that sees what it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from slipring.iam import keyspace
from slipring.iam.records import AccessKey, Entity, Kind, ManagedPolicy, Record, decode, encode
from slipring.model.keys import successor
from slipring.storage.contract import Store, Writes

Revise = Callable[[Sequence[Record | None]], Mapping[bytes, Record | None]]
"""From the records of a change's keys to what is to be put (None: deleted). Pure; may raise DirectoryError."""

_ROWS_MAX = 1 << 30

USER: Kind = "user"
ROLE: Kind = "role"


class DirectoryError(Exception):
    """What was asked cannot be; the message is one line that says why."""


class Directory:
    """Reads and changes identities."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def entity(self, kind: Kind, account: str, name: str) -> Entity:
        """Raises DirectoryError."""
        found = await self._get(keyspace.entity(kind, account, name))
        if not isinstance(found, Entity):
            raise no_entity(kind, account, name)
        return found

    async def policy(self, account: str, name: str) -> ManagedPolicy:
        """Raises DirectoryError."""
        found = await self._get(keyspace.policy(account, name))
        if not isinstance(found, ManagedPolicy):
            raise no_policy(account, name)
        return found

    async def access_key(self, key_id: str) -> AccessKey:
        """Raises DirectoryError."""
        found = await self._get(keyspace.access_key(key_id))
        if not isinstance(found, AccessKey):
            raise no_access_key(key_id)
        return found

    async def access_keys(self) -> list[AccessKey]:
        """Of all accounts."""
        return [each for each in await self._all(keyspace.ACCESS_KEYS) if isinstance(each, AccessKey)]

    async def entities(self, kind: Kind, account: str) -> list[Entity]:
        found = await self._all(keyspace.entity(kind, account, ""))
        return [each for each in found if isinstance(each, Entity)]

    async def accounts(self, most: int) -> list[str]:
        """The accounts that users and roles are of, `most` of each at the most: two are enough to know of several."""
        found: set[str] = set()
        for kind in (USER, ROLE):
            start, stop = keyspace.entities(kind), successor(keyspace.entities(kind))
            for _ in range(most):
                rows = await self.store.scan(start, stop, limit=1, bytes_max=1 << 20)
                if not rows:
                    break
                account = keyspace.account_in(rows[0][0])
                found.add(account)
                start = successor(keyspace.entity(kind, account, ""))
        return sorted(found)

    async def policies(self, account: str) -> list[ManagedPolicy]:
        found = await self._all(keyspace.policy(account, ""))
        return [each for each in found if isinstance(each, ManagedPolicy)]

    async def policies_named(self, account: str, names: Sequence[str]) -> list[ManagedPolicy]:
        """Raises DirectoryError if one of them is not there."""
        stored = await self.store.get_many([keyspace.policy(account, name) for name in names])
        return [
            as_policy(None if value is None else decode(value), account, name)
            for name, value in zip(names, stored, strict=True)
        ]

    async def entities_at(self, keys: Sequence[bytes]) -> list[Entity | None]:
        """The users and roles that lie at these keys, as far as they are there."""
        found = [None if value is None else decode(value) for value in await self.store.get_many(keys)]
        return [each if isinstance(each, Entity) else None for each in found]

    async def change(self, keys: Sequence[bytes], revise: Revise) -> None:
        """Put what `revise` makes of the records under `keys`, in one commit."""

        def decide(old: Sequence[bytes | None]) -> Writes[None]:
            records = [None if value is None else decode(value) for value in old]
            puts = {key: None if record is None else encode(record) for key, record in revise(records).items()}
            return Writes(puts, None, None)

        await self.store.commit(keys, decide)

    async def _get(self, key: bytes) -> Record | None:
        stored = await self.store.get(key)
        return None if stored is None else decode(stored)

    async def _all(self, prefix: bytes) -> list[Record]:
        rows = await self.store.scan(prefix, successor(prefix), limit=_ROWS_MAX, bytes_max=1 << 40)
        return [decode(value) for _, value in rows]


def no_entity(kind: Kind, account: str, name: str) -> DirectoryError:
    return DirectoryError(f"there is no {kind} {name!r} in account {account}")


def no_policy(account: str, name: str) -> DirectoryError:
    return DirectoryError(f"there is no policy {name!r} in account {account}")


def no_access_key(key_id: str) -> DirectoryError:
    return DirectoryError(f"there is no access key {key_id!r}")


def as_entity(record: Record | None, kind: Kind, account: str, name: str) -> Entity:
    """`record`, if it is there. Raises DirectoryError."""
    if not isinstance(record, Entity):
        raise no_entity(kind, account, name)
    return record


def as_policy(record: Record | None, account: str, name: str) -> ManagedPolicy:
    """`record`, if it is there. Raises DirectoryError."""
    if not isinstance(record, ManagedPolicy):
        raise no_policy(account, name)
    return record
