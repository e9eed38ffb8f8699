"""UpdateTimeToLive and DescribeTimeToLive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slipring.engine import backfill, keyspace, time_to_live
from slipring.engine.engine import Engine
from slipring.engine.table import TableRecord
from slipring.iam.caller import Caller
from slipring.model.errors import tables as errors
from slipring.operations.answers import answer
from slipring.operations.tables.describe import find_table


async def update_time_to_live(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """In force for every write from now on; the items that are there already are entered in the background."""
    specification = request["TimeToLiveSpecification"]
    table = await find_table(engine, request["TableName"], caller)

    def revise(before: TableRecord) -> TableRecord:
        current = before.get("TimeToLive", {}).get("AttributeName")
        if current is not None and current != specification["AttributeName"]:
            raise errors.time_to_live_attribute_differs(current)
        if specification["Enabled"] == (current is not None):
            raise errors.time_to_live_unchanged(specification["Enabled"])
        after = {name: value for name, value in before.items() if name != "TimeToLive"}
        if specification["Enabled"]:
            # Its entries are those of one more index, so it takes an index's id.
            after["LastIndexId"] += 1
            after["TimeToLive"] = {"AttributeName": specification["AttributeName"], "Id": after["LastIndexId"]}
        return after

    await engine.catalog.change(table.name, caller.namespace, revise, _jobs(caller.namespace))
    engine.background.wake()
    return answer({"TimeToLiveSpecification": specification})


def _jobs(namespace: str) -> Callable[[TableRecord, TableRecord], dict[bytes, bytes | None]]:
    """Enter the items that are there, or erase their entries."""

    def jobs(before: TableRecord, after: TableRecord) -> dict[bytes, bytes | None]:
        table_id: int = after["Id"]
        key = keyspace.expiring_table(table_id)
        if "TimeToLive" not in after:
            return {key: None, keyspace.drop_job(table_id, before["TimeToLive"]["Id"]): b""}
        return {
            key: time_to_live.expiring_table(after, namespace),
            keyspace.expiry_job(table_id, after["TimeToLive"]["Id"]): backfill.first_step(
                namespace, after["TableName"]
            ),
        }

    return jobs


async def describe_time_to_live(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    table = await find_table(engine, request["TableName"], caller)
    setting = table.record.get("TimeToLive")
    if setting is None:
        return answer({"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}})
    told = {"TimeToLiveStatus": "ENABLED", "AttributeName": setting["AttributeName"]}
    return answer({"TimeToLiveDescription": told})
