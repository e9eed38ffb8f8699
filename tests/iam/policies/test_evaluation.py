"""What identity, resource, boundary and session policies come to together, within an account and across two."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from slipring.iam.policies import Kind, Outcome, Policies, Principal, evaluate
from tests.iam.policies.guide import (
    ACCOUNT,
    ADA,
    BOUNDARIES,
    CROSS_ACCOUNT,
    EVALUATION,
    FEDERATED,
    PRINCIPAL,
    ROLE,
    ROOT,
    SERVICE,
    SESSION,
    STRANGER,
    TABLE,
    policy,
    question,
    resource_policy,
    statement,
)

ALLOW, DENY, SILENT = "Allow", "Deny", "neither"
IDENTITY, BOUNDARY, SESSIONS, RESOURCE = Kind.IDENTITY, Kind.BOUNDARY, Kind.SESSION, Kind.RESOURCE
EXPLICIT, IMPLICIT, ALLOWED = Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY, Outcome.ALLOWED


class Case(NamedTuple):
    page: str
    principal: Principal
    outcome: Outcome
    kind: Kind
    identity: str = SILENT
    boundary: str = ""
    session: str = ""
    resource: str = ""
    """Empty where there is no such policy."""
    named: Any = "*"
    """Whom the resource's policy names."""


def _says(what: str, **members: Any) -> dict[str, Any]:
    """A statement that allows, denies, or is about something else."""
    if what == SILENT:
        return statement(Action="dynamodb:ListTables", **members)
    return statement(what, **members)


def _aws(*names: str) -> dict[str, list[str]]:
    return {"AWS": list(names)}


ACCOUNT_ROOT = f"arn:aws:iam::{ACCOUNT}:root"

ONE_ACCOUNT = [
    Case(EVALUATION, ADA, IMPLICIT, IDENTITY),
    Case(EVALUATION, ADA, ALLOWED, IDENTITY, ALLOW),
    Case(EVALUATION, ADA, EXPLICIT, IDENTITY, DENY),
    Case(EVALUATION, ADA, ALLOWED, RESOURCE, SILENT, resource=ALLOW, named=_aws(ADA.arn)),
    Case(EVALUATION, ADA, ALLOWED, IDENTITY, ALLOW, resource=SILENT),
    Case(EVALUATION, ADA, EXPLICIT, RESOURCE, ALLOW, resource=DENY),
    Case(EVALUATION, ADA, EXPLICIT, RESOURCE, ALLOW, resource=DENY, named=_aws(ACCOUNT)),
    Case(EVALUATION, ADA, EXPLICIT, IDENTITY, DENY, resource=ALLOW, named=_aws(ADA.arn)),
    Case(EVALUATION, ADA, ALLOWED, IDENTITY, ALLOW, resource=DENY, named=_aws(STRANGER.arn)),
    Case(EVALUATION, ADA, IMPLICIT, IDENTITY, SILENT, resource=ALLOW, named=_aws(STRANGER.arn)),
    Case(PRINCIPAL, ADA, ALLOWED, RESOURCE, SILENT, resource=ALLOW, named="*"),
    Case(PRINCIPAL, ADA, ALLOWED, RESOURCE, SILENT, resource=ALLOW, named=_aws("*")),
    Case(PRINCIPAL, ADA, IMPLICIT, IDENTITY, SILENT, resource=ALLOW, named=_aws(ACCOUNT)),
    Case(PRINCIPAL, ADA, ALLOWED, IDENTITY, ALLOW, resource=ALLOW, named=_aws(ACCOUNT_ROOT)),
    Case(EVALUATION, ROOT, ALLOWED, IDENTITY),
    Case(EVALUATION, ROOT, EXPLICIT, RESOURCE, resource=DENY),
    Case(EVALUATION, ROOT, EXPLICIT, RESOURCE, resource=DENY, named=_aws(ACCOUNT_ROOT)),
    Case(EVALUATION, ROOT, ALLOWED, IDENTITY, resource=DENY, named=_aws(ADA.arn)),
    Case(PRINCIPAL, SERVICE, IMPLICIT, RESOURCE, ALLOW),
    Case(PRINCIPAL, SERVICE, ALLOWED, RESOURCE, resource=ALLOW, named={"Service": SERVICE.arn}),
    Case(PRINCIPAL, SERVICE, IMPLICIT, RESOURCE, resource=ALLOW, named={"Service": "redshift.amazonaws.com"}),
    Case(PRINCIPAL, SERVICE, EXPLICIT, RESOURCE, resource=DENY, named={"Service": SERVICE.arn}),
    Case(PRINCIPAL, ADA, IMPLICIT, IDENTITY, resource=ALLOW, named={"Service": SERVICE.arn}),
]

