"""What operations on items need: single ones, batches and transactions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

from slipring.engine.table import Table
from slipring.iam.caller import Caller
from slipring.model.attribute_values import Item
from slipring.model.errors import batches as errors
from slipring.operations.access.needs import (
    ItemKeys,
    Need,
    Partition,
    Request,
    parameters,
    partition,
    read_parameters,
    write_parameters,
)
from slipring.operations.access.resources import table_arn
from slipring.operations.conditions import compiled_condition, compiled_update
from slipring.operations.projections import plan_projection
from slipring.operations.transactions.get import MEMBERS as GET_MEMBERS
from slipring.operations.transactions.write import MEMBERS as WRITE_MEMBERS

_ACTIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


def get_item(request: Request, caller: Caller) -> Iterator[Need]:
    yield _read("GetItem", request, caller, read_parameters(request))


def put_item(request: Request, caller: Caller) -> Iterator[Need]:
    yield _write("PutItem", request, caller, write_parameters(request))


def update_item(request: Request, caller: Caller) -> Iterator[Need]:
    yield _write("UpdateItem", request, caller, write_parameters(request))


def delete_item(request: Request, caller: Caller) -> Iterator[Need]:
    yield _write("DeleteItem", request, caller, write_parameters(request))


def transact_get_items(request: Request, caller: Caller) -> Iterator[Need]:
    """One GetItem each ("Using IAM with DynamoDB transactions")."""
    for wanted in request["TransactItems"]:
        get = {name: member for name, member in wanted["Get"].items() if name in GET_MEMBERS}
        told = {**read_parameters(get), **parameters(request, "TransactGetItems")}
        yield _read("GetItem", get, caller, told)


def transact_write_items(request: Request, caller: Caller) -> Iterator[Need]:
    """The single operations' actions, and ConditionCheckItem for a check."""
    for wanted in request["TransactItems"]:
        kinds = [kind for kind in _ACTIONS if kind in wanted]
        if len(kinds) != 1:
            raise errors.not_one_transaction_action()
        details = {name: member for name, member in wanted[kinds[0]].items() if name in WRITE_MEMBERS}
        told = {**write_parameters(details), **parameters(request, "TransactWriteItems")}
        yield _write(_ACTIONS[kinds[0]], details, caller, told)


def batch_get_item(request: Request, caller: Caller) -> Iterator[Need]:
    """One need for each table, with the keys of all of its items."""
    for name, part in request["RequestItems"].items():
        told = {**read_parameters(part), **parameters(request)}
        yield Need("BatchGetItem", table_arn(name, caller), _read_keys("BatchGetItem", part, part["Keys"], told))


def batch_write_item(request: Request, caller: Caller) -> Iterator[Need]:
    """One need for each table, with the keys and attributes of all of its items."""
    for name, writes in request["RequestItems"].items():
        items = [item for write in writes for item in _items_of(write)]
        named = partial(chain.from_iterable, items)
        yield Need("BatchWriteItem", table_arn(name, caller), ItemKeys(named, _partitions(items), parameters(request)))


def _items_of(write: Mapping[str, Any]) -> Iterator[Item]:
    if "PutRequest" in write:
        yield write["PutRequest"]["Item"]
    if "DeleteRequest" in write:
        yield write["DeleteRequest"]["Key"]


def _partitions(items: Iterable[Item]) -> Any:
    def found(table: Table) -> list[Partition]:
        return [values for item in items for values in partition(table, item)]

    return found


def _read(action: str, request: Request, caller: Caller, told: Mapping[str, str]) -> Need:
    keys = _read_keys("GetItem", request, [request["Key"]], told)
    return Need(action, table_arn(request["TableName"], caller), keys)


def _read_keys(operation: str, request: Request, keys: list[Item], told: Mapping[str, str]) -> ItemKeys:
    def attributes() -> Iterable[str]:
        projection = plan_projection(operation, request)
        return chain(() if projection is None else projection.attributes, *keys)

    return ItemKeys(attributes, _partitions(keys), told)


def _write(action: str, request: Request, caller: Caller, told: Mapping[str, str]) -> Need:
    item: Item = request["Item"] if action == "PutItem" else request["Key"]

    def attributes() -> Iterable[str]:
        condition = compiled_condition(request)
        update = compiled_update(request) if action == "UpdateItem" else None
        return chain(
            item,
            () if condition is None else condition.attributes,
            () if update is None else update.named,
        )

    return Need(action, table_arn(request["TableName"], caller), ItemKeys(attributes, _partitions([item]), told))
