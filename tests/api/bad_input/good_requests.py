"""A good request for every operation there is, to be spoilt by tests."""

from __future__ import annotations

import json
from typing import Any

from tests.api.bad_input.raw import RawClient
from tests.api.definitions import defined, index, key_schema, projection, units

TABLE = "fuzzed"
ARN = f"arn:aws:dynamodb:us-east-1:000000000000:table/{TABLE}"
KEY = {"pk": {"S": "a"}, "sk": {"N": "1"}}
ITEM = {
    **KEY,
    "g": {"S": "g"},
    "l": {"B": "bA=="},
    "m": {"M": {"x": {"L": [{"SS": ["a", "b"]}, {"NULL": True}, {"BOOL": False}]}}},
    "n": {"NS": ["1", "2.5"]},
    "b": {"BS": ["AA==", ""]},
}
TABLE_DEFINITION = {
    "TableName": TABLE,
    "AttributeDefinitions": defined("pk", "sk:N", "g", "l:B"),
    "KeySchema": key_schema("pk", "sk"),
    "BillingMode": "PAY_PER_REQUEST",
    "LocalSecondaryIndexes": [index("local", "pk", "l")],
    "GlobalSecondaryIndexes": [index("global", "g", "l", projection("INCLUDE", "m"))],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}
CONDITION = {
    "ConditionExpression": "attribute_exists(#p) OR size(m.x[0]) > :n AND NOT contains(g, :s)",
    "ExpressionAttributeNames": {"#p": "pk"},
    "ExpressionAttributeValues": {":n": {"N": "0"}, ":s": {"S": "g"}},
}
UPDATE = {
    "UpdateExpression": (
        "SET c = if_not_exists(c, :one) + :one, m.y = list_append(:l, :l) REMOVE z ADD n :ns DELETE b :bs"
    ),
    "ConditionExpression": "attribute_exists(pk)",
    "ExpressionAttributeValues": {
        ":one": {"N": "1"},
        ":l": {"L": [{"S": "x"}]},
        ":ns": {"NS": ["7"]},
        ":bs": {"BS": ["Ag=="]},
    },
}
BACKUP_ARN = f"{ARN}/backup/01700000000000-0123abcd"
OVERRIDES = {
    "BillingModeOverride": "PROVISIONED",
    "ProvisionedThroughputOverride": units(1, 1),
    "OnDemandThroughputOverride": {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 10},
    "GlobalSecondaryIndexOverride": [
        {**index("global", "g", "l", projection("INCLUDE", "m")), "ProvisionedThroughput": units(1, 1)}
    ],
    "LocalSecondaryIndexOverride": [index("local", "pk", "l")],
    "SSESpecificationOverride": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/x"},
}
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "111122223333"},
            "Action": "dynamodb:*",
            "Resource": "*",
            "Condition": {"StringLike": {"aws:PrincipalTag/team": "${aws:username}*"}},
        },
    }
)
EXTRAS = {"ReturnConsumedCapacity": "INDEXES", "ReturnItemCollectionMetrics": "SIZE"}

