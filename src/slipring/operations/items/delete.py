"""DeleteItem."""

from __future__ import annotations

from typing import Any

from slipring.capacity.metering import count_failed_write
from slipring.engine import rows
from slipring.engine.engine import Engine
from slipring.iam.caller import Caller
from slipring.model.attribute_values import normalise_item
from slipring.model.errors import requests as errors
from slipring.model.errors.tree import ConditionalCheckFailedException, ValidationException
from slipring.operations.conditions import plan_condition
from slipring.operations.items.writes import answer_write, delete_action


async def delete_item(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    returned = request.get("ReturnValues", "NONE")
    key = request["Key"]
    try:
        if returned != "NONE" and returned != "ALL_OLD":
            raise errors.return_values_not_allowed()
        normalise_item(key)
        condition = plan_condition("DeleteItem", request)
    except ValidationException as error:
        error.precedes_table = True
        raise
    table = await engine.catalog.table(request["TableName"], caller.namespace)
    try:
        change = await engine.write(delete_action(table, key, condition, request))
    except ConditionalCheckFailedException as error:
        count_failed_write(table, error)
        raise
    attributes = rows.json(change.old_row) if returned == "ALL_OLD" and change.old_row is not None else None
    return await answer_write(engine, request, change, attributes)
