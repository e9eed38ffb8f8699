"""The policy attached to a table or a stream, as its record keeps it: the document and its revision.

The document is stored as the service tells it: without white space, its members in one order, accounts as ARNs
(observed). Beside it stands whom the ARNs of users and roles in it mean (`iam.bindings`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from slipring.iam.bindings import Bindings
from slipring.iam.policies import Policy, parse_resource_policy, printed
from slipring.model.errors import resource_policies as errors

_MEMBER = "ResourcePolicy"
_DOCUMENT, _REVISION, _PRINCIPALS = "Document", "RevisionId", "PrincipalIds"
_NO_POLICY = "NO_POLICY"
_POLICIES_CACHED = 512
Record = dict[str, Any]


def attached(
    record: Mapping[str, Any], policy: Policy, ids: Bindings, now: float, expected: str | None, arn: str
) -> Record:
    """The record with another policy. One that says the same of the same principals stays as it is, with its revision.

    Raises PolicyNotFoundException where the present revision is not the expected one."""
    current = _check(record, expected, arn)
    document = printed(policy)
    if current is not None and current[_DOCUMENT] == document and named_in(record) == ids:
        return dict(record)
    bound = {_PRINCIPALS: ids} if ids else {}
    return {**record, _MEMBER: {_DOCUMENT: document, _REVISION: _revision(current, now), **bound}}


def detached(record: Mapping[str, Any], expected: str | None = None, arn: str = "") -> Record:
    """The record without a policy. Raises PolicyNotFoundException where the revision is not the expected one."""
    _check(record, expected, arn)
    return {name: value for name, value in record.items() if name != _MEMBER}


def document_of(record: Mapping[str, Any]) -> str | None:
    current = record.get(_MEMBER)
    return None if current is None else current[_DOCUMENT]


def revision_of(record: Mapping[str, Any]) -> str | None:
    current = record.get(_MEMBER)
    return None if current is None else current[_REVISION]


def named_in(record: Mapping[str, Any]) -> Bindings:
    """Whom the policy means by the ARNs of users and roles."""
    bindings: Bindings = record.get(_MEMBER, {}).get(_PRINCIPALS, {})
    return bindings


def policy_of(record: Mapping[str, Any]) -> Policy | None:
    """The policy, ready to be asked."""
    document = document_of(record)
    return None if document is None else _parsed(document, tuple(named_in(record).items()))


@lru_cache(maxsize=_POLICIES_CACHED)
def _parsed(document: str, bindings: tuple[tuple[str, str], ...]) -> Policy:
    return parse_resource_policy(document).bound(dict(bindings))


def _check(record: Mapping[str, Any], expected: str | None, arn: str) -> dict[str, Any] | None:
    current: dict[str, Any] | None = record.get(_MEMBER)
    if expected is not None and expected != (_NO_POLICY if current is None else current[_REVISION]):
        raise errors.policy_not_found(arn)
    return current


def _revision(current: Mapping[str, Any] | None, now: float) -> str:
    """The time of the change in milliseconds (observed), later than the last."""
    last = 0 if current is None else int(current[_REVISION])
    return str(max(int(now * 1000), last + 1))
