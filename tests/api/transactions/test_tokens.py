"""ClientRequestToken: a TransactWriteItems that is sent again is not done again.

API Reference, "TransactWriteItems", ClientRequestToken: a token is good for ten minutes after the request that used it
is done; the same token with other parameters is IdempotentParameterMismatchException; a call that is repeated answers
success without writing, and its capacity is that of reading the items.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from slipring.clock import ManualClock
from tests.api.transactions.actions import Action, check, delete, put, reasons_of, stored, update
from tests.conftest import Client, error_of, make_client, n, s, table_definition, unique
from tests.servers import ServerThread

TABLE = "accounts"
TEN_MINUTES = 600
MISMATCH = "IdempotentParameterMismatchException"


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="module")
def own(clock: ManualClock) -> Iterator[Client]:
    """A client of a server whose clock stands still, with one table."""
    with ServerThread(clock=clock) as server:
        client = make_client(server.url)
        client.create_table(**table_definition(TABLE, ("pk", "S")))
        yield client
        client.close()


@pytest.fixture
def key() -> dict[str, Any]:
    return {"pk": s(unique())}


def token() -> str:
    return unique("t")[:36]


def increment(key: dict[str, Any], by: int | str = 1) -> Action:
    return update(
        TABLE,
        key,
        "ADD #c :v",
        ExpressionAttributeNames={"#c": "count"},
        ExpressionAttributeValues={":v": n(by)},
    )


def count(client: Client, key: dict[str, Any]) -> int:
    item = stored(client, TABLE, key)
    assert item is not None
    return int(item["count"]["N"])


def test_without_a_token_each_call_counts(own: Client, key: dict[str, Any]) -> None:
    """boto3 makes a token of its own for each call; two calls are two transactions."""
    for expected in (1, 2):
        own.transact_write_items(TransactItems=[increment(key)])
        assert count(own, key) == expected


def test_within_ten_minutes_a_token_counts_once(own: Client, key: dict[str, Any], clock: ManualClock) -> None:
    request = {"TransactItems": [increment(key)], "ClientRequestToken": token()}
    own.transact_write_items(**request)
    for seconds in (0, 1, TEN_MINUTES - 2):
        clock.advance(seconds)
        own.transact_write_items(**request)
        assert count(own, key) == 1


def test_after_ten_minutes_a_token_is_new(own: Client, key: dict[str, Any], clock: ManualClock) -> None:
    """And then protects the next ten."""
    request = {"TransactItems": [increment(key)], "ClientRequestToken": token()}
    own.transact_write_items(**request)
    clock.advance(TEN_MINUTES + 1)
    for _ in range(2):
        own.transact_write_items(**request)
        assert count(own, key) == 2


def test_a_repeated_call_does_not_prolong_the_ten_minutes(own: Client, key: dict[str, Any], clock: ManualClock) -> None:
    request = {"TransactItems": [increment(key)], "ClientRequestToken": token()}
    own.transact_write_items(**request)
    for _ in range(2):
        clock.advance(TEN_MINUTES // 2 + 1)
        own.transact_write_items(**request)
    assert count(own, key) == 2


def test_a_repeated_call_succeeds_though_its_condition_no_longer_holds(own: Client, key: dict[str, Any]) -> None:
    """That is what the token is for: the client cannot know whether its first call arrived."""
    request = {
        "TransactItems": [put(TABLE, key, ConditionExpression="attribute_not_exists(pk)")],
        "ClientRequestToken": token(),
    }
    own.transact_write_items(**request)
    own.transact_write_items(**request)
    own.delete_item(TableName=TABLE, Key=key)
    own.transact_write_items(**request)
    assert stored(own, TABLE, key) is None


OTHER: dict[str, Any] = {
    "another value": lambda key: [increment(key, by=2)],
    "another item": lambda key: [increment({"pk": s(unique())})],
    "another action": lambda key: [delete(TABLE, key)],
    "one action more": lambda key: [increment(key), put(TABLE, {"pk": s(unique())})],
}


@pytest.mark.parametrize("case", OTHER)
def test_a_token_belongs_to_its_request(own: Client, key: dict[str, Any], clock: ManualClock, case: str) -> None:
    """Another request with it is refused and not done, until the token is forgotten."""
    used = token()
    own.transact_write_items(TransactItems=[increment(key)], ClientRequestToken=used)
    actions = OTHER[case](key)
    code, message = error_of(own.transact_write_items, TransactItems=actions, ClientRequestToken=used)
    assert code == MISMATCH
    assert message
    assert count(own, key) == 1
    clock.advance(TEN_MINUTES + 1)
    own.transact_write_items(TransactItems=actions, ClientRequestToken=used)


def test_the_order_of_actions_is_part_of_the_request(own: Client) -> None:
    actions = [increment({"pk": s(unique())}) for _ in range(2)]
    used = token()
    own.transact_write_items(TransactItems=actions, ClientRequestToken=used)
    assert error_of(own.transact_write_items, TransactItems=actions[::-1], ClientRequestToken=used)[0] == MISMATCH


def test_what_is_told_of_a_transaction_is_not_part_of_it(own: Client, key: dict[str, Any]) -> None:
    """ReturnConsumedCapacity may change between the calls: clients often ask for it only when they look closer."""
    used = token()
    own.transact_write_items(TransactItems=[increment(key)], ClientRequestToken=used)
    own.transact_write_items(TransactItems=[increment(key)], ClientRequestToken=used, ReturnConsumedCapacity="TOTAL")
    assert count(own, key) == 1


def test_a_cancelled_transaction_uses_no_token(own: Client, key: dict[str, Any]) -> None:
    """Nothing was done, so trying again is trying again."""
    actions = [put(TABLE, key, ConditionExpression="attribute_exists(pk)")]
    used = token()
    assert [reason["Code"] for reason in reasons_of(own, actions, ClientRequestToken=used)] == [
        "ConditionalCheckFailed"
    ]
    own.put_item(TableName=TABLE, Item={**key, "old": n(1)})
    own.transact_write_items(TransactItems=actions, ClientRequestToken=used)
    assert stored(own, TABLE, key) == key


def test_a_repeated_call_costs_reading(own: Client, key: dict[str, Any]) -> None:
    """First the units of writing, then those of reading the items that were written."""
    checked = {"pk": s(unique())}
    own.put_item(TableName=TABLE, Item=checked)
    request = {
        "TransactItems": [
            put(TABLE, {**key, "data": s("x" * 6000)}),
            check(TABLE, checked, "attribute_exists(pk)"),
        ],
        "ClientRequestToken": token(),
        "ReturnConsumedCapacity": "TOTAL",
    }
    # 6 KB and 1 KB written, twice; then 8 KB and 4 KB read, twice.
    first = own.transact_write_items(**request)
    assert first["ConsumedCapacity"] == [{"TableName": TABLE, "CapacityUnits": 14.0, "WriteCapacityUnits": 14.0}]
    second = own.transact_write_items(**request)
    assert second["ConsumedCapacity"] == [{"TableName": TABLE, "CapacityUnits": 6.0, "ReadCapacityUnits": 6.0}]


def test_a_token_has_at_most_36_characters(own: Client, key: dict[str, Any]) -> None:
    own.transact_write_items(TransactItems=[increment(key)], ClientRequestToken="t" * 36)
    assert error_of(own.transact_write_items, TransactItems=[increment(key)], ClientRequestToken="t" * 37) == (
        "ValidationException",
        f"1 validation error detected: Value '{'t' * 37}' at 'clientRequestToken' failed to satisfy constraint: Member "
        "must have length less than or equal to 36",
    )
    assert count(own, key) == 1
