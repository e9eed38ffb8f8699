"""ConsumedCapacity of single items: exact units, of the table and of each index.

Developer Guide, "DynamoDB read and write operations" (a write unit is 1 KB of the larger of the item before and after,
a read unit 4 KB, half for an eventually consistent read, and nothing costs less than one), and "Provisioned throughput
considerations for Global Secondary Indexes" (an entry that is put, changed or deleted is one write of its size, one
that moves is two, and one that stays as it is costs nothing).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Client, s, unique

KB = 1024
Item = dict[str, Any]


def item_of(size_bytes: int) -> Item:
    """An item of exactly this size: `pk` and 16 characters make 18 bytes, `d` makes one."""
    key = unique()[:16]
    return {"pk": s(key), "d": s("x" * (size_bytes - 19))}


@pytest.mark.parametrize(
    ("size_bytes", "write_units", "read_units"),
    [
        (19, 1, 1),
        (KB, 1, 1),
        (KB + 1, 2, 1),
        (4 * KB, 4, 1),
        (4 * KB + 1, 5, 2),
        (10 * KB, 10, 3),
        (400 * KB, 400, 100),
    ],
)
def test_units_of_one_item(
    ddb: Client, hash_table: str, size_bytes: int, write_units: float, read_units: float
) -> None:
    """Put, read both ways, read in part (which costs as much), updated in place, deleted."""
    item = item_of(size_bytes)
    asked = {"TableName": hash_table, "ReturnConsumedCapacity": "TOTAL"}
    key = {"Key": {"pk": item["pk"]}}

    def units(answer: dict[str, Any]) -> float:
        told = answer["ConsumedCapacity"]
        assert set(told) == {"TableName", "CapacityUnits"}
        assert told["TableName"] == hash_table
        found: float = told["CapacityUnits"]
        return found

    assert units(ddb.put_item(**asked, Item=item)) == write_units
    assert units(ddb.get_item(**asked, **key, ConsistentRead=True)) == read_units
    assert units(ddb.get_item(**asked, **key)) == read_units / 2
    assert units(ddb.get_item(**asked, **key, ProjectionExpression="pk")) == read_units / 2
    value = {":d": item["d"]}
    assert units(ddb.update_item(**asked, **key, UpdateExpression="SET d = :d", ExpressionAttributeValues=value)) == (
        write_units
    )
    assert units(ddb.delete_item(**asked, **key)) == write_units


def test_a_write_costs_the_larger_of_before_and_after(ddb: Client, hash_table: str) -> None:
    big, small = item_of(3 * KB), item_of(100)
    small["pk"] = big["pk"]
    asked = {"TableName": hash_table, "ReturnConsumedCapacity": "TOTAL"}
    key = {"Key": {"pk": big["pk"]}}
    ddb.put_item(TableName=hash_table, Item=big)
    assert ddb.put_item(**asked, Item=small)["ConsumedCapacity"]["CapacityUnits"] == 3
    assert ddb.put_item(**asked, Item=big)["ConsumedCapacity"]["CapacityUnits"] == 3
    shrunk = ddb.update_item(**asked, **key, UpdateExpression="REMOVE d")
    assert shrunk["ConsumedCapacity"]["CapacityUnits"] == 3
    grown = ddb.update_item(
        **asked, **key, UpdateExpression="SET d = :d", ExpressionAttributeValues={":d": s("x" * 2 * KB)}
    )
    assert grown["ConsumedCapacity"]["CapacityUnits"] == 3


def test_nothing_costs_the_least_there_is(ddb: Client, hash_table: str) -> None:
    """Reading or deleting an item that isn't there; an update that changes nothing."""
    asked = {"TableName": hash_table, "ReturnConsumedCapacity": "TOTAL", "Key": {"pk": s(unique())}}
    assert ddb.get_item(**asked)["ConsumedCapacity"]["CapacityUnits"] == 0.5
    assert ddb.get_item(**asked, ConsistentRead=True)["ConsumedCapacity"]["CapacityUnits"] == 1
    assert ddb.delete_item(**asked)["ConsumedCapacity"]["CapacityUnits"] == 1
    assert ddb.update_item(**asked)["ConsumedCapacity"]["CapacityUnits"] == 1
    assert ddb.update_item(**asked)["ConsumedCapacity"]["CapacityUnits"] == 1


def test_indexes_of_a_table_without_any(ddb: Client, hash_table: str) -> None:
    """The table's own part is told apart, even where it is the whole."""
    key = {"pk": s(unique())}
    asked = {"TableName": hash_table, "ReturnConsumedCapacity": "INDEXES"}
    assert ddb.put_item(**asked, Item=key)["ConsumedCapacity"] == {
        "TableName": hash_table,
        "CapacityUnits": 1,
        "Table": {"CapacityUnits": 1},
    }
    assert ddb.get_item(**asked, Key=key)["ConsumedCapacity"] == {
        "TableName": hash_table,
        "CapacityUnits": 0.5,
        "Table": {"CapacityUnits": 0.5},
    }


FULL: Item = {"l": s("l"), "g": s("g"), "x": s("x"), "y": s("y")}
IN_FIVE: dict[str, float] = {"local-all": 1, "local-keys": 1, "global-all": 1, "global-keys": 1, "global-some": 1}
BY_G = {"global-all", "global-keys", "global-some"}

