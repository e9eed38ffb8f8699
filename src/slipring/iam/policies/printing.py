"""Policies written down again, as JSON that parses to the same policy."""

from __future__ import annotations

import json
from typing import Any

from slipring.iam.policies.documents import Policy
from slipring.iam.policies.principals import PrincipalElement
from slipring.iam.policies.statements import Names, Statement


def printed(policy: Policy) -> str:
    """The document of `policy`, without what it leaves to default; characters beyond ASCII are escaped."""
    document: dict[str, Any] = {"Version": policy.version}
    if policy.id:
        document["Id"] = policy.id
    document["Statement"] = [_statement(each) for each in policy.statements]
    return json.dumps(document, separators=(",", ":"))


def _statement(statement: Statement) -> dict[str, Any]:
    members: dict[str, Any] = {"Sid": statement.sid} if statement.sid else {}
    members["Effect"] = "Allow" if statement.allow else "Deny"
    if statement.principals is not None:
        members["NotPrincipal" if statement.principals.negated else "Principal"] = _principals(statement.principals)
    members |= _names("Action", statement.actions)
    if statement.resources is not None:
        members |= _names("Resource", statement.resources)
    for condition in statement.conditions:
        operators = members.setdefault("Condition", {})
        operators.setdefault(condition.operator, {})[condition.key] = _one_or_list(condition.values)
    return members


def _names(element: str, names: Names) -> dict[str, Any]:
    return {f"Not{element}" if names.negated else element: _one_or_list(names.texts)}


def _principals(element: PrincipalElement) -> Any:
    aws = element.listed
    kinds = {"AWS": aws, "Service": tuple(sorted(element.services)), "Federated": tuple(sorted(element.federated))}
    if aws == ("*",) and not element.services and not element.federated:
        return "*"
    return {kind: _one_or_list(texts) for kind, texts in kinds.items() if texts}


def _one_or_list(texts: tuple[str, ...]) -> Any:
    return texts[0] if len(texts) == 1 else list(texts)
