"""UpdateTable's changes of global indexes: add one, drop one, change the throughput of some."""

from __future__ import annotations

from typing import Any

from slipring.engine.keyspace import INDEX_ID_MAX
from slipring.engine.table import TableRecord
from slipring.model import limits
from slipring.model.errors import indexes as errors
from slipring.model.errors import throughput as throughput_errors
from slipring.operations.tables import definition, throughput

_ACTIONS = ("Update", "Create", "Delete")


def check_index_updates(request: dict[str, Any]) -> None:
    """What the request alone tells: one action an entry, one entry an index. Raises ValidationException."""
    updates = request.get("GlobalSecondaryIndexUpdates")
    if updates is None:
        return
    if not updates:
        raise errors.list_empty("GlobalSecondaryIndexUpdates")
    seen: set[str] = set()
    for update in updates:
        actions = [action for action in _ACTIONS if action in update]
        if not actions:
            raise errors.no_index_action()
        if len(actions) > 1:
            raise errors.several_index_actions()
        name = update[actions[0]]["IndexName"]
        if name in seen:
            raise errors.index_updated_twice(name)
        seen.add(name)


def revise_indexes(record: TableRecord, request: dict[str, Any], now: float) -> None:
    """Apply the changes to a table's record. Raises ValidationException, ResourceNotFoundException or
    LimitExceededException."""
    updates = request["GlobalSecondaryIndexUpdates"]
    indexes = {index["IndexName"]: index for index in record.get("GlobalSecondaryIndexes", ())}
    if sum("Update" not in update for update in updates) > 1:
        raise errors.one_index_at_a_time()
    for update in updates:
        action = next(action for action in _ACTIONS if action in update)
        details = update[action]
        name = details["IndexName"]
        if action == "Create":
            indexes[name] = _added(record, request, details, indexes)
            continue
        _check_is_there(record, action, name, indexes)
        if action == "Delete":
            del indexes[name]
        else:
            indexes[name] = _changed(record, indexes[name], details, now)
    record["GlobalSecondaryIndexes"] = list(indexes.values())
    definition.forget_unused(record)


def _check_is_there(record: TableRecord, action: str, name: str, indexes: dict[str, Any]) -> None:
    if name in indexes:
        return
    if name in _local_names(record):
        raise errors.not_a_global_index(action.lower(), name)
    raise errors.index_of_table_not_found(name, record["TableName"])


def _local_names(record: TableRecord) -> set[str]:
    return {local["IndexName"] for local in record.get("LocalSecondaryIndexes", ())}


def _changed(record: TableRecord, index: dict[str, Any], details: dict[str, Any], now: float) -> dict[str, Any]:
    name, mode = index["IndexName"], throughput.billing_mode(record)
    if mode == throughput.ON_DEMAND and not details.keys() & {"OnDemandThroughput", "WarmThroughput"}:
        raise throughput_errors.index_capacity_change_refused(name)
    changed = dict(index)
    if "ProvisionedThroughput" in details:
        throughput.revise_capacity(changed, details["ProvisionedThroughput"], name, now)
    if "OnDemandThroughput" in details:
        throughput.revise_maximum(changed, details["OnDemandThroughput"], mode, name)
    if "WarmThroughput" in details:
        throughput.revise_warm_throughput(changed, details["WarmThroughput"], name)
    return changed


def _added(
    record: TableRecord, request: dict[str, Any], index: dict[str, Any], indexes: dict[str, Any]
) -> dict[str, Any]:
    name = index["IndexName"]
    if name in indexes or name in _local_names(record):
        raise errors.index_exists()
    if any(existing.get("Backfilling") for existing in indexes.values()):
        raise errors.one_index_at_a_time()
    if len(indexes) >= limits.GLOBAL_INDEXES_MAX:
        raise errors.global_index_beyond_limit(limits.GLOBAL_INDEXES_MAX)
    if record["LastIndexId"] >= INDEX_ID_MAX:
        raise errors.index_ids_used_up(INDEX_ID_MAX)
    throughput.check_added_index(throughput.billing_mode(record), index)
    record["AttributeDefinitions"] = _all_definitions(record, request, name)
    # The request must define the key's attributes even where the table has them (observed).
    definition.check_added_index(index, request["AttributeDefinitions"])
    others = [*record.get("LocalSecondaryIndexes", ()), *indexes.values()]
    definition.check_projected_attributes([*others, index])
    record["LastIndexId"] += 1
    return {**index, "Id": record["LastIndexId"], "Backfilling": True}


def _all_definitions(record: TableRecord, request: dict[str, Any], index: str) -> list[dict[str, str]]:
    """The table's definitions and the request's; those that no key needs are forgotten later.

    A type that differs from the one that the table has means nothing (observed).
    """
    if "AttributeDefinitions" not in request:
        raise errors.definitions_missing(index)
    definition.check_definitions(request["AttributeDefinitions"])
    definitions = {d["AttributeName"]: d for d in record["AttributeDefinitions"]}
    for added in request["AttributeDefinitions"]:
        definitions.setdefault(added["AttributeName"], added)
    return list(definitions.values())
