"""PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy, and the ResourcePolicy of CreateTable.

API Reference of the three; "Using resource-based policies for DynamoDB" in the Developer Guide. What documents read
back as, the revisions and the messages were observed at the service by others (see
`slipring.model.errors.resource_policies`).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.tables.conftest import CreateTable, described
from tests.conftest import Client, error_of, unique

INVALID = "One or more parameter values were invalid: "
DOCUMENT = f"{INVALID}Invalid policy document: "
ROOT = "arn:aws:iam::111122223333:root"


@pytest.fixture
def arn(ddb: Client, create: CreateTable) -> str:
    """Of a table without a policy."""
    found: str = described(ddb, create())["TableArn"]
    return found


@pytest.fixture
def stream_arn(ddb: Client, create: CreateTable) -> str:
    """Of a stream without a policy."""
    name = create(StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    found: str = described(ddb, name)["LatestStreamArn"]
    return found


def allow(resource: str, *actions: str, **more: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": ROOT},
        "Action": list(actions or ("dynamodb:GetItem", "dynamodb:Query")),
        "Resource": resource,
        **more,
    }


def document(*statements: dict[str, Any], **layout: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, **layout)


def put(ddb: Client, arn: str, *statements: dict[str, Any], **more: Any) -> str:
    """The revision."""
    answer = ddb.put_resource_policy(ResourceArn=arn, Policy=document(*statements), **more)
    revision: str = answer["RevisionId"]
    return revision


def stored(ddb: Client, arn: str) -> Any:
    return json.loads(ddb.get_resource_policy(ResourceArn=arn)["Policy"])


def refusal(ddb: Client, arn: str, policy: str, **more: Any) -> tuple[str, str]:
    return error_of(lambda: ddb.put_resource_policy(ResourceArn=arn, Policy=policy, **more))


def test_put_get_delete(ddb: Client, arn: str) -> None:
    """Each tells the revision: the one that now is, or the one that was removed."""
    revision = put(ddb, arn, allow(arn))
    found = ddb.get_resource_policy(ResourceArn=arn)
    assert found["RevisionId"] == revision
    assert json.loads(found["Policy"])["Statement"] == [allow(arn)]
    assert ddb.delete_resource_policy(ResourceArn=arn)["RevisionId"] == revision
    assert "RevisionId" not in ddb.delete_resource_policy(ResourceArn=arn)


def test_a_table_has_no_policy_at_first(ddb: Client, arn: str) -> None:
    """Terraform reads the policy of every table and takes this exception for none."""
    assert error_of(lambda: ddb.get_resource_policy(ResourceArn=arn)) == (
        "PolicyNotFoundException",
        f"Resource-based policy not found for the provided ResourceArn: {arn}",
    )


def test_how_a_document_reads_back(ddb: Client, arn: str) -> None:
    """Without white space, in one order, lists of one as the one, accounts as the ARN of their root."""
    statement = {
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": ["games"]}},
        "Resource": [arn],
        "Action": ["dynamodb:Query", "dynamodb:GetItem"],
        "Principal": {"AWS": ["111122223333", ROOT, "arn:aws:iam::111122223333:user/Ada"]},
        "Effect": "Allow",
        "Sid": "Readers",
    }
    ddb.put_resource_policy(ResourceArn=arn, Policy=document(statement, indent=4))
    assert ddb.get_resource_policy(ResourceArn=arn)["Policy"] == (
        '{"Version":"2012-10-17","Statement":[{"Sid":"Readers","Effect":"Allow",'
        f'"Principal":{{"AWS":["{ROOT}","arn:aws:iam::111122223333:user/Ada"]}},'
        f'"Action":["dynamodb:Query","dynamodb:GetItem"],"Resource":"{arn}",'
        '"Condition":{"StringEquals":{"aws:PrincipalTag/team":"games"}}}]}'
    )


def test_the_same_policy_again_is_no_change(ddb: Client, arn: str) -> None:
    """However it is written down; another one has a later revision."""
    revision = put(ddb, arn, allow(arn))
    same = {"Statement": allow([arn]), "Version": "2012-10-17"}  # type: ignore[arg-type]
    again = ddb.put_resource_policy(ResourceArn=arn, Policy=json.dumps(same, indent=2))
    assert again["RevisionId"] == revision
    assert int(put(ddb, arn, allow(arn, "dynamodb:PutItem"))) > int(revision)


def test_the_expected_revision(ddb: Client, arn: str) -> None:
    """Two administrators never overwrite each other's policy: whoever expects another revision is refused."""
    first = put(ddb, arn, allow(arn), ExpectedRevisionId="NO_POLICY")
    assert refusal(ddb, arn, document(allow(arn)), ExpectedRevisionId="NO_POLICY")[0] == "PolicyNotFoundException"
    second = put(ddb, arn, allow(arn, "dynamodb:Scan"), ExpectedRevisionId=first)
    assert refusal(ddb, arn, document(allow(arn)), ExpectedRevisionId=first)[0] == "PolicyNotFoundException"
    with_first = {"ResourceArn": arn, "ExpectedRevisionId": first}
    assert error_of(lambda: ddb.delete_resource_policy(**with_first))[0] == "PolicyNotFoundException"
    assert ddb.get_resource_policy(ResourceArn=arn)["RevisionId"] == second
    ddb.delete_resource_policy(ResourceArn=arn, ExpectedRevisionId=second)
    assert error_of(lambda: ddb.delete_resource_policy(**with_first))[0] == "PolicyNotFoundException"


