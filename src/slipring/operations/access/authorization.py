"""Whether a request may be answered: every need of it is put to the policies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple, TypeAlias

from slipring.engine.table import Table
from slipring.iam.policies import Decision, Policies, Policy, Principal, Question, denial, evaluate
from slipring.iam.policies.questions import nothing
from slipring.iam.policies.templates import Lookup, Values
from slipring.operations.access.needs import Need
from slipring.operations.access.tags import RESOURCE_TAG, of_request, resource_tag
from slipring.operations.policies.actions import CROSS_ACCOUNT_ACTIONS

_PREFIX = "dynamodb:"

PolicyOf: TypeAlias = Callable[[str], Policy | None]
"""The policy attached to a resource: a table, for its indexes too, or a stream, by its ARN."""


class Access(NamedTuple):
    """Who asks, and all that decides."""

    principal: Principal
    policies: Policies
    policy_of: PolicyOf = lambda resource: None
    environment: Lookup = nothing
    untold_parts: Callable[[str], tuple[int, ...]] = lambda resource: ()
    """Of a resource's ARN; see `Question`."""


class Answered(NamedTuple):
    need: Need
    question: Question
    decision: Decision


def decided(needs: Iterable[Need], access: Access, tables: Mapping[str, Table]) -> Iterable[Answered]:
    """One decision after the other, as `slipring iam explain` tells them. `tables` are those that the needs name, as
    far as they exist. Raises ValidationException where a policy asks about a key that the request has malformed."""
    for need in needs:
        table = tables.get(need.table_name or "")
        question = Question(
            access.principal,
            _PREFIX + need.action,
            need.resource,
            partial(_look_up, need, table),
            access.environment,
            access.untold_parts(need.resource),
        )
        policy = access.policy_of(policy_holder(need.resource)) if _is_heard(question) else None
        yield Answered(need, question, evaluate(question, access.policies, policy))


def authorize(needs: Iterable[Need], access: Access, tables: Mapping[str, Table]) -> bool:
    """Whether the answer will be the same for the next request that needs the same actions on the same resources, as
    long as no policy changes. Raises AccessDeniedException for the first need that is not met."""
    cacheable = True
    for _, question, decision in decided(needs, access, tables):
        if not decision.allowed:
            raise denial(question, decision)
        cacheable = cacheable and decision.cacheable
    return cacheable


def _is_heard(question: Question) -> bool:
    """Whether the resource's policy has a say. An account's root user may remove a policy that denies it everything
    (API Reference, "DeleteResourcePolicy"), and not every action can be given to another account."""
    if question.principal.account != question.resource_account:
        return question.principal.is_service or question.action_lower in CROSS_ACCOUNT_ACTIONS
    return not (question.principal.is_root and question.action == _PREFIX + "DeleteResourcePolicy")


def policy_holder(resource: str) -> str:
    """The ARN of what a resource's policy is attached to: an index has its table's."""
    return resource.partition("/index/")[0]


def _look_up(need: Need, table: Table | None, key: str) -> Values | None:
    """Tables have tags, and indexes their table's ("Using attribute-based access control with DynamoDB")."""
    if key.startswith(_PREFIX) or of_request(key):
        return need.keys(key, table)
    if table is None or not key.startswith(RESOURCE_TAG) or policy_holder(need.resource).count("/") > 1:
        return None
    return resource_tag(table.record.get("Tags", {}), key)
