"""Steps that read by key: GetItem and BatchGetItem."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.expressions.reference import Path, write_path
from tests.reference.costs import Costs
from tests.reference.measure import Item, item_bytes, normal_item, project, read_units
from tests.reference.tables import DUPLICATES, Key, locate_all
from tests.reference.world import Answer, World, unordered


@dataclass(frozen=True)
class Wanted:
    """An item to get, and of it what to tell."""

    table: str
    key: Item
    paths: tuple[Path, ...] = ()

    def key_in(self, world: World) -> Key:
        return world.tables[self.table].key_of(normal_item(self.key))

    def found(self, world: World) -> Item | None:
        return world.tables[self.table].items.get(self.key_in(world))

    def told(self, item: Item) -> Item:
        return project(item, self.paths) if self.paths else item

    def projection(self) -> dict[str, str]:
        return {"ProjectionExpression": ", ".join(map(write_path, self.paths))} if self.paths else {}


@dataclass(frozen=True)
class Get:
    """GetItem."""

    wanted: Wanted
    consistent: bool

    def play(self, world: World) -> None:
        request = {
            "TableName": world.name(self.wanted.table),
            "Key": self.wanted.key,
            "ConsistentRead": self.consistent,
            "ReturnConsumedCapacity": "INDEXES",
            **self.wanted.projection(),
        }
        world.compare("GetItem", request, lambda: self._answer(world))

    def _answer(self, world: World) -> Answer:
        item = self.wanted.found(world)
        costs = Costs()
        costs.add(self.wanted.table, read_units(item_bytes(item) if item else 0, self.consistent))
        (told,) = costs.told(world)
        return {"ConsumedCapacity": told, **({"Item": self.wanted.told(item)} if item is not None else {})}


@dataclass(frozen=True)
class BatchGet:
    """BatchGetItem: the keys of one table share their projection."""

    wanted: tuple[Wanted, ...]
    consistent: bool

    def play(self, world: World) -> None:
        requested: dict[str, Any] = {}
        for one in self.wanted:
            part = {"Keys": [], "ConsistentRead": self.consistent, **one.projection()}
            requested.setdefault(world.name(one.table), part)["Keys"].append(one.key)
        request = {"RequestItems": requested, "ReturnConsumedCapacity": "INDEXES"}
        world.compare("BatchGetItem", request, lambda: self._answer(world), without_order)

    def _answer(self, world: World) -> Answer:
        locate_all([(one.table, partial(one.key_in, world)) for one in self.wanted], DUPLICATES)
        costs = Costs()
        responses: dict[str, list[Item]] = {}
        for one in self.wanted:
            item = one.found(world)
            costs.add(one.table, read_units(item_bytes(item) if item else 0, self.consistent))
            responses.setdefault(world.name(one.table), []).extend([] if item is None else [one.told(item)])
        return {"Responses": responses, "UnprocessedKeys": {}, "ConsumedCapacity": costs.told(world)}


def without_order(answer: Answer) -> Answer:
    """A batch answers in no particular order."""
    return {**answer, "Responses": {name: unordered(items) for name, items in answer["Responses"].items()}}
