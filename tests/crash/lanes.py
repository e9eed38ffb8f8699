"""Writers of every kind. Each does one call after the other, and can tell from the answers what must be there."""

from __future__ import annotations

from itertools import count
from random import Random
from typing import Any, Protocol

from tests.crash.api import Api, Item, wire_key
from tests.crash.knowledge import Knowledge, Place
from tests.crash.tables import MAIN, OTHER, Items

_OWN_KEYS = 40


class Lane(Protocol):
    """One thread's work."""

    def step(self, api: Api) -> None:
        """One call. Raises Unanswered."""
        ...

    def settle(self, api: Api) -> None:
        """After the crash: ask again for what may be asked for again."""
        ...

    def check(self, items: Items) -> None:
        """Compare with everything that is there. Raises AssertionError."""
        ...


class _OwnItems:
    """A lane that writes items which no other lane writes."""

    def __init__(self, name: str, random: Random) -> None:
        self.name = name
        self.random = random
        self.known = Knowledge()
        self.numbers = count(1)

    def settle(self, api: Api) -> None:
        pass

    def check(self, items: Items) -> None:
        self.known.check(items)

    def item(self, sk: int) -> Item:
        """An item unlike any before; most are in the indexes."""
        random = self.random
        item = {**wire_key((self.name, sk)), "n": {"N": str(next(self.numbers))}}
        item["text"] = {"S": "x" * random.randrange(800)}
        if random.random() < 0.8:
            item["group"] = {"S": f"group {random.randrange(5)}"}
            item["size"] = {"N": str(random.randrange(-50, 50))}
        return item


class Puts(_OwnItems):
    """Puts and deletes; its items come, go and move in the indexes."""

    def step(self, api: Api) -> None:
        sk = self.random.randrange(_OWN_KEYS)
        place = (MAIN, (self.name, sk))
        if self.random.random() < 0.25:
            with self.known.writing({place: None}):
                api.call("DeleteItem", TableName=MAIN, Key=wire_key(place[1]))
        else:
            item = self.item(sk)
            with self.known.writing({place: item}):
                api.call("PutItem", TableName=MAIN, Item=item)


class Versions(_OwnItems):
    """Updates that hold only for the version read before. Each is sure to succeed."""

    def step(self, api: Api) -> None:
        key = (self.name, 0)
        before = self.known.of((MAIN, key))
        version = 0 if before is None else int(before["version"]["N"])
        item = {**wire_key(key), "version": {"N": str(version + 1)}, "group": {"S": "versions"}, "size": {"N": "1"}}
        condition = "version = :before" if version else "attribute_not_exists(version)"
        values = {":before": {"N": str(version)}} if version else {}
        values |= {":after": item["version"], ":group": item["group"], ":size": item["size"]}
        with self.known.writing({(MAIN, key): item}):
            api.call(
                "UpdateItem",
                TableName=MAIN,
                Key=wire_key(key),
                ConditionExpression=condition,
                UpdateExpression="SET version = :after, #group = :group, #size = :size",
                ExpressionAttributeNames={"#group": "group", "#size": "size"},
                ExpressionAttributeValues=values,
            )


class Batches(_OwnItems):
    """BatchWriteItem: each of its writes may be there without the others."""

    def step(self, api: Api) -> None:
        values: dict[Place, Item | None] = {}
        requests: list[dict[str, Any]] = []
        for sk in self.random.sample(range(_OWN_KEYS), 10):
            item = None if self.random.random() < 0.3 else self.item(sk)
            values[MAIN, (self.name, sk)] = item
            key = wire_key((self.name, sk))
            requests.append({"DeleteRequest": {"Key": key}} if item is None else {"PutRequest": {"Item": item}})
        with self.known.writing(values, atomic=False):
            answer = api.call("BatchWriteItem", RequestItems={MAIN: requests})
            assert answer["UnprocessedItems"] == {}


class Transactions(_OwnItems):
    """Items in two tables that are written together or not at all."""

    def step(self, api: Api) -> None:
        values: dict[Place, Item | None] = {}
        for sk in self.random.sample(range(8), 4):
            values[MAIN, (self.name, sk)] = self.item(sk)
        values[OTHER, (self.name, 0)] = self.item(0)
        doomed = self.random.randrange(8, 16)
        values[MAIN, (self.name, doomed)] = None if self.random.random() < 0.5 else self.item(doomed)
        actions: list[dict[str, Any]] = []
        for (table, key), item in values.items():
            if item is None:
                actions.append({"Delete": {"TableName": table, "Key": wire_key(key)}})
            else:
                actions.append({"Put": {"TableName": table, "Item": item}})
        with self.known.writing(values):
            api.call("TransactWriteItems", TransactItems=actions)
