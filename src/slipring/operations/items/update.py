"""UpdateItem."""

from __future__ import annotations

from typing import Any

import orjson

from slipring.capacity.metering import count_failed_write
from slipring.engine import rows
from slipring.engine.changes import Change
from slipring.engine.engine import Engine
from slipring.iam.caller import Caller
from slipring.model.attribute_values import normalise_item
from slipring.model.errors.tree import ConditionalCheckFailedException, ValidationException
from slipring.operations.conditions import plan_update
from slipring.operations.items.writes import answer_write, update_action


async def update_item(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    key = request["Key"]
    try:
        normalise_item(key)
        update, condition = plan_update("UpdateItem", request)
    except ValidationException as error:
        error.precedes_table = True
        raise
    table = await engine.catalog.table(request["TableName"], caller.namespace)
    try:
        change = await engine.write(update_action(table, key, update, condition, request))
    except ConditionalCheckFailedException as error:
        count_failed_write(table, error)
        raise
    attributes = returned_attributes(change, request.get("ReturnValues", "NONE"))
    return await answer_write(engine, request, change, attributes)


def returned_attributes(change: Change, wanted: str) -> bytes | None:
    """The attributes that ReturnValues asks for, as JSON; None where there are none."""
    if wanted == "NONE":
        return None
    if wanted == "ALL_NEW":
        return None if change.new_row is None else rows.json(change.new_row)
    if wanted == "ALL_OLD":
        return None if change.old_row is None else rows.json(change.old_row)
    assert change.update is not None
    touched = change.update.updated_old() if wanted == "UPDATED_OLD" else change.update.updated_new()
    return orjson.dumps(touched) if touched else None
