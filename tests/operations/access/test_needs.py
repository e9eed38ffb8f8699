"""Which actions on which resources operations need.

"DynamoDB API permissions" and the pages on transactions and PartiQL in the Developer Guide; the Service Authorization
Reference for the rest.
"""

from __future__ import annotations

from typing import Any

import pytest

from slipring.iam.caller import Caller
from slipring.model.errors.tree import ValidationException
from slipring.model.service import operations
from slipring.operations.access import NEEDS
from tests.operations.access.requests import ACCOUNT, CALLER, INDEX, REGION, STREAM, TABLE, key, needs

GLOBAL_TABLE = f"arn:aws:dynamodb::{ACCOUNT}:global-table/Games"
BACKUP = f"{TABLE}/backup/01234567890123-abcdefgh"
OTHER = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/Other"


def test_every_operation_is_in_the_table() -> None:
    """An operation that nobody decided about could be called by everybody."""
    assert NEEDS.keys() == operations().keys()


Case = tuple[str, dict[str, Any], list[tuple[str, str]]]

ITEMS: list[Case] = [
    ("GetItem", {"TableName": "Games", "Key": key()}, [("GetItem", TABLE)]),
    ("GetItem", {"TableName": TABLE, "Key": key()}, [("GetItem", TABLE)]),
    ("PutItem", {"TableName": "Games", "Item": key()}, [("PutItem", TABLE)]),
    ("UpdateItem", {"TableName": "Games", "Key": key()}, [("UpdateItem", TABLE)]),
    ("DeleteItem", {"TableName": "Games", "Key": key()}, [("DeleteItem", TABLE)]),
    ("Query", {"TableName": "Games"}, [("Query", TABLE)]),
    ("Query", {"TableName": "Games", "IndexName": "ByScore"}, [("Query", INDEX)]),
    ("Scan", {"TableName": "Games"}, [("Scan", TABLE)]),
    ("Scan", {"TableName": TABLE, "IndexName": "ByScore"}, [("Scan", INDEX)]),
    (
        "BatchGetItem",
        {"RequestItems": {"Games": {"Keys": [key()]}, "Other": {"Keys": [key()]}}},
        [("BatchGetItem", TABLE), ("BatchGetItem", OTHER)],
    ),
    (
        "BatchWriteItem",
        {"RequestItems": {"Games": [{"PutRequest": {"Item": key()}}, {"DeleteRequest": {"Key": key("bob")}}]}},
        [("BatchWriteItem", TABLE)],
    ),
    (
        "TransactGetItems",
        {"TransactItems": [{"Get": {"TableName": name, "Key": key()}} for name in ("Games", "Other")]},
        [("GetItem", TABLE), ("GetItem", OTHER)],
    ),
    (
        "TransactWriteItems",
        {
            "TransactItems": [
                {"Put": {"TableName": "Games", "Item": key()}},
                {"Update": {"TableName": "Games", "Key": key()}},
                {"Delete": {"TableName": "Games", "Key": key()}},
                {"ConditionCheck": {"TableName": "Other", "Key": key()}},
            ]
        },
        [("PutItem", TABLE), ("UpdateItem", TABLE), ("DeleteItem", TABLE), ("ConditionCheckItem", OTHER)],
    ),
]

SELECT, INSERT = 'SELECT * FROM "Games"', "INSERT INTO \"Games\" VALUE {'user': 'ada', 'title': 'Chess'}"
WHERE = "WHERE \"user\" = 'ada' AND title = 'Chess'"
STATEMENTS: list[Case] = [
    ("ExecuteStatement", {"Statement": SELECT}, [("PartiQLSelect", TABLE)]),
    ("ExecuteStatement", {"Statement": 'SELECT * FROM "Games"."ByScore"'}, [("PartiQLSelect", INDEX)]),
    ("ExecuteStatement", {"Statement": INSERT}, [("PartiQLInsert", TABLE)]),
    ("ExecuteStatement", {"Statement": f'UPDATE "Games" SET wins = 1 {WHERE}'}, [("PartiQLUpdate", TABLE)]),
    ("ExecuteStatement", {"Statement": f'DELETE FROM "Games" {WHERE}'}, [("PartiQLDelete", TABLE)]),
    (
        "BatchExecuteStatement",
        {"Statements": [{"Statement": SELECT}, {"Statement": "nonsense"}, {"Statement": 'SELECT * FROM "Other"'}]},
        [("PartiQLSelect", TABLE), ("PartiQLSelect", OTHER)],
    ),
    (
        "ExecuteTransaction",
        {
            "TransactStatements": [
                {"Statement": INSERT},
                {"Statement": f'EXISTS(SELECT * FROM "Games" {WHERE} AND a=1)'},
            ]
        },
        [("PartiQLInsert", TABLE), ("PartiQLSelect", TABLE)],
    ),
]

