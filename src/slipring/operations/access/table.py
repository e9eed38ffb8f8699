"""Which actions on which resources each operation needs, by the operation's name, as `registry` has its handler.

Sources: "DynamoDB API permissions" in the Developer Guide, and "Actions, resources, and condition keys for Amazon
DynamoDB" in the Service Authorization Reference, whose permission-only actions for replicas are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from slipring.iam.caller import Caller
from slipring.operations.access import items, reads, statements
from slipring.operations.access.needs import Keys, Need, Request, no_keys
from slipring.operations.access.resources import EVERYTHING, given_arn, global_table_arn, index_arn, table_arn
from slipring.operations.access.tags import given_tags, named_tags

Needs: TypeAlias = Callable[[Request, Caller], Iterator[Need]]
"""Raises ValidationException for a request that names its table or index as none can be named."""

_ITERATOR_MARK = "|1|"
_RESTORED = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
"""What a restore does to the table that it makes."""


def _on_nothing(action: str) -> Needs:
    def needs(request: Request, caller: Caller) -> Iterator[Need]:
        yield Need(action, EVERYTHING, no_keys)

    return needs


def _on_table(action: str, member: str = "TableName") -> Needs:
    def needs(request: Request, caller: Caller) -> Iterator[Need]:
        yield Need(action, table_arn(request[member], caller), no_keys)

    return needs


def _on_index(action: str) -> Needs:
    """The index if one is named, else the table."""

    def needs(request: Request, caller: Caller) -> Iterator[Need]:
        yield Need(action, index_arn(request["TableName"], request.get("IndexName"), caller), no_keys)

    return needs


def _on_arn(action: str, member: str, keys_of: Callable[[Request], Keys] = lambda request: no_keys) -> Needs:
    def needs(request: Request, caller: Caller) -> Iterator[Need]:
        yield Need(action, given_arn(request[member], caller), keys_of(request))

    return needs


def _on_global_table(action: str) -> Needs:
    def needs(request: Request, caller: Caller) -> Iterator[Need]:
        yield Need(action, global_table_arn(request["GlobalTableName"], caller), no_keys)
        yield Need(action, table_arn(request["GlobalTableName"], caller), no_keys)

    return needs


def _create_table(request: Request, caller: Caller) -> Iterator[Need]:
    """A policy and tags need what attaching them later would."""
    arn, keys = table_arn(request["TableName"], caller), given_tags(request)
    yield Need("CreateTable", arn, keys)
    if "ResourcePolicy" in request:
        yield Need("PutResourcePolicy", arn, keys)
    if request.get("Tags"):
        yield Need("TagResource", arn, keys)


def _import_table(request: Request, caller: Caller) -> Iterator[Need]:
    yield Need("ImportTable", table_arn(request["TableCreationParameters"]["TableName"], caller), no_keys)


def _restore_from_backup(request: Request, caller: Caller) -> Iterator[Need]:
    yield Need("RestoreTableFromBackup", given_arn(request["BackupArn"], caller), no_keys)
    target = table_arn(request["TargetTableName"], caller)
    for action in ("RestoreTableFromBackup", *_RESTORED):
        yield Need(action, target, no_keys)


def _restore_to_point_in_time(request: Request, caller: Caller) -> Iterator[Need]:
    source = request.get("SourceTableArn", request.get("SourceTableName"))
    if source is not None:
        yield Need("RestoreTableToPointInTime", table_arn(source, caller), no_keys)
    target = table_arn(request["TargetTableName"], caller)
    for action in ("RestoreTableToPointInTime", *_RESTORED):
        yield Need(action, target, no_keys)


def _get_records(request: Request, caller: Caller) -> Iterator[Need]:
    """A shard iterator begins with its stream's ARN."""
    yield Need("GetRecords", given_arn(request["ShardIterator"].partition(_ITERATOR_MARK)[0], caller), no_keys)


