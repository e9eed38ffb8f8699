"""A table's ARN instead of its name, in every operation that takes one.

API Reference: TableName "or the Amazon Resource Name (ARN) of the table"; the service model calls such members
TableArn. The list of operations is read from the model, so a new one can't be forgotten here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from slipring.model.service import operations
from slipring.operations.registry import HANDLERS
from tests.api.definitions import units
from tests.api.tables.conftest import CreateTable, described, request
from tests.conftest import Client, error_of, s, unique

Call = Callable[[Client, str], Any]
KEY = {"pk": s("a")}

CALLS: dict[str, Call] = {
    "BatchGetItem": lambda ddb, table: ddb.batch_get_item(RequestItems={table: {"Keys": [KEY]}})["Responses"][table],
    "BatchWriteItem": lambda ddb, table: ddb.batch_write_item(
        RequestItems={table: [{"PutRequest": {"Item": KEY}}]}, ReturnConsumedCapacity="TOTAL"
    )["ConsumedCapacity"],
    "CreateBackup": lambda ddb, table: ddb.create_backup(TableName=table, BackupName="backup")["BackupDetails"][
        "BackupStatus"
    ],
    "DeleteItem": lambda ddb, table: ddb.delete_item(TableName=table, Key=KEY, ReturnValues="ALL_OLD")["Attributes"],
    "DescribeContinuousBackups": lambda ddb, table: ddb.describe_continuous_backups(TableName=table)[
        "ContinuousBackupsDescription"
    ],
    "DescribeTable": lambda ddb, table: ddb.describe_table(TableName=table)["Table"]["TableId"],
    "DescribeTimeToLive": lambda ddb, table: ddb.describe_time_to_live(TableName=table)["TimeToLiveDescription"],
    "GetItem": lambda ddb, table: ddb.get_item(TableName=table, Key=KEY)["Item"],
    "PutItem": lambda ddb, table: ddb.put_item(TableName=table, Item=KEY, ReturnValues="ALL_OLD")["Attributes"],
    "ListBackups": lambda ddb, table: ddb.list_backups(TableName=table)["BackupSummaries"],
    "Query": lambda ddb, table: ddb.query(
        TableName=table, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": s("a")}
    )["Items"],
    "RestoreTableToPointInTime": lambda ddb, table: error_of(
        ddb.restore_table_to_point_in_time,
        SourceTableArn=table,
        TargetTableName=unique("t"),
        UseLatestRestorableTime=True,
    )[0],
    "Scan": lambda ddb, table: ddb.scan(TableName=table)["Items"],
    "TransactGetItems": lambda ddb, table: ddb.transact_get_items(
        TransactItems=[{"Get": {"TableName": table, "Key": KEY}}]
    )["Responses"],
    "TransactWriteItems": lambda ddb, table: ddb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": table, "Item": {"pk": s("b")}}},
            {"Update": {"TableName": table, "Key": {"pk": s("c")}, "UpdateExpression": "REMOVE x"}},
            {"Delete": {"TableName": table, "Key": {"pk": s("d")}}},
            {"ConditionCheck": {"TableName": table, "Key": KEY, "ConditionExpression": "attribute_exists(pk)"}},
        ]
    )["ResponseMetadata"]["HTTPStatusCode"],
    "UpdateContinuousBackups": lambda ddb, table: ddb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )["ContinuousBackupsDescription"],
    "DescribeContributorInsights": lambda ddb, table: ddb.describe_contributor_insights(TableName=table)[
        "ContributorInsightsStatus"
    ],
    "DescribeKinesisStreamingDestination": lambda ddb, table: ddb.describe_kinesis_streaming_destination(
        TableName=table
    )["KinesisDataStreamDestinations"],
    "ListContributorInsights": lambda ddb, table: ddb.list_contributor_insights(TableName=table)[
        "ContributorInsightsSummaries"
    ],
    "UpdateContributorInsights": lambda ddb, table: ddb.update_contributor_insights(
        TableName=table, ContributorInsightsAction="DISABLE"
    )["ContributorInsightsStatus"],
    "UpdateItem": lambda ddb, table: ddb.update_item(TableName=table, Key=KEY, ReturnValues="ALL_NEW")["Attributes"],
    "UpdateTable": lambda ddb, table: ddb.update_table(TableName=table, BillingMode="PAY_PER_REQUEST")[
        "TableDescription"
    ]["TableName"],
    "UpdateTimeToLive": lambda ddb, table: ddb.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "t"}
    )["TimeToLiveSpecification"],
    "DeleteTable": lambda ddb, table: ddb.delete_table(TableName=table)["TableDescription"]["TableName"],
}


def takes_table_arn(shape: Any, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a TableArn is somewhere in a request."""
    if shape.name == "TableArn":
        return True
    if shape.name in seen or shape.name == "AttributeValue":
        return False
    seen |= {shape.name}
    if shape.kind == "structure":
        return any(takes_table_arn(member, seen) for member in shape.members.values())
    if shape.kind == "list":
        return takes_table_arn(shape.element, seen)
    return shape.kind == "map" and (takes_table_arn(shape.key, seen) or takes_table_arn(shape.value, seen))


