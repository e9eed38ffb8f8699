"""What PutItem, UpdateItem and DeleteItem have in common: plan one action on one item, and answer for its change."""

from __future__ import annotations

from typing import Any

from slipring.capacity.consumed import Tally
from slipring.capacity.metering import count_change
from slipring.engine import rows
from slipring.engine.actions import Condition, Delete, Put, Update
from slipring.engine.changes import Change
from slipring.engine.engine import Engine
from slipring.engine.index_keys import check_index_keys
from slipring.engine.table import Table
from slipring.expressions import BoundUpdate
from slipring.model import limits
from slipring.model.attribute_values import Item
from slipring.model.errors import items as errors
from slipring.operations.answers import EMPTY, AnswerParts
from slipring.operations.collections import collection_metrics

_EXTRAS = frozenset(("ReturnConsumedCapacity", "ReturnItemCollectionMetrics"))


def wants_failed_item(request: dict[str, Any]) -> bool:
    """Whether a failed condition's error is to carry the item."""
    return request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"


def put_action(table: Table, item: Item, item_bytes: int, condition: Condition | None, request: dict[str, Any]) -> Put:
    """Put a normalised item. Raises ValidationException for keys that don't fit the table or its indexes."""
    key = table.key_in(item)
    if table.indexes:
        check_index_keys(table, item)
    return Put(table, key, item, rows.encode(item, item_bytes), condition, wants_failed_item(request))


def check_item_size(item_bytes: int) -> None:
    if item_bytes > limits.ITEM_BYTES_MAX:
        raise errors.item_too_large()


def delete_action(table: Table, key: Item, condition: Condition | None, request: dict[str, Any]) -> Delete:
    return Delete(table, table.key_of(key), key, condition, wants_failed_item(request))


def update_action(
    table: Table, key: Item, update: BoundUpdate, condition: Condition | None, request: dict[str, Any]
) -> Update:
    """Raises ValidationException if the update touches the table's key."""
    store_key = table.key_of(key)
    for name in table.key_names:
        if name in update.attributes:
            raise errors.cannot_update_key(name)
    return Update(table, store_key, key, update, condition, wants_failed_item(request))


async def answer_write(
    engine: Engine, request: dict[str, Any], change: Change, attributes: bytes | None
) -> list[bytes]:
    """The answer: the returned attributes, if any, then what was asked for about cost and collections."""
    count_change(change)
    if attributes is None and _EXTRAS.isdisjoint(request):
        return EMPTY
    parts = AnswerParts()
    if attributes is not None:
        parts.splice(b"Attributes", attributes)
    mode = request.get("ReturnConsumedCapacity", "NONE")
    if mode != "NONE":
        tally = Tally(request["TableName"])
        tally.add_change(change)
        parts.add(b"ConsumedCapacity", tally.describe(mode))
    if request.get("ReturnItemCollectionMetrics") == "SIZE" and change.table.has_local_indexes:
        parts.add(b"ItemCollectionMetrics", await collection_metrics(engine, change))
    return parts.finish()
