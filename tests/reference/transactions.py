"""Steps that are transactions: TransactWriteItems and TransactGetItems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.reference.costs import Costs
from tests.reference.gets import Wanted
from tests.reference.measure import Item, item_bytes, normal_item, read_units
from tests.reference.tables import Key, Refusal, Write, invalid
from tests.reference.world import Answer, World
from tests.reference.writes import action, normal_write


@dataclass(frozen=True)
class Transaction:
    """TransactWriteItems, with or without a token."""

    writes: tuple[Write, ...]
    token: str | None = None

    def play(self, world: World) -> None:
        request: dict[str, Any] = {
            "TransactItems": [{wanted.kind: action(world, wanted)} for wanted in self.writes],
            "ReturnConsumedCapacity": "INDEXES",
        }
        if self.token is not None:
            request["ClientRequestToken"] = self.token + world.name("")
        world.compare("TransactWriteItems", request, lambda: self._answer(world))

    def _answer(self, world: World) -> Answer:
        wanted = [normal_write(one) for one in self.writes]
        keys = self._locate(world, wanted)
        if len({(one.table, key) for one, key in zip(wanted, keys, strict=True)}) < len(wanted):
            raise invalid("Transaction request cannot include multiple operations on one item")
        before = [world.tables[one.table].items.get(key) for one, key in zip(wanted, keys, strict=True)]
        if self.token in world.tokens:
            return self._repeated(world, before)
        after = self._decide(world, wanted)
        costs = Costs(2, "Write")
        for one, key, old, new in zip(wanted, keys, before, after, strict=True):
            table = world.tables[one.table]
            table.store(key, new)
            costs.add(one.table, *table.write_cost(old, new))
        if self.token is not None:
            world.tokens[self.token] = self.writes
        return {"ConsumedCapacity": costs.told(world)}

    def _locate(self, world: World, wanted: list[Write]) -> list[Key]:
        keys: list[Key] = []
        reasons: list[dict[str, Any]] = []
        for one in wanted:
            try:
                keys.append(world.tables[one.table].locate(one))
                reasons.append({"Code": "None"})
            except Refusal as refusal:
                reasons.append(reason(refusal))
        if len(keys) < len(wanted):
            raise cancelled(reasons)
        return keys

    def _repeated(self, world: World, before: list[Item | None]) -> Answer:
        if world.tokens[self.token or ""] != self.writes:
            raise Refusal("IdempotentParameterMismatchException")
        costs = Costs(2, "Read")
        for one, item in zip(self.writes, before, strict=True):
            costs.add(one.table, read_units(item_bytes(item) if item else 0, True))
        return {"ConsumedCapacity": costs.told(world)}

    def _decide(self, world: World, wanted: list[Write]) -> list[Item | None]:
        after: list[Item | None] = []
        reasons: list[dict[str, Any]] = []
        for one in wanted:
            try:
                after.append(world.tables[one.table].decide(one))
                reasons.append({"Code": "None"})
            except Refusal as refusal:
                reasons.append(reason(refusal))
        if len(after) < len(wanted):
            raise cancelled(reasons)
        return after


def reason(refusal: Refusal) -> dict[str, Any]:
    """Why an action fails; an empty key is no reason among others but ends the whole request."""
    if refusal.message is not None and " cannot contain an empty " in refusal.message:
        raise refusal
    code = {"ConditionalCheckFailedException": "ConditionalCheckFailed", "ValidationException": "ValidationError"}
    return {"Code": code[refusal.code], "Message": refusal.message, **refusal.extra}


def cancelled(reasons: list[dict[str, Any]]) -> Refusal:
    codes = ", ".join(reason["Code"] for reason in reasons)
    return Refusal(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        CancellationReasons=reasons,
    )


@dataclass(frozen=True)
class TransactGet:
    """TransactGetItems."""

    wanted: tuple[Wanted, ...]

    def play(self, world: World) -> None:
        gets = [
            {"Get": {"TableName": world.name(one.table), "Key": one.key, **one.projection()}} for one in self.wanted
        ]
        request = {"TransactItems": gets, "ReturnConsumedCapacity": "INDEXES"}
        world.compare("TransactGetItems", request, lambda: self._answer(world))

    def _answer(self, world: World) -> Answer:
        reasons: list[dict[str, Any]] = []
        keys: list[Any] = []
        for one in self.wanted:
            try:
                keys.append((one.table, world.tables[one.table].key_of(normal_item(one.key))))
                reasons.append({"Code": "None"})
            except Refusal as refusal:
                reasons.append(reason(refusal))
        if len(keys) < len(self.wanted):
            raise cancelled(reasons)
        if len(set(keys)) < len(keys):
            raise invalid("Transaction request cannot include multiple operations on one item")
        costs = Costs(2, "Read")
        responses: list[dict[str, Any]] = []
        for one in self.wanted:
            item = one.found(world)
            costs.add(one.table, read_units(item_bytes(item) if item else 0, True))
            responses.append({} if item is None else {"Item": one.told(item)})
        return {"Responses": responses, "ConsumedCapacity": costs.told(world)}
