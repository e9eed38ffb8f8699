"""Clients that contend for a few items of one table through several servers, and keep what they were answered.

Registers are compared and set, a counter is added to, money is moved between accounts in transactions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from threading import Thread
from time import monotonic
from typing import Any, TypeVar

from tests.crash.api import Api, Refused
from tests.postgresql.linearizability import Operation

TABLE = "contended"
REGISTERS = 3
ACCOUNTS = 4
BALANCE = 100

Register = int
Accounts = tuple[int, ...]
State = TypeVar("State", Register, Accounts)

SCHEMA: dict[str, Any] = {
    "TableName": TABLE,
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}


def number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def key(name: str) -> dict[str, Any]:
    return {"pk": {"S": name}}


def prepare(api: Api) -> int:
    """Make the table and its items; how many were written."""
    api.call("CreateTable", **SCHEMA)
    names = [*(f"register-{n}" for n in range(REGISTERS)), "counter"]
    for name in names:
        api.call("PutItem", TableName=TABLE, Item={**key(name), "n": number(0)})
    for n in range(ACCOUNTS):
        api.call("PutItem", TableName=TABLE, Item={**key(f"account-{n}"), "n": number(BALANCE)})
    return len(names) + ACCOUNTS


class Contender:
    """One client. It asks one server after the other, so that each sees what the others did."""

    def __init__(self, ports: Sequence[int], seed: int, steps: int) -> None:
        self._apis = [Api(port) for port in ports]
        self._random = Random(seed)
        self._steps = steps
        self.registers: list[list[Operation[Register]]] = [[] for _ in range(REGISTERS)]
        self.counter: list[Operation[Register]] = []
        self.accounts: list[Operation[Accounts]] = []
        self.changes = 0
        """How many items it changed."""
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join()
        for api in self._apis:
            api.__exit__()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        steps = (self._set, self._set, self._get, self._add, self._move, self._sum)
        try:
            for _ in range(self._steps):
                self._random.choice(steps)()
        except BaseException as error:
            self._failure = error

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return self._random.choice(self._apis).call(operation, TableName=TABLE, **parameters)

    def _get(self) -> None:
        which = self._random.randrange(REGISTERS)
        began = monotonic()
        answer = self._call("GetItem", Key=key(f"register-{which}"), ConsistentRead=True)
        value = int(answer["Item"]["n"]["N"])
        self.registers[which].append(Operation(began, monotonic(), lambda state: (state == value, state)))

    def _set(self) -> None:
        """Read a register, and set it if it is still so."""
        which = self._random.randrange(REGISTERS)
        answer = self._call("GetItem", Key=key(f"register-{which}"), ConsistentRead=True)
        expected, value = int(answer["Item"]["n"]["N"]), self._random.randrange(1, 1 << 40)
        began = monotonic()
        try:
            self._call(
                "PutItem",
                Item={**key(f"register-{which}"), "n": number(value)},
                ConditionExpression="n = :expected",
                ExpressionAttributeValues={":expected": number(expected)},
            )
        except Refused as refused:
            assert refused.code == "ConditionalCheckFailedException"
            self.registers[which].append(Operation(began, monotonic(), lambda state: (state != expected, state)))
        else:
            self.registers[which].append(Operation(began, monotonic(), lambda state: (state == expected, value)))
            self.changes += 1

    def _add(self) -> None:
        began = monotonic()
        answer = self._call(
            "UpdateItem",
            Key=key("counter"),
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": number(1)},
            ReturnValues="UPDATED_NEW",
        )
        after = int(answer["Attributes"]["n"]["N"])
        self.counter.append(Operation(began, monotonic(), lambda state: (state + 1 == after, state + 1)))
        self.changes += 1

    def _move(self) -> None:
        """Move money from one account to another if there is enough, in a transaction."""
        giver, taker = self._random.sample(range(ACCOUNTS), 2)
        amount = self._random.randrange(1, BALANCE)

        def moved(accounts: Accounts) -> Accounts:
            after = list(accounts)
            after[giver] -= amount
            after[taker] += amount
            return tuple(after)

        values = {":amount": number(amount)}
        began = monotonic()
        try:
            self._random.choice(self._apis).call(
                "TransactWriteItems",
                TransactItems=[
                    _update(f"account-{giver}", "SET n = n - :amount", values, "n >= :amount"),
                    _update(f"account-{taker}", "SET n = n + :amount", values, "attribute_exists(pk)"),
                ],
            )
        except Refused as refused:
            assert refused.code == "TransactionCanceledException"
            self.accounts.append(Operation(began, monotonic(), lambda state: (state[giver] < amount, state)))
        else:
            self.accounts.append(Operation(began, monotonic(), lambda state: (state[giver] >= amount, moved(state))))
            self.changes += 2

    def _sum(self) -> None:
        began = monotonic()
        gets = [{"Get": {"TableName": TABLE, "Key": key(f"account-{n}")}} for n in range(ACCOUNTS)]
        answer = self._random.choice(self._apis).call("TransactGetItems", TransactItems=gets)
        found = tuple(int(each["Item"]["n"]["N"]) for each in answer["Responses"])
        self.accounts.append(Operation(began, monotonic(), lambda state: (state == found, state)))


def _update(name: str, expression: str, values: dict[str, Any], condition: str) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": TABLE,
            "Key": key(name),
            "UpdateExpression": expression,
            "ExpressionAttributeValues": values,
            "ConditionExpression": condition,
        }
    }


class Follower:
    """Reads a stream from its beginning while it is written, through one server, as a consumer does."""

    def __init__(self, port: int) -> None:
        self._api = Api(port)
        self.records: list[dict[str, Any]] = []
        self._stop = False
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        """Read what there is now, and stop."""
        self._stop = True
        self._thread.join()
        self._api.__exit__()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            self._follow(_shard_iterator(self._api))
        except BaseException as error:
            self._failure = error

    def _follow(self, iterator: str) -> None:
        while True:
            last = self._stop
            answer = self._api.call("GetRecords", ShardIterator=iterator)
            self.records += answer["Records"]
            iterator = answer["NextShardIterator"]
            if last and not answer["Records"]:
                return


def _shard_iterator(api: Api) -> str:
    arn = api.call("DescribeTable", TableName=TABLE)["Table"]["LatestStreamArn"]
    shards = api.call("DescribeStream", StreamArn=arn)["StreamDescription"]["Shards"]
    assert len(shards) == 1
    answer = api.call("GetShardIterator", StreamArn=arn, ShardId=shards[0]["ShardId"], ShardIteratorType="TRIM_HORIZON")
    iterator: str = answer["ShardIterator"]
    return iterator


def run_all(contenders: Sequence[Contender], during: Callable[[], None] = lambda: None) -> None:
    for contender in contenders:
        contender.start()
    during()
    for contender in contenders:
        contender.join()
