"""What PartiQL needs: an action of its own for each kind of statement.

Source: "IAM security policies with PartiQL for DynamoDB" in the Developer Guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slipring.engine.table import Index, Table
from slipring.iam.caller import Caller
from slipring.iam.policies.templates import Values
from slipring.model.errors.base import ApiError
from slipring.operations.access.needs import ItemKeys, Need, Partition, Request, parameters, partition
from slipring.operations.access.resources import index_arn
from slipring.operations.statements.compile import bound_statement
from slipring.partiql import (
    Delete,
    Exists,
    Insert,
    Select,
    Statement,
    Update,
    delete_target,
    named_attributes,
    plan_read,
    update_target,
)

_ACTIONS: dict[type[Statement], str] = {
    Select: "PartiQLSelect",
    Exists: "PartiQLSelect",
    Insert: "PartiQLInsert",
    Update: "PartiQLUpdate",
    Delete: "PartiQLDelete",
}
"""That EXISTS needs what SELECT does is said nowhere; it reads."""


def execute_statement(request: Request, caller: Caller) -> Iterator[Need]:
    yield _need(bound_statement(request), request, caller, parameters(request))


def batch_execute_statement(request: Request, caller: Caller) -> Iterator[Need]:
    yield from statement_needs(request, caller).values()


def statement_needs(request: Request, caller: Caller) -> dict[int, Need]:
    """Of a batch, by position. What is no statement needs nothing: it fails by itself, and the others do not with
    it."""
    needs = {}
    for position, each in enumerate(request["Statements"]):
        try:
            needs[position] = _need(bound_statement(each), each, caller, parameters(request))
        except ApiError:
            continue
    return needs


def execute_transaction(request: Request, caller: Caller) -> Iterator[Need]:
    for each in request["TransactStatements"]:
        yield _need(bound_statement(each), each, caller, parameters(request, "ExecuteTransaction"))


def _need(statement: Statement, request: Request, caller: Caller, told: Mapping[str, str]) -> Need:
    index_name = statement.index_name if isinstance(statement, Select) else None
    resource = index_arn(statement.table_name, index_name, caller)
    select = statement.select if isinstance(statement, Exists) else statement
    if isinstance(select, Select):
        return Need(_ACTIONS[type(statement)], resource, _SelectKeys(select, told))
    keys = ItemKeys(
        lambda: named_attributes(statement),
        lambda table: _written(statement, table),
        {**told, "dynamodb:returnvalues": _returned(statement, request)},
    )
    return Need(_ACTIONS[type(statement)], resource, keys)


def _returned(statement: Statement, request: Request) -> str:
    if request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
        return "ALL_OLD"
    return statement.return_values if isinstance(statement, Update | Delete) else "NONE"


def _written(statement: Statement, table: Table) -> list[Partition]:
    if isinstance(statement, Insert):
        return partition(table, statement.item)
    if isinstance(statement, Update):
        return partition(table, update_target(statement, table.key_names).key)
    assert isinstance(statement, Delete)
    return partition(table, delete_target(statement, table.key_names).key)


class _SelectKeys(ItemKeys):
    """Those of a read, and whether it is a full scan, which the table's key schema decides."""

    __slots__ = ("_select",)

    def __init__(self, select: Select, told: Mapping[str, str]) -> None:
        every = "ALL_ATTRIBUTES" if select.index_name is None else "ALL_PROJECTED_ATTRIBUTES"
        selected = every if select.projection is None else "SPECIFIC_ATTRIBUTES"
        super().__init__(lambda: named_attributes(select), self._read, {**told, "dynamodb:select": selected})
        self._select = select

    def __call__(self, key: str, table: Table | None) -> Values | None:
        if key != "dynamodb:fulltablescan":
            return super().__call__(key, table)
        schema = self._schema(table)
        return None if schema is None else str(plan_read(self._select, schema).ranges is None).lower()

    def _schema(self, table: Table | None) -> Table | Index | None:
        if table is None or self._select.index_name is None:
            return table
        return table.index_by_name.get(self._select.index_name)

    def _read(self, table: Table) -> list[Partition]:
        schema = self._schema(table)
        ranges = None if schema is None else plan_read(self._select, schema).ranges
        return [part.keys.hash_values for part in ranges or ()]
