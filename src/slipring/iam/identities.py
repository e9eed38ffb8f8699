"""Who a credential belongs to, and what bears on what they may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from slipring.iam.directory import Directory
from slipring.iam.policies import Policies, Policy, Principal, Use, parse
from slipring.iam.records import Entity, ManagedPolicy

_PARSED_MAX = 1024


@dataclass(frozen=True, slots=True)
class Identity:
    """An authenticated principal with all its policies."""

    principal: Principal
    policies: Policies = field(default_factory=Policies)
    allowed: set[tuple[Any, ...]] = field(default_factory=set, repr=False, compare=False)
    """What the policies were found to allow whatever the circumstances. An identity is read anew every few seconds, and
    this begins empty with it."""


@lru_cache(_PARSED_MAX)
def parsed(document: str, name: str, use: Use = Use.IDENTITY) -> Policy:
    """The same policy again for the same document: it is asked for anew whenever a credential is looked up."""
    return parse(document, name, use)


def root(account: str) -> Identity:
    """The account itself, which may do everything in it."""
    return Identity(Principal(f"arn:aws:iam::{account}:root", account, user_id=account))


async def user_identity(directory: Directory, user: Entity, more: Mapping[str, str] | None = None) -> Identity:
    """`more` is as of `Principal`. Raises DirectoryError if something that the user has is not there."""
    groups = [await directory.entity("group", user.account, name) for name in user.groups]
    principal = Principal(user.arn, user.account, user_id=user.id, tags=user.tags, more=more or {})
    return Identity(principal, await _policies(directory, user, groups))


async def role_identity(
    directory: Directory,
    role: Entity,
    session_name: str,
    *,
    tags: Mapping[str, str],
    documents: Iterable[str],
    managed: Sequence[str],
    more: Mapping[str, str],
    transitive: Iterable[str] = (),
) -> Identity:
    """Of a session that began with `tags`, those that are `transitive` among them, the policy `documents` and the
    `managed` policies. Raises DirectoryError."""
    principal = Principal(
        f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{session_name}",
        role.account,
        issuer=role.arn,
        user_id=f"{role.id}:{session_name}",
        tags={**role.tags, **tags},
        transitive=frozenset(transitive),
        more=more,
    )
    session = [parsed(document, "") for document in documents]
    session += map(_managed, await directory.policies_named(role.account, managed))
    return Identity(principal, await _policies(directory, role, (), session))


async def _policies(
    directory: Directory, entity: Entity, groups: Iterable[Entity], session: Iterable[Policy] = ()
) -> Policies:
    holders = [entity, *groups]
    attached = await directory.policies_named(entity.account, [name for each in holders for name in each.attached])
    inline = [parsed(document, name) for each in holders for name, document in each.inline.items()]
    boundary = None
    if entity.boundary is not None:
        (bounding,) = await directory.policies_named(entity.account, [entity.boundary])
        boundary = _managed(bounding)
    return Policies([*inline, *map(_managed, attached)], boundary, tuple(session))


def _managed(policy: ManagedPolicy) -> Policy:
    return parsed(policy.document, policy.arn)