NEEDS: dict[str, Needs] = {
    "BatchExecuteStatement": statements.batch_execute_statement,
    "BatchGetItem": items.batch_get_item,
    "BatchWriteItem": items.batch_write_item,
    "CancelBulkOperation": _on_arn("CancelBulkOperation", "BulkOperationArn"),
    "CreateBackup": _on_table("CreateBackup"),
    "CreateGlobalTable": _on_global_table("CreateGlobalTable"),
    "CreateTable": _create_table,
    "DeleteBackup": _on_arn("DeleteBackup", "BackupArn"),
    "DeleteItem": items.delete_item,
    "DeleteResourcePolicy": _on_arn("DeleteResourcePolicy", "ResourceArn"),
    "DeleteTable": _on_table("DeleteTable"),
    "DescribeBackup": _on_arn("DescribeBackup", "BackupArn"),
    "DescribeBulkOperation": _on_arn("DescribeBulkOperation", "BulkOperationArn"),
    "DescribeContinuousBackups": _on_table("DescribeContinuousBackups"),
    "DescribeContributorInsights": _on_index("DescribeContributorInsights"),
    "DescribeEndpoints": _on_nothing("DescribeEndpoints"),
    "DescribeExport": _on_arn("DescribeExport", "ExportArn"),
    "DescribeGlobalTable": _on_global_table("DescribeGlobalTable"),
    "DescribeGlobalTableSettings": _on_global_table("DescribeGlobalTableSettings"),
    "DescribeImport": _on_arn("DescribeImport", "ImportArn"),
    "DescribeKinesisStreamingDestination": _on_table("DescribeKinesisStreamingDestination"),
    "DescribeLimits": _on_nothing("DescribeLimits"),
    "DescribeStream": _on_arn("DescribeStream", "StreamArn"),
    "DescribeTable": _on_table("DescribeTable"),
    "DescribeTableReplicaAutoScaling": _on_table("DescribeTableReplicaAutoScaling"),
    "DescribeTimeToLive": _on_table("DescribeTimeToLive"),
    "DisableKinesisStreamingDestination": _on_table("DisableKinesisStreamingDestination"),
    "EnableKinesisStreamingDestination": _on_table("EnableKinesisStreamingDestination"),
    "ExecuteStatement": statements.execute_statement,
    "ExecuteTransaction": statements.execute_transaction,
    "ExportTableToPointInTime": _on_table("ExportTableToPointInTime", "TableArn"),
    "GetItem": items.get_item,
    "GetRecords": _get_records,
    "GetResourcePolicy": _on_arn("GetResourcePolicy", "ResourceArn"),
    "GetShardIterator": _on_arn("GetShardIterator", "StreamArn"),
    "ImportTable": _import_table,
    "ListBackups": _on_nothing("ListBackups"),
    "ListBulkOperations": _on_nothing("ListBulkOperations"),
    "ListContributorInsights": _on_nothing("ListContributorInsights"),
    "ListExports": _on_nothing("ListExports"),
    "ListGlobalTables": _on_nothing("ListGlobalTables"),
    "ListImports": _on_nothing("ListImports"),
    "ListStreams": _on_nothing("ListStreams"),
    "ListTables": _on_nothing("ListTables"),
    "ListTagsOfResource": _on_arn("ListTagsOfResource", "ResourceArn"),
    "PutItem": items.put_item,
    "PutResourcePolicy": _on_arn("PutResourcePolicy", "ResourceArn"),
    "Query": reads.query,
    "RestoreTableFromBackup": _restore_from_backup,
    "RestoreTableToPointInTime": _restore_to_point_in_time,
    "Scan": reads.scan,
    "SearchVectors": _on_index("SearchVectors"),
    "StartBulkPutItems": _on_table("StartBulkPutItems"),
    "TagResource": _on_arn("TagResource", "ResourceArn", given_tags),
    "TransactGetItems": items.transact_get_items,
    "TransactWriteItems": items.transact_write_items,
    "UntagResource": _on_arn("UntagResource", "ResourceArn", named_tags),
    "UpdateContinuousBackups": _on_table("UpdateContinuousBackups"),
    "UpdateContributorInsights": _on_index("UpdateContributorInsights"),
    "UpdateGlobalTable": _on_global_table("UpdateGlobalTable"),
    "UpdateGlobalTableSettings": _on_global_table("UpdateGlobalTableSettings"),
    "UpdateItem": items.update_item,
    "UpdateKinesisStreamingDestination": _on_table("UpdateKinesisStreamingDestination"),
    "UpdateTable": _on_table("UpdateTable"),
    "UpdateTableReplicaAutoScaling": _on_table("UpdateTableReplicaAutoScaling"),
    "UpdateTimeToLive": _on_table("UpdateTimeToLive"),
}
"""Of every operation of the service model, whether there is a handler for it yet or not."""
