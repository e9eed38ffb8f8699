"""Which handler answers which operation. An operation of the service model that is not here is not supported."""

from __future__ import annotations

from slipring.operations.account import describe_endpoints, describe_limits
from slipring.operations.backups.continuous import describe_continuous_backups, update_continuous_backups
from slipring.operations.backups.on_demand import create_backup, delete_backup, describe_backup, list_backups
from slipring.operations.backups.restore import restore_table_from_backup, restore_table_to_point_in_time
from slipring.operations.batches.get import batch_get_item
from slipring.operations.batches.write import batch_write_item
from slipring.operations.items.delete import delete_item
from slipring.operations.items.get import get_item
from slipring.operations.items.put import put_item
from slipring.operations.items.update import update_item
from slipring.operations.policies.operations import (
    delete_resource_policy,
    get_resource_policy,
    put_resource_policy,
)
from slipring.operations.reads.query import query
from slipring.operations.reads.scan import scan
from slipring.operations.service import Handler
from slipring.operations.statements.batch import batch_execute_statement
from slipring.operations.statements.execute import execute_statement
from slipring.operations.statements.transaction import execute_transaction
from slipring.operations.streams.describe import describe_stream, list_streams
from slipring.operations.streams.iterators import get_shard_iterator
from slipring.operations.streams.records import get_records
from slipring.operations.tables.create import create_table
from slipring.operations.tables.delete import delete_table
from slipring.operations.tables.describe import describe_table_operation, list_tables
from slipring.operations.tables.insights import (
    describe_contributor_insights,
    list_contributor_insights,
    update_contributor_insights,
)
from slipring.operations.tables.kinesis import describe_kinesis_streaming_destination
from slipring.operations.tables.tags import list_tags_of_resource, tag_resource, untag_resource
from slipring.operations.tables.time_to_live import describe_time_to_live, update_time_to_live
from slipring.operations.tables.update import update_table
from slipring.operations.transactions.get import transact_get_items
from slipring.operations.transactions.write import transact_write_items

HANDLERS: dict[str, Handler] = {
    "BatchExecuteStatement": batch_execute_statement,
    "BatchGetItem": batch_get_item,
    "BatchWriteItem": batch_write_item,
    "CreateBackup": create_backup,
    "CreateTable": create_table,
    "DeleteBackup": delete_backup,
    "DeleteItem": delete_item,
    "DeleteResourcePolicy": delete_resource_policy,
    "DeleteTable": delete_table,
    "DescribeBackup": describe_backup,
    "DescribeContinuousBackups": describe_continuous_backups,
    "DescribeContributorInsights": describe_contributor_insights,
    "DescribeEndpoints": describe_endpoints,
    "DescribeKinesisStreamingDestination": describe_kinesis_streaming_destination,
    "DescribeLimits": describe_limits,
    "DescribeStream": describe_stream,
    "DescribeTable": describe_table_operation,
    "DescribeTimeToLive": describe_time_to_live,
    "ExecuteStatement": execute_statement,
    "ExecuteTransaction": execute_transaction,
    "GetItem": get_item,
    "GetRecords": get_records,
    "GetResourcePolicy": get_resource_policy,
    "GetShardIterator": get_shard_iterator,
    "ListBackups": list_backups,
    "ListContributorInsights": list_contributor_insights,
    "ListStreams": list_streams,
    "ListTables": list_tables,
    "ListTagsOfResource": list_tags_of_resource,
    "PutItem": put_item,
    "PutResourcePolicy": put_resource_policy,
    "Query": query,
    "RestoreTableFromBackup": restore_table_from_backup,
    "RestoreTableToPointInTime": restore_table_to_point_in_time,
    "Scan": scan,
    "TagResource": tag_resource,
    "TransactGetItems": transact_get_items,
    "TransactWriteItems": transact_write_items,
    "UntagResource": untag_resource,
    "UpdateContinuousBackups": update_continuous_backups,
    "UpdateContributorInsights": update_contributor_insights,
    "UpdateItem": update_item,
    "UpdateTable": update_table,
    "UpdateTimeToLive": update_time_to_live,
}
