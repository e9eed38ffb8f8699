"""What Terraform's AWS provider asks when it makes a table, and when it looks whether there is anything to change.

The provider keeps what it reads as the table's state. A plan is empty only if a later read comes to the same state, so
each part must be answered, and answered as it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Client, error_of, unique


@pytest.fixture
def name(ddb: Client) -> Iterator[str]:
    name = unique("terraform")
    yield name
    ddb.delete_table(TableName=name)
    with pytest.raises(ClientError, match="Requested resource not found: Table: "):
        ddb.describe_table(TableName=name)


def read(client: Client, name: str) -> dict[str, Any]:
    """aws_dynamodb_table and the resources that stand beside it, read as the provider reads them."""
    table = client.describe_table(TableName=name)["Table"]
    for moving in ("ItemCount", "TableSizeBytes"):
        del table[moving]
    arn = table["TableArn"]
    recovery = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery["PointInTimeRecoveryDescription"].pop("LatestRestorableDateTime", None)
    return {
        "table": table,
        "ttl": client.describe_time_to_live(TableName=name)["TimeToLiveDescription"],
        "point_in_time_recovery": recovery,
        "tags": sorted((tag["Key"], tag["Value"]) for tag in client.list_tags_of_resource(ResourceArn=arn)["Tags"]),
        "policy": policy(client, arn),
        "kinesis": client.describe_kinesis_streaming_destination(TableName=name)["KinesisDataStreamDestinations"],
        "insights": client.describe_contributor_insights(TableName=name)["ContributorInsightsStatus"],
    }


def policy(client: Client, arn: str) -> str | None:
    """None where there is none, which the provider tells by the error's code."""
    try:
        return str(client.get_resource_policy(ResourceArn=arn)["Policy"])
    except client.exceptions.PolicyNotFoundException:
        return None


def test_a_table_reads_back_as_it_was_made(ddb: Client, name: str) -> None:
    """Create, wait, set what CreateTable does not take; then the state is what was asked for, and stays so."""
    ddb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk", "g")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-g",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a", "b"]},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        Tags=[{"Key": "team", "Value": "a"}],
        TableClass="STANDARD",
    )
    ddb.get_waiter("table_exists").wait(TableName=name)
    ddb.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    ddb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    state = read(ddb, name)
    table = state["table"]
    assert (table["TableStatus"], table["BillingModeSummary"]["BillingMode"]) == ("ACTIVE", "PAY_PER_REQUEST")
    assert table["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    assert table["GlobalSecondaryIndexes"][0]["Projection"]["NonKeyAttributes"] == ["a", "b"]
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["TableClassSummary"]["TableClass"] == "STANDARD"
    assert state["ttl"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    assert state["point_in_time_recovery"]["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"] == 35
    assert (state["tags"], state["policy"], state["kinesis"], state["insights"]) == (
        [("team", "a")],
        None,
        [],
        "DISABLED",
    )
    assert read(ddb, name) == state


def test_what_is_never_there_is_told_in_the_form_of_an_answer(ddb: Client, name: str) -> None:
    """An empty list and DISABLED are states to the provider; UnknownOperationException is a failure of the plan."""
    ddb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "g")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-g",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    told = ddb.describe_contributor_insights(TableName=name, IndexName="by-g")
    del told["ResponseMetadata"]
    assert told == {"TableName": name, "IndexName": "by-g", "ContributorInsightsStatus": "DISABLED"}
    assert ddb.list_contributor_insights()["ContributorInsightsSummaries"] == []
    disabled = ddb.update_contributor_insights(TableName=name, ContributorInsightsAction="DISABLE")
    assert disabled["ContributorInsightsStatus"] == "DISABLED"
    assert error_of(
        ddb.enable_kinesis_streaming_destination,
        TableName=name,
        StreamArn="arn:aws:kinesis:us-east-1:000000000000:stream/x",
    )[0] == "UnknownOperationException"  # fmt: skip


def test_a_table_that_is_gone_is_found_out_by_its_error(ddb: Client) -> None:
    """The provider matches the code and takes the table out of its state."""
    for call in (ddb.describe_table, ddb.describe_kinesis_streaming_destination, ddb.describe_contributor_insights):
        code, message = error_of(call, TableName="absent-table")
        assert code == "ResourceNotFoundException"
        assert message.startswith("Requested resource not found: Table: ")
