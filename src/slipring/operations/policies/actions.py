"""Which actions a resource's policy may be about, and which of them callers of other accounts may be given.

Source: "DynamoDB API operations supported by resource-based policies" in the Developer Guide.
"""

from __future__ import annotations

_ANYBODY_ON_TABLES = (
    "BatchGetItem",
    "BatchWriteItem",
    "ConditionCheckItem",
    "DeleteItem",
    "DeleteTable",
    "DescribeTable",
    "GetItem",
    "ListTagsOfResource",
    "PutItem",
    "Query",
    "Scan",
    "TagResource",
    "UntagResource",
    "UpdateItem",
    "UpdateTable",
)
_OWN_ACCOUNT_ON_TABLES = (
    "CreateBackup",
    "DescribeContinuousBackups",
    "DescribeContributorInsights",
    "DescribeKinesisStreamingDestination",
    "DescribeTableReplicaAutoScaling",
    "DescribeTimeToLive",
    "DisableKinesisStreamingDestination",
    "EnableKinesisStreamingDestination",
    "ExportTableToPointInTime",
    "PartiQLDelete",
    "PartiQLInsert",
    "PartiQLSelect",
    "PartiQLUpdate",
    "RestoreTableToPointInTime",
    "UpdateContinuousBackups",
    "UpdateContributorInsights",
    "UpdateKinesisStreamingDestination",
    "UpdateTableReplicaAutoScaling",
    "UpdateTimeToLive",
)
_ON_STREAMS = ("DescribeStream", "GetRecords", "GetShardIterator")
_ON_POLICIES = ("DeleteResourcePolicy", "GetResourcePolicy", "PutResourcePolicy")
_PREFIX = "dynamodb:"


def _lower(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(f"{_PREFIX}{name}".lower() for name in names)


TABLE_ACTIONS = _lower(_ANYBODY_ON_TABLES + _OWN_ACCOUNT_ON_TABLES + _ON_POLICIES)
"""With the service's prefix, in lower case; so the others."""
STREAM_ACTIONS = _lower(_ON_STREAMS + _ON_POLICIES)
CROSS_ACCOUNT_ACTIONS = _lower(_ANYBODY_ON_TABLES + _ON_STREAMS)
