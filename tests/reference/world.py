"""A server and the model of it, side by side."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

from tests.reference.measure import Item, item_bytes, normal_item
from tests.reference.schemas import TABLES
from tests.reference.tables import Index, Refusal, Table
from tests.reference.wire import Wire

Answer = dict[str, Any]

_worlds = itertools.count()
_ACTIVE_SECONDS_MAX = 10.0


class Mismatch(AssertionError):
    """The server answered otherwise than the model."""


class World:
    """Tables on a server, made anew under names of their own, and the same tables in the model."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._prefix = f"world-{next(_worlds)}-"
        self.tables: dict[str, Table] = {}
        self.tokens: dict[str, Any] = {}
        """The content of each transaction that was done with a ClientRequestToken."""
        for table in TABLES:
            self.create(table)

    def name(self, table: str) -> str:
        """What a table of the model is called on the server."""
        return self._prefix + table

    def create(self, table: str) -> None:
        self.tables[table] = TABLES[table]()
        self.succeed("CreateTable", self.tables[table].describe(self.name(table)))

    def drop(self, table: str) -> None:
        self.succeed("DeleteTable", {"TableName": self.name(table)})
        del self.tables[table]

    def close(self) -> None:
        for table in list(self.tables):
            self.drop(table)

    def change_indexes(self, table: str, change: dict[str, Any], index: Index) -> None:
        """Create or delete a global index, and wait until the server says that it is done."""
        described = self.tables[table].describe(self.name(table))
        definitions = {
            definition["AttributeName"]: definition
            for definition in described["AttributeDefinitions"]
            + [{"AttributeName": name, "AttributeType": self.tables[table].types[name]} for name in index.keys]
        }
        self.succeed(
            "UpdateTable",
            {
                "TableName": self.name(table),
                "AttributeDefinitions": list(definitions.values()),
                "GlobalSecondaryIndexUpdates": [change],
            },
        )
        deadline = time.monotonic() + _ACTIVE_SECONDS_MAX
        while time.monotonic() < deadline:
            description = self.succeed("DescribeTable", {"TableName": self.name(table)})["Table"]
            states = {told["IndexName"]: told["IndexStatus"] for told in description.get("GlobalSecondaryIndexes", ())}
            if ("Delete" in change) != (index.name in states) and set(states.values()) <= {"ACTIVE"}:
                return
            time.sleep(0.005)
        raise Mismatch(f"{index.name} is not settled after {_ACTIVE_SECONDS_MAX} seconds: {states}")

    def succeed(self, operation: str, request: dict[str, Any]) -> Answer:
        """Send what cannot fail."""
        status, answer = self.wire.call(operation, request)
        if status != 200:
            raise Mismatch(f"{operation} answers {status}: {answer}")
        return answer

    def compare(
        self,
        operation: str,
        request: dict[str, Any],
        predict: Callable[[], Answer],
        shape: Callable[[Answer], Answer] = lambda answer: answer,
    ) -> None:
        """Send a request and have the model foretell the answer: body or error. `shape` takes away what the
        documentation leaves open."""
        try:
            expected = predict()
        except Refusal as refusal:
            self.expect_error(operation, request, refusal)
        else:
            self.same(operation, shape(expected), shape(self.succeed(operation, request)))

    def expect_error(self, operation: str, request: dict[str, Any], refusal: Refusal) -> None:
        status, answer = self.wire.call(operation, request)
        told = {
            "code": answer.pop("__type", "").partition("#")[2],
            "message": answer.pop("message", None) or answer.pop("Message", None),
            **answer,
        }
        self.same(f"{operation} ({status})", {"code": refusal.code, "message": refusal.message, **refusal.extra}, told)
        if status != 400:
            raise Mismatch(f"{operation} answers {status} with an error: {told}")

    def same(self, what: str, expected: Any, told: Any) -> None:
        if not matches(comparable(expected), comparable(told)):
            raise Mismatch(f"{what}\n  model:  {expected}\n  server: {told}")

    def check_contents(self) -> None:
        """Everything there is: items, entries, counts and sizes of every table and index."""
        for name, table in self.tables.items():
            description = self.succeed("DescribeTable", {"TableName": self.name(name)})["Table"]
            self._check_contents(name, None, description["ItemCount"], description["TableSizeBytes"])
            told = description.get("LocalSecondaryIndexes", []) + description.get("GlobalSecondaryIndexes", [])
            self.same(f"indexes of {name}", {index.name for index in table.indexes}, {i["IndexName"] for i in told})
            for index in told:
                self._check_contents(name, table.index(index["IndexName"]), index["ItemCount"], index["IndexSizeBytes"])

    def _check_contents(self, name: str, index: Index | None, count: int, size_bytes: int) -> None:
        expected = [entry for entry, _ in self.tables[name].entries(index)]
        request: dict[str, Any] = {"TableName": self.name(name), **({} if index is None else {"IndexName": index.name})}
        found: list[Item] = []
        while True:
            page = self.succeed("Scan", request)
            found += page["Items"]
            if "LastEvaluatedKey" not in page:
                break
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
        what = f"contents of {name}" + ("" if index is None else f", index {index.name}")
        self.same(what, unordered(expected), unordered(found))
        self.same(f"{what}, counts", (len(expected), sum(map(item_bytes, expected))), (count, size_bytes))


def matches(expected: Any, told: Any) -> bool:
    """Whether the values are equal, where any text will do for a None: the model leaves some messages open."""
    if isinstance(expected, dict) and isinstance(told, dict):
        return expected.keys() == told.keys() and all(matches(expected[name], told[name]) for name in expected)
    if isinstance(expected, list) and isinstance(told, list):
        return len(expected) == len(told) and all(map(matches, expected, told))
    return isinstance(told, str) if expected is None else bool(expected == told)


def comparable(value: Any) -> Any:
    """What is equal exactly if the documentation calls it equal: sets have no order."""
    if isinstance(value, dict):
        members = {name: comparable(member) for name, member in value.items()}
        for kind in ("SS", "NS", "BS"):
            if isinstance(value.get(kind), list):
                members[kind] = sorted(value[kind])
        return members
    return [comparable(member) for member in value] if isinstance(value, list | tuple) else value


def unordered(items: list[Item]) -> list[str]:
    """Items of which the order has no meaning."""
    return sorted(repr(sorted(comparable(normal_item(item)).items())) for item in items)
