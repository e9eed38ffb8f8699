"""INSERT, UPDATE and DELETE as actions on one item, and what they return."""

from __future__ import annotations

from typing import Any

from slipring.engine import rows
from slipring.engine.actions import Action, Check, Insert
from slipring.engine.changes import Change
from slipring.engine.engine import Engine
from slipring.engine.index_keys import check_index_keys
from slipring.engine.table import Table
from slipring.iam.caller import Caller
from slipring.model.attribute_values import normalise_item
from slipring.operations.items.update import returned_attributes
from slipring.operations.items.writes import check_item_size, delete_action, update_action, wants_failed_item
from slipring.partiql import Delete as DeleteStatement
from slipring.partiql import (
    Exists,
    delete_target,
    exists_target,
    update_target,
)
from slipring.partiql import Insert as InsertStatement
from slipring.partiql import Update as UpdateStatement

Write = InsertStatement | UpdateStatement | DeleteStatement


async def write_action(engine: Engine, statement: Write | Exists, request: dict[str, Any], caller: Caller) -> Action:
    """The action of a statement. Raises ResourceNotFoundException, ValidationException."""
    table = await engine.catalog.table(statement.table_name, caller.namespace)
    if isinstance(statement, InsertStatement):
        return _insert(table, statement)
    if isinstance(statement, UpdateStatement):
        target = update_target(statement, table.key_names)
        normalise_item(target.key)
        return update_action(table, target.key, statement.update, target.condition, request)
    if isinstance(statement, DeleteStatement):
        target = delete_target(statement, table.key_names)
        normalise_item(target.key)
        return delete_action(table, target.key, target.condition, request)
    target = exists_target(statement, table.key_names)
    normalise_item(target.key)
    return Check(table, table.key_of(target.key), target.key, target.condition, wants_failed_item(request))


def _insert(table: Table, statement: InsertStatement) -> Insert:
    check_item_size(statement.item_bytes)
    key = table.key_in(statement.item)
    if table.indexes:
        check_index_keys(table, statement.item)
    return Insert(table, key, statement.item, rows.encode(statement.item, statement.item_bytes))


def returned_item(statement: Write, change: Change) -> bytes | None:
    """The item that RETURNING asks for, as JSON."""
    if isinstance(statement, InsertStatement):
        return None
    return returned_attributes(change, statement.return_values)
