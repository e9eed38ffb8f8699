"""BatchGetItem: up to 100 keys of several tables, all read from one view."""

from __future__ import annotations

from typing import Any

import orjson

from slipring.capacity.consumed import Tally
from slipring.capacity.units import read_units
from slipring.engine import rows
from slipring.engine.catalog import CatalogChanged
from slipring.engine.engine import Engine
from slipring.engine.table import Table
from slipring.expressions import Projection, check_mixing
from slipring.iam.caller import Caller
from slipring.model import limits
from slipring.model.attribute_values import Item, normalise_item
from slipring.model.errors import batches as errors
from slipring.model.errors import items as item_errors
from slipring.operations.answers import AnswerParts, around
from slipring.operations.projections import plan_projection


class _TablePart:
    """What is read of one table."""

    __slots__ = ("consistent", "keys", "name", "projection", "request", "store_keys", "table")

    table: Table

    def __init__(self, name: str, request: dict[str, Any]) -> None:
        self.name = name
        self.request = request
        self.keys: list[Item] = request["Keys"]
        self.consistent: bool = request.get("ConsistentRead", False)
        for key in self.keys:
            normalise_item(key)
        self.projection: Projection | None = plan_projection("BatchGetItem", request)
        self.store_keys: list[bytes] = []

    def locate(self, table: Table) -> None:
        self.table = table
        self.store_keys = [table.key_of(key) for key in self.keys]
        if len(set(self.store_keys)) < len(self.store_keys):
            raise item_errors.duplicate_item_keys()

    def told(self, row: bytes) -> bytes:
        return rows.json(row) if self.projection is None else orjson.dumps(self.projection.apply(rows.decode(row)))


async def batch_get_item(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    requested = request["RequestItems"]
    if sum(len(part["Keys"]) for part in requested.values()) > limits.BATCH_GET_KEYS_MAX:
        raise errors.too_many_items("BatchGetItem")
    parts = [_TablePart(name, part) for name, part in requested.items()]
    # One table's expressions and another's legacy parameters don't go together either (observed).
    check_mixing("BatchGetItem", {member: part[member] for part in requested.values() for member in part})
    for part in parts:
        part.locate(await engine.catalog.table(part.name, caller.namespace))
    found = await engine.store.get_many([key for part in parts for key in part.store_keys])
    if any(part.table.superseded for part in parts):
        raise CatalogChanged
    return _answer(request, parts, found)


def _answer(request: dict[str, Any], parts: list[_TablePart], found: list[bytes | None]) -> list[bytes]:
    responses = AnswerParts()
    unprocessed: dict[str, Any] = {}
    tallies: list[Tally] = []
    size = position = 0
    for part in parts:
        tally = Tally(part.name)
        told: list[bytes] = []
        left: list[Item] = []
        for key, row in zip(part.keys, found[position : position + len(part.keys)], strict=True):
            row_bytes = 0 if row is None else rows.item_bytes(row)
            if left or size + row_bytes > limits.BATCH_GET_BYTES_MAX:
                left.append(key)
                continue
            size += row_bytes
            tally.table_units += read_units(row_bytes, consistent=part.consistent)
            if row is not None:
                told.append(part.told(row))
        part.table.usage.read_units += tally.table_units
        position += len(part.keys)
        if left:
            unprocessed[part.name] = {**part.request, "Keys": left}
        responses.splice(orjson.dumps(part.name)[1:-1], around(b"[", told, b"]"))
        tallies.append(tally)
    answer = AnswerParts()
    answer.splice(b"Responses", b"".join(responses.finish()))
    answer.add(b"UnprocessedKeys", unprocessed)
    mode = request.get("ReturnConsumedCapacity", "NONE")
    if mode != "NONE":
        answer.add(b"ConsumedCapacity", [tally.describe(mode) for tally in tallies])
    return answer.finish()
