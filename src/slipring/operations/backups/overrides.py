"""What a restored table takes from its source, and what the request puts in its place.

As on the service it has the source's keys, indexes, capacity and encryption, and none of its tags, stream, time to
live, deletion protection and point-in-time recovery (Developer Guide, "Backup and restore: how it works").
"""

from __future__ import annotations

from typing import Any

from slipring.engine.table import TableRecord
from slipring.model.errors import backups as errors
from slipring.model.errors import tables as table_errors
from slipring.operations.tables import definition, throughput

_COPIED = (
    "AttributeDefinitions",
    "BillingModeSummary",
    "KeySchema",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "SSESpecification",
    "TableClassSummary",
)
_INDEX_COPIED = ("IndexName", "KeySchema", "Projection", "OnDemandThroughput", "ProvisionedThroughput")
_CAPACITY = ("ReadCapacityUnits", "WriteCapacityUnits")


def check_overrides(request: dict[str, Any]) -> None:
    """What the request alone tells. Raises ValidationException."""
    if "VectorIndexOverride" in request:
        raise table_errors.member_not_supported("VectorIndexOverride")
    definition.check_encryption(request.get("SSESpecificationOverride", {}))


def restored_record(source: TableRecord, request: dict[str, Any], now: float, table_id: str) -> TableRecord:
    """The record of the new table. Raises ValidationException."""
    record: TableRecord = {name: source[name] for name in _COPIED if name in source}
    record |= {
        "TableName": request["TargetTableName"],
        "TableId": table_id,
        "CreationDateTime": now,
        "DeletionProtectionEnabled": False,
    }
    for member, override in (
        ("LocalSecondaryIndexes", request.get("LocalSecondaryIndexOverride")),
        ("GlobalSecondaryIndexes", request.get("GlobalSecondaryIndexOverride")),
    ):
        indexes = _indexes(source.get(member, []), override)
        if indexes:
            record[member] = indexes
    _override_throughput(record, request, now)
    _number_indexes(record)
    definition.forget_unused(record)
    if "SSESpecificationOverride" in request:
        record.pop("SSESpecification", None)
        if request["SSESpecificationOverride"].get("Enabled"):
            record["SSESpecification"] = request["SSESpecificationOverride"]
    return record


def _indexes(source: list[dict[str, Any]], override: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """The source's indexes, or those of them that the request chose, with its throughput."""
    plain: dict[str, dict[str, Any]] = {
        index["IndexName"]: {name: index[name] for name in _INDEX_COPIED if name in index} for index in source
    }
    if override is None:
        return list(plain.values())
    chosen: list[dict[str, Any]] = []
    for index in override:
        known = plain.get(index["IndexName"])
        if known is None or known["KeySchema"] != index["KeySchema"]:
            raise errors.index_override_unknown(index["IndexName"])
        given = [name for name in ("OnDemandThroughput", "ProvisionedThroughput") if name in index]
        chosen.append({**known, **{name: index[name] for name in given}})
    return chosen


def _override_throughput(record: TableRecord, request: dict[str, Any], now: float) -> None:
    before = throughput.billing_mode(record)
    mode = request.get("BillingModeOverride", before)
    if "ProvisionedThroughputOverride" in request:
        record["ProvisionedThroughput"] = request["ProvisionedThroughputOverride"]
    if "OnDemandThroughputOverride" in request:
        record["OnDemandThroughput"] = request["OnDemandThroughputOverride"]
    remote = record.get("GlobalSecondaryIndexes", [])
    if mode != before:
        left = "ProvisionedThroughput" if mode == throughput.ON_DEMAND else "OnDemandThroughput"
        asked = f"{left}Override" in request
        for each in [*([] if asked else [record]), *remote]:
            each.pop(left, None)
        if mode == throughput.ON_DEMAND:
            record["BillingModeSummary"] = {"BillingMode": mode, "LastUpdateToPayPerRequestDateTime": now}
        else:
            del record["BillingModeSummary"]
    throughput.check_new_table(mode, record, remote)
    for each in [record, *remote]:
        if "ProvisionedThroughput" in each:
            each["ProvisionedThroughput"] = {unit: each["ProvisionedThroughput"][unit] for unit in _CAPACITY}


def _number_indexes(record: TableRecord) -> None:
    number = 0
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        for index in record.get(member, ()):
            number += 1
            index["Id"] = number
    record["LastIndexId"] = number