def test_a_stream_has_a_policy_of_its_own(ddb: Client, stream_arn: str) -> None:
    table_arn = stream_arn.partition("/stream/")[0]
    revision = put(ddb, stream_arn, allow(stream_arn, "dynamodb:GetRecords"))
    assert error_of(lambda: ddb.get_resource_policy(ResourceArn=table_arn))[0] == "PolicyNotFoundException"
    put(ddb, table_arn, allow(table_arn))
    assert stored(ddb, stream_arn)["Statement"][0]["Action"] == "dynamodb:GetRecords"
    assert ddb.delete_resource_policy(ResourceArn=stream_arn)["RevisionId"] == revision
    assert stored(ddb, table_arn)["Statement"] == [allow(table_arn)]


def test_a_stream_keeps_its_policy_when_it_is_turned_off(ddb: Client, stream_arn: str) -> None:
    """Its records are read for another day."""
    name = stream_arn.split("/")[1]
    put(ddb, stream_arn, allow(stream_arn, "dynamodb:GetRecords"))
    ddb.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
    assert stored(ddb, stream_arn)["Statement"][0]["Resource"] == stream_arn
    put(ddb, stream_arn, allow(stream_arn, "dynamodb:DescribeStream"))
    assert stored(ddb, stream_arn)["Statement"][0]["Action"] == "dynamodb:DescribeStream"


