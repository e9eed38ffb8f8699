"""Who asks, and the Principal element of a policy that says whom it means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property

from slipring.iam.policies.templates import Values

_ACCOUNT = re.compile(r"(?:arn:aws[a-z-]*:iam::)?(\d{12})(?::root)?", re.ASCII)
_ARN = re.compile(
    r"arn:aws[a-z-]*:(?:iam::\d{12}:(?:user|role)/[^*?]+|sts::\d{12}:(?:assumed-role/[^*?/]+/|federated-user/)[^*?/]+)",
    re.ASCII | re.DOTALL,
)
_UNIQUE_ID = re.compile(r"A(?:ID|RO)A[A-Z0-9]{12,124}", re.ASCII)
_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?", re.ASCII)


class Grant(IntEnum):
    """How directly a Principal element names who asks; it decides which implicit denies an Allow overrides."""

    NONE = 0
    ACCOUNT = 1
    """The account: it delegates to that account's own policies."""
    ISSUER = 2
    """The role of a session, or the user who federated: limited by a boundary and by session policies."""
    DIRECT = 3
    """The user or the session itself, or everyone."""


@dataclass(frozen=True)
class Principal:
    """Who asks, once authenticated."""

    arn: str
    """Of the user, the session or the account's root; of a service its name, such as `replication.dynamodb…`."""
    account: str
    """Twelve digits; empty for a service."""
    issuer: str = ""
    """ARN of the role whose session this is, or of the user who federated."""
    user_id: str = ""
    """`aws:userid`: a user's unique id, `role id:session name` of a session, the account of a root user."""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Of the user or role, and those of the session over them."""
    transitive: frozenset[str] = frozenset()
    """Keys of those tags that go on to whatever role is assumed with these credentials."""
    more: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Further keys of the context that belong to the credentials, in lower case: `aws:tokenissuetime`."""

    @cached_property
    def is_root(self) -> bool:
        return self.arn.endswith(":root")

    @cached_property
    def is_service(self) -> bool:
        return not self.account

    @cached_property
    def ids(self) -> frozenset[str]:
        """Every way in which a Principal element may name who asks, but for its account."""
        return frozenset({self.arn, self.issuer, self.user_id.partition(":")[0]} - {""})

    @cached_property
    def keys(self) -> dict[str, Values]:
        """The keys of a request's context that tell of the principal, in lower case.

        Source: "AWS global condition context keys", Properties of the principal, in the IAM User Guide.
        """
        keys: dict[str, Values] = {**self.more}
        keys |= {f"aws:principaltag/{name.lower()}": value for name, value in self.tags.items()}
        keys["aws:principalisawsservice"] = str(self.is_service).lower()
        keys["aws:viaawsservice"] = "false"
        if self.is_service:
            keys["aws:principalservicename"] = self.arn
            keys["aws:principalservicenameslist"] = (self.arn,)
            return keys
        session = ":assumed-role/" in self.arn
        keys["aws:principalarn"] = self.issuer if session and self.issuer else self.arn
        keys["aws:principalaccount"] = self.account
        keys["aws:principaltype"] = self._type()
        if self.user_id:
            keys["aws:userid"] = self.user_id
        if ":user/" in self.arn:
            keys["aws:username"] = self.arn.rpartition("/")[2]
        return keys

    def _type(self) -> str:
        if self.is_root:
            return "Account"
        if ":assumed-role/" in self.arn:
            return "AssumedRole"
        return "FederatedUser" if ":federated-user/" in self.arn else "User"


@dataclass(frozen=True)
class PrincipalElement:
    """Whom a statement of a resource's policy or of a role's trust policy means."""

    listed: tuple[str, ...] = ()
    """What stands under AWS, in order and without repeats, an account as the ARN of its root."""
    everyone: bool = False
    names: frozenset[str] = frozenset()
    """ARNs and unique ids."""
    accounts: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    federated: frozenset[str] = frozenset()
    """Identity providers; none is known here, so that nobody is one."""
    negated: bool = False
    """NotPrincipal."""

    def bound(self, ids: Mapping[str, str]) -> PrincipalElement:
        """The same, with the unique ids of those whom it names by these ARNs."""
        listed = tuple([ids.get(text, text) for text in self.listed])
        return replace(self, listed=listed, names=frozenset([ids.get(name, name) for name in self.names]))

    def grant(self, principal: Principal) -> Grant:
        """How directly the element names `principal`; NotPrincipal does so for all whom it leaves out."""
        if not self.negated:
            return self._named(principal)
        return Grant.DIRECT if self._named(principal) is Grant.NONE else Grant.NONE

    def denies(self, principal: Principal) -> bool:
        """Whether a Deny with this element means `principal`.

        Of NotPrincipal the guide says that an account is looked at first, then the role, then its session, so that an
        exception needs the account's name too ("NotPrincipal with Deny" in the IAM User Guide).
        """
        if not self.negated or self.everyone or principal.is_service:
            return self.grant(principal) is not Grant.NONE
        named = bool((principal.ids - {principal.arn} if principal.issuer else principal.ids) & self.names)
        return not (principal.account in self.accounts and (named or principal.is_root))

    def _named(self, principal: Principal) -> Grant:
        if self.everyone or principal.arn in self.names or principal.arn in self.services:
            return Grant.DIRECT
        if principal.ids & self.names:
            return Grant.ISSUER if principal.issuer else Grant.DIRECT
        return Grant.ACCOUNT if principal.account in self.accounts else Grant.NONE


def canonical(text: str) -> str:
    """An account's number as its ARN, which means the same."""
    account = account_named(text)
    return text if account is None else f"arn:aws:iam::{account}:root"


def account_named(text: str) -> str | None:
    """The account that `text` names by its number or as the ARN of its root."""
    found = _ACCOUNT.fullmatch(text)
    return found[1] if found else None


def is_name(text: str) -> bool:
    """Whether `text` may name a user, a role or a session: no wildcard can stand for a part of it."""
    return bool(_ARN.fullmatch(text) or _UNIQUE_ID.fullmatch(text))


def is_service(text: str) -> bool:
    return bool(_SERVICE.fullmatch(text))
