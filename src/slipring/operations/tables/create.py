"""CreateTable."""

from __future__ import annotations

from typing import Any

from slipring.engine.engine import Engine
from slipring.engine.table import TableRecord
from slipring.iam.bindings import bindings_of
from slipring.iam.caller import Caller
from slipring.iam.directory import Directory
from slipring.model.errors import tables as errors
from slipring.model.errors.validation import NOT_NULL, constraints_failed, failure
from slipring.model.table_names import parse_table_name
from slipring.model.validation.facts import member_name
from slipring.operations.answers import answer
from slipring.operations.policies.attached import attached
from slipring.operations.policies.documents import table_policy
from slipring.operations.tables import definition, stream_settings, tags, throughput
from slipring.operations.tables.describe import describe_table

_COPIED = (
    "AttributeDefinitions",
    "KeySchema",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "WarmThroughput",
)


_NOT_SUPPORTED = ("GlobalTableSettingsReplicationMode", "GlobalTableSourceArn")


async def create_table(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """The answer says CREATING as the service's does; the table is ACTIVE by the time anybody asks."""
    _check(request)
    policy = table_policy(request["ResourcePolicy"]) if "ResourcePolicy" in request else None
    record = _record(engine, request)
    now = engine.clock.now()
    if policy is not None:
        record = attached(record, policy, await bindings_of(Directory(engine.store), policy), now, None, "")
    last_label = await engine.catalog.last_stream_label(record["TableName"], caller.namespace)
    table = await engine.catalog.create(
        record,
        caller.namespace,
        lambda given: stream_settings.revised(given, request.get("StreamSpecification"), now, last_label),
    )
    described = await describe_table(engine, table, caller)
    for index in described.get("GlobalSecondaryIndexes", ()):
        index["IndexStatus"] = "CREATING"
    return answer({"TableDescription": {**described, "TableStatus": "CREATING"}})


def _check(request: dict[str, Any]) -> None:
    for member in _NOT_SUPPORTED:
        if member in request:
            raise errors.member_not_supported(member)
    absent = [name for name in ("AttributeDefinitions", "KeySchema") if name not in request]
    if absent:
        raise constraints_failed([failure(None, member_name(name), NOT_NULL) for name in absent])
    definitions, schema = request["AttributeDefinitions"], request["KeySchema"]
    local, remote = request.get("LocalSecondaryIndexes"), request.get("GlobalSecondaryIndexes")
    stream_settings.check(request.get("StreamSpecification"))
    definition.check_definitions(definitions)
    definition.check_table_schema(schema, definitions)
    definition.check_indexes(schema, definitions, local, remote)
    throughput.check_new_table(_billing_mode(request), request, remote or [])
    definition.check_encryption(request.get("SSESpecification", {}))
    tags.check_tags(request.get("Tags", ()))


def _billing_mode(request: dict[str, Any]) -> str:
    mode: str = request.get("BillingMode", throughput.PROVISIONED)
    return mode


def _record(engine: Engine, request: dict[str, Any]) -> TableRecord:
    now = engine.clock.now()
    record: TableRecord = {name: request[name] for name in _COPIED if name in request}
    record["TableName"] = parse_table_name(request["TableName"])[0]
    record["TableId"] = engine.ids.uuid()
    record["CreationDateTime"] = now
    record["DeletionProtectionEnabled"] = request.get("DeletionProtectionEnabled", False)
    if _billing_mode(request) == throughput.ON_DEMAND:
        record["BillingModeSummary"] = {
            "BillingMode": throughput.ON_DEMAND,
            "LastUpdateToPayPerRequestDateTime": now,
        }
    if "TableClass" in request:
        record["TableClassSummary"] = {"TableClass": request["TableClass"]}
    if request.get("SSESpecification", {}).get("Enabled"):
        record["SSESpecification"] = request["SSESpecification"]
    if request.get("Tags"):
        record["Tags"] = {tag["Key"]: tag["Value"] for tag in request["Tags"]}
    index_id = 0
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        if member in request:
            record[member] = []
            for index in request[member]:
                index_id += 1
                record[member].append({**index, "Id": index_id})
    record["LastIndexId"] = index_id
    return record