LIMITED = [
    Case(BOUNDARIES, ADA, ALLOWED, IDENTITY, ALLOW, boundary=ALLOW),
    Case(BOUNDARIES, ADA, IMPLICIT, BOUNDARY, ALLOW, boundary=SILENT),
    Case(BOUNDARIES, ADA, EXPLICIT, BOUNDARY, ALLOW, boundary=DENY),
    Case(BOUNDARIES, ADA, IMPLICIT, IDENTITY, SILENT, boundary=ALLOW),
    Case(BOUNDARIES, ADA, EXPLICIT, BOUNDARY, SILENT, boundary=DENY, resource=ALLOW, named=_aws(ADA.arn)),
    Case(BOUNDARIES, ADA, ALLOWED, RESOURCE, SILENT, boundary=SILENT, resource=ALLOW, named=_aws(ADA.arn)),
    Case(BOUNDARIES, ADA, ALLOWED, RESOURCE, ALLOW, boundary=SILENT, resource=ALLOW, named=_aws(ADA.arn)),
    Case(PRINCIPAL, ADA, ALLOWED, RESOURCE, SILENT, boundary=SILENT, resource=ALLOW, named="*"),
    Case(BOUNDARIES, ADA, IMPLICIT, BOUNDARY, ALLOW, boundary=SILENT, resource=ALLOW, named=_aws(ACCOUNT)),
    Case(EVALUATION, SESSION, ALLOWED, IDENTITY, ALLOW),
    Case(EVALUATION, SESSION, IMPLICIT, IDENTITY, SILENT),
    Case(EVALUATION, SESSION, ALLOWED, IDENTITY, ALLOW, session=ALLOW),
    Case(EVALUATION, SESSION, IMPLICIT, SESSIONS, ALLOW, session=SILENT),
    Case(EVALUATION, SESSION, EXPLICIT, SESSIONS, ALLOW, session=DENY),
    Case(EVALUATION, SESSION, IMPLICIT, IDENTITY, SILENT, session=ALLOW),
    Case(EVALUATION, SESSION, IMPLICIT, BOUNDARY, ALLOW, boundary=SILENT, session=ALLOW),
    Case(EVALUATION, SESSION, IMPLICIT, SESSIONS, ALLOW, boundary=ALLOW, session=SILENT),
    Case(EVALUATION, SESSION, ALLOWED, IDENTITY, ALLOW, boundary=ALLOW, session=ALLOW),
    Case(EVALUATION, SESSION, ALLOWED, RESOURCE, SILENT, resource=ALLOW, named=_aws(ROLE)),
    Case(EVALUATION, SESSION, IMPLICIT, BOUNDARY, SILENT, boundary=SILENT, resource=ALLOW, named=_aws(ROLE)),
    Case(EVALUATION, SESSION, IMPLICIT, SESSIONS, SILENT, session=SILENT, resource=ALLOW, named=_aws(ROLE)),
    Case(EVALUATION, SESSION, ALLOWED, RESOURCE, SILENT, ALLOW, ALLOW, ALLOW, _aws(ROLE)),
    Case(EVALUATION, SESSION, ALLOWED, RESOURCE, SILENT, SILENT, SILENT, ALLOW, _aws(SESSION.arn)),
    Case(EVALUATION, SESSION, EXPLICIT, SESSIONS, SILENT, SILENT, DENY, ALLOW, _aws(SESSION.arn)),
    Case(EVALUATION, SESSION, EXPLICIT, BOUNDARY, SILENT, DENY, SILENT, ALLOW, _aws(SESSION.arn)),
    Case(EVALUATION, SESSION, ALLOWED, RESOURCE, SILENT, SILENT, SILENT, ALLOW, _aws(ROLE, SESSION.arn)),
    Case(EVALUATION, SESSION, IMPLICIT, IDENTITY, resource=ALLOW, named=_aws(SESSION.arn.replace("ada-1", "bob"))),
    Case(EVALUATION, SESSION, EXPLICIT, RESOURCE, ALLOW, resource=DENY, named=_aws(ROLE)),
    Case(EVALUATION, SESSION, EXPLICIT, RESOURCE, ALLOW, resource=DENY, named=_aws(SESSION.arn)),
    Case(EVALUATION, SESSION, EXPLICIT, RESOURCE, ALLOW, resource=DENY, named=_aws(ACCOUNT)),
    Case(EVALUATION, FEDERATED, ALLOWED, RESOURCE, SILENT, SILENT, SILENT, ALLOW, _aws(FEDERATED.arn)),
    Case(EVALUATION, FEDERATED, IMPLICIT, SESSIONS, SILENT, session=SILENT, resource=ALLOW, named=_aws(ADA.arn)),
    Case(EVALUATION, FEDERATED, IMPLICIT, BOUNDARY, SILENT, boundary=SILENT, resource=ALLOW, named=_aws(ADA.arn)),
    Case(EVALUATION, FEDERATED, ALLOWED, RESOURCE, SILENT, ALLOW, ALLOW, ALLOW, _aws(ADA.arn)),
    Case(EVALUATION, FEDERATED, IMPLICIT, SESSIONS, ALLOW, session=SILENT),
]