OTHERS: list[Case] = [
    ("CreateTable", {"TableName": "Games"}, [("CreateTable", TABLE)]),
    (
        "CreateTable",
        {"TableName": "Games", "ResourcePolicy": "{}", "Tags": [{"Key": "a", "Value": "b"}]},
        [("CreateTable", TABLE), ("PutResourcePolicy", TABLE), ("TagResource", TABLE)],
    ),
    ("DescribeTable", {"TableName": "Games"}, [("DescribeTable", TABLE)]),
    ("UpdateTable", {"TableName": "Games"}, [("UpdateTable", TABLE)]),
    ("DeleteTable", {"TableName": "Games"}, [("DeleteTable", TABLE)]),
    ("UpdateTimeToLive", {"TableName": "Games"}, [("UpdateTimeToLive", TABLE)]),
    ("ListTables", {}, [("ListTables", "*")]),
    ("ListStreams", {"TableName": "Games"}, [("ListStreams", "*")]),
    ("DescribeLimits", {}, [("DescribeLimits", "*")]),
    ("DescribeEndpoints", {}, [("DescribeEndpoints", "*")]),
    ("TagResource", {"ResourceArn": TABLE}, [("TagResource", TABLE)]),
    ("PutResourcePolicy", {"ResourceArn": STREAM}, [("PutResourcePolicy", STREAM)]),
    ("DescribeStream", {"StreamArn": STREAM}, [("DescribeStream", STREAM)]),
    ("GetShardIterator", {"StreamArn": STREAM}, [("GetShardIterator", STREAM)]),
    ("GetRecords", {"ShardIterator": f"{STREAM}|1|WzAsMSwyXQ=="}, [("GetRecords", STREAM)]),
    (
        "DescribeContributorInsights",
        {"TableName": "Games", "IndexName": "ByScore"},
        [("DescribeContributorInsights", INDEX)],
    ),
    ("ExportTableToPointInTime", {"TableArn": TABLE}, [("ExportTableToPointInTime", TABLE)]),
    ("ImportTable", {"TableCreationParameters": {"TableName": "Games"}}, [("ImportTable", TABLE)]),
    (
        "DescribeGlobalTable",
        {"GlobalTableName": "Games"},
        [("DescribeGlobalTable", GLOBAL_TABLE), ("DescribeGlobalTable", TABLE)],
    ),
]


@pytest.mark.parametrize(("operation", "request_", "wanted"), ITEMS + STATEMENTS + OTHERS)
def test_actions_and_resources(operation: str, request_: dict[str, Any], wanted: list[tuple[str, str]]) -> None:
    """Batches and transactions need something for every table they touch; PartiQL has actions of its own."""
    assert [(need.action, need.resource) for need in needs(operation, **request_)] == wanted


def test_a_restore_needs_what_it_does_to_its_target() -> None:
    found = needs("RestoreTableFromBackup", BackupArn=BACKUP, TargetTableName="Other")
    assert (found[0].action, found[0].resource) == ("RestoreTableFromBackup", BACKUP)
    assert {need.resource for need in found[1:]} == {OTHER}
    assert {need.action for need in found[1:]} >= {"RestoreTableFromBackup", "PutItem", "Scan"}


@pytest.mark.parametrize(
    "arn",
    [
        TABLE.replace("arn:aws:", "arn:aws-cn:"),
        TABLE.replace(REGION, "us-east-1"),
        TABLE.replace(REGION, "elsewhere"),
    ],
)
def test_an_arn_is_no_way_around_a_policy(arn: str) -> None:
    """The server answers from the table whatever partition and region the ARN has, so policies hear of one only."""
    assert needs("GetItem", TableName=arn, Key=key())[0].resource == TABLE
    assert needs("TagResource", ResourceArn=arn)[0].resource == TABLE


def test_another_account_stays_another_account() -> None:
    """Whose a table is decides whether its own policy must allow."""
    arn = TABLE.replace(ACCOUNT, "444455556666")
    assert needs("GetItem", TableName=arn, Key=key())[0].resource == arn


@pytest.mark.parametrize("region", ["us-east-1:444455556666:table/Public", "*", "eu/west"])
def test_a_region_cannot_forge_an_arn(region: str) -> None:
    """A client signs for any region it likes; account and table must come out as they are."""
    caller = Caller("key", region, ACCOUNT, "localhost")
    [need] = NEEDS["GetItem"]({"TableName": "Games", "Key": key()}, caller)
    assert need.resource.split(":")[4:] == [ACCOUNT, "table/Games"]
    assert "*" not in need.resource


def test_what_names_no_table_is_refused() -> None:
    with pytest.raises(ValidationException):
        list(NEEDS["GetItem"]({"TableName": "a table/*", "Key": key()}, CALLER))
