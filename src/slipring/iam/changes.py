"""How identities change.

What belongs together is written together: a group and its member, a policy and who has it. So nothing that is in use
can be taken away, and nothing points at what is gone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from slipring.clock import Clock, Ids
from slipring.iam import keyspace
from slipring.iam.directory import Directory, DirectoryError, as_entity, as_policy
from slipring.iam.records import ID_PREFIXES, POLICY_ID_PREFIX, Entity, Kind, ManagedPolicy, Record

_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_POLICY_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_PATH = re.compile(r"/(?:[\x21-\x7e]{1,510}/)?", re.ASCII)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ID_LENGTH = 17
_PLANS_MAX = 16
"""How often a change is planned anew because somebody else's came between."""


class _Changed(Exception):
    """What a change was planned on is no longer what it was."""


class Changes:
    """Changes identities. Every method raises DirectoryError if it cannot be."""

    def __init__(self, directory: Directory, clock: Clock, ids: Ids) -> None:
        self._directory = directory
        self._clock = clock
        self._ids = ids

    async def create(self, entity: Entity) -> None:
        key = keyspace.entity(entity.kind, entity.account, entity.name)
        _check_name(_NAME, entity.kind, entity.name, entity.account, entity.path)

        def revise(old: Sequence[Record | None]) -> Mapping[bytes, Record | None]:
            if old[0] is not None:
                raise DirectoryError(f"there is a {entity.kind} {entity.name!r} already")
            return {key: entity}

        await self._directory.change([key], revise)

    def entity(self, kind: Kind, account: str, name: str, path: str = "/") -> Entity:
        """A new one, not yet created."""
        return Entity(
            kind=kind,
            account=account,
            name=name,
            path=path,
            id=self._id(ID_PREFIXES[kind]),
            created_at=self._clock.now(),
        )

    async def change(self, kind: Kind, account: str, name: str, revise: Callable[[Entity], Entity]) -> None:
        """Replace an entity by `revise` of it, which leaves alone what is written in other records too."""
        key = keyspace.entity(kind, account, name)
        await self._directory.change([key], lambda old: {key: revise(as_entity(old[0], kind, account, name))})

    async def delete(self, kind: Kind, account: str, name: str) -> None:
        """With a user go its access keys and memberships; of a group its members stay."""
        for _ in range(_PLANS_MAX):
            planned = await self._directory.entity(kind, account, name)
            keys = _concerned(planned)
            try:
                await self._directory.change(keys, partial(_deleted, planned, keys))
            except _Changed:
                continue
            return
        raise DirectoryError(f"{kind} {name!r} keeps changing")

    async def attach(self, kind: Kind, account: str, name: str, policy: str, *, detach: bool = False) -> None:
        """Give an entity a managed policy, or take it away."""
        edit = _less if detach else _with
        await self._link(
            kind, account, name, policy, lambda entity: replace(entity, attached=edit(entity.attached, policy))
        )

    async def bound(self, kind: Kind, account: str, name: str, policy: str) -> None:
        """Let a managed policy bound what a user or role may do, in place of the one that does."""
        before = (await self._directory.entity(kind, account, name)).boundary
        if before not in (None, policy):
            await self.unbound(kind, account, name, before or "")
        await self._link(kind, account, name, policy, lambda entity: replace(entity, boundary=policy))

    async def unbound(self, kind: Kind, account: str, name: str, policy: str) -> None:
        await self._link(kind, account, name, policy, lambda entity: replace(entity, boundary=None))

    async def join(self, account: str, user: str, group: str, *, leave: bool = False) -> None:
        """Make a user a member of a group, or no longer one."""
        keys = [keyspace.entity("user", account, user), keyspace.entity("group", account, group)]
        edit = _less if leave else _with

        def revise(old: Sequence[Record | None]) -> Mapping[bytes, Record | None]:
            member = as_entity(old[0], "user", account, user)
            joined = as_entity(old[1], "group", account, group)
            return {
                keys[0]: replace(member, groups=edit(member.groups, joined.name)),
                keys[1]: replace(joined, members=edit(joined.members, member.name)),
            }

        await self._directory.change(keys, revise)

    async def put_policy(self, account: str, name: str, document: str, path: str = "/") -> None:
        """Create a managed policy, or give it another document."""
        key = keyspace.policy(account, name)
        _check_name(_POLICY_NAME, "policy", name, account, path)
        created = ManagedPolicy(
            account=account,
            name=name,
            path=path,
            id=self._id(POLICY_ID_PREFIX),
            created_at=self._clock.now(),
            document=document,
        )

        def revise(old: Sequence[Record | None]) -> Mapping[bytes, Record | None]:
            return {key: replace(old[0], document=document) if isinstance(old[0], ManagedPolicy) else created}

        await self._directory.change([key], revise)

    async def delete_policy(self, account: str, name: str) -> None:
        """Refused while anybody has it."""
        key = keyspace.policy(account, name)

        def revise(old: Sequence[Record | None]) -> Mapping[bytes, Record | None]:
            users = as_policy(old[0], account, name).users
            if users:
                raise DirectoryError(f"policy {name!r} is in use by {', '.join(users)}")
            return {key: None}

        await self._directory.change([key], revise)

    async def _link(
        self, kind: Kind, account: str, name: str, policy: str, revise_entity: Callable[[Entity], Entity]
    ) -> None:
        """Revise an entity, and note with a policy whether the entity has it then."""
        keys = [keyspace.entity(kind, account, name), keyspace.policy(account, policy)]

        def revise(old: Sequence[Record | None]) -> Mapping[bytes, Record | None]:
            found = as_policy(old[1], account, policy)
            entity = revise_entity(as_entity(old[0], kind, account, name))
            edit = _with if policy in entity.policies else _less
            return {keys[0]: entity, keys[1]: replace(found, users=edit(found.users, _reference(entity)))}

        await self._directory.change(keys, revise)

    def _id(self, prefix: str) -> str:
        return prefix + new_id(self._ids, _ID_LENGTH)


