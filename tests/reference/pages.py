"""Steps that read many items: Query and Scan, page by page to the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.expressions.reference import Path, evaluate, plain, write, write_path
from tests.reference.costs import Costs
from tests.reference.measure import Item, Value, item_bytes, normal, project, read_units
from tests.reference.tables import Index, Table
from tests.reference.world import Answer, Mismatch, World, unordered

PAGES_MAX = 1000


@dataclass(frozen=True)
class Reading:
    """What Query and Scan have in common."""

    table: str
    index: str | None = None
    condition: Any = None
    """The filter, a tree of `tests.expressions.reference`."""
    paths: tuple[Path, ...] = ()
    select: str | None = None
    limit: int | None = None
    consistent: bool = False

    def index_of(self, table: Table) -> Index | None:
        return None if self.index is None else table.index(self.index)

    def request(self, world: World, values: dict[str, Any]) -> dict[str, Any]:
        """The request's parameters; those of the filter go into `values`."""
        request: dict[str, Any] = {
            "TableName": world.name(self.table),
            "ConsistentRead": self.consistent,
            "ReturnConsumedCapacity": "INDEXES",
        }
        if self.condition is not None:
            request["FilterExpression"] = write(self.condition, values)
        if self.paths:
            request["ProjectionExpression"] = ", ".join(map(write_path, self.paths))
        optional = {"IndexName": self.index, "Select": self.select, "Limit": self.limit}
        return request | {name: value for name, value in optional.items() if value is not None}

    def fetches(self, table: Table) -> bool:
        """Whether a local index has to read from the table."""
        index = self.index_of(table)
        if index is None or index.included is None:
            return False
        held = {*index.keys, *table.keys, *index.included}
        looked_at = {path[0] for path in self.paths} | set(names_in(self.condition))
        return self.select == "ALL_ATTRIBUTES" or not looked_at <= held

    def told(self, table: Table, entry: Item, item: Item) -> Item | None:
        """What is told of an item; None if the filter leaves it out."""
        fetched = item if self.fetches(table) else entry
        if self.condition is not None and not evaluate(self.condition, fetched):
            return None
        if self.paths:
            return project(fetched, self.paths)
        return item if self.select == "ALL_ATTRIBUTES" else entry

    def check(
        self, world: World, operation: str, request: dict[str, Any], expected: list[tuple[Item, Item]]
    ) -> list[Item]:
        """Compare all pages together with what the model has to tell; returns what the server told."""
        table = world.tables[self.table]
        answers = all_pages(world, operation, request)
        told = [self.told(table, entry, item) for entry, item in expected]
        passed = [item for item in told if item is not None]
        world.same(f"{operation}, Count", len(passed), sum(answer["Count"] for answer in answers))
        world.same(f"{operation}, ScannedCount", len(expected), sum(answer["ScannedCount"] for answer in answers))
        self._check_limit(operation, answers)
        if len(answers) == 1:
            world.same(f"{operation}, capacity", self._cost(world, expected), answers[0]["ConsumedCapacity"])
        if self.select == "COUNT":
            world.same(operation, 0, sum("Items" in answer for answer in answers))
            return []
        found = [item for answer in answers for item in answer["Items"]]
        world.same(operation, unordered(passed), unordered(found))
        return found

    def _check_limit(self, operation: str, answers: list[Answer]) -> None:
        if self.limit is not None and any(answer["ScannedCount"] != self.limit for answer in answers[:-1]):
            raise Mismatch(f"{operation} ends a page before its limit: {answers}")
        if self.limit is None and len(answers) > 1:
            raise Mismatch(f"{operation} has pages without a limit, of items far below 1 MB: {answers}")

    def _cost(self, world: World, expected: list[tuple[Item, Item]]) -> dict[str, Any]:
        units = read_units(sum(item_bytes(entry) for entry, _ in expected), self.consistent)
        costs = Costs()
        if self.index is None:
            costs.add(self.table, units)
        else:
            fetched = [item for _, item in expected] if self.fetches(world.tables[self.table]) else []
            of_table = sum(read_units(item_bytes(item), self.consistent) for item in fetched)
            costs.add(self.table, float(of_table), {self.index: units})
        (told,) = costs.told(world)
        return told


