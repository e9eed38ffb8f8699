"""Attributes that are keys of indexes: items without them, and values that the service refuses.

Developer Guide, "Taking advantage of sparse indexes", "Constraints in Amazon DynamoDB" (key lengths) and "Detecting
and correcting index key violations in DynamoDB"; the messages are the service's own, as clients report them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.definitions import defined, index, projection
from tests.api.items.stored_items import stored
from tests.conftest import Client, error_of, n, s, unique

Item = dict[str, Any]
INVALID = "One or more parameter values were invalid: "
NOT_VALID = "One or more parameter values are not valid. "
UNSUPPORTED_TYPE = "The update expression attempted to update the secondary index key to unsupported type"


def unsupported_value(type_name: str) -> str:
    return NOT_VALID + (
        "The update expression attempted to update a secondary index key to a value that is not supported. The "
        f"AttributeValue for a key attribute cannot contain an empty {type_name} value."
    )


@pytest.fixture(scope="module")
def table(make_table: Callable[..., str]) -> str:
    """One index for each attribute, so that messages name just one: g, the partition key of `by-g`, r, its sort key,
    and l, the sort key of `by-l`."""
    return make_table(
        ("pk", "S"),
        ("sk", "S"),
        AttributeDefinitions=defined("g", "r:B", "l:N"),
        LocalSecondaryIndexes=[index("by-l", "pk", "l", projection("KEYS_ONLY"))],
        GlobalSecondaryIndexes=[index("by-g", "g", "r")],
    )


@pytest.fixture
def key() -> Item:
    return {"pk": s(unique()), "sk": s("a")}


def in_index(ddb: Client, table: str, name: str, key: Item) -> list[Item]:
    """The index's entries of the item."""
    found = ddb.scan(TableName=table, IndexName=name)["Items"]
    return [item for item in found if item["pk"] == key["pk"]]


def test_a_partition_key_that_is_an_indexs_sort_key(ddb: Client, make_table: Callable[..., str]) -> None:
    """A partition key may have 2048 bytes, a sort key 1024, that of an index too. An item that the index could not
    hold is refused by every kind of write, rather than missing from it."""
    table = make_table(
        ("pk", "S"), AttributeDefinitions=defined("g"), GlobalSecondaryIndexes=[index("by-g", "g", "pk")]
    )
    message = INVALID + (
        "Size of a secondary index key has exceeded the maximum size limit of 1024 bytes. IndexName: by-g, IndexKey: pk"
    )
    for size, refused in ((1024, False), (1025, True)):
        item = {"pk": s("x" * size), "g": s("g")}
        update = {
            "Key": {"pk": item["pk"]},
            "UpdateExpression": "SET g = :g",
            "ExpressionAttributeValues": {":g": s("g")},
        }
        for call, more in ((ddb.put_item, {"Item": item}), (ddb.update_item, update)):
            if refused:
                assert error_of(call, TableName=table, **more) == ("ValidationException", message)
            else:
                call(TableName=table, **more)
    assert [len(found["pk"]["S"]) for found in ddb.scan(TableName=table, IndexName="by-g")["Items"]] == [1024]


REFUSED: list[tuple[str, Any, str, str]] = [
    (
        "g",
        n(1),
        INVALID + "Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g",
        UNSUPPORTED_TYPE,
    ),
    (
        "l",
        s("1"),
        INVALID + "Type mismatch for Index Key l Expected: N Actual: S IndexName: by-l",
        UNSUPPORTED_TYPE,
    ),
    (
        "r",
        {"NULL": True},
        INVALID + "Type mismatch for Index Key r Expected: B Actual: NULL IndexName: by-g",
        UNSUPPORTED_TYPE,
    ),
    (
        "g",
        {"L": [s("a")]},
        INVALID + "Type mismatch for Index Key g Expected: S Actual: L IndexName: by-g",
        UNSUPPORTED_TYPE,
    ),
    (
        "g",
        s(""),
        NOT_VALID + "A value specified for a secondary index key is not supported. The AttributeValue for a key "
        "attribute cannot contain an empty string value. IndexName: by-g, IndexKey: g",
        unsupported_value("string"),
    ),
    (
        "r",
        {"B": b""},
        NOT_VALID + "A value specified for a secondary index key is not supported. The AttributeValue for a key "
        "attribute cannot contain an empty binary value. IndexName: by-g, IndexKey: r",
        unsupported_value("binary"),
    ),
]


@pytest.mark.parametrize(("name", "value", "on_put", "on_update"), REFUSED)
def test_values_that_can_not_be_keys(
    ddb: Client, table: str, key: Item, name: str, value: Any, on_put: str, on_update: str
) -> None:
    """Even where the rest of the index's key is missing. A put and an update have different words."""
    assert error_of(ddb.put_item, TableName=table, Item={**key, name: value}) == ("ValidationException", on_put)
    update = {
        "TableName": table,
        "Key": key,
        "UpdateExpression": "SET #n = :v",
        "ExpressionAttributeNames": {"#n": name},
        "ExpressionAttributeValues": {":v": value},
    }
    assert error_of(ddb.update_item, **update) == ("ValidationException", on_update)
    assert stored(ddb, table, key) is None


