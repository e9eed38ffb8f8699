"""TransactWriteItems: up to 100 puts, updates, deletes and checks, all done or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slipring.capacity.consumed import Tally, tally_changes
from slipring.capacity.metering import count_change, count_read
from slipring.capacity.units import read_units
from slipring.engine import transactions
from slipring.engine.actions import Action, Check
from slipring.engine.engine import Engine
from slipring.engine.table import Table
from slipring.engine.tokens import Token
from slipring.engine.transactions import NO_REASON, Outcome
from slipring.iam.caller import Caller
from slipring.model import limits
from slipring.model.attribute_values import normalise_item
from slipring.model.errors import batches as errors
from slipring.model.errors import items as item_errors
from slipring.model.errors.tree import ValidationException
from slipring.model.service import operations
from slipring.operations.answers import AnswerParts
from slipring.operations.batches.write import all_collection_metrics
from slipring.operations.conditions import plan_condition, plan_update
from slipring.operations.items.writes import (
    check_item_size,
    delete_action,
    put_action,
    update_action,
    wants_failed_item,
)

TRANSACTION_FACTOR = 2
MEMBERS = frozenset(
    (
        "ConditionExpression",
        "ExpressionAttributeNames",
        "ExpressionAttributeValues",
        "Item",
        "Key",
        "ReturnValuesOnConditionCheckFailure",
        "TableName",
        "UpdateExpression",
    )
)
"""Of actions of any kind."""

_Plan = Callable[[Table], Action]
"""An action but for its table: what remains to be checked needs the table's schema."""


async def transact_write_items(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    wanted = [_one(item) for item in request["TransactItems"]]
    plans: list[_Plan] = []
    size = 0
    for kind, details in wanted:
        plan, action_bytes = _PLANNERS[kind](details)
        plans.append(plan)
        size += action_bytes
    if size > limits.TRANSACTION_BYTES_MAX:
        raise errors.transaction_too_large()
    token = _token(engine, request, wanted, caller)
    tables = [await engine.catalog.table(details["TableName"], caller.namespace) for _, details in wanted]
    actions = _actions(plans, tables)
    if len({action.key for action in actions}) < len(actions):
        raise item_errors.several_operations_on_one_item()
    outcome = await transactions.write(engine.store, actions, token, engine.clock.now())
    return await _answer(engine, request, [details["TableName"] for _, details in wanted], outcome)


def _token(
    engine: Engine, request: dict[str, Any], wanted: list[tuple[str, dict[str, Any]]], caller: Caller
) -> Token | None:
    """The token stands for the actions in normal form, which planning has brought them to."""
    given = request.get("ClientRequestToken")
    if given is None:
        return None
    shapes = operations()["TransactWriteItems"].input.members["TransactItems"].element.members
    content = [(kind, shapes[kind].known(details)) for kind, details in wanted]
    return Token(f"{caller.namespace}/{caller.account}", given, content, engine.clock.now())


def _one(item: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    kinds = [kind for kind in _PLANNERS if kind in item]
    if len(kinds) != 1:
        raise errors.not_one_transaction_action()
    # Legacy parameters are no members of actions, so they mean nothing here.
    return kinds[0], {name: member for name, member in item[kinds[0]].items() if name in MEMBERS}


def _actions(plans: list[_Plan], tables: list[Table]) -> list[Action]:
    """Raises ValidationException for an empty key, which is no reason to cancel but a mistake of the whole request."""
    actions: list[Action] = []
    reasons: list[dict[str, Any]] = []
    for plan, table in zip(plans, tables, strict=True):
        try:
            actions.append(plan(table))
            reasons.append(NO_REASON)
        except ValidationException as error:
            if error.refuses_transaction:
                raise
            reasons.append({"Code": "ValidationError", "Message": error.message})
    if len(actions) < len(plans):
        raise item_errors.transaction_canceled(reasons)
    return actions


def _plan_put(details: dict[str, Any]) -> tuple[_Plan, int]:
    size = normalise_item(details["Item"])
    condition = plan_condition("Put", details)
    check_item_size(size)
    return (lambda table: put_action(table, details["Item"], size, condition, details)), size


def _plan_delete(details: dict[str, Any]) -> tuple[_Plan, int]:
    condition = plan_condition("Delete", details)
    size = normalise_item(details["Key"])
    return (lambda table: delete_action(table, details["Key"], condition, details)), size


def _plan_check(details: dict[str, Any]) -> tuple[_Plan, int]:
    condition = plan_condition("ConditionCheck", details)
    size = normalise_item(details["Key"])
    failed_item = wants_failed_item(details)
    return (lambda table: Check(table, table.key_of(details["Key"]), details["Key"], condition, failed_item)), size


def _plan_update(details: dict[str, Any]) -> tuple[_Plan, int]:
    update, condition = plan_update("Update", details)
    size = normalise_item(details["Key"])
    return (lambda table: update_action(table, details["Key"], update, condition, details)), size


_PLANNERS: dict[str, Callable[[dict[str, Any]], tuple[_Plan, int]]] = {
    "ConditionCheck": _plan_check,
    "Delete": _plan_delete,
    "Put": _plan_put,
    "Update": _plan_update,
}


async def _answer(engine: Engine, request: dict[str, Any], names: list[str], outcome: Outcome) -> list[bytes]:
    parts = AnswerParts()
    add_capacity(parts, request, names, outcome)
    if request.get("ReturnItemCollectionMetrics") == "SIZE":
        changes = list(zip(names, outcome.changes, strict=True))
        parts.add(b"ItemCollectionMetrics", await all_collection_metrics(engine, changes))
    return parts.finish()


def add_capacity(parts: AnswerParts, request: dict[str, Any], names: list[str], outcome: Outcome) -> None:
    """Add the ConsumedCapacity that a transaction's request asks for; `names` are its tables as it names them."""
    _count(outcome)
    mode = request.get("ReturnConsumedCapacity", "NONE")
    if mode == "NONE":
        return
    if outcome.repeated:
        parts.add(b"ConsumedCapacity", [tally.describe(mode, "Read") for tally in _read_tallies(names, outcome)])
        return
    tallies = tally_changes(zip(names, outcome.changes, strict=True), TRANSACTION_FACTOR)
    parts.add(b"ConsumedCapacity", [tally.describe(mode, "Write") for tally in tallies])


def _count(outcome: Outcome) -> None:
    for change in outcome.changes:
        if outcome.repeated:
            count_read(change.table, change.old_row, consistent=True, factor=TRANSACTION_FACTOR)
        else:
            count_change(change, TRANSACTION_FACTOR)


def _read_tallies(names: list[str], outcome: Outcome) -> list[Tally]:
    """A repeated request costs the reading of its items (API Reference, "TransactWriteItems")."""
    tallies: dict[str, Tally] = {}
    for name, change in zip(names, outcome.changes, strict=True):
        tally = tallies.setdefault(name, Tally(name))
        tally.table_units += read_units(change.old_bytes, consistent=True) * TRANSACTION_FACTOR
    return list(tallies.values())
