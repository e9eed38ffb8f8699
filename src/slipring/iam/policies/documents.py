"""Policy documents: what may stand in them, and the policies that they make.

Source: "Grammar of the IAM JSON policy language" and the pages on each element in the IAM User Guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any

from slipring.iam.policies import principals
from slipring.iam.policies.conditions import Condition, MalformedCondition
from slipring.iam.policies.principals import PrincipalElement
from slipring.iam.policies.reading import (
    SYNTAX_ERRORS,
    InvalidPolicy,
    InvalidPrincipal,
    as_condition_values,
    as_list,
    as_object,
    as_text,
    as_texts,
    read,
)
from slipring.iam.policies.statements import Names, Statement
from slipring.iam.policies.templates import MalformedVariable
from slipring.model.errors import policies as errors
from slipring.model.errors import resource_policies as resource_errors

DOCUMENT_CHARACTERS_MAX = 131_072
"""Of `PolicyDocument` in IAM's API; what a policy of one kind may count is less, and its operation says so."""
RESOURCE_DOCUMENT_BYTES_MAX = 20 * 1024
"""Of a table's or stream's policy, white space counted ("Resource-based policy considerations")."""

OLD_VERSION = "2008-10-17"
VERSION = "2012-10-17"
"""The first that knows variables."""


class Use(Enum):
    """What a policy is attached to; it decides which elements a statement must and must not have."""

    IDENTITY = "identity-based"
    """Of a user, group or role; a permissions boundary or a session policy too."""
    TRUST = "role trust"
    RESOURCE = "resource-based"


@dataclass(frozen=True)
class Policy:
    """A policy, ready to be asked. Equal to another that says the same in the same order under the same name."""

    statements: tuple[Statement, ...]
    version: str = VERSION
    id: str = ""
    name: str = ""
    """By which an explanation calls it: a managed policy's ARN or an inline policy's name."""
    use: Use = Use.IDENTITY

    @cached_property
    def denials(self) -> tuple[Statement, ...]:
        return tuple(each for each in self.statements if not each.allow)

    @cached_property
    def allowances(self) -> tuple[Statement, ...]:
        return tuple(each for each in self.statements if each.allow)

    def bound(self, ids: Mapping[str, str]) -> Policy:
        """The same, with the unique ids of the principals that it names by these ARNs."""
        if not ids:
            return self
        return replace(self, statements=tuple([each.bound(ids) for each in self.statements]))


def parse(document: str, name: str = "", use: Use = Use.IDENTITY) -> Policy:
    """A policy of an identity, a boundary, a session's or a role's trust policy.

    Raises MalformedPolicyDocument. The time it takes is bounded by the document's length, which is bounded.
    """
    if len(document) > DOCUMENT_CHARACTERS_MAX:
        raise errors.document_too_long(DOCUMENT_CHARACTERS_MAX)
    try:
        return _policy(document, name, use)
    except InvalidPolicy as problem:
        raise errors.malformed_document(problem.reason) from None


def parse_resource_policy(document: str, name: str = "") -> Policy:
    """A policy of a table or a stream. Raises ValidationException."""
    if len(document.encode(errors="replace")) > RESOURCE_DOCUMENT_BYTES_MAX:
        raise resource_errors.document_too_long(RESOURCE_DOCUMENT_BYTES_MAX)
    try:
        return _policy(document, name, Use.RESOURCE)
    except InvalidPrincipal:
        raise resource_errors.invalid_principal() from None
    except InvalidPolicy as problem:
        raise resource_errors.invalid_document(problem.reason) from None


def _policy(document: str, name: str, use: Use) -> Policy:
    members = read(document)
    _only(members, {"Version", "Id", "Statement"})
    version = as_text(members.get("Version", OLD_VERSION))
    if version not in (OLD_VERSION, VERSION):
        raise InvalidPolicy("The policy must contain a valid version string")
    if "Statement" not in members:
        raise InvalidPolicy(_missing("Statement", use))
    if members["Statement"] == [] and use is Use.RESOURCE:
        raise InvalidPolicy("Could not parse the policy: Statement is empty!")
    variables = version == VERSION
    statements = tuple(
        _statement(as_object(each), index, variables, use) for index, each in enumerate(as_list(members["Statement"]))
    )
    sids = [each.sid for each in statements if each.sid]
    if len(set(sids)) < len(sids):
        raise InvalidPolicy(
            "The Statement Ids in the policy are not unique"
            if use is Use.RESOURCE
            else "Statement IDs (SID) in a single policy must be unique."
        )
    return Policy(statements, version, as_text(members.get("Id", "")), name, use)


_ELEMENTS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"
}  # fmt: skip


_MISSING = {
    "Action": "Policy statement must contain actions.",
    "Resource": "Policy statement must contain resources.",
}


def _missing(element: str, use: Use) -> str:
    """IAM's words for an identity's policy, and those of the services whose resources have policies."""
    if use is Use.IDENTITY:
        return _MISSING.get(element, SYNTAX_ERRORS)
    return f"Missing required field {element}"


