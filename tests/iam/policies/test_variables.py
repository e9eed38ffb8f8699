"""Policy variables: where they stand for something, for what, and what a missing value comes to."""

from __future__ import annotations

import pytest

from slipring.iam.policies import Policies, Principal, evaluate
from tests.iam.policies.guide import (
    ACCOUNT,
    ADA,
    FEDERATED,
    GLOBAL_KEYS,
    ROLE,
    ROOT,
    SERVICE,
    SESSION,
    VARIABLES,
    VERSION,
    policy,
    question,
    statement,
)

TABLES = f"arn:aws:dynamodb:us-west-2:{ACCOUNT}:table/"
TAGGED = Principal(ADA.arn, ACCOUNT, user_id="AIDA", tags={"Team": "yellow", "star": "*", "empty": ""})

RESOURCES: list[tuple[str, str, str, Principal, bool]] = [
    (VARIABLES, "${aws:username}", "Ada", ADA, True),
    (VARIABLES, "${aws:username}", "Bob", ADA, False),
    (VARIABLES, "${AWS:UserName}", "Ada", ADA, True),
    (VARIABLES, "home-${aws:username}-*", "home-Ada-1", ADA, True),
    (VARIABLES, "home-${aws:username}-*", "home-Adam-1", ADA, False),
    (VARIABLES, "${aws:username}", "Ada", SESSION, False),
    (VARIABLES, "${aws:username}", "", SESSION, False),
    (VARIABLES, "${aws:userid}", "AROAPLAYERPLAYERPLAY:ada-1", SESSION, True),
    (VARIABLES, "${aws:userid}", "AIDAADAADAADAADAADA", ADA, True),
    (VARIABLES, "${aws:PrincipalTag/Team}", "yellow", TAGGED, True),
    (VARIABLES, "${aws:principaltag/team}", "yellow", TAGGED, True),
    (VARIABLES, "${aws:PrincipalTag/Team}", "yellow", ADA, False),
    (VARIABLES, "b-${aws:PrincipalTag/Team, 'company-wide'}", "b-yellow", TAGGED, True),
    (VARIABLES, "b-${aws:PrincipalTag/Team, 'company-wide'}", "b-company-wide", TAGGED, False),
    (VARIABLES, "b-${aws:PrincipalTag/Team, 'company-wide'}", "b-company-wide", ADA, True),
    (VARIABLES, "b-${aws:PrincipalTag/Team, ''}", "b-", ADA, True),
    (VARIABLES, "b-${aws:PrincipalTag/Team, '*'}", "b-anything", ADA, False),
    (VARIABLES, "b-${aws:PrincipalTag/star}", "b-anything", TAGGED, False),
    (VARIABLES, "b-${aws:PrincipalTag/star}", "b-*", TAGGED, True),
    (VARIABLES, "b-${*}", "b-*", ADA, True),
    (VARIABLES, "b-${*}", "b-x", ADA, False),
    (VARIABLES, "b-${?}", "b-?", ADA, True),
    (VARIABLES, "b-${?}", "b-x", ADA, False),
    (VARIABLES, "b-${$}{x}", "b-${x}", ADA, True),
    (VARIABLES, "b-$x", "b-$x", ADA, True),
    (VARIABLES, "${aws:username}/${aws:username}", "Ada/Ada", ADA, True),
    (VARIABLES, "${test:Multi}", "a", ADA, False),
    (VARIABLES, "${test:Single}", "one", ADA, True),
]
CONTEXT: dict[str, str | list[str]] = {"test:Multi": ["a"], "test:Single": "one"}


@pytest.mark.parametrize(("page", "pattern", "name", "principal", "allowed"), RESOURCES)
def test_in_a_resource(page: str, pattern: str, name: str, principal: Principal, allowed: bool) -> None:
    """In the last part of an ARN a variable stands for the request's value, letter by letter, or matches nothing."""
    asked = question(resource=TABLES + name, context=CONTEXT, principal=principal)
    decision = evaluate(asked, Policies([policy(statement(Resource=TABLES + pattern))]))
    assert decision.allowed is allowed, page


@pytest.mark.parametrize(("page", "pattern", "name", "principal", "left_out"), RESOURCES)
def test_in_not_resource(page: str, pattern: str, name: str, principal: Principal, left_out: bool) -> None:
    """A variable without a value matches no resource in NotResource either, so that the statement is about all."""
    asked = question(resource=TABLES + name, context=CONTEXT, principal=principal)
    decision = evaluate(asked, Policies([policy(statement(NotResource=TABLES + pattern))]))
    assert decision.allowed is not left_out, page


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:dynamodb:us-west-2:${aws:PrincipalAccount}:table/T",
        "arn:aws:dynamodb:${aws:RequestedRegion}:111122223333:table/T",
    ],
)
def test_not_before_the_fifth_colon(arn: str) -> None:
    """ "You can't use a variable to replace parts of the ARN before the fifth colon" (VARIABLES)."""
    asked = question(resource=TABLES + "T", context={"aws:RequestedRegion": "us-west-2"})
    assert not evaluate(asked, Policies([policy(statement(Resource=arn))])).allowed, VARIABLES


