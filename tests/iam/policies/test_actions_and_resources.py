"""Which actions and resources a statement is about: wildcards, ARNs part by part, and the negated elements."""

from __future__ import annotations

import pytest

from slipring.iam.policies import Policies, evaluate
from tests.iam.policies.guide import (
    ACCOUNT,
    ACTION,
    INDEX,
    NOT_ACTION,
    NOT_RESOURCE,
    RESOURCE,
    TABLE,
    policy,
    question,
    statement,
)

Names = str | list[str]

ACTIONS: list[tuple[str, Names, str, bool]] = [
    (ACTION, "*", "dynamodb:GetItem", True),
    (ACTION, "*:*", "dynamodb:GetItem", True),
    (ACTION, "dynamodb:*", "dynamodb:GetItem", True),
    (ACTION, "dynamodb:*", "sts:GetCallerIdentity", False),
    (ACTION, "dynamodb:GetItem", "dynamodb:GetItem", True),
    (ACTION, "dynamodb:getitem", "dynamodb:GetItem", True),
    (ACTION, "DynamoDB:GETITEM", "dynamodb:GetItem", True),
    (ACTION, "dynamodb:GetItem", "dynamodb:GetItems", False),
    (ACTION, "dynamodb:Get*", "dynamodb:GetItem", True),
    (ACTION, "dynamodb:Get*", "dynamodb:BatchGetItem", False),
    (ACTION, "dynamodb:*Item", "dynamodb:BatchGetItem", True),
    (ACTION, "dynamodb:*Get*", "dynamodb:BatchGetItem", True),
    (ACTION, "dynamodb:*get*", "dynamodb:BatchGetItem", True),
    (ACTION, "dynamodb:?etItem", "dynamodb:GetItem", True),
    (ACTION, "dynamodb:?etItem", "dynamodb:BatchGetItem", False),
    (ACTION, "dynamodb:Batch*Item", "dynamodb:BatchWriteItem", True),
    (ACTION, ["dynamodb:PutItem", "dynamodb:GetItem"], "dynamodb:GetItem", True),
    (ACTION, ["dynamodb:PutItem", "dynamodb:DeleteItem"], "dynamodb:GetItem", False),
    (ACTION, ["dynamodb:PutItem", "*"], "dynamodb:GetItem", True),
    (ACTION, "iam:*AccessKey*", "iam:ListAccessKeys", True),
]


@pytest.mark.parametrize(("page", "actions", "asked", "allowed"), ACTIONS)
def test_action(page: str, actions: Names, asked: str, allowed: bool) -> None:
    """Actions match whatever their case; wildcards stand for any part of the name."""
    decision = evaluate(question(asked), Policies([policy(statement(Action=actions))]))
    assert decision.allowed is allowed, page


@pytest.mark.parametrize(("page", "actions", "asked", "left_out"), ACTIONS)
def test_not_action(page: str, actions: Names, asked: str, left_out: bool) -> None:
    """NotAction is about everything that Action is not about."""
    decision = evaluate(question(asked), Policies([policy(statement(NotAction=actions))]))
    assert decision.allowed is not left_out, NOT_ACTION


