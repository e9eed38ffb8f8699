"""Writers that several threads share: what they write, they contend for."""

from __future__ import annotations

from collections import defaultdict
from random import Random
from threading import Lock
from typing import Any
from uuid import uuid4

from tests.crash.api import Api, Refused, Unanswered, wire_key
from tests.crash.tables import MAIN, OTHER, Items

_ACCOUNTS = 6


class Counter:
    """Increments of one item: none is lost, and none is counted that was not asked for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked = 0
        self._answers: list[int] = []
        self._base = 0

    def step(self, api: Api) -> None:
        with self._lock:
            self._asked += 1
        answer = api.call(
            "UpdateItem",
            TableName=MAIN,
            Key=wire_key(("counter", 0)),
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues="UPDATED_NEW",
        )
        self._answers.append(int(answer["Attributes"]["n"]["N"]))

    def settle(self, api: Api) -> None:
        pass

    def check(self, items: Items) -> None:
        answers, asked = self._answers, self._asked
        actual = int(items[MAIN]["counter", 0]["n"]["N"]) if ("counter", 0) in items[MAIN] else 0
        assert len(set(answers)) == len(answers), "two increments had one answer"
        assert self._base + len(answers) <= actual <= self._base + asked
        assert max(answers, default=0) <= actual
        self._base, self._asked, self._answers = actual, 0, []


class Claims:
    """Items that several threads want to be the one to create: there is one winner, who keeps what was won."""

    def __init__(self) -> None:
        self._next = 0
        self._winners: dict[int, str] = {}
        self._tried: defaultdict[int, set[str]] = defaultdict(set)
        self._lost: set[int] = set()

    def step(self, api: Api) -> None:
        sk, owner = self._next, uuid4().hex
        self._tried[sk].add(owner)
        try:
            api.call(
                "PutItem",
                TableName=MAIN,
                Item={**wire_key(("claim", sk)), "owner": {"S": owner}},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except Refused as refused:
            assert refused.code == "ConditionalCheckFailedException"
            self._lost.add(sk)
        else:
            assert sk not in self._winners, "two have won"
            self._winners[sk] = owner
        self._next = max(self._next, sk + 1)

    def settle(self, api: Api) -> None:
        pass

    def check(self, items: Items) -> None:
        there = {key[1]: item["owner"]["S"] for key, item in items[MAIN].items() if key[0] == "claim"}
        assert self._winners.items() <= there.items()
        assert self._lost <= there.keys(), "somebody was told of an item that is not there"
        assert all(owner in self._tried[sk] for sk, owner in there.items())
        self._winners = there


class Transfers:
    """Transactions with tokens, which move amounts between accounts. Asked for again, each is done once."""

    def __init__(self, random: Random) -> None:
        self._lock = Lock()
        self._random = random
        self._asked = 0
        self._done: set[int] = set()
        self._unanswered: list[tuple[int, dict[str, Any]]] = []

    def step(self, api: Api) -> None:
        with self._lock:
            number = self._asked = self._asked + 1
            request = self._request(number)
        try:
            api.call("TransactWriteItems", **request)
        except Unanswered:
            self._unanswered.append((number, request))
            raise
        self._done.add(number)

    def settle(self, api: Api) -> None:
        """What is asked for with the same token again succeeds, whether it was done or not."""
        for number, request in self._unanswered:
            api.call("TransactWriteItems", **request)
            self._done.add(number)
        self._unanswered = []

    def check(self, items: Items) -> None:
        ledger = {key[1] for key in items[OTHER] if key[0] == "ledger"}
        assert ledger == self._done
        counted = items[OTHER].get(("transfers", 0), {"n": {"N": "0"}})
        assert int(counted["n"]["N"]) == len(ledger)
        balances = [int(item["balance"]["N"]) for key, item in items[MAIN].items() if key[0] == "account"]
        assert sum(balances) == 0

    def _request(self, number: int) -> dict[str, Any]:
        giver, taker = self._random.sample(range(_ACCOUNTS), 2)
        amount = self._random.randrange(1, 100)
        entry = {"TableName": OTHER, "Item": wire_key(("ledger", number))}
        actions = [
            {"Put": {**entry, "ConditionExpression": "attribute_not_exists(pk)"}},
            _added(OTHER, ("transfers", 0), "n", 1),
            _added(MAIN, ("account", giver), "balance", -amount),
            _added(MAIN, ("account", taker), "balance", amount),
        ]
        return {"ClientRequestToken": uuid4().hex, "TransactItems": actions}


def _added(table: str, key: tuple[str, int], attribute: str, amount: int) -> dict[str, Any]:
    update = {
        "TableName": table,
        "Key": wire_key(key),
        "UpdateExpression": f"ADD {attribute} :amount",
        "ExpressionAttributeValues": {":amount": {"N": str(amount)}},
    }
    return {"Update": update}