def test_policies_go_with_their_table(ddb: Client, stream_arn: str) -> None:
    """A table of the same name begins without; the stream that is left has none either (observed)."""
    table_arn, name = stream_arn.partition("/stream/")[0], stream_arn.split("/")[1]
    put(ddb, table_arn, allow(table_arn))
    put(ddb, stream_arn, allow(stream_arn, "dynamodb:GetRecords"))
    ddb.delete_table(TableName=name)
    assert error_of(lambda: ddb.get_resource_policy(ResourceArn=stream_arn))[0] == "PolicyNotFoundException"
    absent = ("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
    assert error_of(lambda: ddb.get_resource_policy(ResourceArn=table_arn)) == absent
    assert error_of(lambda: ddb.delete_resource_policy(ResourceArn=table_arn)) == absent
    assert refusal(ddb, table_arn, document(allow(table_arn))) == absent


def test_create_table_with_a_policy(ddb: Client, create: CreateTable) -> None:
    """It is there as soon as the table is, and no description tells it."""
    name = create(ResourcePolicy=document(allow("*")))
    description = described(ddb, name)
    assert "ResourcePolicy" not in description
    assert stored(ddb, description["TableArn"])["Statement"] == [allow("*")]


def test_create_table_refuses_a_wrong_policy(ddb: Client, create: CreateTable) -> None:
    assert error_of(lambda: create(ResourcePolicy="{")) == (
        "ValidationException",
        f"{DOCUMENT}This policy contains invalid Json",
    )


def test_a_policy_survives_changes_of_its_table(ddb: Client, arn: str) -> None:
    put(ddb, arn, allow(arn))
    ddb.update_table(TableName=arn, DeletionProtectionEnabled=False)
    ddb.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    assert stored(ddb, arn)["Statement"] == [allow(arn)]


DENY = {"Effect": "Deny", "Principal": "*", "Resource": "*"}
REFUSED: list[tuple[str, str]] = [
    ("", f"{DOCUMENT}This policy contains invalid Json"),
    ("{not json", f"{DOCUMENT}This policy contains invalid Json"),
    (document(), f"{DOCUMENT}Could not parse the policy: Statement is empty!"),
    (document({**DENY, "Sid": "A", "Action": "dynamodb:Scan"}, {**DENY, "Sid": "A", "Action": "dynamodb:Scan"}),
     f"{DOCUMENT}The Statement Ids in the policy are not unique"),
    (document({"Effect": "Deny", "Principal": "*", "Action": "dynamodb:Scan"}),
     f"{DOCUMENT}Missing required field Resource"),
    (document({"Effect": "Deny", "Action": "dynamodb:Scan", "Resource": "*"}),
     f"{DOCUMENT}Missing required field Principal"),
    (document(allow("*", "dynamodb:GetRecords", "dynamodb:GetItem", "dynamodb:DescribeStream")),
     f'{DOCUMENT}The following action names are invalid: "dynamodb:GetRecords", "dynamodb:DescribeStream"'),
    (document(allow("*", "dynamodb:Nonsense", "s3:GetObject")),
     f'{DOCUMENT}The following action names are invalid: "dynamodb:Nonsense", "s3:GetObject"'),
    (document(allow("*", Principal={"Service": "lambda.amazonaws.com"})),
     f"{DOCUMENT}Policy contains invalid service principal"),
    (document(allow("*", Principal={"AWS": "arn:aws:iam::111122223333:user/*"})),
     f"{INVALID}Invalid principal in policy document."),
    (document(allow("arn:aws:dynamodb:us-east-1:111122223333:table/T/stream/2026-01-01T00:00:00.000")),
     f'{DOCUMENT}The relative-id "table/T/stream/2026-01-01T00:00:00.000" is invalid for ARN'
     ' "arn:aws:dynamodb:us-east-1:111122223333:table/T/stream/2026-01-01T00:00:00.000"'),
    (document(allow("*")) + " " * 20_480, f"{INVALID}Maximum policy size of 20480 bytes exceeded"),
    (document(*[allow("*")] * 200), f"{INVALID}Maximum policy size of 20480 bytes exceeded"),
    (document(allow("*", Principal="*")),
     "Resource-based policy grants unbounded access in one or more elements. Please revise the policy to ensure"
     " least-privilege form of access"),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "message"), REFUSED, ids=range(len(REFUSED)))
def test_refused_documents(ddb: Client, arn: str, policy: str, message: str) -> None:
    """Nothing is attached that DynamoDB could not enforce, or that would open a table to everybody."""
    assert refusal(ddb, arn, policy) == ("ValidationException", message)
    assert error_of(lambda: ddb.get_resource_policy(ResourceArn=arn))[0] == "PolicyNotFoundException"