GOOD: dict[str, list[dict[str, Any]]] = {
    "BatchExecuteStatement": [
        {
            "Statements": [
                {"Statement": f"SELECT * FROM {TABLE} WHERE pk = ? AND sk = ?", "Parameters": [KEY["pk"], KEY["sk"]]}
            ]
        }
    ],
    "BatchGetItem": [
        {
            "RequestItems": {
                TABLE: {
                    "Keys": [KEY, {**KEY, "sk": {"N": "2"}}],
                    "ProjectionExpression": "#p, m.x[0]",
                    "ExpressionAttributeNames": {"#p": "pk"},
                    "ConsistentRead": True,
                }
            },
            "ReturnConsumedCapacity": "TOTAL",
        }
    ],
    "BatchWriteItem": [
        {
            "RequestItems": {
                TABLE: [
                    {"PutRequest": {"Item": ITEM}},
                    {"DeleteRequest": {"Key": {**KEY, "sk": {"N": "2"}}}},
                ]
            },
            **EXTRAS,
        }
    ],
    "CreateBackup": [{"TableName": TABLE, "BackupName": "backup"}],
    "CreateTable": [
        {
            **TABLE_DEFINITION,
            "TableName": "created",
            "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/x"},
            "Tags": [{"Key": "k", "Value": "v"}],
            "TableClass": "STANDARD",
            "OnDemandThroughput": {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 10},
            "WarmThroughput": {"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 4_000},
        },
        {
            "TableName": "created",
            "AttributeDefinitions": defined("pk"),
            "KeySchema": key_schema("pk"),
            "ProvisionedThroughput": units(1, 1),
        },
    ],
    "DeleteBackup": [{"BackupArn": BACKUP_ARN}],
    "DeleteItem": [
        {"TableName": TABLE, "Key": KEY, "ReturnValues": "ALL_OLD", **CONDITION, **EXTRAS},
        {"TableName": TABLE, "Key": KEY, "Expected": {"z": {"ComparisonOperator": "NULL"}}},
    ],
    "DeleteResourcePolicy": [{"ResourceArn": ARN}],
    "DeleteTable": [{"TableName": TABLE}],
    "DescribeBackup": [{"BackupArn": BACKUP_ARN}],
    "DescribeContinuousBackups": [{"TableName": TABLE}],
    "DescribeContributorInsights": [{"TableName": TABLE}],
    "DescribeEndpoints": [{}],
    "DescribeKinesisStreamingDestination": [{"TableName": TABLE}],
    "DescribeLimits": [{}],
    "DescribeStream": [{"StreamArn": f"{ARN}/stream/2026-01-01T00:00:00.000", "Limit": 10}],
    "DescribeTable": [{"TableName": TABLE}],
    "DescribeTimeToLive": [{"TableName": TABLE}],
    "ExecuteStatement": [
        {"Statement": f"SELECT g, m.x[0] FROM {TABLE} WHERE pk = 'a' AND sk BETWEEN 1 AND 2", "Limit": 3},
        {"Statement": f"INSERT INTO {TABLE} VALUE {{'pk': ?, 'sk': ?}}", "Parameters": [{"S": "b"}, {"N": "3"}]},
        {"Statement": f"UPDATE {TABLE} SET x = 1 REMOVE y WHERE pk = 'a' AND sk = 1 RETURNING ALL NEW *"},
    ],
    "ExecuteTransaction": [
        {
            "TransactStatements": [{"Statement": f"DELETE FROM {TABLE} WHERE pk = 'b' AND sk = 3"}],
            "ClientRequestToken": "t",
        }
    ],
    "GetItem": [
        {"TableName": TABLE, "Key": KEY, "ConsistentRead": True, "ReturnConsumedCapacity": "TOTAL"},
        {
            "TableName": TABLE,
            "Key": KEY,
            "ProjectionExpression": "m.x[0], #p",
            "ExpressionAttributeNames": {"#p": "pk"},
        },
        {"TableName": TABLE, "Key": KEY, "AttributesToGet": ["g"]},
    ],
    "GetRecords": [{"ShardIterator": "iterator", "Limit": 10}],
    "GetResourcePolicy": [{"ResourceArn": ARN}],
    "GetShardIterator": [
        {
            "StreamArn": f"{ARN}/stream/2026-01-01T00:00:00.000",
            "ShardId": "shardId-00000000000000000000-00000000",
            "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
            "SequenceNumber": "1" * 30,
        }
    ],
    "ListBackups": [
        {
            "TableName": TABLE,
            "Limit": 10,
            "BackupType": "USER",
            "TimeRangeLowerBound": 1_700_000_000,
            "TimeRangeUpperBound": 1_800_000_000,
            "ExclusiveStartBackupArn": BACKUP_ARN,
        }
    ],
    "ListContributorInsights": [{"TableName": TABLE, "MaxResults": 10}],
    "ListStreams": [{"TableName": TABLE, "Limit": 10}],
    "ListTables": [{"Limit": 10, "ExclusiveStartTableName": "aaa"}],
    "ListTagsOfResource": [{"ResourceArn": ARN, "NextToken": "a"}],
    "PutItem": [
        {"TableName": TABLE, "Item": ITEM, "ReturnValues": "ALL_OLD", **EXTRAS},
        {"TableName": TABLE, "Item": ITEM, "ReturnValuesOnConditionCheckFailure": "ALL_OLD", **CONDITION},
        {
            "TableName": TABLE,
            "Item": ITEM,
            "Expected": {"g": {"Exists": True, "Value": {"S": "g"}}, "z": {"Exists": False}},
            "ConditionalOperator": "OR",
        },
    ],
    "PutResourcePolicy": [{"ResourceArn": ARN, "Policy": POLICY, "ConfirmRemoveSelfResourceAccess": True}],
    "Query": [
        {
            "TableName": TABLE,
            "KeyConditionExpression": "pk = :p AND sk BETWEEN :a AND :b",
            "FilterExpression": "attribute_type(g, :t) AND g IN (:p, :t)",
            "ProjectionExpression": "m, n",
            "ExpressionAttributeValues": {
                ":p": {"S": "a"},
                ":a": {"N": "0"},
                ":b": {"N": "9"},
                ":t": {"S": "S"},
            },
            "ScanIndexForward": False,
            "Limit": 5,
            "ExclusiveStartKey": KEY,
        },
        {
            "TableName": TABLE,
            "IndexName": "global",
            "KeyConditions": {"g": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "g"}]}},
            "QueryFilter": {"m": {"ComparisonOperator": "NOT_NULL"}},
            "Select": "COUNT",
        },
    ],
    "RestoreTableFromBackup": [{"BackupArn": BACKUP_ARN, "TargetTableName": "restored", **OVERRIDES}],
    "RestoreTableToPointInTime": [
        {"SourceTableName": TABLE, "TargetTableName": "restored", "RestoreDateTime": 1_700_000_000, **OVERRIDES},
        {"SourceTableArn": ARN, "TargetTableName": "restored", "UseLatestRestorableTime": True},
    ],
    "Scan": [
        {
            "TableName": TABLE,
            "IndexName": "local",
            "Segment": 1,
            "TotalSegments": 4,
            "Limit": 5,
            "Select": "ALL_ATTRIBUTES",
            "ReturnConsumedCapacity": "INDEXES",
        },
        {
            "TableName": TABLE,
            "ScanFilter": {"g": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"S": "g"}]}},
            "ExclusiveStartKey": KEY,
        },
    ],
    "TagResource": [{"ResourceArn": ARN, "Tags": [{"Key": "k", "Value": "v"}]}],
    "TransactGetItems": [{"TransactItems": [{"Get": {"TableName": TABLE, "Key": KEY, "ProjectionExpression": "m"}}]}],
    "TransactWriteItems": [
        {
            "TransactItems": [
                {"Put": {"TableName": TABLE, "Item": {**ITEM, "sk": {"N": "4"}}}},
                {"Update": {"TableName": TABLE, "Key": {**KEY, "sk": {"N": "5"}}, "UpdateExpression": "REMOVE z"}},
                {"Delete": {"TableName": TABLE, "Key": {**KEY, "sk": {"N": "6"}}}},
                {"ConditionCheck": {"TableName": TABLE, "Key": KEY, "ConditionExpression": "attribute_exists(pk)"}},
            ],
            "ClientRequestToken": "token",
            **EXTRAS,
        }
    ],
    "UntagResource": [{"ResourceArn": ARN, "TagKeys": ["k"]}],
    "UpdateContinuousBackups": [
        {
            "TableName": TABLE,
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 3},
        }
    ],
    "UpdateContributorInsights": [{"TableName": TABLE, "ContributorInsightsAction": "DISABLE"}],
    "UpdateItem": [
        {"TableName": TABLE, "Key": KEY, "ReturnValues": "UPDATED_NEW", **UPDATE, **EXTRAS},
        {
            "TableName": TABLE,
            "Key": KEY,
            "AttributeUpdates": {"c": {"Action": "ADD", "Value": {"N": "1"}}, "z": {"Action": "DELETE"}},
        },
    ],
    "UpdateTable": [
        {"TableName": TABLE, "BillingMode": "PAY_PER_REQUEST", "OnDemandThroughput": {"MaxReadRequestUnits": 9}},
        {
            "TableName": TABLE,
            "AttributeDefinitions": defined("new"),
            "GlobalSecondaryIndexUpdates": [{"Create": index("added", "new")}],
        },
        {"TableName": TABLE, "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "added"}}]},
        {"TableName": TABLE, "SSESpecification": {"Enabled": True}},
        {"TableName": TABLE, "StreamSpecification": {"StreamEnabled": False}},
    ],
    "UpdateTimeToLive": [
        {"TableName": TABLE, "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "t"}},
        {"TableName": TABLE, "TimeToLiveSpecification": {"Enabled": False, "AttributeName": "t"}},
    ],
}


def prepare(client: RawClient) -> None:
    """Make the table and its item if they are not there."""
    client.call("CreateTable", json.dumps(TABLE_DEFINITION))
    client.call("PutResourcePolicy", {"ResourceArn": ARN, "Policy": POLICY})
    client.call("PutItem", json.dumps({"TableName": TABLE, "Item": ITEM}))
