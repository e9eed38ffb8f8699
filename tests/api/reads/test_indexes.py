"""What is in an index: which items, how much of each, and that it follows every write at once.

Developer Guide, "Local secondary indexes" and "Using Global Secondary Indexes in DynamoDB".
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.reads.paging import Item, equals, items
from tests.conftest import Client, error_of, n, s, unique

INDEXES = ["local-all", "local-keys", "local-some", "global-all", "global-keys", "global-some"]


def entries(ddb: Client, table: str, index: str, name: str) -> list[Item]:
    """The entries of the partition, or group, with this name."""
    hash_name = "pk" if index.startswith("local") else "group"
    return items(ddb.query, TableName=table, IndexName=index, **equals(hash_name, s(name)))


def projected(index: str, item: Item) -> Item:
    if index.endswith("all"):
        return item
    names = {"pk", "sk", "rank"} | ({"group"} if index.startswith("global") else set())
    return {name: item[name] for name in item if name in names or (index.endswith("some") and name == "kept")}


@pytest.mark.parametrize("index", INDEXES)
def test_an_index_follows_its_table(ddb: Client, indexed_table: str, index: str) -> None:
    """Whatever a write does to an item, a read after it finds the index in step."""
    name = unique()
    key = {"pk": s(name), "sk": s("a")}
    item: Item = {**key, "group": s(name), "rank": n(1), "kept": s("k"), "left": s("l")}
    ddb.put_item(TableName=indexed_table, Item=item)
    assert entries(ddb, indexed_table, index, name) == [projected(index, item)]

    steps: list[tuple[str, dict[str, Any]]] = [
        ("SET #a = :v", {"rank": n(2)}),
        ("SET #a = :v", {"kept": s("changed")}),
        ("SET #a = :v", {"left": s("changed")}),
        ("REMOVE #a", {"rank": None}),
        ("SET #a = :v", {"rank": n("1.50")}),
    ]
    for expression, change in steps:
        ((attribute, value),) = change.items()
        values = {} if value is None else {"ExpressionAttributeValues": {":v": value}}
        names = {"ExpressionAttributeNames": {"#a": attribute}}
        ddb.update_item(TableName=indexed_table, Key=key, UpdateExpression=expression, **names, **values)
        item = ddb.get_item(TableName=indexed_table, Key=key)["Item"]
        expected = [projected(index, item)] if "rank" in item else []
        assert entries(ddb, indexed_table, index, name) == expected

    ddb.delete_item(TableName=indexed_table, Key=key)
    assert entries(ddb, indexed_table, index, name) == []


@pytest.mark.parametrize("index", INDEXES)
def test_an_item_without_the_keys_is_not_in_the_index(ddb: Client, indexed_table: str, index: str) -> None:
    """Sparse indexes: they hold only the items that have their key attributes."""
    name = unique()
    with_keys: Item = {"pk": s(name), "sk": s("a"), "group": s(name), "rank": n(1)}
    for lacking in ("rank", "group"):
        item = {attribute: value for attribute, value in with_keys.items() if attribute != lacking}
        ddb.put_item(TableName=indexed_table, Item=item)
        there = index.startswith("local") and lacking == "group"
        assert entries(ddb, indexed_table, index, name) == ([projected(index, item)] if there else [])


def test_an_item_moves_between_the_groups_of_a_global_index(ddb: Client, indexed_table: str) -> None:
    before, after = unique(), unique()
    key = {"pk": s(before), "sk": s("a")}
    ddb.put_item(TableName=indexed_table, Item={**key, "group": s(before), "rank": n(1)})
    ddb.put_item(TableName=indexed_table, Item={**key, "group": s(after), "rank": n(1)})
    assert entries(ddb, indexed_table, "global-keys", before) == []
    assert len(entries(ddb, indexed_table, "global-keys", after)) == 1


@pytest.mark.parametrize("operation", ["query", "scan"])
@pytest.mark.parametrize("index", INDEXES)
def test_only_tables_and_local_indexes_read_consistently(
    ddb: Client, indexed_table: str, index: str, operation: str
) -> None:
    hash_name = "pk" if index.startswith("local") else "group"
    request = {
        "TableName": indexed_table,
        "IndexName": index,
        "ConsistentRead": True,
        **(equals(hash_name, s("nobody")) if operation == "query" else {"Limit": 1}),
    }
    if index.startswith("local"):
        assert "Items" in getattr(ddb, operation)(**request)
    else:
        assert error_of(getattr(ddb, operation), **request) == (
            "ValidationException",
            "Consistent reads are not supported on global secondary indexes",
        )


def test_a_local_index_fetches_the_item_as_it_is(ddb: Client, indexed_table: str) -> None:
    """What an index does not project is read from the table, every kind of value unharmed."""
    name = unique()
    made: list[Item] = [
        {
            "pk": s(name),
            "sk": s(str(number)),
            "rank": n(9 - number),
            "left": {"M": {"deep": {"L": [n(number), {"BS": [b"\x00", b"\xff"]}, {"NULL": True}]}}},
        }
        for number in range(5)
    ]
    for item in made:
        ddb.put_item(TableName=indexed_table, Item=item)
    where = {"TableName": indexed_table, "IndexName": "local-keys", "ConsistentRead": True, **equals("pk", s(name))}
    assert items(ddb.query, **where, Select="ALL_ATTRIBUTES", Limit=2) == made[::-1]
    where["ExpressionAttributeNames"] |= {"#left": "left"}
    told = items(ddb.query, **where, ProjectionExpression="#left.deep[0], sk")
    assert told == [
        {"sk": item["sk"], "left": {"M": {"deep": {"L": [n(int(item["sk"]["S"]))]}}}} for item in made[::-1]
    ]
