"""Steps against an endpoint that takes its time, as the service does. Nothing sleeps: pauses are values too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from slipring.provisioning.asking import Asking, Call, Pause, Refused
from slipring.provisioning.carrying_out import StepFailed, carry_out
from slipring.provisioning.plan import Step
from slipring.provisioning.policies import same_policy
from slipring.provisioning.settings import ARN

Answer = dict[str, Any] | Refused


def played(asking: Asking[None], answers: Iterator[Answer]) -> list[str]:
    """The operations that were asked for, each answered by the next answer."""
    asked = []
    try:
        wanted = next(asking)
        while True:
            if isinstance(wanted, Pause):
                asked.append("pause")
                wanted = asking.send({})
                continue
            asked.append(wanted.operation)
            answer = next(answers)
            wanted = asking.throw(answer) if isinstance(answer, Refused) else asking.send(answer)
    except StopIteration:
        return asked


def table(status: str, *indexes: str) -> dict[str, Any]:
    described = {
        "TableStatus": status,
        "TableArn": "arn",
        "GlobalSecondaryIndexes": [{"IndexStatus": i} for i in indexes],
    }
    return {"Table": described}


NOT_FOUND = Refused("ResourceNotFoundException", "Requested resource not found: Table: t not found")


def test_a_new_table_is_waited_for() -> None:
    """It is not found at first, then it is being made, then its index is."""
    step = Step("create it", Call("CreateTable", {"TableName": "t"}))
    answers: list[Answer] = [{}, NOT_FOUND, table("CREATING"), table("ACTIVE", "CREATING"), table("ACTIVE", "ACTIVE")]
    asked = played(carry_out("t", step), iter(answers))
    assert asked == ["CreateTable", *["DescribeTable", "pause"] * 3, "DescribeTable"]


def test_a_change_waits_for_the_one_before() -> None:
    """The service refuses a change of a table that is UPDATING."""
    step = Step("tag it", Call("TagResource", {"ResourceArn": ARN, "Tags": []}))
    answers = iter([table("UPDATING"), table("ACTIVE"), table("ACTIVE"), {}, table("ACTIVE")])
    asked = played(carry_out("t", step), answers)
    assert asked == ["DescribeTable", "pause", "DescribeTable", "DescribeTable", "TagResource", "DescribeTable"]


def test_a_refusal_names_table_and_step() -> None:
    step = Step("create it", Call("CreateTable", {"TableName": "t"}))
    with pytest.raises(StepFailed, match=r"^table t: cannot create it: LimitExceededException: too many$"):
        played(carry_out("t", step), iter([Refused("LimitExceededException", "too many")]))


def test_a_table_that_never_settles_is_given_up() -> None:
    """After ten minutes of pauses."""
    step = Step("create it", Call("CreateTable", {"TableName": "t"}))

    def answers() -> Iterator[dict[str, Any]]:
        yield {}
        while True:
            yield table("CREATING")

    with pytest.raises(StepFailed, match="the table does not settle"):
        played(carry_out("t", step), answers())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"Action": ["a"]}, {"Action": "a"}, True),
        ({"Action": ["a", "b"]}, {"Action": ["b", "a"]}, True),
        ({"Action": ["a", "b"]}, {"Action": "a"}, False),
        ({"Principal": {"AWS": "111122223333"}}, {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}}, True),
        ({"Sid": "111122223333"}, {"Sid": "arn:aws:iam::111122223333:root"}, False),
        ({"Statement": [{"Effect": "Allow"}]}, {"Statement": {"Effect": "Deny"}}, False),
        ({}, {}, True),
    ],
)
def test_policies_that_say_the_same_are_the_same(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    """The service writes a policy down in a form of its own; that is no difference to apply."""
    assert same_policy(one, other) is same
