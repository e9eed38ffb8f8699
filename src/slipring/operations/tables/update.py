"""UpdateTable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slipring.engine import backfill, keyspace
from slipring.engine.engine import Engine
from slipring.engine.table import TableRecord
from slipring.iam.caller import Caller
from slipring.model.errors import indexes as index_errors
from slipring.model.errors import tables as errors
from slipring.model.errors import throughput as throughput_errors
from slipring.model.table_names import parse_table_name
from slipring.operations.answers import answer
from slipring.operations.tables import definition, stream_settings, throughput
from slipring.operations.tables.describe import describe_table, find_table
from slipring.operations.tables.index_updates import check_index_updates, revise_indexes

_CHANGES = (
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexUpdates",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "SSESpecification",
    "StreamSpecification",
    "TableClass",
    "WarmThroughput",
)
_ALONE = {
    "SSESpecification": "Server-Side Encryption modification",
    "TableClass": "TableClass modification",
    "DeletionProtectionEnabled": "DeletionProtection modification",
    "WarmThroughput": "WarmThroughput",
}
"""Changes that no other may come with, and what messages call them."""
_NOT_SUPPORTED = (
    "GlobalTableSettingsReplicationMode",
    "GlobalTableWitnessUpdates",
    "MultiRegionConsistency",
    "ReplicaUpdates",
)


async def update_table(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """Every change is in force when this returns, but for a new index, which is filled in the background."""
    for member in _NOT_SUPPORTED:
        if member in request:
            raise errors.member_not_supported(member)
    if not any(name in request and request[name] != [] for name in _CHANGES):
        raise errors.nothing_to_update()
    check_index_updates(request)
    _check_combination(request)
    definition.check_encryption(request.get("SSESpecification", {}))
    stream_settings.check(request.get("StreamSpecification"))
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
        record = stream_settings.revised(record, request.get("StreamSpecification"), now)
        if "GlobalSecondaryIndexUpdates" in request:
            revise_indexes(record, request, now)
        if throughput.billing_mode(before) != throughput.billing_mode(record):
            _switch_indexes(record, request)
        return record

    return revise


def _check_combination(request: dict[str, Any]) -> None:
    """Most changes come alone (observed, in this order)."""
    changes = [name for name in _CHANGES if name in request]
    for name, what in _ALONE.items():
        if name in changes and len(changes) > 1:
            if name == "WarmThroughput" and any("Create" in each for each in _index_updates(request)):
                raise throughput_errors.warm_throughput_with_new_index()
            raise errors.not_the_only_update(what)
    if "OnDemandThroughput" in changes and set(changes) - {"OnDemandThroughput", "BillingMode"}:
        raise throughput_errors.on_demand_maximum_with_other_changes()
    if "ProvisionedThroughput" in changes and any("Update" not in each for each in _index_updates(request)):
        raise index_errors.index_and_capacity_change()


def _index_updates(request: dict[str, Any]) -> list[dict[str, Any]]:
    updates: list[dict[str, Any]] = request.get("GlobalSecondaryIndexUpdates", [])
    return updates


def _revise_billing(record: TableRecord, request: dict[str, Any], now: float) -> None:
    before = throughput.billing_mode(record)
    after = request.get("BillingMode", before)
    capacity = request.get("ProvisionedThroughput")
    if after == throughput.ON_DEMAND:
        if capacity is not None:
            raise throughput_errors.capacity_refused()
        if before != after:
            throughput.drop_capacity(record)
            record["BillingModeSummary"] = {"BillingMode": after, "LastUpdateToPayPerRequestDateTime": now}
        return
    if capacity is None:
        if "BillingMode" in request:
            raise throughput_errors.capacity_required_to_switch()
        return
    if before != after:
        record["BillingModeSummary"] = {**record["BillingModeSummary"], "BillingMode": after}
        record.pop("OnDemandThroughput", None)
    throughput.revise_capacity(record, capacity, None, now)


def _switch_indexes(record: TableRecord, request: dict[str, Any]) -> None:
    """The indexes of a table whose billing mode changed, after their own updates."""
    indexes = [dict(index) for index in record.get("GlobalSecondaryIndexes", ())]
    for index in indexes:
        if throughput.billing_mode(record) == throughput.ON_DEMAND:
            throughput.drop_capacity(index)
        elif "ProvisionedThroughput" not in index:
            raise throughput_errors.index_capacity_required_to_switch(index["IndexName"])
        else:
            index.pop("OnDemandThroughput", None)
    record["GlobalSecondaryIndexes"] = indexes


def _revise_settings(record: TableRecord, request: dict[str, Any]) -> None:
    if "DeletionProtectionEnabled" in request:
        record["DeletionProtectionEnabled"] = request["DeletionProtectionEnabled"]
    if "WarmThroughput" in request:
        throughput.revise_warm_throughput(record, request["WarmThroughput"], None)
    if "OnDemandThroughput" in request:
        throughput.revise_maximum(record, request["OnDemandThroughput"], throughput.billing_mode(record), None)
    if "TableClass" in request:
        record["TableClassSummary"] = {"TableClass": request["TableClass"]}
    if "SSESpecification" in request:
        record.pop("SSESpecification", None)
        if request["SSESpecification"].get("Enabled"):
            record["SSESpecification"] = request["SSESpecification"]


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
