"""UpdateTable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slipring.engine import backfill, keyspace
from slipring.engine.engine import Engine
from slipring.engine.table import TableRecord
from slipring.iam.caller import Caller
from slipring.model import limits
from slipring.model.errors import tables as errors
from slipring.model.table_names import parse_table_name
from slipring.operations.answers import answer
from slipring.operations.tables import definition, throughput
from slipring.operations.tables.describe import describe_table, find_table

_CHANGES = (
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexUpdates",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "SSESpecification",
    "TableClass",
    "WarmThroughput",
)
_NOT_SUPPORTED = (
    "GlobalTableSettingsReplicationMode",
    "GlobalTableWitnessUpdates",
    "MultiRegionConsistency",
    "ReplicaUpdates",
    "StreamSpecification",
)


async def update_table(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """Every change is in force when this returns, but for a new index, which is filled in the background."""
    for member in _NOT_SUPPORTED:
        if member in request:
            raise errors.member_not_supported(member)
    if not any(name in request for name in _CHANGES):
        raise errors.nothing_to_update()
    await find_table(engine, request["TableName"], caller)
    name = parse_table_name(request["TableName"])[0]
    table = await engine.catalog.change(name, caller.namespace, _reviser(engine, request), _jobs(caller.namespace))
    engine.background.wake()
    return answer({"TableDescription": {**await describe_table(engine, table, caller), "TableStatus": "UPDATING"}})


def _reviser(engine: Engine, request: dict[str, Any]) -> Callable[[TableRecord], TableRecord]:
    now = engine.clock.now()

    def revise(before: TableRecord) -> TableRecord:
        record = dict(before)
        _revise_billing(record, request, now)
        _revise_settings(record, request)
        if "GlobalSecondaryIndexUpdates" in request:
            _revise_indexes(record, request)
        return record

    return revise


def _revise_billing(record: TableRecord, request: dict[str, Any], now: float) -> None:
    before = record.get("BillingModeSummary", {}).get("BillingMode", throughput.PROVISIONED)
    after = request.get("BillingMode", before)
    capacity = request.get("ProvisionedThroughput")
    if after == throughput.ON_DEMAND:
        if capacity is not None:
            raise errors.capacity_refused()
        record.pop("ProvisionedThroughput", None)
        if before != after:
            record["BillingModeSummary"] = {"BillingMode": after, "LastUpdateToPayPerRequestDateTime": now}
            record["GlobalSecondaryIndexes"] = [
                {k: v for k, v in index.items() if k != "ProvisionedThroughput"}
                for index in record.get("GlobalSecondaryIndexes", ())
            ]
        return
    if before != after:
        if capacity is None:
            raise errors.capacity_required()
        record["BillingModeSummary"] = {**record["BillingModeSummary"], "BillingMode": after}
    if capacity is not None:
        record["ProvisionedThroughput"] = _revised_capacity(record.get("ProvisionedThroughput"), capacity, now)


def _revised_capacity(before: dict[str, Any] | None, after: dict[str, Any], now: float) -> dict[str, Any]:
    revised = {**(before or {}), **after}
    if before is None:
        return revised
    pairs = [(before[unit], after[unit]) for unit in ("ReadCapacityUnits", "WriteCapacityUnits")]
    if all(old == new for old, new in pairs):
        raise errors.capacity_unchanged(pairs[0][0], pairs[1][0])
    if any(new > old for old, new in pairs):
        revised["LastIncreaseDateTime"] = now
    if any(new < old for old, new in pairs):
        revised["LastDecreaseDateTime"] = now
    return revised


def _revise_settings(record: TableRecord, request: dict[str, Any]) -> None:
    for name in ("DeletionProtectionEnabled", "WarmThroughput"):
        if name in request:
            record[name] = request[name]
    if "OnDemandThroughput" in request:
        if record.get("BillingModeSummary", {}).get("BillingMode") != throughput.ON_DEMAND:
            raise errors.on_demand_throughput_refused()
        record["OnDemandThroughput"] = {**record.get("OnDemandThroughput", {}), **request["OnDemandThroughput"]}
    if "TableClass" in request:
        record["TableClassSummary"] = {"TableClass": request["TableClass"]}
    if "SSESpecification" in request:
        record.pop("SSESpecification", None)
        if request["SSESpecification"].get("Enabled"):
            record["SSESpecification"] = request["SSESpecification"]


def _revise_indexes(record: TableRecord, request: dict[str, Any]) -> None:
    updates = request["GlobalSecondaryIndexUpdates"]
    if any(len(update) != 1 for update in updates):
        raise errors.invalid_index_update()
    if sum("Update" not in update for update in updates) > 1:
        raise errors.one_index_at_a_time()
    indexes = {index["IndexName"]: index for index in record.get("GlobalSecondaryIndexes", ())}
    for update in updates:
        ((kind, details),) = update.items()
        name = details["IndexName"]
        if kind == "Create":
            indexes[name] = _new_index(record, request, details, indexes)
        elif name not in indexes:
            raise errors.index_to_change_not_found()
        elif kind == "Delete":
            del indexes[name]
        else:
            indexes[name] = {**indexes[name], **details}
    record["GlobalSecondaryIndexes"] = list(indexes.values())
    _forget_unused_definitions(record)


def _new_index(
    record: TableRecord, request: dict[str, Any], index: dict[str, Any], indexes: dict[str, Any]
) -> dict[str, Any]:
    local_names = {local["IndexName"] for local in record.get("LocalSecondaryIndexes", ())}
    if index["IndexName"] in indexes or index["IndexName"] in local_names:
        raise errors.index_exists()
    if any(existing.get("Backfilling") for existing in indexes.values()):
        raise errors.one_index_at_a_time()
    if len(indexes) >= limits.GLOBAL_INDEXES_MAX:
        raise errors.too_many_indexes("GlobalSecondaryIndex", limits.GLOBAL_INDEXES_MAX)
    billing_mode = record.get("BillingModeSummary", {}).get("BillingMode", throughput.PROVISIONED)
    throughput.check_index_capacity(billing_mode, index)
    definitions = {d["AttributeName"]: d for d in record["AttributeDefinitions"]}
    definition.check_definitions(request.get("AttributeDefinitions", ()))
    for added in request.get("AttributeDefinitions", ()):
        known = definitions.setdefault(added["AttributeName"], added)
        if known["AttributeType"] != added["AttributeType"]:
            raise errors.attribute_type_differs(added["AttributeName"])
    record["AttributeDefinitions"] = list(definitions.values())
    definition.check_global_index(index, record["AttributeDefinitions"])
    others = [*record.get("LocalSecondaryIndexes", ()), *indexes.values()]
    definition.check_projected_attributes([*others, index])
    record["LastIndexId"] += 1
    return {**index, "Id": record["LastIndexId"], "Backfilling": True}


def _forget_unused_definitions(record: TableRecord) -> None:
    """Descriptions tell only the attributes that are still keys of something."""
    schemas = [record["KeySchema"]]
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        schemas += [index["KeySchema"] for index in record.get(member, ())]
    used = {element["AttributeName"] for schema in schemas for element in schema}
    record["AttributeDefinitions"] = [d for d in record["AttributeDefinitions"] if d["AttributeName"] in used]


def _jobs(namespace: str) -> Callable[[TableRecord, TableRecord], dict[bytes, bytes | None]]:
    """Fill the indexes that are new, erase those that are gone."""

    def jobs(before: TableRecord, after: TableRecord) -> dict[bytes, bytes | None]:
        old = {index["Id"] for index in before.get("GlobalSecondaryIndexes", ())}
        new = {index["Id"] for index in after.get("GlobalSecondaryIndexes", ())}
        found: dict[bytes, bytes | None] = {keyspace.drop_job(before["Id"], index_id): b"" for index_id in old - new}
        for index_id in new - old:
            found[keyspace.backfill_job(before["Id"], index_id)] = backfill.first_step(namespace, before["TableName"])
        return found

    return jobs