@pytest.mark.parametrize(
    "statement",
    [
        allow("*", "dynamodb:*"),
        allow("*", "dynamodb:getitem"),
        allow("arn:aws:dynamodb:us-east-1:111122223333:table/Another"),
        allow("arn:aws:dynamodb:us-east-1:111122223333:table/T/index/*"),
        allow("*", Principal={"Service": "replication.dynamodb.amazonaws.com"}),
        allow("*", Principal="*", Condition={"StringEquals": {"aws:PrincipalAccount": "111122223333"}}),
    ],
)
def test_accepted_statements(ddb: Client, arn: str, statement: dict[str, Any]) -> None:
    """Wildcards, another table's name and indexes are fine, and everyone if a condition says who that is."""
    put(ddb, arn, statement)
    assert len(stored(ddb, arn)["Statement"]) == 1


def test_a_stream_takes_stream_actions_and_resources_only(ddb: Client, stream_arn: str) -> None:
    table_arn = stream_arn.partition("/stream/")[0]
    assert refusal(ddb, stream_arn, document(allow(stream_arn, "dynamodb:GetItem"))) == (
        "ValidationException",
        f'{DOCUMENT}The following action names are invalid: "dynamodb:GetItem"',
    )
    relative_id = table_arn.split(":", 5)[-1]
    assert refusal(ddb, stream_arn, document(allow(table_arn, "dynamodb:GetRecords"))) == (
        "ValidationException",
        f'{DOCUMENT}The relative-id "{relative_id}" is invalid for ARN "{table_arn}"',
    )


def test_nobody_locks_themselves_out_by_mistake(ddb: Client, arn: str) -> None:
    """A policy that would keep its author from replacing it must be confirmed (ConfirmRemoveSelfResourceAccess)."""
    deny = {**DENY, "Action": "dynamodb:PutResourcePolicy"}
    locked_out = (
        "AccessDeniedException",
        "The new resource policy will not allow you to update the resource policy in the future.",
    )
    assert refusal(ddb, arn, document(deny)) == locked_out
    assert refusal(ddb, arn, document(deny), ConfirmRemoveSelfResourceAccess=False) == locked_out
    put(ddb, arn, {**DENY, "Action": "dynamodb:DeleteResourcePolicy"})
    put(ddb, arn, deny, ConfirmRemoveSelfResourceAccess=True)


WRONG_ARNS = [
    ("Games", f"{INVALID}ARNs must start with 'arn:': Games"),
    ("arn:aws:s3:::bucket", f"{INVALID}Provided Arn is not a DynamoDB resource arn: arn:aws:s3:::bucket"),
    (
        "arn:aws:dynamodb:us-east-1:000000000000:table/T/index/I",
        f"{INVALID}Invalid resource arn provided, only table or stream is accepted. Provided resource arn: "
        "arn:aws:dynamodb:us-east-1:000000000000:table/T/index/I",
    ),
]


@pytest.mark.parametrize(("arn", "message"), WRONG_ARNS)
def test_arns_of_something_else(ddb: Client, arn: str, message: str) -> None:
    """Index permissions stand in the table's policy, so that an index has none of its own."""
    assert error_of(lambda: ddb.get_resource_policy(ResourceArn=arn)) == ("ValidationException", message)
    assert refusal(ddb, arn, document(allow("*"))) == ("ValidationException", message)


def test_what_is_not_there(ddb: Client, arn: str) -> None:
    """Whose the resource would be is said first."""
    absent = unique("absent")
    own = f"arn:aws:dynamodb:us-east-1:000000000000:table/{absent}"
    assert error_of(lambda: ddb.get_resource_policy(ResourceArn=own)) == (
        "ResourceNotFoundException",
        f"Requested resource not found: Table: {absent} not found",
    )
    assert error_of(lambda: ddb.get_resource_policy(ResourceArn=f"{arn}/stream/2000-01-01T00:00:00.000")) == (
        "ResourceNotFoundException",
        f"Requested resource not found: Stream: 2000-01-01T00:00:00.000 not found for Table: {arn.split('/')[1]}",
    )
    others = own.replace("000000000000", "444455556666")
    assert error_of(lambda: ddb.get_resource_policy(ResourceArn=others)) == (
        "ValidationException",
        "This action is only supported by accounts that match the resource owner\u2019s account.",
    )
