"""Whom the Principal element of a resource's policy means, and whom NotPrincipal leaves out."""

from __future__ import annotations

from typing import Any

import pytest

from slipring.iam.policies import Kind, Policies, Principal, Use, evaluate, parse
from tests.iam.policies.guide import (
    ACCOUNT,
    ADA,
    EVALUATION,
    FEDERATED,
    NOT_PRINCIPAL,
    PRINCIPAL,
    ROLE,
    SERVICE,
    SESSION,
    STRANGER,
    document,
    policy,
    question,
    resource_policy,
    statement,
)

ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"
OTHERS_ROOT = f"arn:aws:iam::{STRANGER.account}:root"

DENIED: list[tuple[str, Any, Principal, bool]] = [
    (PRINCIPAL, "*", ADA, True),
    (PRINCIPAL, {"AWS": "*"}, STRANGER, True),
    (PRINCIPAL, {"AWS": ADA.arn}, ADA, True),
    (PRINCIPAL, {"AWS": ADA.arn.replace("Ada", "ada")}, ADA, False),
    (PRINCIPAL, {"AWS": ADA.arn.replace("dev/", "")}, ADA, False),
    (PRINCIPAL, {"AWS": [STRANGER.arn, ADA.arn]}, ADA, True),
    (PRINCIPAL, {"AWS": ACCOUNT}, ADA, True),
    (PRINCIPAL, {"AWS": ROOT_ARN}, ADA, True),
    (PRINCIPAL, {"AWS": ROOT_ARN}, SESSION, True),
    (PRINCIPAL, {"AWS": ROOT_ARN}, STRANGER, False),
    (PRINCIPAL, {"AWS": ROLE}, SESSION, True),
    (PRINCIPAL, {"AWS": SESSION.arn}, SESSION, True),
    (PRINCIPAL, {"AWS": SESSION.arn}, ADA, False),
    (PRINCIPAL, {"AWS": ADA.arn}, FEDERATED, True),
    (PRINCIPAL, {"AWS": FEDERATED.arn}, ADA, False),
    (PRINCIPAL, {"AWS": ADA.user_id}, ADA, True),
    (PRINCIPAL, {"AWS": "AROAPLAYERPLAYERPLAY"}, SESSION, True),
    (PRINCIPAL, {"AWS": "AIDASOMEBODYSOMEBODY"}, ADA, False),
    (PRINCIPAL, {"Service": SERVICE.arn}, SERVICE, True),
    (PRINCIPAL, {"Service": SERVICE.arn}, ADA, False),
    (PRINCIPAL, {"AWS": STRANGER.arn, "Service": SERVICE.arn}, SERVICE, True),
    (PRINCIPAL, {"Federated": "accounts.google.com"}, ADA, False),
]


@pytest.mark.parametrize(("page", "named", "principal", "denied"), DENIED)
def test_deny(page: str, named: Any, principal: Principal, denied: bool) -> None:
    """A Deny is for whoever the element names: the account and the role of a session too."""
    table = resource_policy(statement(Principal="*"), statement("Deny", Principal=named))
    own = Policies([policy(statement())])
    assert evaluate(question(principal=principal), own, table).allowed is not denied, page


LEFT_OUT: list[tuple[Any, Principal, bool]] = [
    ({"AWS": [STRANGER.arn, OTHERS_ROOT]}, STRANGER, False),
    ({"AWS": [STRANGER.arn, OTHERS_ROOT]}, ADA, True),
    ({"AWS": [STRANGER.arn.replace("Bob", "Eve"), OTHERS_ROOT]}, STRANGER, True),
    ({"AWS": [STRANGER.arn]}, STRANGER, True),
    ({"AWS": [SESSION.arn, ROLE, ROOT_ARN]}, SESSION, False),
    ({"AWS": [ROLE, ROOT_ARN]}, SESSION, False),
    ({"AWS": [SESSION.arn, ROOT_ARN]}, SESSION, True),
    ({"AWS": [SESSION.arn, ROLE]}, SESSION, True),
    ({"AWS": [ADA.arn, ACCOUNT]}, ADA, False),
    ({"Service": SERVICE.arn}, SERVICE, False),
    ({"Service": SERVICE.arn}, ADA, True),
    ("*", ADA, False),
]


@pytest.mark.parametrize(("named", "principal", "denied"), LEFT_OUT)
def test_deny_all_but(named: Any, principal: Principal, denied: bool) -> None:
    """An exception from a Deny must name the account, and the role of a session, beside who is meant."""
    table = resource_policy(statement(Principal="*"), statement("Deny", NotPrincipal=named))
    own = Policies([policy(statement())])
    assert evaluate(question(principal=principal), own, table).allowed is not denied, NOT_PRINCIPAL


@pytest.mark.parametrize(
    ("named", "principal", "allowed"),
    [
        ({"AWS": STRANGER.arn}, ADA, True),
        ({"AWS": ADA.arn}, ADA, False),
        ({"AWS": ACCOUNT}, ADA, False),
        ({"AWS": ROLE}, SESSION, False),
        ({"AWS": SESSION.arn}, SESSION, False),
    ],
)
def test_allow_all_but(named: Any, principal: Principal, allowed: bool) -> None:
    """NotPrincipal with Allow grants to everyone whom it does not name in any way."""
    table = resource_policy(statement(NotPrincipal=named))
    assert evaluate(question(principal=principal), Policies(), table).allowed is allowed, NOT_PRINCIPAL


def test_everyone_but_one_by_condition() -> None:
    """What the guide recommends in place of NotPrincipal with Deny (PRINCIPAL)."""
    condition = {"ArnNotEquals": {"aws:PrincipalArn": ROLE}}
    table = resource_policy(statement(Principal="*"), statement("Deny", Principal="*", Condition=condition))
    assert evaluate(question(principal=SESSION), Policies(), table).allowed, PRINCIPAL
    assert not evaluate(question(principal=ADA), Policies(), table).allowed, PRINCIPAL


def test_role_trust() -> None:
    """A role's trust policy is about the role itself, so that it names no resource."""
    element = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ADA.arn}}
    trust = parse(document(element), "trust", Use.TRUST)
    assert evaluate(question("sts:AssumeRole", ROLE), Policies(), trust).allowed
    assert not evaluate(question("sts:AssumeRole", ROLE, principal=STRANGER), Policies(), trust).allowed


@pytest.mark.parametrize(
    ("named", "identity", "kind", "allowed"),
    [
        (STRANGER.arn, True, Kind.TRUST, False),
        (ADA.arn, False, Kind.TRUST, True),
        (ACCOUNT, False, Kind.IDENTITY, False),
        (ACCOUNT, True, Kind.IDENTITY, True),
    ],
)
def test_no_role_without_its_trust(named: str, identity: bool, kind: Kind, allowed: bool) -> None:
    """A trust policy must allow, unlike other resources' policies; one that names the account leaves it to IAM."""
    element = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": named}}
    own = Policies([policy(statement())] if identity else [])
    decision = evaluate(question("sts:AssumeRole", ROLE), own, parse(document(element), "trust", Use.TRUST))
    assert (decision.kind, decision.allowed) == (kind, allowed), EVALUATION
