"""ReturnValuesOnConditionCheckFailure: the item that failed a condition, in the error itself.

API Reference, "PutItem", "UpdateItem" and "DeleteItem".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.api.items.stored_items import stored
from tests.conftest import Client, n, s, unique

Write = Callable[..., Any]


@pytest.fixture(params=["put", "update", "delete"])
def write(request: pytest.FixtureRequest, ddb: Client, hash_table: str) -> Write:
    """Puts, updates or deletes the item with a key: `write(key, **parameters)`."""

    def write(key: dict[str, Any], **more: Any) -> Any:
        if request.param == "put":
            return ddb.put_item(TableName=hash_table, Item={**key, "new": n(1)}, **more)
        if request.param == "delete":
            return ddb.delete_item(TableName=hash_table, Key=key, **more)
        values = more.pop("ExpressionAttributeValues", {})
        more |= {"UpdateExpression": "SET fresh = :n", "ExpressionAttributeValues": {**values, ":n": n(1)}}
        return ddb.update_item(TableName=hash_table, Key=key, **more)

    return write


def failure(write: Write, key: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The error's whole body."""
    with pytest.raises(ClientError) as raised:
        write(key, **more)
    response: dict[str, Any] = raised.value.response
    assert response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert response["Error"]["Message"] == "The conditional request failed"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return response


CONDITION = {"ConditionExpression": "a = :a", "ExpressionAttributeValues": {":a": n(2)}}
EXPECTED = {"Expected": {"a": {"Value": n(2)}}}


def test_the_item_comes_with_the_error(ddb: Client, hash_table: str, write: Write) -> None:
    """As it is stored, which it stays."""
    item = {"pk": s(unique()), "a": n(1), "deep": {"L": [{"M": {"x": s("y")}}]}}
    ddb.put_item(TableName=hash_table, Item=item)
    key = {"pk": item["pk"]}
    assert failure(write, key, ReturnValuesOnConditionCheckFailure="ALL_OLD", **CONDITION)["Item"] == item
    assert stored(ddb, hash_table, key) == item


@pytest.mark.parametrize("more", [{}, {"ReturnValuesOnConditionCheckFailure": "NONE"}], ids=["absent", "none"])
def test_the_item_stays_away_unless_asked_for(ddb: Client, hash_table: str, write: Write, more: dict[str, str]) -> None:
    key = {"pk": s(unique())}
    ddb.put_item(TableName=hash_table, Item={**key, "a": n(1)})
    assert "Item" not in failure(write, key, **more, **CONDITION)


def test_there_may_be_no_item(ddb: Client, hash_table: str, write: Write) -> None:
    """Then there is none in the error either, and none is made."""
    key = {"pk": s(unique())}
    assert "Item" not in failure(write, key, ReturnValuesOnConditionCheckFailure="ALL_OLD", **CONDITION)
    assert stored(ddb, hash_table, key) is None


def test_a_condition_that_holds(ddb: Client, hash_table: str, write: Write) -> None:
    """The parameter changes nothing then."""
    key = {"pk": s(unique())}
    ddb.put_item(TableName=hash_table, Item={**key, "a": n(2)})
    answer = write(key, ReturnValuesOnConditionCheckFailure="ALL_OLD", **CONDITION)
    assert set(answer) == {"ResponseMetadata"}


def test_legacy_conditions_fail_alike(ddb: Client, hash_table: str) -> None:
    key = {"pk": s(unique())}
    item = {**key, "a": n(1)}
    ddb.put_item(TableName=hash_table, Item=item)

    def delete(key: dict[str, Any], **more: Any) -> Any:
        return ddb.delete_item(TableName=hash_table, Key=key, **more)

    assert failure(delete, key, ReturnValuesOnConditionCheckFailure="ALL_OLD", **EXPECTED)["Item"] == item
