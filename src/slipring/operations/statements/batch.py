"""BatchExecuteStatement: up to 25 statements, all reads or all writes, each succeeding or failing on its own."""

from __future__ import annotations

from typing import Any

from slipring.capacity.consumed import Tally
from slipring.capacity.metering import count_change
from slipring.engine.engine import Engine
from slipring.iam.caller import Caller
from slipring.model.errors import partiql as errors
from slipring.model.errors.base import ApiError
from slipring.operations.answers import AnswerParts
from slipring.operations.replanning import is_overtaken, write_planned
from slipring.operations.statements.compile import bound_statement
from slipring.operations.statements.select import select_page
from slipring.operations.statements.writes import returned_item, write_action
from slipring.partiql import Exists, Select, Statement, check_key_attributes, selected_key

_CODES = {
    "AccessDeniedException": "AccessDenied",
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "DuplicateItemException": "DuplicateItem",
    "ItemCollectionSizeLimitExceededException": "ItemCollectionSizeLimitExceeded",
    "ResourceNotFoundException": "ResourceNotFound",
    "ValidationException": "ValidationError",
}
"""BatchStatementErrorCodeEnum for the exceptions that a statement can end in."""
_FAILED_IN_TABLE = frozenset(
    {"ConditionalCheckFailedException", "DuplicateItemException", "ItemCollectionSizeLimitExceededException"}
)
"""Of these: what says that the statement ran. Only then is its table named (observed)."""


async def batch_execute_statement(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    statements = [_bound(each) for each in request["Statements"]]
    reads = {isinstance(statement, Select) for statement in statements if not isinstance(statement, ApiError)}
    if len(reads) > 1:
        raise errors.reads_and_writes_mixed()
    statements = [caller.refused.get(position, each) for position, each in enumerate(statements)]
    tallies: list[Tally] = []
    told = [
        await _tell(engine, statement, each, caller, tallies)
        for statement, each in zip(statements, request["Statements"], strict=True)
    ]
    parts = AnswerParts()
    parts.splice(b"Responses", b"[" + b",".join(told) + b"]")
    mode = request.get("ReturnConsumedCapacity", "NONE")
    if mode != "NONE":
        parts.add(b"ConsumedCapacity", [tally.describe(mode) for tally in _merged(tallies)])
    return parts.finish()


def _bound(request: dict[str, Any]) -> Statement | ApiError:
    try:
        return bound_statement(request)
    except ApiError as error:
        return error


async def _tell(
    engine: Engine, statement: Statement | ApiError, request: dict[str, Any], caller: Caller, tallies: list[Tally]
) -> bytes:
    """One statement's response."""
    generation = engine.catalog.generation
    parts = AnswerParts()
    try:
        if isinstance(statement, ApiError):
            raise statement
        item = await _execute(engine, statement, request, caller, tallies)
        parts.add(b"TableName", statement.table_name)
        if item is not None:
            parts.splice(b"Item", item)
    except ApiError as error:
        if error.code not in _CODES:
            raise
        if error.code not in _FAILED_IN_TABLE and await is_overtaken(engine, generation):
            return await _tell(engine, statement, request, caller, tallies)
        if error.code in _FAILED_IN_TABLE and not isinstance(statement, ApiError):
            parts.add(b"TableName", statement.table_name)
        parts.add(b"Error", {"Code": _CODES[error.code], "Message": error.message, **(error.extra or {})})
    return b"".join(parts.finish())


async def _execute(
    engine: Engine, statement: Statement, request: dict[str, Any], caller: Caller, tallies: list[Tally]
) -> bytes | None:
    if isinstance(statement, Exists):
        raise errors.unsupported_operation("Exists")
    if not isinstance(statement, Select):
        change = await write_planned(engine, lambda: write_action(engine, statement, request, caller))
        count_change(change)
        tally = Tally(statement.table_name)
        tally.add_change(change)
        tallies.append(tally)
        return returned_item(statement, change)
    table = await engine.catalog.table(statement.table_name, caller.namespace)
    if selected_key(statement, table.key_names) is None:
        check_key_attributes(table.index_by_name.get(statement.index_name or "", table))
        raise errors.select_lacks_key("BatchExecuteStatement")
    consistent = request.get("ConsistentRead", False)
    page = await select_page(engine, statement, caller, consistent=consistent, limit=None, place=None)
    tallies.append(page.tally)
    return page.items[0] if page.items else None


def _merged(tallies: list[Tally]) -> list[Tally]:
    """One tally per table, in order of first appearance."""
    merged: dict[str, Tally] = {}
    for tally in tallies:
        into = merged.setdefault(tally.table_name, Tally(tally.table_name))
        into.table_units += tally.table_units
        for index, units in tally.index_units.items():
            into.add_index(index, units)
    return list(merged.values())