def new_id(ids: Ids, length: int) -> str:
    return "".join([_ID_ALPHABET[byte % len(_ID_ALPHABET)] for byte in ids.secret_bytes(length)])


def _deleted(planned: Entity, keys: Sequence[bytes], old: Sequence[Record | None]) -> Mapping[bytes, Record | None]:
    if old[0] != planned:
        raise _Changed
    return {key: _without(planned, record) for key, record in zip(keys, old, strict=True)}


def _concerned(entity: Entity) -> list[bytes]:
    """The keys of an entity and of all records that are about it."""
    return [
        keyspace.entity(entity.kind, entity.account, entity.name),
        *[keyspace.policy(entity.account, name) for name in dict.fromkeys(entity.policies)],
        *[keyspace.entity("group", entity.account, name) for name in entity.groups],
        *[keyspace.entity("user", entity.account, name) for name in entity.members],
        *[keyspace.access_key(key_id) for key_id in entity.keys],
    ]


def _without(entity: Entity, record: Record | None) -> Record | None:
    """What is left of a record when an entity goes: nothing of the entity itself and of its keys."""
    if isinstance(record, ManagedPolicy):
        return replace(record, users=_less(record.users, _reference(entity)))
    if isinstance(record, Entity) and record != entity:
        return replace(record, groups=_less(record.groups, entity.name), members=_less(record.members, entity.name))
    return None


def _reference(entity: Entity) -> str:
    return f"{entity.kind}/{entity.name}"


def _with(names: list[str], name: str) -> list[str]:
    return names if name in names else [*names, name]


def _less(names: list[str], name: str) -> list[str]:
    return [each for each in names if each != name]


def _check_name(form: re.Pattern[str], kind: str, name: str, account: str, path: str) -> None:
    if not form.fullmatch(name):
        raise DirectoryError(f"{name!r} cannot be the name of a {kind}: letters, digits and +=,.@_- alone")
    if not _ACCOUNT.fullmatch(account):
        raise DirectoryError(f"{account!r} is no account: it has twelve digits")
    if not _PATH.fullmatch(path):
        raise DirectoryError(f"{path!r} is no path: it begins and ends with a slash")
