"""Tables from DescribeTable, from Terraform and from NoSQL Workbench."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Client, table_definition, unique
from tests.templates.reading import only_table, read, refusal


def test_a_table_is_made_again_from_its_description(ddb: Client) -> None:
    """What DescribeTable tells comes back to the parameters that the table was made with."""
    name = unique("table")
    asked = table_definition(
        name,
        ("pk", "S"),
        ("sk", "N"),
        AttributeDefinitions=[{"AttributeName": "g", "AttributeType": "B"}],
        LocalSecondaryIndexes=[
            {
                "IndexName": "local",
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "g", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "global",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a"]},
                "OnDemandThroughput": {"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": 8},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        TableClass="STANDARD_INFREQUENT_ACCESS",
    )
    ddb.create_table(**asked)
    described = ddb.describe_table(TableName=name)["Table"]
    ddb.delete_table(TableName=name)
    table = only_table(json.dumps({"Table": described}, default=str))
    asked["AttributeDefinitions"].sort(key=lambda each: each["AttributeName"])
    assert table.definition == {**asked, "DeletionProtectionEnabled": False}
    assert (table.tags, table.time_to_live, table.recovery_days, table.policy) == (None, None, None, None)


def test_a_key_of_ones_own_is_asked_for_again_and_the_services_own_is_not_named() -> None:
    """Only a table of an encrypted store tells of encryption (docs/encryption.md); its key is told as an ARN."""
    told = {"Status": "ENABLED", "SSEType": "KMS"}
    asked = {"Enabled": True, "SSEType": "KMS"}
    own, other = "arn:aws:kms:us-east-1:000000000000:alias/aws/dynamodb", "arn:aws:kms:us-east-1:000000000000:key/k"
    for key, more in ((own, {}), (other, {"KMSMasterKeyId": other})):
        table = only_table({"Table": {**DESCRIPTION, "SSEDescription": {**told, "KMSMasterKeyArn": key}}})
        assert table.definition["SSESpecification"] == {**asked, **more}


DESCRIPTION: dict[str, Any] = {
    "TableName": "one",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2, "NumberOfDecreasesToday": 0},
}
SECOND = {**DESCRIPTION, "TableName": "two"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([{"Table": DESCRIPTION}, SECOND]),
        json.dumps({"Tables": [DESCRIPTION, SECOND]}),
        json.dumps({"Table": DESCRIPTION}, indent=2) + "\n" + json.dumps({"TableDescription": SECOND}),
    ],
)
def test_descriptions_may_be_many(text: str) -> None:
    """As a list, or one after the other as several calls of the AWS CLI leave them in a file."""
    assert [table.name for table in read(text).tables] == ["one", "two"]


def test_two_tables_of_one_name_are_one_too_many() -> None:
    assert refusal([DESCRIPTION, DESCRIPTION]) == "two tables are called one"


def test_parameters_are_for_cloudformation() -> None:
    """One that is given in vain would be a mistake that nobody sees."""
    assert "only CloudFormation's" in refusal({"Table": DESCRIPTION}, parameters={"a": "b"})


def plan(*resources: dict[str, Any]) -> dict[str, Any]:
    """As `terraform show -json` prints it, with the last resource in a module of a module."""
    inner = {"address": "module.a.module.b", "resources": [resources[-1]]}
    root = {"resources": list(resources[:-1]), "child_modules": [{"address": "module.a", "child_modules": [inner]}]}
    return {"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": root}}


def resource(address: str, /, *, kind: str = "aws_dynamodb_table", **values: Any) -> dict[str, Any]:
    return {"address": f"{kind}.{address}", "mode": "managed", "type": kind, "values": values}


def test_a_terraform_plan_has_its_tables_in_all_modules() -> None:
    """With zeros and empty lists where a plan has nothing, as the provider writes them."""
    first = resource(
        "orders",
        name="orders",
        billing_mode="PAY_PER_REQUEST",
        hash_key="pk",
        range_key="sk",
        read_capacity=0,
        write_capacity=None,
        attribute=[{"name": "g", "type": "S"}, {"name": "pk", "type": "S"}, {"name": "sk", "type": "N"}],
        global_secondary_index=[
            {
                "name": "by-g",
                "hash_key": "g",
                "range_key": "",
                "projection_type": "INCLUDE",
                "non_key_attributes": ["a"],
                "read_capacity": 0,
                "write_capacity": 0,
                "on_demand_throughput": [{"max_read_request_units": 5, "max_write_request_units": -1}],
            }
        ],
        local_secondary_index=[
            {"name": "local", "range_key": "g", "projection_type": "ALL", "non_key_attributes": None}
        ],
        ttl=[{"attribute_name": "expires", "enabled": True}],
        point_in_time_recovery=[{"enabled": True, "recovery_period_in_days": None}],
        server_side_encryption=[],
        stream_enabled=True,
        stream_view_type="NEW_AND_OLD_IMAGES",
        deletion_protection_enabled=None,
        tags={"team": "a"},
        tags_all={"team": "a", "by": "terraform"},
        replica=[],
        table_class=None,
    )
    second = resource("users", name="users", billing_mode="PROVISIONED", hash_key="id", read_capacity=2,
                      write_capacity=3, attribute=[{"name": "id", "type": "S"}])  # fmt: skip
    orders, users = read(plan(first, resource("b", kind="aws_s3_bucket"), second)).tables
    assert orders.definition == {
        "TableName": "orders",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "g", "AttributeType": "S"},
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "N"},
        ],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-g",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a"]},
                "OnDemandThroughput": {"MaxReadRequestUnits": 5},
            }
        ],
        "LocalSecondaryIndexes": [
            {
                "IndexName": "local",
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "g", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        "DeletionProtectionEnabled": False,
        "TableClass": "STANDARD",
    }
    assert (orders.tags, orders.time_to_live, orders.recovery_days) == (
        {"team": "a", "by": "terraform"},
        "expires",
        35,
    )
    assert users.definition["ProvisionedThroughput"] == {"ReadCapacityUnits": 2, "WriteCapacityUnits": 3}


def test_what_terraform_asks_for_and_cannot_have_is_named() -> None:
    table = resource("t", name="t", hash_key="id", attribute=[{"name": "id", "type": "S"}], read_capacity=1,
                     write_capacity=1, replica=[{"region_name": "eu-west-1"}])  # fmt: skip
    found = read(plan(resource("i", kind="aws_dynamodb_table_item"), table))
    assert list(map(str, found.unsupported)) == [
        "aws_dynamodb_table_item.i: aws_dynamodb_table_item is not supported",
        "aws_dynamodb_table.t.replica: global tables are not there",
    ]


def test_a_model_of_the_workbench_has_tables() -> None:
    """Its keys say what type they are where they stand; its sample items are passed over."""
    key = {"PartitionKey": {"AttributeName": "pk", "AttributeType": "S"}}
    both = {**key, "SortKey": {"AttributeName": "sk", "AttributeType": "N"}}
    table = only_table(
        {
            "ModelName": "Orders",
            "DataModel": [
                {
                    "TableName": "orders",
                    "KeyAttributes": both,
                    "NonKeyAttributes": [{"AttributeName": "x", "AttributeType": "S"}],
                    "GlobalSecondaryIndexes": [
                        {
                            "IndexName": "back",
                            "KeyAttributes": {"PartitionKey": both["SortKey"], "SortKey": key["PartitionKey"]},
                            "Projection": {"ProjectionType": "KEYS_ONLY"},
                        }
                    ],
                    "TableData": [{"pk": {"S": "a"}}],
                    "BillingMode": "PROVISIONED",
                    "ProvisionedCapacitySettings": {
                        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
                    },
                }
            ],
        }
    )
    assert table.definition == {
        "TableName": "orders",
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "N"},
        ],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "back",
                "KeySchema": [{"AttributeName": "sk", "KeyType": "HASH"}, {"AttributeName": "pk", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
                "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
            }
        ],
    }