def _statement(members: Mapping[str, Any], index: int, variables: bool, use: Use) -> Statement:
    _only(members, _ELEMENTS)
    if "Effect" not in members:
        raise InvalidPolicy(_missing("Effect", use))
    effect = as_text(members["Effect"])
    if effect not in ("Allow", "Deny"):
        raise InvalidPolicy(f"Invalid effect: {effect}")
    actions = _names(members, "Action", _action)
    if actions is None:
        raise InvalidPolicy(_missing("Action", use))
    try:
        return Statement(
            allow=effect == "Allow",
            actions=actions,
            resources=_resources(members, use),
            conditions=_conditions(as_object(members.get("Condition", {}))),
            principals=_principals(members, use),
            sid=_sid(members.get("Sid", ""), use),
            variables=variables,
            index=index,
        )
    except MalformedCondition as problem:
        raise InvalidPolicy(str(problem)) from None
    except MalformedVariable as problem:
        raise InvalidPolicy(f"Invalid policy variable: {problem}") from None


def _only(members: Mapping[str, Any], known: set[str]) -> None:
    if not known.issuperset(members):
        raise InvalidPolicy(SYNTAX_ERRORS)


_SID = re.compile(r"[0-9A-Za-z]*", re.ASCII)


def _sid(value: Any, use: Use) -> str:
    sid = as_text(value)
    if use is not Use.RESOURCE and not _SID.fullmatch(sid):
        raise InvalidPolicy(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression"
            " [0-9A-Za-z]*"
        )
    return sid


def _names(members: Mapping[str, Any], element: str, check: Callable[[str], str]) -> Names | None:
    """`element` or its negation; None if neither is there."""
    negation = f"Not{element}"
    if element in members and negation in members:
        raise InvalidPolicy(SYNTAX_ERRORS)
    if element not in members and negation not in members:
        return None
    texts = as_texts(members[element if element in members else negation])
    return Names(tuple(map(check, texts)), negation in members)


_VENDOR = re.compile(r"[a-zA-Z0-9-]+|\*", re.ASCII)


def _action(text: str) -> str:
    if text == "*":
        return text
    vendor, colon, action = text.partition(":")
    if not colon or not action:
        raise InvalidPolicy("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
    if ":" in action:
        raise InvalidPolicy("Actions/Condition can contain only one colon.")
    if not _VENDOR.fullmatch(vendor):
        raise InvalidPolicy(f"Vendor {vendor} is not valid")
    return text


_WILDCARD = re.compile(r"[*?]")
_ARN_HEAD = re.compile(r"arn:(?:aws[a-z-]*|\*)(?::.*)?", re.ASCII | re.DOTALL)


def _resource(text: str) -> str:
    """A wildcard for all, or an ARN, which may be incomplete."""
    if text != "*" and not _ARN_HEAD.fullmatch(text):
        raise InvalidPolicy(f'Resource {text} must be in ARN format or "*".')
    if text.count(":") > 1 and _WILDCARD.search(text.split(":", 3)[2]):
        raise InvalidPolicy("Resource vendor must be fully qualified and cannot contain regexes.")
    return text


def _resources(members: Mapping[str, Any], use: Use) -> Names | None:
    names = _names(members, "Resource", _resource)
    if use is Use.TRUST:
        if names is not None:
            raise InvalidPolicy("Has prohibited field Resource")
    elif names is None:
        raise InvalidPolicy(_missing("Resource", use))
    return names


def _conditions(operators: Mapping[str, Any]) -> tuple[Condition, ...]:
    return tuple(
        Condition(as_text(operator), _key(key), as_condition_values(values))
        for operator, keys in operators.items()
        for key, values in as_object(keys).items()
    )


def _key(key: Any) -> str:
    if not as_text(key).partition(":")[2]:
        raise InvalidPolicy("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
    return str(key)


def _principals(members: Mapping[str, Any], use: Use) -> PrincipalElement | None:
    present = [each for each in ("Principal", "NotPrincipal") if each in members]
    if use is Use.IDENTITY:
        if present:
            raise InvalidPolicy("Policy document should not specify a principal.")
        return None
    if len(present) != 1 or (use is Use.TRUST and present == ["NotPrincipal"]):
        raise InvalidPolicy(SYNTAX_ERRORS if present else _missing("Principal", use))
    return _principal_element(members[present[0]], negated=present == ["NotPrincipal"])


def _principal_element(value: Any, *, negated: bool) -> PrincipalElement:
    if value == "*":
        return PrincipalElement(("*",), everyone=True, negated=negated)
    kinds = as_object(value)
    if not kinds:
        raise InvalidPolicy(SYNTAX_ERRORS)
    _only(kinds, {"AWS", "Service", "Federated"})
    aws, services, federated = (
        as_texts(kinds[kind]) if kind in kinds else () for kind in ("AWS", "Service", "Federated")
    )
    accounts = {text: principals.account_named(text) for text in aws}
    names = frozenset(text for text, account in accounts.items() if account is None and text != "*")
    for text, valid in [(each, principals.is_name(each)) for each in names] + [
        (each, principals.is_service(each)) for each in services
    ]:
        if not valid:
            raise InvalidPrincipal(f"Invalid principal in policy: {text}")
    return PrincipalElement(
        listed=tuple(dict.fromkeys(principals.canonical(text) for text in aws)),
        everyone="*" in aws,
        names=names,
        accounts=frozenset(account for account in accounts.values() if account is not None),
        services=frozenset(services),
        federated=frozenset(federated),
        negated=negated,
    )
