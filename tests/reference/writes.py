"""Steps that write: PutItem, UpdateItem, DeleteItem and BatchWriteItem."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from tests.expressions.reference import write, write_update
from tests.reference.costs import Costs, collections
from tests.reference.measure import Item, normal_item, project
from tests.reference.tables import DUPLICATES, Write, locate_all
from tests.reference.world import Answer, World


def action(world: World, wanted: Write) -> dict[str, Any]:
    """A write as an action of a transaction, which is as a request of its own but for what it returns."""
    request: dict[str, Any] = {"TableName": world.name(wanted.table)}
    request["Item" if wanted.kind == "Put" else "Key"] = wanted.item
    values: dict[str, Any] = {}
    if wanted.actions:
        request["UpdateExpression"] = write_update(list(wanted.actions), values)
    if wanted.condition is not None:
        request["ConditionExpression"] = write(wanted.condition, values)
    if values:
        request["ExpressionAttributeValues"] = values
    if wanted.tells_item:
        request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return request


def normal_write(wanted: Write) -> Write:
    """The write with its item in normal form, as the model keeps items."""
    return replace(wanted, item=normal_item(wanted.item))


@dataclass(frozen=True)
class One:
    """PutItem, UpdateItem or DeleteItem."""

    write: Write
    returns: str = "NONE"
    tells_cost: bool = False

    def play(self, world: World) -> None:
        request = {**action(world, self.write), "ReturnValues": self.returns, "ReturnItemCollectionMetrics": "SIZE"}
        if self.tells_cost:
            request["ReturnConsumedCapacity"] = "INDEXES"
        world.compare(f"{self.write.kind}Item", request, lambda: self._answer(world))

    def _answer(self, world: World) -> Answer:
        wanted = normal_write(self.write)
        table = world.tables[wanted.table]
        key = table.locate(wanted)
        old, new = table.items.get(key), table.decide(wanted)
        table.store(key, new)
        answer: Answer = {}
        if told := self._returned(old, new):
            answer["Attributes"] = told
        if self.tells_cost:
            costs = Costs()
            costs.add(wanted.table, *table.write_cost(old, new))
            (answer["ConsumedCapacity"],) = costs.told(world)
        if metrics := collections(world, [wanted]):
            ((answer["ItemCollectionMetrics"],),) = metrics.values()
        return answer

    def _returned(self, old: Item | None, new: Item | None) -> Item | None:
        paths = [path for _, path, _ in self.write.actions]
        whole = {"NONE": None, "ALL_OLD": old, "UPDATED_OLD": old, "ALL_NEW": new, "UPDATED_NEW": new}[self.returns]
        return project(whole, paths) if whole is not None and self.returns.startswith("UPDATED") else whole


@dataclass(frozen=True)
class BatchWrite:
    """BatchWriteItem: puts and deletes, in the order of the tables."""

    writes: tuple[Write, ...]

    def play(self, world: World) -> None:
        requested: dict[str, list[dict[str, Any]]] = {}
        for wanted in self.writes:
            member = "Item" if wanted.kind == "Put" else "Key"
            requested.setdefault(world.name(wanted.table), []).append({f"{wanted.kind}Request": {member: wanted.item}})
        request = {
            "RequestItems": requested,
            "ReturnConsumedCapacity": "INDEXES",
            "ReturnItemCollectionMetrics": "SIZE",
        }
        world.compare("BatchWriteItem", request, lambda: self._answer(world))

    def _answer(self, world: World) -> Answer:
        wanted = [normal_write(one) for one in self.writes]
        located = [(one.table, partial(world.tables[one.table].locate_in_batch, one)) for one in wanted]
        keys = locate_all(located, DUPLICATES)
        costs = Costs()
        for one, key in zip(wanted, keys, strict=True):
            table = world.tables[one.table]
            old, new = table.items.get(key), table.decide(one)
            table.store(key, new)
            costs.add(one.table, *table.write_cost(old, new))
        metrics = collections(world, wanted)
        return {"UnprocessedItems": {}, "ConsumedCapacity": costs.told(world), "ItemCollectionMetrics": metrics}
