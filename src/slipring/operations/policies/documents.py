"""What DynamoDB asks of a policy document beyond what any policy must be.

The words and the order were observed (see `model.errors.resource_policies`).
"""

from __future__ import annotations

from collections.abc import Iterable

from slipring.iam.policies import Policy, parse_resource_policy
from slipring.iam.policies.statements import Statement
from slipring.iam.policies.wildcards import compiled, marked
from slipring.model.errors import resource_policies as errors
from slipring.operations.policies.actions import STREAM_ACTIONS, TABLE_ACTIONS

_SERVICES = {"redshift.amazonaws.com", "replication.dynamodb.amazonaws.com"}
"""The only service principals that DynamoDB takes (aws/aws-cdk pull request 37335)."""

_LIMITING_KEYS = {
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:principalisawsservice",
    "aws:sourceip",
}
"""A condition on one of these keeps a policy for everyone from being public ("Blocking public access with
resource-based policies")."""
_NEGATIONS = ("Not", "Null", "IfExists", "ForAllValues")


def table_policy(document: str) -> Policy:
    """The policy of a table and its indexes. Raises ValidationException."""
    return _checked(document, on_stream=False)


def stream_policy(document: str) -> Policy:
    """The policy of a stream. Raises ValidationException."""
    return _checked(document, on_stream=True)


def _checked(document: str, *, on_stream: bool) -> Policy:
    policy = parse_resource_policy(document)
    actions = STREAM_ACTIONS if on_stream else TABLE_ACTIONS
    invalid = [name for each in policy.statements for name in each.actions.texts if not _means(name, actions)]
    if invalid:
        raise errors.invalid_action_names(invalid)
    for statement in policy.statements:
        _check_resources(statement, on_stream=on_stream)
    if any(each.principals.services - _SERVICES for each in policy.statements if each.principals is not None):
        raise errors.invalid_service_principal()
    if any(_is_public(each) for each in policy.statements):
        raise errors.unbounded_access()
    return policy


def _means(name: str, actions: Iterable[str]) -> bool:
    """Whether an action, perhaps with wildcards, stands for any of `actions`."""
    return any(map(compiled(marked(name.lower())), actions))


def _check_resources(statement: Statement, *, on_stream: bool) -> None:
    """A table's policy is about tables and indexes, of whatever name, and a stream's about streams."""
    for arn in () if statement.resources is None else statement.resources.texts:
        relative_id = arn.split(":", 5)[-1]
        if relative_id != "*" and ("/stream/" in relative_id) is not on_stream and arn.count(":") > 4:
            raise errors.invalid_relative_id(relative_id, arn)


def _is_public(statement: Statement) -> bool:
    element = statement.principals
    if not statement.allow or element is None or not (element.everyone or element.negated):
        return False
    return not any(
        condition.key.lower() in _LIMITING_KEYS
        and not any(part in condition.operator for part in _NEGATIONS)
        and "*" not in condition.values
        for condition in statement.conditions
    )
