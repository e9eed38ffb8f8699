"""Transactions are serializable: many at once leave and show only what some order of them could.

Developer Guide, "Amazon DynamoDB Transactions: How it works", Isolation levels: TransactWriteItems and
TransactGetItems are serializable with each other and with single writes.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.api.transactions.actions import check, get, put, update
from tests.conftest import Client, make_client, n, s, unique
from tests.servers import ServerThread

ACCOUNTS = 5
START = 100
NAMES = {"ExpressionAttributeNames": {"#b": "balance"}}


@pytest.fixture
def accounts(ddb: Client, hash_table: str) -> list[dict[str, Any]]:
    """The keys of some accounts with the same balance."""
    keys = [{"pk": s(unique())} for _ in range(ACCOUNTS)]
    ddb.transact_write_items(TransactItems=[put(hash_table, {**key, "balance": n(START)}) for key in keys])
    return keys


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Run the jobs in threads that start at the same moment; what one raises is raised here."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        barrier.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def transfer(client: Client, table: str, keys: list[dict[str, Any]], seed: int, times: int) -> int:
    """Move random amounts between random accounts, none ever below zero; how many were refused."""
    chance = random.Random(seed)
    refused = 0
    for _ in range(times):
        source, target = chance.sample(keys, 2)
        amount = chance.randrange(1, 60)
        spend = {"ConditionExpression": "#b >= :v", "ExpressionAttributeValues": {":v": n(amount)}, **NAMES}
        receive = {"ExpressionAttributeValues": {":v": n(amount)}, **NAMES}
        try:
            client.transact_write_items(
                TransactItems=[
                    update(table, source, "SET #b = #b - :v", **spend),
                    update(table, target, "SET #b = #b + :v", **receive),
                ]
            )
        except client.exceptions.TransactionCanceledException as error:
            codes = [reason["Code"] for reason in error.response["CancellationReasons"]]
            assert codes == ["ConditionalCheckFailed", "None"]
            refused += 1
    return refused


def balances(client: Client, table: str, keys: list[dict[str, Any]]) -> list[int]:
    answer = client.transact_get_items(TransactItems=[get(table, key) for key in keys])
    return [int(response["Item"]["balance"]["N"]) for response in answer["Responses"]]


def test_money_is_neither_made_nor_lost(
    ddb: Client, server: ServerThread, hash_table: str, accounts: list[dict[str, Any]]
) -> None:
    """Whenever somebody looks, the accounts add up, and none is overdrawn."""
    client = make_client(server.url)

    def watch() -> None:
        for _ in range(60):
            seen = balances(client, hash_table, accounts)
            assert sum(seen) == ACCOUNTS * START
            assert min(seen) >= 0

    def work(seed: int) -> Callable[[], int]:
        return lambda: transfer(client, hash_table, accounts, seed, 60)

    together(*[work(seed) for seed in range(4)], watch, watch)
    assert sum(balances(ddb, hash_table, accounts)) == ACCOUNTS * START
    client.close()


def test_single_writes_do_not_lose_updates_of_transactions(ddb: Client, server: ServerThread, hash_table: str) -> None:
    """An UpdateItem and a transaction on the same counter both count."""
    client = make_client(server.url)
    key = {"pk": s(unique())}
    add = {"ExpressionAttributeValues": {":v": n(1)}, **NAMES}

    def alone() -> None:
        for _ in range(50):
            client.update_item(TableName=hash_table, Key=key, UpdateExpression="ADD #b :v", **add)

    def in_transaction() -> None:
        for _ in range(50):
            client.transact_write_items(TransactItems=[update(hash_table, key, "ADD #b :v", **add)])

    together(alone, alone, in_transaction, in_transaction)
    assert balances(ddb, hash_table, [key]) == [200]
    client.close()


@pytest.mark.parametrize("attempt", range(10))
def test_no_write_skew(ddb: Client, server: ServerThread, hash_table: str, attempt: int) -> None:
    """Two doctors on call, one may leave if the other stays: both ask at once, and exactly one goes.

    Each reads what the other writes, so snapshots alone would let both go; ConditionCheck must not."""
    del attempt
    client = make_client(server.url)
    doctors = [{"pk": s(unique())} for _ in range(2)]
    for key in doctors:
        ddb.put_item(TableName=hash_table, Item={**key, "duty": {"BOOL": True}})
    on_duty = {"ExpressionAttributeValues": {":yes": {"BOOL": True}}}

    def leave(own: int) -> Callable[[], bool]:
        def try_to_leave() -> bool:
            try:
                client.transact_write_items(
                    TransactItems=[
                        check(hash_table, doctors[1 - own], "duty = :yes", **on_duty),
                        update(hash_table, doctors[own], "REMOVE duty"),
                    ]
                )
            except client.exceptions.TransactionCanceledException:
                return False
            return True

        return try_to_leave

    assert sorted(together(leave(0), leave(1))) == [False, True]
    client.close()


def test_no_transaction_is_seen_half_done(ddb: Client, server: ServerThread, hash_table: str) -> None:
    """Pairs that transactions keep equal are equal whenever they are read together."""
    client = make_client(server.url)
    pair = [{"pk": s(unique())} for _ in range(2)]
    ddb.transact_write_items(TransactItems=[put(hash_table, {**key, "balance": n(0)}) for key in pair])

    def write(start: int) -> Callable[[], None]:
        def put_both() -> None:
            for number in range(start, start + 50):
                client.transact_write_items(
                    TransactItems=[put(hash_table, {**key, "balance": n(number)}) for key in pair]
                )

        return put_both

    def read() -> None:
        for _ in range(100):
            first, second = balances(client, hash_table, pair)
            assert first == second

    together(write(0), write(1000), read)
    client.close()