BUCKET = "arn:aws:s3:::DOC-EXAMPLE-BUCKET/"
RESOURCES: list[tuple[str, Names, str, bool]] = [
    (RESOURCE, "*", TABLE, True),
    (RESOURCE, "*", "*", True),
    (RESOURCE, TABLE, TABLE, True),
    (RESOURCE, TABLE, "*", False),
    (RESOURCE, TABLE, INDEX, False),
    (RESOURCE, TABLE, TABLE.lower(), False),
    (RESOURCE, TABLE + "*", INDEX, True),
    (RESOURCE, TABLE + "/*", INDEX, True),
    (RESOURCE, TABLE + "/*", TABLE, False),
    (RESOURCE, TABLE + "/index/*", INDEX, True),
    (RESOURCE, TABLE + "/index/*", TABLE + "/stream/2026-01-01T00:00:00.000", False),
    (RESOURCE, TABLE + "/stream/*", TABLE + "/stream/2026-01-01T00:00:00.000", True),
    (RESOURCE, f"arn:aws:dynamodb:*:{ACCOUNT}:table/GameScores", TABLE, True),
    (RESOURCE, "arn:aws:dynamodb:*:*:table/GameScores", TABLE, True),
    (RESOURCE, "arn:aws:dynamodb:us-west-?:*:table/GameScores", TABLE, True),
    (RESOURCE, "arn:aws:dynamodb:eu-*:*:table/GameScores", TABLE, False),
    (RESOURCE, "arn:aws:dynamodb:*:table/GameScores", TABLE, False),
    (RESOURCE, "arn:aws:dynamodb:*:444455556666:table/*", TABLE, False),
    (RESOURCE, "arn:aws:dynamodb:us-west-2:*:table/Game?cores", TABLE, True),
    (RESOURCE, "arn:aws:dynamodb:us-west-2:*:table/Game", TABLE, False),
    (RESOURCE, "arn:aws:dynamodb", TABLE, True),
    (RESOURCE, "arn:aws:dynamodb:*", TABLE, True),
    (RESOURCE, "arn:aws:dynamodb:eu-west-1", TABLE, False),
    (RESOURCE, "arn:aws:sqs", TABLE, False),
    (RESOURCE, "arn:aws-cn:dynamodb:*:*:*", TABLE, False),
    (RESOURCE, "arn:aws:s3:*:*:*", TABLE, False),
    (RESOURCE, [TABLE, INDEX], INDEX, True),
    (RESOURCE, [TABLE, INDEX], TABLE + "/index/other", False),
    (RESOURCE, BUCKET + "*/test/*", BUCKET + "1/test/object.jpg", True),
    (RESOURCE, BUCKET + "*/test/*", BUCKET + "1/2/test/object.jpg", True),
    (RESOURCE, BUCKET + "*/test/*", BUCKET + "1/2/test/3/object.jpg", True),
    (RESOURCE, BUCKET + "*/test/*", BUCKET + "1/2/3/test/4/object.jpg", True),
    (RESOURCE, BUCKET + "*/test/*", BUCKET + "1///test///object.jpg", True),
    (RESOURCE, BUCKET + "*/test/*", BUCKET + "1/test/.jpg", True),
    (RESOURCE, BUCKET + "*/test/*", BUCKET + "/test/object.jpg", True),
    (RESOURCE, BUCKET + "*/test/*", BUCKET + "1/test/", True),
    (RESOURCE, BUCKET + "*/test/*", BUCKET + "1-test/object.jpg", False),
    (RESOURCE, BUCKET + "*/test/*", BUCKET + "test/object.jpg", False),
    (RESOURCE, BUCKET + "*/test/*", BUCKET + "1/2/test.jpg", False),
]


@pytest.mark.parametrize(("page", "resources", "asked", "allowed"), RESOURCES)
def test_resource(page: str, resources: Names, asked: str, allowed: bool) -> None:
    """ARNs match part by part and letter by letter; only in the last part does a wildcard reach over colons."""
    decision = evaluate(question(resource=asked), Policies([policy(statement(Resource=resources))]))
    assert decision.allowed is allowed, page


@pytest.mark.parametrize(("page", "resources", "asked", "left_out"), RESOURCES)
def test_not_resource(page: str, resources: Names, asked: str, left_out: bool) -> None:
    """NotResource is about everything that Resource is not about."""
    decision = evaluate(question(resource=asked), Policies([policy(statement(NotResource=resources))]))
    assert decision.allowed is not left_out, NOT_RESOURCE


def test_deny_with_not_action_and_not_resource() -> None:
    """All but reading, and all but one table, is denied, whatever else allows it (NOT_ACTION)."""
    policies = Policies(
        [policy(statement(), statement("Deny", NotAction=["dynamodb:Get*", "dynamodb:Query"], NotResource=[INDEX]))]
    )
    assert evaluate(question("dynamodb:GetItem"), policies).allowed
    assert evaluate(question("dynamodb:Query", INDEX), policies).allowed
    assert evaluate(question("dynamodb:Scan", INDEX), policies).allowed
    assert not evaluate(question("dynamodb:Scan", TABLE), policies).allowed
