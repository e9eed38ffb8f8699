"""What the store keeps of identities.

Source of the names, forms and bounds: IAM user guide, "IAM identifiers" and "IAM and AWS STS quotas".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import orjson

Kind: TypeAlias = Literal["user", "group", "role"]

ID_PREFIXES: dict[Kind, str] = {"user": "AIDA", "group": "AGPA", "role": "AROA"}
POLICY_ID_PREFIX = "ANPA"
ACCESS_KEY_PREFIX = "AKIA"
SESSION_KEY_PREFIX = "ASIA"

Tags: TypeAlias = dict[str, str]
Documents: TypeAlias = dict[str, str]
"""Policy documents by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A user, a group or a role."""

    kind: Kind
    account: str
    name: str
    id: str
    """Unique for ever, as in `AIDA…`, so that one of the same name made later is another."""
    created_at: float
    """In seconds since the Unix epoch."""
    path: str = "/"
    tags: Tags = field(default_factory=dict)
    inline: Documents = field(default_factory=dict)
    attached: list[str] = field(default_factory=list)
    """Names of managed policies."""
    boundary: str | None = None
    """The managed policy that bounds a user or role."""
    groups: list[str] = field(default_factory=list)
    """A user's."""
    members: list[str] = field(default_factory=list)
    """A group's users."""
    keys: list[str] = field(default_factory=list)
    """A user's access keys."""
    trust: str = ""
    """Of a role: the policy that says who may assume it."""
    trust_ids: dict[str, str] = field(default_factory=dict)
    """Whom the ARNs in that policy mean (`iam.bindings`)."""
    session_max_s: int = 3600
    """How long a role's sessions may last."""

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account}:{self.kind}{self.path}{self.name}"

    @property
    def policies(self) -> list[str]:
        """The managed policies that must not go while this entity is there."""
        return [*self.attached, *([self.boundary] if self.boundary else [])]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedPolicy:
    """A policy that entities share."""

    kind: Literal["policy"] = "policy"
    account: str
    name: str
    id: str
    created_at: float
    document: str
    path: str = "/"
    users: list[str] = field(default_factory=list)
    """The entities that have it attached or are bounded by it, as in `role/reader`."""

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account}:policy{self.path}{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey:
    """A user's access key."""

    kind: Literal["key"] = "key"
    id: str
    account: str
    user: str
    created_at: float
    sealed_secret: str = field(repr=False)
    """In base64; opens for the id alone."""
    active: bool = True


Record: TypeAlias = Entity | ManagedPolicy | AccessKey

_RECORDS: dict[str, type[Any]] = {
    "user": Entity,
    "group": Entity,
    "role": Entity,
    "policy": ManagedPolicy,
    "key": AccessKey,
}


def encode(record: Record) -> bytes:
    return orjson.dumps(record)


def decode(stored: bytes) -> Record:
    """Members that a newer version added are passed over."""
    members = orjson.loads(stored)
    record = _RECORDS[members["kind"]]
    found: Record = record(**{name: value for name, value in members.items() if name in record.__slots__})
    return found