def all_pages(world: World, operation: str, request: dict[str, Any]) -> list[Answer]:
    answers: list[Answer] = []
    for _ in range(PAGES_MAX):
        answers.append(world.succeed(operation, request))
        if "LastEvaluatedKey" not in answers[-1]:
            return answers
        request = {**request, "ExclusiveStartKey": answers[-1]["LastEvaluatedKey"]}
    raise Mismatch(f"{operation} comes to no end: {request}")


def names_in(tree: Any) -> list[str]:
    """The top-level attributes that a condition looks at."""
    if not isinstance(tree, tuple):
        return []
    if tree[0] == "path":
        return [tree[1][0]]
    return [name for part in tree[1:] for name in names_in(part)]


@dataclass(frozen=True)
class Scan(Reading):
    """A whole scan, or one in segments."""

    segments: int | None = None

    def play(self, world: World) -> None:
        table = world.tables[self.table]
        values: dict[str, Any] = {}
        request = self.request(world, values)
        if values:
            request["ExpressionAttributeValues"] = values
        expected = list(table.entries(self.index_of(table)))
        if self.segments is None:
            self.check(world, "Scan", request, expected)
            return
        found: list[Item] = []
        for segment in range(self.segments):
            share = {**request, "Segment": segment, "TotalSegments": self.segments}
            found += [item for answer in all_pages(world, "Scan", share) for item in answer.get("Items", ())]
        told = [self.told(table, entry, item) for entry, item in expected]
        if self.select != "COUNT":
            world.same("Scan in segments", unordered([item for item in told if item is not None]), unordered(found))


@dataclass(frozen=True)
class Query(Reading):
    """The entries of one partition, with or without a condition on the first sort key attribute."""

    hash_values: tuple[Value, ...] = ()
    """One value for each hash attribute."""
    operator: str | None = None
    """= < <= > >= BETWEEN or begins_with."""
    operands: tuple[Value, ...] = ()
    forward: bool = True

    def play(self, world: World) -> None:
        table = world.tables[self.table]
        index = self.index_of(table)
        hashes = table.keys[:1] if index is None else index.hashes
        ranges = table.keys[1:] if index is None else index.ranges
        values: dict[str, Any] = {}
        request = self.request(world, values)
        request["KeyConditionExpression"] = self._key_condition(hashes, ranges, values)
        request["ExpressionAttributeValues"] = values
        if not self.forward:
            request["ScanIndexForward"] = False
        expected = [pair for pair in table.entries(index) if self._chooses(pair[0], hashes, ranges)]
        found = self.check(world, "Query", request, expected)
        self._check_order(found, ranges)

    def _key_condition(self, hashes: tuple[str, ...], ranges: tuple[str, ...], values: dict[str, Any]) -> str:
        terms: list[Any] = [
            ("=", ("path", (name,)), ("value", value)) for name, value in zip(hashes, self.hash_values, strict=True)
        ]
        if self.operator is not None:
            operands = [("value", operand) for operand in self.operands]
            terms.append((self.operator, ("path", ranges[:1]), *operands))
        return " AND ".join(write(term, values) for term in terms)

    def _chooses(self, entry: Item, hashes: tuple[str, ...], ranges: tuple[str, ...]) -> bool:
        wanted = [normal(value) for value in self.hash_values]
        if [entry[name] for name in hashes] != wanted:
            return False
        if self.operator is None:
            return True
        operands = [("value", normal(operand)) for operand in self.operands]
        return evaluate((self.operator, ("path", ranges[:1]), *operands), entry)

    def _check_order(self, found: list[Item], ranges: tuple[str, ...]) -> None:
        """Where the sort keys are told, they are in order; entries with equal ones may come in any."""
        if all(name in item for item in found for name in ranges):
            keys = [[plain(item[name]) for name in ranges] for item in found]
            if keys != sorted(keys, reverse=not self.forward):
                raise Mismatch(f"Query tells items out of order: {keys}")
