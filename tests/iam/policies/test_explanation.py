"""How a decision is told: AWS's words to who was denied, and the statement to who asks why."""

from __future__ import annotations

import pytest

from slipring.iam.policies import (
    Kind,
    Outcome,
    Policies,
    Principal,
    denial,
    environment,
    evaluate,
    explained,
    parse,
)
from slipring.iam.policies.evaluation import Decision
from tests.iam.policies.guide import ADA, ROOT, TABLE, document, policy, question, resource_policy, statement

DENIED = "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"
ASKED = f"User: {ADA.arn} is not authorized to perform: dynamodb:GetItem on resource: {TABLE} "


@pytest.mark.parametrize(
    ("outcome", "kind", "words"),
    [
        (Outcome.IMPLICIT_DENY, Kind.IDENTITY, "because no identity-based policy allows the dynamodb:GetItem action"),
        (Outcome.IMPLICIT_DENY, Kind.BOUNDARY, "because no permissions boundary allows the dynamodb:GetItem action"),
        (Outcome.IMPLICIT_DENY, Kind.SESSION, "because no session policy allows the dynamodb:GetItem action"),
        (Outcome.IMPLICIT_DENY, Kind.RESOURCE, "because no resource-based policy allows the dynamodb:GetItem action"),
        (Outcome.IMPLICIT_DENY, Kind.TRUST, "because no role trust policy allows the dynamodb:GetItem action"),
        (Outcome.EXPLICIT_DENY, Kind.IDENTITY, "with an explicit deny in an identity-based policy"),
        (Outcome.EXPLICIT_DENY, Kind.BOUNDARY, "with an explicit deny in a permissions boundary"),
        (Outcome.EXPLICIT_DENY, Kind.SESSION, "with an explicit deny in a session policy"),
        (Outcome.EXPLICIT_DENY, Kind.RESOURCE, "with an explicit deny in a resource-based policy"),
        (Outcome.EXPLICIT_DENY, Kind.TRUST, "with an explicit deny in the role trust policy"),
    ],
)
def test_what_the_denied_hear(outcome: Outcome, kind: Kind, words: str) -> None:
    """The kind of policy is named, and never what stands in it."""
    error = denial(question(), Decision(outcome, kind, None, cacheable=True))
    assert error.code == "AccessDeniedException"
    assert error.message == ASKED + words, DENIED


def test_the_statement_is_told() -> None:
    """Policy, place and Sid lead an administrator to the line to change."""
    policies = Policies([parse(document(statement(), statement("Deny", Sid="NoReads")), "ReadMusic")])
    words = f"explicit deny: {ADA.arn} dynamodb:GetItem on {TABLE}: statement 2 (NoReads) of identity-based policy"
    assert explained(question(), evaluate(question(), policies)) == f"{words} ReadMusic"


def test_what_is_missing_is_told() -> None:
    boundary = policy(statement(Action="dynamodb:ListTables"))
    decision = evaluate(question(), Policies([policy(statement())], boundary))
    assert explained(question(), decision).endswith(f"on {TABLE}: no permissions boundary allows it")


def test_the_resource_policy_is_told() -> None:
    decision = evaluate(question(), Policies(), resource_policy(statement(Principal="*")))
    assert explained(question(), decision).endswith("statement 1 of resource-based policy table")


def test_root_needs_no_policy() -> None:
    asked = question(principal=ROOT)
    line = explained(asked, evaluate(asked, Policies()))
    assert line.endswith(f"the root user of account {ROOT.account} needs no policy")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("aws:sourceip", "198.51.100.7"),
        ("aws:securetransport", "true"),
        ("aws:requestedregion", "eu-west-1"),
        ("aws:useragent", "Boto3/1.44"),
        ("aws:currenttime", "2024-02-29T23:59:59Z"),
        ("aws:epochtime", "1709251199"),
        ("aws:multifactorauthpresent", None),
    ],
)
def test_the_environment_of_a_request(key: str, value: str | None) -> None:
    """What conditions may ask about the request itself; nothing of multi-factor authentication, which there is not."""
    lookup = environment(
        epoch_s=1_709_251_199, source_ip="198.51.100.7", secure=True, region="eu-west-1", user_agent="Boto3/1.44"
    )
    assert lookup(key) == value


def test_principals_are_values() -> None:
    """Decisions are kept by principal, so that two that are alike must count as one."""
    assert hash(Principal(ADA.arn, ADA.account, user_id=ADA.user_id, tags={})) == hash(ADA)
