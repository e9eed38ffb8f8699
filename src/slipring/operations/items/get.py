"""GetItem: one key, one read, and the stored JSON spliced into the answer."""

from __future__ import annotations

from typing import Any

from slipring.capacity.consumed import Tally
from slipring.capacity.metering import count_read
from slipring.capacity.units import READ_UNIT_BYTES, read_units
from slipring.engine import rows
from slipring.engine.catalog import CatalogChanged
from slipring.engine.engine import Engine
from slipring.iam.caller import Caller
from slipring.model.attribute_values import normalise_item
from slipring.operations.answers import AnswerParts
from slipring.operations.projections import plan_projection


async def get_item(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    key = request["Key"]
    normalise_item(key)
    projection = plan_projection("GetItem", request)
    table = await engine.catalog.table(request["TableName"], caller.namespace)
    row = await engine.store.get(table.key_of(key))
    if table.superseded:
        raise CatalogChanged
    if row is not None and len(row) > READ_UNIT_BYTES:
        count_read(table, row, consistent=request.get("ConsistentRead", False))
    else:
        # A row is longer than its item; and a call would cost more than all the rest.
        table.usage.read_units += 1.0 if request.get("ConsistentRead") else 0.5
    if row is not None and projection is None and "ReturnConsumedCapacity" not in request:
        return [b'{"Item":', rows.json(row), b"}"]
    parts = AnswerParts()
    if row is not None:
        if projection is None:
            parts.add_row(b"Item", row)
        else:
            parts.add(b"Item", projection.apply(rows.decode(row)))
    mode = request.get("ReturnConsumedCapacity", "NONE")
    if mode != "NONE":
        tally = Tally(request["TableName"])
        size = 0 if row is None else rows.item_bytes(row)
        tally.table_units = read_units(size, consistent=request.get("ConsistentRead", False))
        parts.add(b"ConsumedCapacity", tally.describe(mode))
    return parts.finish()
