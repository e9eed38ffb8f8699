"""DescribeTable, ListTables, and the description that other operations return."""

from __future__ import annotations

from typing import Any

from slipring.engine.catalog import is_being_restored
from slipring.engine.engine import Engine
from slipring.engine.table import Index, Table
from slipring.iam.caller import Caller
from slipring.model import limits
from slipring.model.errors import tables as errors
from slipring.model.table_names import parse_table_name
from slipring.operations.answers import answer
from slipring.operations.tables import stream_settings
from slipring.operations.tables.throughput import describe_capacity, describe_warm_throughput
from slipring.storage.contract import decode_counts

_TOLD_AS_RECORDED = (
    "BillingModeSummary",
    "CreationDateTime",
    "DeletionProtectionEnabled",
    "KeySchema",
    "OnDemandThroughput",
    "TableClassSummary",
    "TableId",
    "TableName",
)
_INDEX_TOLD_AS_RECORDED = ("IndexName", "KeySchema", "OnDemandThroughput")


def table_arn(name: str, caller: Caller) -> str:
    return f"arn:aws:dynamodb:{caller.region}:{caller.account}:table/{name}"


async def find_table(engine: Engine, given_name: str, caller: Caller) -> Table:
    """The table, or the error of the operations on tables, which names it."""
    name = parse_table_name(given_name)[0]
    table = await engine.catalog.find(name, caller.namespace)
    if table is None:
        raise errors.table_not_found(name)
    return table


async def describe_table_operation(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """DescribeTable."""
    table = await find_table(engine, request["TableName"], caller)
    return answer({"Table": await describe_table(engine, table, caller)})


async def list_tables(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """ListTables, in order of name."""
    limit = request.get("Limit", limits.LIST_TABLES_NAMES_MAX)
    names = await engine.catalog.names(caller.namespace, request.get("ExclusiveStartTableName", ""), limit + 1)
    if len(names) <= limit:
        return answer({"TableNames": names})
    return answer({"TableNames": names[:limit], "LastEvaluatedTableName": names[limit - 1]})


async def describe_table(engine: Engine, table: Table, caller: Caller) -> dict[str, Any]:
    """A TableDescription. Counts are those of this moment, not of some hours ago as the service's are.

    Definitions and projected attributes are in order of name, whatever order they came in (observed)."""
    record = table.record
    counts = await engine.store.get_many([table.count_key, *(index.count_key for index in table.indexes)])
    item_count, size = decode_counts(counts[0])
    told = {name: record[name] for name in _TOLD_AS_RECORDED if name in record}
    told |= {
        "AttributeDefinitions": sorted(record["AttributeDefinitions"], key=lambda each: each["AttributeName"]),
        "TableArn": table_arn(table.name, caller),
        "TableStatus": _status(table),
        "ItemCount": item_count,
        "TableSizeBytes": size,
        "ProvisionedThroughput": describe_capacity(record),
        "WarmThroughput": describe_warm_throughput(record),
    }
    if "Restore" in record:
        told["RestoreSummary"] = _describe_restore(record["Restore"], caller)
    if "Stream" in record:
        told |= stream_settings.describe(record["Stream"], caller)
    if "SSESpecification" in record and engine.encrypted:
        told["SSEDescription"] = describe_encryption(record["SSESpecification"], caller)
    for index, stored in zip(table.indexes, counts[1:], strict=True):
        member = "GlobalSecondaryIndexes" if index.is_global else "LocalSecondaryIndexes"
        told.setdefault(member, []).append(_describe_index(index, told["TableArn"], stored))
    return told


def _status(table: Table) -> str:
    if is_being_restored(table.record):
        return "CREATING"
    return "UPDATING" if any(index.record.get("Backfilling") for index in table.indexes) else "ACTIVE"


def _describe_restore(restore: dict[str, Any], caller: Caller) -> dict[str, Any]:
    arn = table_arn(restore["TableName"], caller)
    told = {
        "SourceTableArn": arn,
        "RestoreDateTime": restore["RestoreDateTime"],
        "RestoreInProgress": restore["InProgress"],
    }
    return {**told, "SourceBackupArn": f"{arn}/backup/{restore['Backup']}"} if "Backup" in restore else told


def _describe_index(index: Index, arn: str, stored_counts: bytes | None) -> dict[str, Any]:
    # The counters of an index that is being filled are not right yet.
    item_count, size = decode_counts(stored_counts if index.readable else None)
    told = {name: index.record[name] for name in _INDEX_TOLD_AS_RECORDED if name in index.record}
    told |= {
        "IndexArn": f"{arn}/index/{index.name}",
        "IndexSizeBytes": size,
        "ItemCount": item_count,
        "Projection": describe_projection(index.record["Projection"]),
    }
    if index.is_global:
        told["IndexStatus"] = "ACTIVE" if index.readable else "CREATING"
        if not index.readable:
            told["Backfilling"] = True
        told["ProvisionedThroughput"] = describe_capacity(index.record)
        told["WarmThroughput"] = describe_warm_throughput(index.record)
    return told


def describe_projection(projection: dict[str, Any]) -> dict[str, Any]:
    if "NonKeyAttributes" not in projection:
        return projection
    return {**projection, "NonKeyAttributes": sorted(projection["NonKeyAttributes"])}


def describe_encryption(specification: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """The SSEDescription of a table whose store is encrypted; of another there is nothing to tell. KMS is the only type
    that there is, and the key is told as it was named: there is no such service here, and the master key stands for
    all of its keys."""
    key = specification.get("KMSMasterKeyId", "alias/aws/dynamodb")
    arn = key if key.startswith("arn:") else f"arn:aws:kms:{caller.region}:{caller.account}:{key}"
    return {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn}