def test_every_operation_that_takes_an_arn_is_tried() -> None:
    """CreateTable has a test of its own below."""
    there = {name for name in HANDLERS if operations()[name].service == "dynamodb"}
    taking = {name for name in there if takes_table_arn(operations()[name].input)} - {"CreateTable"}
    # Tags, streams and backups know tables by ResourceArn and the like.
    assert taking <= CALLS.keys()


@pytest.mark.parametrize("operation", CALLS)
def test_an_arn_does_what_a_name_does(ddb: Client, create: CreateTable, operation: str) -> None:
    """On two tables alike, one named and one by ARN."""
    by_name, by_arn = create(), create()
    for table in (by_name, by_arn):
        ddb.put_item(TableName=table, Item=KEY)
    arn = described(ddb, by_arn)["TableArn"]
    call = CALLS[operation]
    told_by_name, told_by_arn = call(ddb, by_name), call(ddb, arn)
    if operation == "DescribeTable":
        assert told_by_arn == call(ddb, by_arn)
    elif operation == "BatchWriteItem":
        assert [each["TableName"] for each in told_by_arn] == [arn]
    elif operation in ("UpdateTable", "DeleteTable"):
        assert told_by_arn == by_arn
    else:
        assert told_by_arn == told_by_name


def test_a_table_may_be_created_by_arn(ddb: Client) -> None:
    """CreateTable takes an ARN in this account and region too (API Reference)."""
    name = unique("t")
    ddb.create_table(**request(TableName=f"arn:aws:dynamodb:us-east-1:000000000000:table/{name}"))
    assert described(ddb, name)["TableName"] == name
    ddb.delete_table(TableName=name)


def test_capacity_tells_the_table_as_it_was_named(ddb: Client, create: CreateTable) -> None:
    """Clients add up what they are told by the name that they sent."""
    arn = described(ddb, create())["TableArn"]
    told = ddb.get_item(TableName=arn, Key=KEY, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    assert told == {"TableName": arn, "CapacityUnits": 0.5}


def test_the_account_of_the_credential_is_in_the_arn(ddb: Client, server: Any) -> None:
    """A twelve-digit access key is the account (wire contract), and the region is the signed one; the table itself is
    shared by everybody."""
    import boto3

    name = unique("t")
    other = boto3.client(
        "dynamodb",
        endpoint_url=server.url,
        region_name="eu-west-3",
        aws_access_key_id="123456789012",
        aws_secret_access_key="x",
    )
    arn = other.create_table(**request(TableName=name, BillingMode=None, ProvisionedThroughput=units(1, 1)))[
        "TableDescription"
    ]["TableArn"]
    assert arn == f"arn:aws:dynamodb:eu-west-3:123456789012:table/{name}"
    assert described(ddb, arn)["TableName"] == name
    ddb.delete_table(TableName=arn)
    other.close()


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:s3:us-east-1:000000000000:table/abc",
        "arn:aws:dynamodb:us-east-1:000000000000:global-table/abc",
        "arn:aws:dynamodb:us-east-1:000000000000:table/ab",
        "arn:aws:dynamodb:us-east-1:000000000000:table/abc/index/def",
        "arn:aws:dynamodb:us-east-1:00000000000:table/abc",
        "arn:",
    ],
)
def test_other_arns_are_refused(ddb: Client, arn: str) -> None:
    """The service's words differ from operation to operation; that it is a matter of validation does not."""
    assert error_of(ddb.get_item, TableName=arn, Key=KEY)[0] == "ValidationException"
    assert error_of(ddb.describe_table, TableName=arn)[0] == "ValidationException"
