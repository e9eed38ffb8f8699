"""What a call is about: its tables, and the keys that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from slipring.iam.caller import Caller
from slipring.model.attribute_values import Item, normalise_item
from slipring.model.errors.base import ApiError
from slipring.model.table_names import is_table_name, parse_table_name
from slipring.partiql import Insert, compile_statement

_ACTION_MEMBERS = ("Put", "Update", "Delete", "ConditionCheck", "Get")

Named = tuple[str, Item]
"""A table's name, and a key of it or an item with its key."""


@dataclass(frozen=True)
class Call:
    """One call of an operation. Whatever is wrong with it is left for the operation to tell: here it names nothing."""

    operation: str
    body: bytes
    caller: Caller

    @cached_property
    def request(self) -> dict[str, Any]:
        with suppress(orjson.JSONDecodeError):
            request = orjson.loads(self.body)
            if isinstance(request, dict):
                return request
        return {}

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables that it names, each once."""
        with suppress(ApiError, AttributeError, KeyError, TypeError, ValueError):
            return tuple(dict.fromkeys([_plain(name) for name in _tables(self.request)]))
        return ()

    @cached_property
    def items(self) -> tuple[Named, ...]:
        """The keys and items that it names one by one, in normal form."""
        with suppress(ApiError, AttributeError, KeyError, TypeError, ValueError):
            named = [(_plain(name), item) for name, item in _items(self.request)]
            for _, item in named:
                normalise_item(item)
            return tuple(named)
        return ()

    @property
    def index(self) -> str | None:
        """The index that it reads."""
        index = self.request.get("IndexName")
        return index if isinstance(index, str) else None

    @property
    def is_consistent(self) -> bool:
        return self.request.get("ConsistentRead") is True


def _tables(request: Mapping[str, Any]) -> Iterator[str]:
    for member in ("TableName", "StreamArn", "ResourceArn", "TableArn"):
        if member in request:
            yield request[member]
    yield from request.get("RequestItems", ())
    for item in request.get("TransactItems", ()):
        yield from (item[member]["TableName"] for member in _ACTION_MEMBERS if member in item)
    for statement in _statements(request):
        yield compile_statement(statement["Statement"]).bind(statement.get("Parameters", [])).table_name


def _items(request: Mapping[str, Any]) -> Iterator[Named]:
    if "TableName" in request:
        yield from ((request["TableName"], request[member]) for member in ("Key", "Item") if member in request)
    for name, part in request.get("RequestItems", {}).items():
        if isinstance(part, dict):
            yield from ((name, key) for key in part["Keys"])
        else:
            yield from ((name, _written(write)) for write in part)
    for item in request.get("TransactItems", ()):
        for member in _ACTION_MEMBERS:
            if member in item:
                action = item[member]
                yield action["TableName"], action.get("Key") or action["Item"]
    for statement in _statements(request):
        bound = compile_statement(statement["Statement"]).bind(statement.get("Parameters", []))
        if isinstance(bound, Insert):
            yield bound.table_name, bound.item


def _written(write: Mapping[str, Any]) -> Item:
    item: Item = write["PutRequest"]["Item"] if "PutRequest" in write else write["DeleteRequest"]["Key"]
    return item


def _statements(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    if "Statement" in request:
        return [dict(request)]
    return [*request.get("Statements", ()), *request.get("TransactStatements", ())]


def _plain(name: str) -> str:
    """A table's name, where an ARN of it or of its stream may stand."""
    table_part = name.partition("/stream/")[0].partition("/index/")[0]
    return parse_table_name(table_part).name if is_table_name(table_part) else name