CONDITIONS: list[tuple[str, str, str, str | None, bool]] = [
    (VARIABLES, "StringEquals", "${aws:username}", "Ada", True),
    (VARIABLES, "StringEquals", "${aws:username}", "ada", False),
    (VARIABLES, "StringEqualsIgnoreCase", "${aws:username}", "ada", True),
    (VARIABLES, "StringEquals", "*${aws:username}", "*Ada", True),
    (VARIABLES, "StringLike", "home/${aws:username}/*", "home/Ada/x", True),
    (VARIABLES, "StringLike", "home/${aws:username}/*", "home/Bob/x", False),
    (VARIABLES, "StringLike", "${aws:username}?", "Ada1", True),
    (VARIABLES, "StringEquals", "${aws:PrincipalTag/Team}", "yellow", False),
    (VARIABLES, "StringNotEquals", "${aws:PrincipalTag/Team}", "yellow", True),
    (VARIABLES, "StringNotLike", "${aws:PrincipalTag/Team}*", "yellow", True),
    (VARIABLES, "StringEquals", "${aws:PrincipalTag/Team, 'none'}", "none", True),
    (VARIABLES, "StringNotEquals", "${aws:PrincipalTag/Team, 'none'}", "none", False),
    (VARIABLES, "ArnLike", "arn:aws:iam::${aws:PrincipalAccount}:user/*", "arn:aws:iam::111122223333:user/x", True),
    (VARIABLES, "ArnEquals", "${aws:PrincipalArn}", ADA.arn, True),
    (VARIABLES, "ArnNotEquals", "${aws:PrincipalArn}", ADA.arn, False),
    (VARIABLES, "Bool", "${aws:PrincipalIsAWSService}", "false", True),
    (VARIABLES, "Bool", "${aws:username}", "true", False),
    (VARIABLES, "StringEquals", "${aws:username}", None, False),
]


@pytest.mark.parametrize(("page", "operator", "wanted", "given", "holds"), CONDITIONS)
def test_in_a_condition(page: str, operator: str, wanted: str, given: str | None, holds: bool) -> None:
    """In text and ARN conditions a variable is the request's value; without one there is nothing equal or like it."""
    asked = question(context={} if given is None else {"test:Key": given})
    decision = evaluate(asked, Policies([policy(statement(Condition={operator: {"test:Key": wanted}}))]))
    assert decision.allowed is holds, page


def test_the_older_language_knows_no_variables() -> None:
    """In a document of 2008-10-17 `${aws:username}` is a text like any other (VERSION)."""
    older = policy(statement(Resource=TABLES + "${aws:username}"), version="2008-10-17")
    assert not evaluate(question(resource=TABLES + "Ada"), Policies([older])).allowed, VERSION
    assert evaluate(question(resource=TABLES + "${aws:username}"), Policies([older])).allowed, VERSION


PRINCIPALS: list[tuple[str, Principal, str, str | None]] = [
    (GLOBAL_KEYS, ADA, "aws:PrincipalArn", ADA.arn),
    (GLOBAL_KEYS, SESSION, "aws:PrincipalArn", ROLE),
    (GLOBAL_KEYS, FEDERATED, "aws:PrincipalArn", FEDERATED.arn),
    (GLOBAL_KEYS, ROOT, "aws:PrincipalArn", ROOT.arn),
    (GLOBAL_KEYS, SERVICE, "aws:PrincipalArn", None),
    (GLOBAL_KEYS, ADA, "aws:PrincipalAccount", ACCOUNT),
    (GLOBAL_KEYS, SERVICE, "aws:PrincipalAccount", None),
    (VARIABLES, ADA, "aws:PrincipalType", "User"),
    (VARIABLES, ROOT, "aws:PrincipalType", "Account"),
    (VARIABLES, SESSION, "aws:PrincipalType", "AssumedRole"),
    (VARIABLES, FEDERATED, "aws:PrincipalType", "FederatedUser"),
    (VARIABLES, ADA, "aws:username", "Ada"),
    (VARIABLES, ROOT, "aws:username", None),
    (VARIABLES, SESSION, "aws:username", None),
    (VARIABLES, FEDERATED, "aws:username", None),
    (VARIABLES, ROOT, "aws:userid", ACCOUNT),
    (VARIABLES, FEDERATED, "aws:userid", f"{ACCOUNT}:Fay"),
    (GLOBAL_KEYS, ADA, "aws:PrincipalIsAWSService", "false"),
    (GLOBAL_KEYS, SERVICE, "aws:PrincipalIsAWSService", "true"),
    (GLOBAL_KEYS, ADA, "aws:MultiFactorAuthPresent", None),
    (GLOBAL_KEYS, ADA, "aws:ResourceAccount", ACCOUNT),
    (GLOBAL_KEYS, TAGGED, "aws:PrincipalTag/team", "yellow"),
]


@pytest.mark.parametrize(("page", "principal", "key", "value"), PRINCIPALS)
def test_keys_of_the_principal(page: str, principal: Principal, key: str, value: str | None) -> None:
    """Which keys a request has depends on who sends it, as the table of principal key values says."""
    assert question(principal=principal).lookup(key.lower()) == value, page
