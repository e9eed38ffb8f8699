"""Every way to store a value, as one function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Client, s, unique

Value = dict[str, Any]
Store = Callable[[Value], Value | None]
WRITES = ("put", "update", "legacy update", "batch", "transaction put", "transaction update")


@pytest.fixture(params=WRITES)
def store(request: pytest.FixtureRequest, ddb: Client, hash_table: str) -> Store:
    """Stores a value as the attribute `v` of a new item, and returns what a read then finds there."""

    def store(value: Value) -> Value | None:
        key = {"pk": s(unique())}
        write(ddb, hash_table, str(request.param), key, value)
        item = ddb.get_item(TableName=hash_table, Key=key)["Item"]
        assert item["pk"] == key["pk"]
        found: Value | None = item.get("v")
        return found

    return store


def write(ddb: Client, table: str, how: str, key: dict[str, Value], value: Value) -> None:
    where = {"TableName": table}
    update = {"UpdateExpression": "SET v = :v", "ExpressionAttributeValues": {":v": value}}
    if how == "put":
        ddb.put_item(**where, Item={**key, "v": value})
    elif how == "update":
        ddb.update_item(**where, Key=key, **update)
    elif how == "legacy update":
        ddb.update_item(**where, Key=key, AttributeUpdates={"v": {"Action": "PUT", "Value": value}})
    elif how == "batch":
        ddb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": {**key, "v": value}}}]})
    elif how == "transaction put":
        ddb.transact_write_items(TransactItems=[{"Put": {**where, "Item": {**key, "v": value}}}])
    else:
        ddb.transact_write_items(TransactItems=[{"Update": {**where, "Key": key, **update}}])
