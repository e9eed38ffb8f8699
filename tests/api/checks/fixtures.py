"""The tables and items that the good requests need."""

from __future__ import annotations

import json
from typing import Any

from slipring.clock import ManualClock
from tests.api.bad_input.raw import RawClient
from tests.api.checks.table import n, s
from tests.api.definitions import defined, index, key_schema, projection, units

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/"
ON_DEMAND = {"BillingMode": "PAY_PER_REQUEST"}
KEY = {"pk": s("a"), "sk": s("b")}
ITEM = {
    **KEY,
    "number": n(1),
    "text": s("t"),
    "list": {"L": [n(1)]},
    "map": {"M": {"x": s("y")}},
    "strings": {"SS": ["x"]},
    "t": s("hello"),
}

TABLES: list[dict[str, Any]] = [
    {"TableName": "hash", "AttributeDefinitions": defined("pk"), "KeySchema": key_schema("pk"), **ON_DEMAND},
    {"TableName": "bytes", "AttributeDefinitions": defined("pk:B"), "KeySchema": key_schema("pk"), **ON_DEMAND},
    {
        "TableName": "range",
        "AttributeDefinitions": defined("pk", "sk"),
        "KeySchema": key_schema("pk", "sk"),
        **ON_DEMAND,
    },
    {
        "TableName": "indexed",
        "AttributeDefinitions": defined("pk", "sk", "l", "g", "h", "r", "q"),
        "KeySchema": key_schema("pk", "sk"),
        "LocalSecondaryIndexes": [index("local", "pk", "l", projection("KEYS_ONLY"))],
        "GlobalSecondaryIndexes": [
            index("global", "g", "", projection("KEYS_ONLY")),
            index("several", "g h", "r q", projection("ALL")),
        ],
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        **ON_DEMAND,
    },
    {
        "TableName": "provisioned",
        "AttributeDefinitions": defined("pk", "g"),
        "KeySchema": key_schema("pk"),
        "ProvisionedThroughput": units(5, 5),
        "GlobalSecondaryIndexes": [index("global", "g", ProvisionedThroughput=units(2, 3))],
    },
    {
        "TableName": "protected",
        "AttributeDefinitions": defined("pk"),
        "KeySchema": key_schema("pk"),
        "DeletionProtectionEnabled": True,
        **ON_DEMAND,
    },
]

TABLES += [{**TABLES[0], "TableName": name} for name in ("lived", "living", "recovered")]
POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "dynamodb:*", "Resource": "*"},
}
RECOVERY = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}

Names = dict[str, str]
"""What requests and messages call by a name with a dollar, because a server makes it up."""


def prepare(client: RawClient) -> None:
    """Make what is not there."""
    for table in TABLES:
        client.call("CreateTable", table)
    for name in ("range", "indexed"):
        client.call("PutItem", {"TableName": name, "Item": ITEM})
    specification = {"Enabled": True, "AttributeName": "t"}
    client.call("UpdateTimeToLive", {"TableName": "living", "TimeToLiveSpecification": specification})
    client.call("UpdateContinuousBackups", {"TableName": "recovered", **RECOVERY})
    client.call("PutResourcePolicy", {"ResourceArn": ARN + "range", "Policy": json.dumps(POLICY)})
    for name in ("created", "restored"):
        client.call("DeleteTable", {"TableName": name})


def made_up(client: RawClient, clock: ManualClock) -> Names:
    """The stream of `indexed`, its shard, and two iterators, one of which is too old; two backups of `hash`, and the
    one that is left of a table with recovery."""
    names = {name: _backup_of_hash(client) for name in ("$BACKUP", "$DOOMED")}
    client.call("CreateTable", {**TABLES[0], "TableName": "gone"})
    client.call("UpdateContinuousBackups", {"TableName": "gone", **RECOVERY})
    client.call("DeleteTable", {"TableName": "gone"})
    (left,) = client.call("ListBackups", {"BackupType": "SYSTEM"}).body["BackupSummaries"]
    return {**names, "$SYSTEM": left["BackupArn"], **_stream(client, clock)}


def _backup_of_hash(client: RawClient) -> str:
    made = client.call("CreateBackup", {"TableName": "hash", "BackupName": "backup"})
    return str(made.body["BackupDetails"]["BackupArn"])


def _stream(client: RawClient, clock: ManualClock) -> Names:
    stream = client.call("DescribeTable", {"TableName": "indexed"}).body["Table"]["LatestStreamArn"]
    shard = client.call("DescribeStream", {"StreamArn": stream}).body["StreamDescription"]["Shards"][0]["ShardId"]
    asked = {"StreamArn": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    expired = client.call("GetShardIterator", asked).body["ShardIterator"]
    clock.advance(16 * 60)
    iterator = client.call("GetShardIterator", asked).body["ShardIterator"]
    return {"$STREAM": stream, "$SHARD": shard, "$EXPIRED": expired, "$ITERATOR": iterator}
