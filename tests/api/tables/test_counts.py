"""ItemCount, TableSizeBytes and IndexSizeBytes: exact after every kind of write.

The service's own are up to six hours old (API Reference, "TableDescription"); Slipring's are those of the moment, in
the measure of the Developer Guide's "DynamoDB item sizes and formats": names and values in UTF-8 bytes. An index
holds its key attributes, the table's, and what it projects.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.api.definitions import defined, index, key_schema, projection
from tests.api.tables.conftest import CreateTable, described
from tests.conftest import Client, error_of, s

Item = dict[str, Any]
PROJECTED = {
    "local-all": None,
    "local-keys": {"pk", "sk", "l"},
    "global-all": None,
    "global-keys": {"pk", "sk", "g"},
    "global-include": {"pk", "sk", "g", "x"},
}
KEYS = {"local-all": "l", "local-keys": "l", "global-all": "g", "global-keys": "g", "global-include": "g"}


@pytest.fixture
def table(create: CreateTable) -> str:
    return create(
        AttributeDefinitions=defined("pk", "sk", "l", "g"),
        KeySchema=key_schema("pk", "sk"),
        LocalSecondaryIndexes=[
            index("local-all", "pk", "l"),
            index("local-keys", "pk", "l", projection("KEYS_ONLY")),
        ],
        GlobalSecondaryIndexes=[
            index("global-all", "g"),
            index("global-keys", "g", "", projection("KEYS_ONLY")),
            index("global-include", "g", "", projection("INCLUDE", "x")),
        ],
    )


def told_counts(ddb: Client, table: str) -> dict[str, tuple[int, int]]:
    """Number and size of items in the table (under the name "") and in each index."""
    told = described(ddb, table)
    indexes = told["LocalSecondaryIndexes"] + told["GlobalSecondaryIndexes"]
    return {
        "": (told["ItemCount"], told["TableSizeBytes"]),
        **{each["IndexName"]: (each["ItemCount"], each["IndexSizeBytes"]) for each in indexes},
    }


def size_bytes(item: Item) -> int:
    """The size of an item all of whose attributes are strings."""
    return sum(len(name.encode()) + len(value["S"].encode()) for name, value in item.items())


def expected_counts(items: dict[Any, Item]) -> dict[str, tuple[int, int]]:
    counts = {"": (len(items), sum(map(size_bytes, items.values())))}
    for name, projected in PROJECTED.items():
        entries = [
            {each: value for each, value in item.items() if projected is None or each in projected}
            for item in items.values()
            if KEYS[name] in item
        ]
        counts[name] = (len(entries), sum(map(size_bytes, entries)))
    return counts


def test_counts_of_an_empty_table_are_zero(ddb: Client, table: str) -> None:
    assert told_counts(ddb, table) == expected_counts({})


def test_counts_follow_random_writes(ddb: Client, table: str) -> None:
    """Puts that replace, updates that grow, shrink and move entries, updates that change nothing, deletes of items
    that are there and of some that are not: after each the counts are what the items at hand add up to."""
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    items: dict[str, Item] = {}
    for _ in range(150):
        key = {"pk": s("p"), "sk": s(chance.choice("abcdef"))}
        name = key["sk"]["S"]
        attributes = {each: s("é" * chance.randint(1, 4)) for each in chance.sample("lgxy", chance.randint(0, 4))}
        action = chance.choice(["put", "set", "remove", "delete"])
        if action == "put":
            ddb.put_item(TableName=table, Item={**key, **attributes})
            items[name] = {**key, **attributes}
        elif action == "delete":
            ddb.delete_item(TableName=table, Key=key)
            items.pop(name, None)
        elif action == "set" and attributes:
            assigned = ", ".join(f"{each} = :{each}" for each in attributes)
            values = {f":{each}": value for each, value in attributes.items()}
            ddb.update_item(
                TableName=table, Key=key, UpdateExpression=f"SET {assigned}", ExpressionAttributeValues=values
            )
            items[name] = {**items.get(name, key), **attributes}
        elif action == "remove" and attributes and name in items:
            ddb.update_item(TableName=table, Key=key, UpdateExpression=f"REMOVE {', '.join(attributes)}")
            items[name] = {each: value for each, value in items[name].items() if each not in attributes}
        assert told_counts(ddb, table) == expected_counts(items)


def test_failed_writes_count_nothing(ddb: Client, table: str) -> None:
    """A condition that fails leaves the counters alone, as it does the item."""
    item = {"pk": s("p"), "sk": s("s"), "g": s("g")}
    ddb.put_item(TableName=table, Item=item)
    never = {"TableName": table, "ConditionExpression": "attribute_exists(absent)"}
    key = {"pk": s("p"), "sk": s("s")}
    failed = "ConditionalCheckFailedException"
    assert error_of(ddb.put_item, Item={**item, "x": s("more")}, **never)[0] == failed
    assert error_of(ddb.delete_item, Key=key, **never)[0] == failed
    assert told_counts(ddb, table) == expected_counts({"s": item})


def test_batches_and_transactions_count(ddb: Client, table: str) -> None:
    items = {str(i): {"pk": s("p"), "sk": s(str(i)), "g": s("g"), "x": s("x" * i)} for i in range(6)}
    puts = [{"PutRequest": {"Item": items[str(i)]}} for i in range(4)]
    ddb.batch_write_item(RequestItems={table: puts})
    ddb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": table, "Item": items["4"]}},
            {"Put": {"TableName": table, "Item": items["5"]}},
            {"Delete": {"TableName": table, "Key": {"pk": s("p"), "sk": s("0")}}},
        ]
    )
    ddb.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": {"pk": s("p"), "sk": s("1")}}}]})
    del items["0"], items["1"]
    assert told_counts(ddb, table) == expected_counts(items)


def test_an_index_that_is_added_counts_what_it_was_filled_with(ddb: Client, create: CreateTable) -> None:
    """tests/api/tables/test_index_changes.py has it while writers go on; here the bytes are known."""
    table = create()
    items = [{"pk": s(str(i)), "a": s("x" * i), "b": s("not projected")} for i in range(1, 11)]
    for item in items:
        ddb.put_item(TableName=table, Item=item)
    added = index("by-a", "a", "", projection("KEYS_ONLY"))
    ddb.update_table(
        TableName=table, AttributeDefinitions=defined("a"), GlobalSecondaryIndexUpdates=[{"Create": added}]
    )
    while (told := described(ddb, table)["GlobalSecondaryIndexes"][0])["IndexStatus"] != "ACTIVE":
        pass
    assert told["ItemCount"] == 10
    assert told["IndexSizeBytes"] == sum(size_bytes({"pk": item["pk"], "a": item["a"]}) for item in items)
