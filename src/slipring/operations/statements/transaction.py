"""ExecuteTransaction: up to 100 statements, all reads or all writes, done together or not at all."""

from __future__ import annotations

from typing import Any

from slipring.engine import transactions
from slipring.engine.actions import Action
from slipring.engine.engine import Engine
from slipring.engine.table import Table
from slipring.engine.tokens import Token
from slipring.iam.caller import Caller
from slipring.model.attribute_values import normalise_item
from slipring.model.errors import items as item_errors
from slipring.model.errors import partiql as errors
from slipring.model.errors.tree import ValidationException
from slipring.model.service import operations
from slipring.operations.answers import AnswerParts
from slipring.operations.statements.compile import bound_statement
from slipring.operations.statements.writes import write_action
from slipring.operations.transactions.get import answer_rows, read_rows
from slipring.operations.transactions.write import add_capacity
from slipring.partiql import Delete, Exists, Insert, Select, Statement, Update, normalise_parameters, selected_key


async def execute_transaction(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    for each in request["TransactStatements"]:
        # What is wrong with a parameter is said before any statement is looked at, and without the statement's number.
        normalise_parameters(each.get("Parameters", ()))
    statements = [_bound(number, each) for number, each in enumerate(request["TransactStatements"])]
    selects = [statement for statement in statements if isinstance(statement, Select)]
    if selects and len(selects) < len(statements):
        raise errors.reads_and_writes_mixed()
    if selects:
        return await _read(engine, selects, request, caller)
    return await _write(engine, statements, request, caller)


def _bound(number: int, request: dict[str, Any]) -> Statement:
    try:
        statement = bound_statement(request)
        if isinstance(statement, Update | Delete) and statement.return_values != "NONE":
            raise errors.returning_in_transaction()
        if isinstance(statement, Select) and statement.index_name is not None:
            raise errors.index_read_in_transaction()
    except ValidationException as error:
        raise errors.failed_in_transaction(number, error.message) from None
    return statement


async def _read(engine: Engine, selects: list[Select], request: dict[str, Any], caller: Caller) -> list[bytes]:
    keys: list[bytes] = []
    tables: list[Table] = []
    for number, select in enumerate(selects):
        table = await engine.catalog.table(select.table_name, caller.namespace)
        tables.append(table)
        try:
            key = selected_key(select, table.key_names)
            if key is None:
                raise errors.select_lacks_key("ExecuteTransaction")
            normalise_item(key)
            keys.append(table.key_of(key))
        except ValidationException as error:
            raise errors.failed_in_transaction(number, error.message) from None
    if len(set(keys)) < len(keys):
        raise item_errors.several_operations_on_one_item()
    found = await read_rows(engine.store, tables, keys)
    names, projections = [select.table_name for select in selects], [select.projection for select in selects]
    return answer_rows(request, names, tables, projections, found)


async def _write(engine: Engine, statements: list[Statement], request: dict[str, Any], caller: Caller) -> list[bytes]:
    actions: list[Action] = []
    for number, (statement, each) in enumerate(zip(statements, request["TransactStatements"], strict=True)):
        assert isinstance(statement, Insert | Update | Delete | Exists)
        try:
            actions.append(await write_action(engine, statement, each, caller))
        except ValidationException as error:
            raise errors.failed_in_transaction(number, error.message) from None
    if len({action.key for action in actions}) < len(actions):
        raise item_errors.several_operations_on_one_item()
    now = engine.clock.now()
    token: Token | None = None
    if "ClientRequestToken" in request:
        scope = f"{caller.namespace}/{caller.account}"
        shape = operations()["ExecuteTransaction"].input.members["TransactStatements"].element
        content = [shape.known(each) for each in request["TransactStatements"]]
        token = Token(scope, request["ClientRequestToken"], content, now)
    outcome = await transactions.write(engine.store, actions, token, now)
    parts = AnswerParts()
    parts.splice(b"Responses", b"[]")
    add_capacity(parts, request, [statement.table_name for statement in statements], outcome)
    return parts.finish()
