"""DeleteItem, of items that are there and of some that aren't.

API Reference, "DeleteItem": "DeleteItem is an idempotent operation".
"""

from __future__ import annotations

import pytest

from tests.api.items.stored_items import stored
from tests.conftest import Client, error_of, n, s, unique


def test_a_deleted_item_is_gone(ddb: Client, range_table: str) -> None:
    """And its neighbours are not."""
    keys = [{"pk": s(unique()), "sk": s(sk)} for sk in ("a", "b")]
    keys[1]["pk"] = keys[0]["pk"]
    for key in keys:
        ddb.put_item(TableName=range_table, Item=key)
    assert set(ddb.delete_item(TableName=range_table, Key=keys[0])) == {"ResponseMetadata"}
    assert stored(ddb, range_table, keys[0]) is None
    assert stored(ddb, range_table, keys[1]) == keys[1]


def test_deleting_nothing_is_no_error(ddb: Client, hash_table: str) -> None:
    key = {"pk": s(unique())}
    for _ in range(2):
        assert set(ddb.delete_item(TableName=hash_table, Key=key)) == {"ResponseMetadata"}


def test_all_old_is_the_item_that_went(ddb: Client, hash_table: str) -> None:
    item = {"pk": s(unique()), "a": {"L": [n(1), {"M": {}}]}}
    delete = {"TableName": hash_table, "Key": {"pk": item["pk"]}, "ReturnValues": "ALL_OLD"}
    ddb.put_item(TableName=hash_table, Item=item)
    assert ddb.delete_item(**delete)["Attributes"] == item
    assert "Attributes" not in ddb.delete_item(**delete)


@pytest.mark.parametrize("returned", ["ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"])
def test_a_delete_returns_nothing_else(ddb: Client, hash_table: str, returned: str) -> None:
    key = {"pk": s(unique())}
    ddb.put_item(TableName=hash_table, Item=key)
    code, message = error_of(ddb.delete_item, TableName=hash_table, Key=key, ReturnValues=returned)
    assert code == "ValidationException"
    assert message.endswith("ReturnValues can only be ALL_OLD or NONE")
    assert stored(ddb, hash_table, key) == key


def test_an_item_can_be_put_again(ddb: Client, hash_table: str) -> None:
    """With nothing of the one before."""
    key = {"pk": s(unique())}
    ddb.put_item(TableName=hash_table, Item={**key, "old": n(1)})
    ddb.delete_item(TableName=hash_table, Key=key)
    ddb.update_item(TableName=hash_table, Key=key)
    assert stored(ddb, hash_table, key) == key
