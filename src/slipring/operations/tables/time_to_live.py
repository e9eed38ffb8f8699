"""UpdateTimeToLive and DescribeTimeToLive: the setting."""

from __future__ import annotations

from typing import Any

from slipring.engine.engine import Engine
from slipring.engine.table import TableRecord
from slipring.iam.caller import Caller
from slipring.model.errors import tables as errors
from slipring.operations.answers import answer
from slipring.operations.tables.describe import find_table


async def update_time_to_live(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    specification = request["TimeToLiveSpecification"]
    table = await find_table(engine, request["TableName"], caller)

    def revise(before: TableRecord) -> TableRecord:
        current = before.get("TimeToLiveAttribute")
        if current is not None and current != specification["AttributeName"]:
            raise errors.time_to_live_attribute_differs(current)
        if specification["Enabled"] == (current is not None):
            raise errors.time_to_live_unchanged(specification["Enabled"])
        after = {name: value for name, value in before.items() if name != "TimeToLiveAttribute"}
        if specification["Enabled"]:
            after["TimeToLiveAttribute"] = specification["AttributeName"]
        return after

    await engine.catalog.change(table.name, caller.namespace, revise)
    return answer({"TimeToLiveSpecification": specification})


async def describe_time_to_live(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    table = await find_table(engine, request["TableName"], caller)
    attribute = table.record.get("TimeToLiveAttribute")
    if attribute is None:
        return answer({"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}})
    return answer({"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": attribute}})