@pytest.mark.parametrize(
    ("name", "longest", "too_long", "bytes_max"),
    [("g", s("a" * 2048), s("a" * 2049), 2048), ("r", {"B": b"a" * 1024}, {"B": b"a" * 1025}, 1024)],
)
def test_the_longest_index_keys(
    ddb: Client, table: str, key: Item, name: str, longest: Any, too_long: Any, bytes_max: int
) -> None:
    """As long as the keys of a table."""
    rest = {"g": s("g"), "r": {"B": b"r"}}
    ddb.put_item(TableName=table, Item={**key, **rest, name: longest})
    assert [item[name] for item in in_index(ddb, table, "by-g", key)] == [longest]
    assert error_of(ddb.put_item, TableName=table, Item={**key, **rest, name: too_long}) == (
        "ValidationException",
        INVALID + f"Size of a secondary index key has exceeded the maximum size limit of {bytes_max} bytes. "
        f"IndexName: by-g, IndexKey: {name}",
    )


def test_items_without_a_whole_key_are_not_in_the_index(ddb: Client, table: str, key: Item) -> None:
    """They join when they get the last attribute, and leave when they lose any."""
    where = {"TableName": table, "Key": key}

    def set_to(name: str, value: Any) -> None:
        ddb.update_item(**where, UpdateExpression=f"SET {name} = :v", ExpressionAttributeValues={":v": value})

    ddb.put_item(TableName=table, Item=key)
    set_to("g", s("g"))
    assert in_index(ddb, table, "by-g", key) == []
    set_to("r", {"B": b"r"})
    assert in_index(ddb, table, "by-g", key) == [{**key, "g": s("g"), "r": {"B": b"r"}}]
    assert in_index(ddb, table, "by-l", key) == []
    set_to("l", n(1))
    assert in_index(ddb, table, "by-l", key) == [{**key, "l": n(1)}]
    ddb.update_item(**where, UpdateExpression="REMOVE g")
    assert in_index(ddb, table, "by-g", key) == []
    assert in_index(ddb, table, "by-l", key) == [{**key, "l": n(1)}]
    ddb.delete_item(**where)
    assert in_index(ddb, table, "by-l", key) == []


def test_a_moved_item_is_in_one_place(ddb: Client, table: str, key: Item) -> None:
    """Whether a put or an update moves it, and also when only the sort key changes."""
    ddb.put_item(TableName=table, Item={**key, "g": s("1"), "r": {"B": b"1"}})
    ddb.put_item(TableName=table, Item={**key, "g": s("2"), "r": {"B": b"1"}})
    assert in_index(ddb, table, "by-g", key) == [{**key, "g": s("2"), "r": {"B": b"1"}}]
    update = {"UpdateExpression": "SET r = :r", "ExpressionAttributeValues": {":r": {"B": b"2"}}}
    ddb.update_item(TableName=table, Key=key, **update)
    assert in_index(ddb, table, "by-g", key) == [{**key, "g": s("2"), "r": {"B": b"2"}}]


def test_items_of_one_index_key_are_all_there(ddb: Client, table: str) -> None:
    """An index's key need not be unique."""
    group = s(unique())
    keys = [{"pk": s(unique()), "sk": s(str(i % 2))} for i in range(10)]
    for key in keys:
        ddb.put_item(TableName=table, Item={**key, "g": group, "r": {"B": b"r"}})
    found = ddb.query(
        TableName=table,
        IndexName="by-g",
        KeyConditionExpression="g = :g AND r = :r",
        ExpressionAttributeValues={":g": group, ":r": {"B": b"r"}},
    )["Items"]
    assert sorted(item["pk"]["S"] for item in found) == sorted(key["pk"]["S"] for key in keys)


def test_twenty_indexes_are_kept(ddb: Client, make_table: Callable[..., str]) -> None:
    """One put writes to all of them and pays for all; each holds the items that have its attribute, and no others."""
    names = [f"a{i}" for i in range(20)]
    table = make_table(
        ("pk", "S"),
        AttributeDefinitions=defined(*names),
        GlobalSecondaryIndexes=[index(f"by-{name}", name) for name in names],
    )
    items = [{"pk": s(str(i)), **{name: s(str(i % 3)) for name in names[i:]}} for i in range(20)]
    for i, item in enumerate(items):
        told = ddb.put_item(TableName=table, Item=item, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
        assert told["GlobalSecondaryIndexes"] == {f"by-{name}": {"CapacityUnits": 1.0} for name in names[i:]}
    ddb.delete_item(TableName=table, Key={"pk": s("0")})
    for i, name in enumerate(names):
        found = ddb.scan(TableName=table, IndexName=f"by-{name}")["Items"]
        assert sorted(int(item["pk"]["S"]) for item in found) == list(range(1, i + 1))


def test_an_item_older_than_the_index_keeps_its_odd_value(ddb: Client, make_table: Callable[..., str]) -> None:
    """A value that could not be put now stays until somebody changes it, the item stays out of the index, and updates
    of other attributes go on."""
    table = make_table(("pk", "S"))
    ddb.put_item(TableName=table, Item={"pk": s("a"), "g": n(1)})
    ddb.update_table(
        TableName=table,
        AttributeDefinitions=defined("g"),
        GlobalSecondaryIndexUpdates=[{"Create": index("by-g", "g")}],
    )
    while ddb.describe_table(TableName=table)["Table"]["TableStatus"] != "ACTIVE":
        pass
    update = {"UpdateExpression": "SET x = :v", "ExpressionAttributeValues": {":v": s("v")}}
    ddb.update_item(TableName=table, Key={"pk": s("a")}, **update)
    assert stored(ddb, table, {"pk": s("a")}) == {"pk": s("a"), "g": n(1), "x": s("v")}
    assert ddb.scan(TableName=table, IndexName="by-g")["Count"] == 0
    ddb.update_item(TableName=table, Key={"pk": s("a")}, **{**update, "UpdateExpression": "SET g = :v"})
    assert ddb.scan(TableName=table, IndexName="by-g")["Items"] == [{"pk": s("a"), "g": s("v"), "x": s("v")}]
