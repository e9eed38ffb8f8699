"""The size of an item, and the 400 KB it may have at most.

Developer Guide, "DynamoDB item sizes and formats" and "Constraints in Amazon DynamoDB": names and values in UTF-8
bytes, one byte for a Boolean or null, three for a list or map and one for each of its members. A key of 100 bytes
keeps clear of a rule that some regions have for updates of items with short keys (observed).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Client, error_of, s

ITEM_BYTES_MAX = 400 * 1024
TOO_LARGE = "Item size has exceeded the maximum allowed size"
UPDATED_TOO_LARGE = "Item size to update has exceeded the maximum allowed size"
Item = dict[str, Any]


def long_key() -> Item:
    """102 bytes, the name included."""
    return {"pk": s(uuid.uuid4().hex.ljust(100, "k"))}


KEY_BYTES = 102

SHAPES: dict[str, Callable[[int], Item]] = {
    "a string": lambda size: {"d": s("x" * (size - 1))},
    "characters of two bytes": lambda size: {"d" * (2 - size % 2): s("é" * ((size - 2 + size % 2) // 2))},
    "a binary": lambda size: {"d": {"B": b"x" * (size - 1)}},
    "names": lambda size: {"x" * 65_000: {"NULL": True}, "y" * 65_000: {"BOOL": True}, "d": s("x" * (size - 130_003))},
    "a set": lambda size: {"d": {"SS": ["a" * 1000, "b" * 2000, "c" * (size - 3001)]}},
    "a list": lambda size: {"d": {"L": [s("x" * 1000), s("y" * (size - 1006))]}},
    "a map": lambda size: {"d": {"M": {"name": s("x" * (size - 9))}}},
    "nested": lambda size: {"d": {"L": [{"M": {"n": {"L": [{"NULL": True}, s("x" * (size - 16))]}}}]}},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_largest_item(ddb: Client, hash_table: str, shape: str) -> None:
    """Exactly 400 KB are put and come back; one byte more is refused and nothing is stored."""
    key = long_key()
    item = {**key, **SHAPES[shape](ITEM_BYTES_MAX - KEY_BYTES)}
    ddb.put_item(TableName=hash_table, Item=item)
    assert ddb.get_item(TableName=hash_table, Key=key)["Item"] == item
    ddb.delete_item(TableName=hash_table, Key=key)
    larger = {**key, **SHAPES[shape](ITEM_BYTES_MAX - KEY_BYTES + 1)}
    assert error_of(ddb.put_item, TableName=hash_table, Item=larger) == ("ValidationException", TOO_LARGE)
    assert "Item" not in ddb.get_item(TableName=hash_table, Key=key)


@pytest.mark.parametrize("how", ["batch", "transaction"])
def test_the_largest_item_of_a_batch_or_transaction(ddb: Client, hash_table: str, how: str) -> None:
    """A put's size is known from the request, so a transaction is refused before it begins."""

    def put(size: int) -> None:
        item = {**long_key(), "d": s("x" * (size - KEY_BYTES - 1))}
        if how == "batch":
            ddb.batch_write_item(RequestItems={hash_table: [{"PutRequest": {"Item": item}}]})
        else:
            ddb.transact_write_items(TransactItems=[{"Put": {"TableName": hash_table, "Item": item}}])

    put(ITEM_BYTES_MAX)
    assert error_of(put, size=ITEM_BYTES_MAX + 1) == ("ValidationException", TOO_LARGE)


@pytest.mark.parametrize("existing", [True, False], ids=["an item", "no item"])
def test_the_largest_item_by_update(ddb: Client, hash_table: str, existing: bool) -> None:
    """What counts is the item that comes of it; one that would be too large stays as it was."""
    key = long_key()
    before = {**key, **({"e": s("y" * 99)} if existing else {})}
    if existing:
        ddb.put_item(TableName=hash_table, Item=before)
    room = ITEM_BYTES_MAX - KEY_BYTES - (100 if existing else 0) - 1

    def grow(count: int) -> None:
        ddb.update_item(
            TableName=hash_table,
            Key=key,
            UpdateExpression="SET d = :d",
            ExpressionAttributeValues={":d": s("x" * count)},
        )

    assert error_of(grow, count=room + 1) == ("ValidationException", UPDATED_TOO_LARGE)
    assert ddb.get_item(TableName=hash_table, Key=key).get("Item") == (before if existing else None)
    grow(room)
    assert len(ddb.get_item(TableName=hash_table, Key=key)["Item"]["d"]["S"]) == room


def test_a_list_grows_to_the_limit(ddb: Client, hash_table: str) -> None:
    """By an append whose own value is small."""
    key = long_key()
    ddb.put_item(TableName=hash_table, Item={**key, "d": {"L": [s("x" * (ITEM_BYTES_MAX - KEY_BYTES - 15))]}})
    append = {
        "TableName": hash_table,
        "Key": key,
        "UpdateExpression": "SET d = list_append(d, :d)",
        "ExpressionAttributeValues": {":d": {"L": [s("y" * 9)]}},
    }
    ddb.update_item(**append)
    assert error_of(ddb.update_item, **append) == ("ValidationException", UPDATED_TOO_LARGE)


@pytest.mark.parametrize(
    ("value", "size_bytes"),
    [
        (s(""), 0),
        (s("é"), 2),
        ({"B": b"\x00\x01\x02"}, 3),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["a", "bc"]}, 3),
        ({"BS": [b"", b"abc"]}, 3),
        ({"L": []}, 3),
        ({"L": [{"NULL": True}]}, 5),
        ({"M": {}}, 3),
        ({"M": {"ab": s("c")}}, 7),
        ({"L": [{"L": []}, {"M": {}}]}, 11),
    ],
    ids=str,
)
def test_sizes_of_values(ddb: Client, make_table: Callable[..., str], value: Any, size_bytes: int) -> None:
    """As TableSizeBytes tells them of the one item there is: the key makes 3 bytes, the name one."""
    table = make_table(("pk", "S"))
    ddb.put_item(TableName=table, Item={"pk": s("k"), "v": value})
    assert ddb.describe_table(TableName=table)["Table"]["TableSizeBytes"] == 4 + size_bytes