FAN_OUT: list[tuple[str, Item | None, Item | None, dict[str, float]]] = [
    ("put a new item", None, FULL, IN_FIVE),
    ("put one without keys of indexes", None, {"x": s("x")}, {}),
    ("put one with some keys", None, {"l": s("l")}, {"local-all": 1, "local-keys": 1}),
    ("put one with half of a key", None, {"h": {"N": "1"}}, {}),
    ("put one with a whole key", None, {"h": {"N": "1"}, "r": {"B": b"r"}}, {"sorted-all": 1}),
    ("put the same again", FULL, FULL, {}),
    ("delete", FULL, None, IN_FIVE),
    ("change what only ALL projects", FULL, {**FULL, "y": s("z")}, {"local-all": 1, "global-all": 1}),
    (
        "change what INCLUDE projects",
        FULL,
        {**FULL, "x": s("z")},
        {"local-all": 1, "global-all": 1, "global-some": 1},
    ),
    ("move in the global indexes", FULL, {**FULL, "g": s("z")}, {"local-all": 1, **dict.fromkeys(BY_G, 2.0)}),
    ("move in the local indexes", FULL, {**FULL, "l": s("z")}, {"local-all": 2, "local-keys": 2, "global-all": 1}),
    (
        "leave the global indexes",
        FULL,
        {name: FULL[name] for name in "lxy"},
        {"local-all": 1, **dict.fromkeys(BY_G, 1.0)},
    ),
    (
        "join the global indexes",
        {name: FULL[name] for name in "lxy"},
        FULL,
        {"local-all": 1, **dict.fromkeys(BY_G, 1.0)},
    ),
    (
        "grow where everything is projected",
        FULL,
        {**FULL, "y": s("y" * 2 * KB)},
        {"local-all": 3, "global-all": 3},
    ),
    (
        "grow where some is projected",
        None,
        {**FULL, "x": s("x" * 3 * KB)},
        {"local-all": 4, "local-keys": 1, "global-all": 4, "global-keys": 1, "global-some": 4},
    ),
]


def told_units(answer: dict[str, Any]) -> tuple[float, dict[str, float]]:
    """The table's units and each index's; checks that they add up to the whole."""
    told = answer["ConsumedCapacity"]
    indexes: dict[str, float] = {}
    for member, prefix in (("LocalSecondaryIndexes", "local"), ("GlobalSecondaryIndexes", "")):
        for name, each in told.get(member, {}).items():
            assert name.startswith(prefix)
            assert set(each) == {"CapacityUnits"}
            indexes[name] = each["CapacityUnits"]
    table: float = told["Table"]["CapacityUnits"]
    assert told["CapacityUnits"] == table + sum(indexes.values())
    return table, indexes


@pytest.mark.parametrize(
    ("before", "after", "expected"), [each[1:] for each in FAN_OUT], ids=[each[0] for each in FAN_OUT]
)
@pytest.mark.parametrize("by_update", [False, True], ids=["put", "update"])
def test_units_of_indexes(
    ddb: Client,
    indexed_table: str,
    before: Item | None,
    after: Item | None,
    expected: dict[str, float],
    by_update: bool,
) -> None:
    """The same change by a put and by an update costs the same; indexes that are not touched are not told."""
    key = {"pk": s(unique()), "sk": s("s")}
    where = {"TableName": indexed_table}
    asked = {**where, "ReturnConsumedCapacity": "INDEXES"}
    if before is not None:
        ddb.put_item(**where, Item={**key, **before})
    if after is None:
        answer = ddb.delete_item(**asked, Key=key)
    elif by_update:
        answer = ddb.update_item(**asked, Key=key, **as_update(before or {}, after))
    else:
        answer = ddb.put_item(**asked, Item={**key, **after})
    table, indexes = told_units(answer)
    assert indexes == expected
    sizes = [sum(len(value.get("S", "")) + 2 for value in each.values()) for each in (before, after) if each]
    assert table == -(-(max(sizes) + 70) // KB)


def as_update(before: Item, after: Item) -> dict[str, Any]:
    """The update that makes one item the other."""
    values = {f":{name}": value for name, value in after.items()}
    assigned = ", ".join(f"{name} = :{name}" for name in after)
    removed = ", ".join(before.keys() - after.keys())
    expression = f"SET {assigned}" + (f" REMOVE {removed}" if removed else "")
    return {"UpdateExpression": expression, "ExpressionAttributeValues": values}


def test_deleting_nothing_touches_no_index(ddb: Client, indexed_table: str) -> None:
    key = {"pk": s(unique()), "sk": s("s")}
    answer = ddb.delete_item(TableName=indexed_table, Key=key, ReturnConsumedCapacity="INDEXES")
    assert told_units(answer) == (1, {})


def test_a_total_counts_the_indexes_too(ddb: Client, indexed_table: str) -> None:
    item = {"pk": s(unique()), "sk": s("s"), **FULL}
    told = ddb.put_item(TableName=indexed_table, Item=item, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    assert told == {"TableName": indexed_table, "CapacityUnits": 6}
