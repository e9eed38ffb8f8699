"""BatchWriteItem: up to 25 puts and deletes. They land in one commit here, which the API does not promise."""

from __future__ import annotations

from typing import Any

from slipring.capacity.consumed import tally_changes
from slipring.capacity.metering import count_change
from slipring.engine.actions import Action
from slipring.engine.changes import Change
from slipring.engine.engine import Engine
from slipring.engine.table import Table
from slipring.iam.caller import Caller
from slipring.model import limits
from slipring.model.attribute_values import Item, normalise_item
from slipring.model.errors import batches as errors
from slipring.model.errors import items as item_errors
from slipring.model.errors.tree import ValidationException
from slipring.operations.answers import AnswerParts
from slipring.operations.collections import collection_metrics
from slipring.operations.items.writes import check_item_size, delete_action, put_action

_NO_OPTIONS: dict[str, Any] = {}

_Write = tuple[str, Item, int]
"""The kind of write, its item or key, and the item's size in bytes."""


async def batch_write_item(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    requested = request["RequestItems"]
    if sum(len(writes) for writes in requested.values()) > limits.BATCH_WRITE_REQUESTS_MAX:
        raise errors.too_many_items("BatchWriteItem")
    checked = {name: [_check(write) for write in writes] for name, writes in requested.items()}
    names: list[str] = []
    actions: list[Action] = []
    for name, writes in checked.items():
        table = await engine.catalog.table(name, caller.namespace)
        actions += [_action(table, *write) for write in writes]
        names += [name] * len(writes)
    if len({action.key for action in actions}) < len(actions):
        raise item_errors.duplicate_item_keys()
    changes = await engine.write_all(actions)
    return await _answer(engine, request, list(zip(names, changes, strict=True)))


def _check(write: dict[str, Any]) -> _Write:
    if ("PutRequest" in write) == ("DeleteRequest" in write):
        raise errors.not_one_write_request()
    if "PutRequest" in write:
        item = write["PutRequest"]["Item"]
        size = normalise_item(item)
        check_item_size(size)
        return ("PutRequest", item, size)
    key = write["DeleteRequest"]["Key"]
    normalise_item(key)
    return ("DeleteRequest", key, 0)


def _action(table: Table, kind: str, item: Item, item_bytes: int) -> Action:
    if kind == "PutRequest":
        try:
            return put_action(table, item, item_bytes, None, _NO_OPTIONS)
        except ValidationException:
            # An item without a proper key is told off as a key would be, unlike in PutItem (observed).
            table.key_of({name: item[name] for name in table.key_names if name in item})
            raise
    return delete_action(table, item, None, _NO_OPTIONS)


async def _answer(engine: Engine, request: dict[str, Any], changes: list[tuple[str, Change]]) -> list[bytes]:
    for _, change in changes:
        count_change(change)
    parts = AnswerParts()
    parts.splice(b"UnprocessedItems", b"{}")
    mode = request.get("ReturnConsumedCapacity", "NONE")
    if mode != "NONE":
        parts.add(b"ConsumedCapacity", [tally.describe(mode) for tally in tally_changes(changes)])
    if request.get("ReturnItemCollectionMetrics") == "SIZE":
        parts.add(b"ItemCollectionMetrics", await all_collection_metrics(engine, changes))
    return parts.finish()


async def all_collection_metrics(engine: Engine, changes: list[tuple[str, Change]]) -> dict[str, list[dict[str, Any]]]:
    """The metrics of every collection that the changes touched, once each, by table."""
    told: dict[str, list[dict[str, Any]]] = {}
    for name, change in changes:
        if change.table.has_local_indexes:
            metrics = await collection_metrics(engine, change)
            if metrics not in told.setdefault(name, []):
                told[name].append(metrics)
    return told
