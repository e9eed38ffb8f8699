"""PutItem."""

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
from slipring.operations.items.writes import answer_write, check_item_size, put_action


async def put_item(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    returned = request.get("ReturnValues", "NONE")
    item = request["Item"]
    try:
        if returned != "NONE" and returned != "ALL_OLD":
            raise errors.return_values_not_allowed()
        size = normalise_item(item)
        condition = plan_condition("PutItem", request)
    except ValidationException as error:
        error.precedes_table = True
        raise
    check_item_size(size)
    table = await engine.catalog.table(request["TableName"], caller.namespace)
    try:
        change = await engine.write(put_action(table, item, size, condition, request))
    except ConditionalCheckFailedException as error:
        count_failed_write(table, error)
        raise
    attributes = rows.json(change.old_row) if returned == "ALL_OLD" and change.old_row is not None else None
    return await answer_write(engine, request, change, attributes)
