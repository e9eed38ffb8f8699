"""TransactGetItems: up to 100 keys, all read from one view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from slipring.capacity.consumed import Tally
from slipring.capacity.metering import count_read
from slipring.capacity.units import read_units
from slipring.engine import rows
from slipring.engine.catalog import CatalogChanged
from slipring.engine.engine import Engine
from slipring.engine.table import Table
from slipring.engine.transactions import NO_REASON
from slipring.expressions import Projection
from slipring.iam.caller import Caller
from slipring.model import limits
from slipring.model.attribute_values import normalise_item
from slipring.model.errors import batches as errors
from slipring.model.errors import items as item_errors
from slipring.model.errors.tree import ValidationException
from slipring.operations.answers import AnswerParts
from slipring.operations.projections import plan_projection
from slipring.operations.reads.selection import ItemProjection
from slipring.storage.contract import Store

_TRANSACTION_FACTOR = 2
MEMBERS = frozenset(("ExpressionAttributeNames", "Key", "ProjectionExpression", "TableName"))
"""Of a Get; AttributesToGet is none."""


async def transact_get_items(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    gets = [
        {name: member for name, member in wanted["Get"].items() if name in MEMBERS}
        for wanted in request["TransactItems"]
    ]
    projections: list[Projection | None] = []
    for get in gets:
        normalise_item(get["Key"])
        projections.append(plan_projection("Get", get))
    tables = [await engine.catalog.table(get["TableName"], caller.namespace) for get in gets]
    keys = _locate(tables, gets)
    if len(set(keys)) < len(keys):
        raise item_errors.several_operations_on_one_item()
    found = await read_rows(engine.store, tables, keys)
    return answer_rows(request, [get["TableName"] for get in gets], tables, projections, found)


async def read_rows(store: Store, tables: Sequence[Table], keys: Sequence[bytes]) -> list[bytes | None]:
    """All of a transaction's items. Raises CatalogChanged, or ValidationException if they are larger together than one
    may read."""
    found = await store.get_many(keys)
    if any(table.superseded for table in tables):
        raise CatalogChanged
    if sum(rows.item_bytes(row) for row in found if row is not None) > limits.TRANSACTION_BYTES_MAX:
        raise errors.transaction_too_large()
    return found


def _locate(tables: list[Table], gets: list[dict[str, Any]]) -> list[bytes]:
    """Where the items lie. A key that does not fit its table is a reason to cancel, told beside the other keys'."""
    keys: list[bytes] = []
    reasons: list[dict[str, Any]] = []
    for table, get in zip(tables, gets, strict=True):
        try:
            keys.append(table.key_of(get["Key"]))
            reasons.append(NO_REASON)
        except ValidationException as error:
            if error.refuses_transaction:
                raise
            reasons.append({"Code": "ValidationError", "Message": error.message})
    if len(keys) < len(gets):
        raise item_errors.transaction_canceled(reasons)
    return keys


def answer_rows(
    request: dict[str, Any],
    names: Sequence[str],
    tables: Sequence[Table],
    projections: Sequence[ItemProjection | None],
    found: Sequence[bytes | None],
) -> list[bytes]:
    """The answer of a transaction that reads one item of each table, which the request names so."""
    responses: list[bytes] = []
    tallies: dict[str, Tally] = {}
    for name, table, projection, row in zip(names, tables, projections, found, strict=True):
        count_read(table, row, consistent=True, factor=_TRANSACTION_FACTOR)
        if row is None:
            responses.append(b"{}")
        elif projection is None:
            responses.append(b'{"Item":' + rows.json(row) + b"}")
        else:
            responses.append(orjson.dumps({"Item": projection.apply(rows.decode(row))}))
        tally = tallies.setdefault(name, Tally(name))
        size = 0 if row is None else rows.item_bytes(row)
        tally.table_units += read_units(size, consistent=True) * _TRANSACTION_FACTOR
    parts = AnswerParts()
    parts.splice(b"Responses", b"[" + b",".join(responses) + b"]")
    mode = request.get("ReturnConsumedCapacity", "NONE")
    if mode != "NONE":
        parts.add(b"ConsumedCapacity", [tally.describe(mode, "Read") for tally in tallies.values()])
    return parts.finish()
