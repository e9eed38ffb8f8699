"""CreateBackup, DescribeBackup, ListBackups, DeleteBackup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from slipring.engine import backups, keyspace
from slipring.engine.backups import BackupRecord
from slipring.engine.catalog import is_being_restored
from slipring.engine.engine import Engine
from slipring.iam.caller import Caller
from slipring.model.errors import backups as errors
from slipring.model.keys import successor
from slipring.model.table_names import parse_table_name
from slipring.operations.answers import answer
from slipring.operations.backups.lookup import backup_arn, backup_key, find_backup, find_source
from slipring.operations.tables import throughput
from slipring.operations.tables.describe import describe_encryption, describe_projection, table_arn
from slipring.storage.contract import decode_counts

_PAGE_MAX = 100
_RECORDS_PER_READ = 64


async def create_backup(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """The table as it is at the commit of this request. Small ones are AVAILABLE when it is answered, though the
    answer says CREATING as the service's does."""
    table = await find_source(engine, request["TableName"], caller)
    if is_being_restored(table.record):
        raise errors.table_is_being_restored(table.name)
    backup, job_key = await backups.begin(
        engine.catalog, table.name, caller.namespace, request["BackupName"], engine.clock.now(), engine.ids
    )
    size = decode_counts(await engine.store.get(table.count_key))[1]
    await engine.background.advance(job_key)
    return answer({"BackupDetails": _details(backup, size, caller)})


async def describe_backup(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    backup = await find_backup(engine, request["BackupArn"], caller)
    return answer({"BackupDescription": await _description(engine, backup, caller)})


async def delete_backup(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """The backup is gone when this returns; what it held is erased in the background."""
    arn = request["BackupArn"]
    described = await _description(engine, await find_backup(engine, arn, caller), caller)
    await backups.delete(engine.store, backup_key(arn, caller), arn)
    engine.background.wake()
    described["BackupDetails"]["BackupStatus"] = "DELETED"
    return answer({"BackupDescription": described})


async def list_backups(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """In order of table name, then of age."""
    limit = request.get("Limit", _PAGE_MAX)
    prefix = keyspace.all_backups(caller.namespace)
    if "TableName" in request:
        prefix = keyspace.backup(caller.namespace, parse_table_name(request["TableName"])[0], "")
    start, stop = prefix, successor(prefix)
    if "ExclusiveStartBackupArn" in request:
        start = max(start, backup_key(request["ExclusiveStartBackupArn"], caller) + b"\x00")
    chosen: list[BackupRecord] = []
    while len(chosen) <= limit:
        found = await engine.store.scan(start, stop, limit=_RECORDS_PER_READ, bytes_max=1 << 20)
        chosen += [backup for backup in _decoded(found) if _is_chosen(backup, request)]
        if not found:
            break
        start = found[-1][0] + b"\x00"
    page = chosen[:limit]
    sizes = await _sizes(engine, page)
    told = [_summary(backup, size, caller) for backup, (_, size) in zip(page, sizes, strict=True)]
    listed: dict[str, Any] = {"BackupSummaries": told}
    if len(chosen) > limit:
        listed["LastEvaluatedBackupArn"] = told[-1]["BackupArn"]
    return answer(listed)


def _decoded(found: Sequence[tuple[bytes, bytes]]) -> list[BackupRecord]:
    return [orjson.loads(value) for _, value in found]


def _is_chosen(backup: BackupRecord, request: dict[str, Any]) -> bool:
    """The lower bound belongs to the range, the upper one does not (API Reference, "ListBackups")."""
    kind, time = request.get("BackupType", "ALL"), backup["CreationDateTime"]
    if kind not in ("ALL", backup["Type"]):
        return False
    if time < request.get("TimeRangeLowerBound", time):
        return False
    return bool("TimeRangeUpperBound" not in request or time < request["TimeRangeUpperBound"])


async def _sizes(engine: Engine, found: Sequence[BackupRecord]) -> list[tuple[int, int]]:
    """Items and bytes of each; of one that is still being made, what there is so far."""
    keys = [keyspace.counts(backup["ItemsId"], keyspace.TABLE_ITSELF) for backup in found]
    return [decode_counts(value) for value in await engine.store.get_many(keys)]


def _details(backup: BackupRecord, size: int, caller: Caller) -> dict[str, Any]:
    told = {
        "BackupArn": backup_arn(backup, caller),
        "BackupName": backup["Name"],
        "BackupSizeBytes": size,
        "BackupStatus": backup["Status"],
        "BackupType": backup["Type"],
        "BackupCreationDateTime": backup["CreationDateTime"],
    }
    return {**told, "BackupExpiryDateTime": backup["ExpiryDateTime"]} if "ExpiryDateTime" in backup else told


def _summary(backup: BackupRecord, size: int, caller: Caller) -> dict[str, Any]:
    source = backup["Table"]
    return {
        "TableName": source["TableName"],
        "TableId": source["TableId"],
        "TableArn": table_arn(source["TableName"], caller),
        **_details(backup, size, caller),
    }


async def _description(engine: Engine, backup: BackupRecord, caller: Caller) -> dict[str, Any]:
    [(count, size)] = await _sizes(engine, [backup])
    return {
        "BackupDetails": _details(backup, size, caller),
        "SourceTableDetails": _source(backup["Table"], count, size, caller),
        "SourceTableFeatureDetails": _features(backup["Table"], caller, encrypted=engine.encrypted),
    }


def _source(record: dict[str, Any], count: int, size: int, caller: Caller) -> dict[str, Any]:
    capacity = throughput.describe_capacity(record)
    told = {
        "TableName": record["TableName"],
        "TableId": record["TableId"],
        "TableArn": table_arn(record["TableName"], caller),
        "TableSizeBytes": size,
        "KeySchema": record["KeySchema"],
        "TableCreationDateTime": record["CreationDateTime"],
        "ProvisionedThroughput": {unit: capacity[unit] for unit in ("ReadCapacityUnits", "WriteCapacityUnits")},
        "ItemCount": count,
        "BillingMode": throughput.billing_mode(record),
    }
    return {**told, "OnDemandThroughput": record["OnDemandThroughput"]} if "OnDemandThroughput" in record else told


def _features(record: dict[str, Any], caller: Caller, *, encrypted: bool) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for member, throughputs in (("LocalSecondaryIndexes", False), ("GlobalSecondaryIndexes", True)):
        if record.get(member):
            told[member] = [_index(index, with_throughput=throughputs) for index in record[member]]
    stream = record.get("Stream")
    if stream is not None and stream["Enabled"]:
        told["StreamDescription"] = {"StreamEnabled": True, "StreamViewType": stream["ViewType"]}
    if "TimeToLive" in record:
        status = {"TimeToLiveStatus": "ENABLED", "AttributeName": record["TimeToLive"]["AttributeName"]}
        told["TimeToLiveDescription"] = status
    if "SSESpecification" in record and encrypted:
        told["SSEDescription"] = describe_encryption(record["SSESpecification"], caller)
    return told


def _index(index: dict[str, Any], *, with_throughput: bool) -> dict[str, Any]:
    told = {
        "IndexName": index["IndexName"],
        "KeySchema": index["KeySchema"],
        "Projection": describe_projection(index["Projection"]),
    }
    if with_throughput:
        capacity = throughput.describe_capacity(index)
        told["ProvisionedThroughput"] = {unit: capacity[unit] for unit in ("ReadCapacityUnits", "WriteCapacityUnits")}
    return told