TWO_ACCOUNTS = [
    Case(CROSS_ACCOUNT, STRANGER, IMPLICIT, RESOURCE, ALLOW),
    Case(CROSS_ACCOUNT, STRANGER, IMPLICIT, RESOURCE, ALLOW, resource=SILENT),
    Case(CROSS_ACCOUNT, STRANGER, IMPLICIT, IDENTITY, SILENT, resource=ALLOW),
    Case(CROSS_ACCOUNT, STRANGER, IMPLICIT, IDENTITY, SILENT, resource=ALLOW, named=_aws(STRANGER.arn)),
    Case(CROSS_ACCOUNT, STRANGER, ALLOWED, RESOURCE, ALLOW, resource=ALLOW),
    Case(CROSS_ACCOUNT, STRANGER, ALLOWED, RESOURCE, ALLOW, resource=ALLOW, named=_aws(STRANGER.arn)),
    Case(CROSS_ACCOUNT, STRANGER, ALLOWED, RESOURCE, ALLOW, resource=ALLOW, named=_aws(STRANGER.account)),
    Case(CROSS_ACCOUNT, STRANGER, IMPLICIT, RESOURCE, ALLOW, resource=ALLOW, named=_aws(ACCOUNT)),
    Case(CROSS_ACCOUNT, STRANGER, IMPLICIT, RESOURCE, ALLOW, resource=ALLOW, named=_aws(ADA.arn)),
    Case(CROSS_ACCOUNT, STRANGER, EXPLICIT, IDENTITY, DENY, resource=ALLOW),
    Case(CROSS_ACCOUNT, STRANGER, EXPLICIT, RESOURCE, ALLOW, resource=DENY),
    Case(CROSS_ACCOUNT, STRANGER, IMPLICIT, BOUNDARY, ALLOW, boundary=SILENT, resource=ALLOW),
    Case(CROSS_ACCOUNT, STRANGER, IMPLICIT, BOUNDARY, ALLOW, SILENT, "", ALLOW, _aws(STRANGER.arn)),
    Case(CROSS_ACCOUNT, STRANGER, IMPLICIT, SESSIONS, ALLOW, session=SILENT, resource=ALLOW),
    Case(CROSS_ACCOUNT, STRANGER, ALLOWED, RESOURCE, ALLOW, ALLOW, ALLOW, ALLOW),
]

CASES = ONE_ACCOUNT + LIMITED + TWO_ACCOUNTS


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case[2:8])))
def test_policies_together(case: Case) -> None:
    """The outcome, and the kind of policy that the answer names for it."""
    own = Policies(
        identity=[policy(_says(case.identity))],
        boundary=policy(_says(case.boundary)) if case.boundary else None,
        session=[policy(_says(case.session))] if case.session else [],
    )
    table = resource_policy(_says(case.resource, Principal=case.named)) if case.resource else None
    decision = evaluate(question(principal=case.principal), own, table)
    assert (decision.outcome, decision.kind) == (case.outcome, case.kind), case.page


def test_one_allow_among_several_policies_is_enough() -> None:
    """A user's policies and those of its groups add up."""
    policies = Policies([policy(_says(SILENT)), policy(_says(SILENT), _says(ALLOW))])
    assert evaluate(question(), policies).allowed, EVALUATION


def test_one_deny_among_many_allows_is_enough() -> None:
    """ "An explicit deny in any of these policies overrides the allow.\""""
    policies = Policies([policy(_says(ALLOW)), policy(_says(ALLOW), _says(DENY, Resource=TABLE))])
    assert evaluate(question(), policies).outcome is EXPLICIT, EVALUATION


def test_session_policies_add_up_before_they_limit() -> None:
    """A session's inline policy and its managed policies together are the limit."""
    policies = Policies([policy(_says(ALLOW))], session=[policy(_says(SILENT)), policy(_says(ALLOW))])
    assert evaluate(question(principal=SESSION), policies).allowed, EVALUATION


def test_a_decision_names_its_statement() -> None:
    """Whoever asks why needs the policy and the place in it."""
    wanted = policy(_says(SILENT), statement(Sid="Reading", Action="dynamodb:Get*"))
    decision = evaluate(question(), Policies([policy(_says(SILENT)), wanted]))
    assert decision.deciding is not None
    assert decision.deciding.policy is wanted
    assert (decision.deciding.statement.index, decision.deciding.statement.sid) == (1, "Reading")


@pytest.mark.parametrize(
    ("extra", "cacheable"),
    [
        (statement("Deny", Action="dynamodb:PutItem", Condition={"Bool": {"aws:SecureTransport": "false"}}), True),
        (statement("Deny", Action="dynamodb:Get*", Condition={"Bool": {"aws:SecureTransport": "false"}}), False),
        (statement("Deny", Action="dynamodb:Get*", Resource="arn:aws:dynamodb:*:*:table/${aws:username}"), False),
        (statement("Deny", Action="dynamodb:Get*", Resource="arn:aws:dynamodb:*:*:table/other"), True),
    ],
)
def test_a_decision_says_whether_it_may_be_kept(extra: dict[str, Any], cacheable: bool) -> None:
    """Only where neither a condition nor a variable could have changed it is a decision the same next time."""
    decision = evaluate(question(context={"aws:SecureTransport": "true"}), Policies([policy(statement(), extra)]))
    assert decision.allowed
    assert decision.cacheable is cacheable
