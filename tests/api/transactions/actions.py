"""The four actions of a transaction, and what comes of one that is cancelled."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Client

Item = dict[str, dict[str, Any]]
Action = dict[str, dict[str, Any]]


def put(table: str, item: Item, **more: Any) -> Action:
    return {"Put": {"TableName": table, "Item": item, **more}}


def update(table: str, key: Item, expression: str, **more: Any) -> Action:
    return {"Update": {"TableName": table, "Key": key, "UpdateExpression": expression, **more}}


def delete(table: str, key: Item, **more: Any) -> Action:
    return {"Delete": {"TableName": table, "Key": key, **more}}


def check(table: str, key: Item, condition: str, **more: Any) -> Action:
    return {"ConditionCheck": {"TableName": table, "Key": key, "ConditionExpression": condition, **more}}


def get(table: str, key: Item, **more: Any) -> Action:
    return {"Get": {"TableName": table, "Key": key, **more}}


def stored(client: Client, table: str, key: Item) -> Item | None:
    item: Item | None = client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    return item


def reasons_of(client: Client, actions: list[Action], **more: Any) -> list[dict[str, Any]]:
    """The reasons for which a transaction of these actions is cancelled, as the message sums them up, too."""
    call = client.transact_get_items if "Get" in actions[0] else client.transact_write_items
    with pytest.raises(client.exceptions.TransactionCanceledException) as raised:
        call(TransactItems=actions, **more)
    response = raised.value.response
    reasons: list[dict[str, Any]] = response["CancellationReasons"]
    codes = ", ".join(reason["Code"] for reason in reasons)
    assert response["Error"]["Message"] == (
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    )
    return reasons


NONE = {"Code": "None"}
CONDITION_FAILED = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
