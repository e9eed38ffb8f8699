"""BatchWriteItem.

API Reference, "BatchWriteItem": up to 25 puts and deletes of any tables, without conditions. A request that is invalid
in any part writes nothing. Messages as the service words them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Client, error_of, n, s, unique

Item = dict[str, dict[str, Any]]


def put(item: Item) -> dict[str, Any]:
    return {"PutRequest": {"Item": item}}


def delete(key: Item) -> dict[str, Any]:
    return {"DeleteRequest": {"Key": key}}


def stored(ddb: Client, table: str, key: Item) -> Item | None:
    item: Item | None = ddb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    return item


def test_puts_and_deletes_in_several_tables(ddb: Client, hash_table: str, range_table: str) -> None:
    """Twenty-five requests: items appear, are replaced as a whole, and vanish."""
    replaced, removed = {"pk": s(unique())}, {"pk": s(unique())}
    for key in (replaced, removed):
        ddb.put_item(TableName=hash_table, Item={**key, "old": n(1)})
    new = [{"pk": s(unique()), "sk": s(str(number)), "new": n(number)} for number in range(22)]
    answer = ddb.batch_write_item(
        RequestItems={
            hash_table: [put({**replaced, "new": n(2)}), delete(removed), delete({"pk": s(unique())})],
            range_table: [put(item) for item in new],
        }
    )
    assert answer["UnprocessedItems"] == {}
    assert stored(ddb, hash_table, replaced) == {**replaced, "new": n(2)}
    assert stored(ddb, hash_table, removed) is None
    for item in new:
        assert stored(ddb, range_table, {"pk": item["pk"], "sk": item["sk"]}) == item


def test_equal_keys_in_different_tables_are_different_items(
    ddb: Client, hash_table: str, make_table: Callable[..., str]
) -> None:
    other = make_table(("pk", "S"))
    key = {"pk": s(unique())}
    ddb.batch_write_item(RequestItems={hash_table: [put({**key, "here": n(1)})], other: [put({**key, "there": n(1)})]})
    assert stored(ddb, hash_table, key) == {**key, "here": n(1)}
    assert stored(ddb, other, key) == {**key, "there": n(1)}


def test_indexes_follow(ddb: Client, indexed_batch_table: str) -> None:
    name = unique()
    gone = {"pk": s(name), "sk": s("gone")}
    ddb.put_item(TableName=indexed_batch_table, Item={**gone, "group": s(name)})
    new = [{"pk": s(name), "sk": s(str(number)), "group": s(name)} for number in range(24)]
    ddb.batch_write_item(RequestItems={indexed_batch_table: [delete(gone), *map(put, new)]})
    found = ddb.query(
        TableName=indexed_batch_table,
        IndexName="by-group",
        KeyConditionExpression="#g = :g",
        ExpressionAttributeNames={"#g": "group"},
        ExpressionAttributeValues={":g": s(name)},
    )["Items"]
    assert sorted(item["sk"]["S"] for item in found) == sorted(item["sk"]["S"] for item in new)


def test_capacity_is_told_by_table_and_index(ddb: Client, hash_table: str, indexed_batch_table: str) -> None:
    """One unit for each KB of the larger of the old and the new item; an index costs its own writes."""
    small, large = {"pk": s(unique())}, {"pk": s(unique())}
    ddb.put_item(TableName=hash_table, Item={**large, "data": s("x" * 3000)})
    entry = {"pk": s(unique()), "sk": s("a"), "group": s("g"), "data": s("x" * 1500)}
    answer = ddb.batch_write_item(
        RequestItems={
            hash_table: [put(small), delete(large), delete({"pk": s(unique())})],
            indexed_batch_table: [put(entry), put({**entry, "sk": s("b"), "group": s("h")})],
        },
        ReturnConsumedCapacity="INDEXES",
    )
    told = {table["TableName"]: table for table in answer["ConsumedCapacity"]}
    # 1 for the small one, 3 for the one of 3 KB that is deleted, 1 for deleting nothing.
    assert told[hash_table] == {"TableName": hash_table, "CapacityUnits": 5.0, "Table": {"CapacityUnits": 5.0}}
    # Each item costs 2 in the table; in the global index, which holds all of it, 2; in the local one, of keys, 1.
    assert told[indexed_batch_table] == {
        "TableName": indexed_batch_table,
        "CapacityUnits": 10.0,
        "Table": {"CapacityUnits": 4.0},
        "LocalSecondaryIndexes": {"by-group-here": {"CapacityUnits": 2.0}},
        "GlobalSecondaryIndexes": {"by-group": {"CapacityUnits": 4.0}},
    }


def test_item_collection_metrics_once_per_collection(ddb: Client, hash_table: str, indexed_batch_table: str) -> None:
    """Only tables with local indexes have item collections."""
    first, second = unique(), unique()
    answer = ddb.batch_write_item(
        RequestItems={
            hash_table: [put({"pk": s(unique())})],
            indexed_batch_table: [
                put({"pk": s(pk), "sk": s(sk)}) for pk, sk in ((first, "a"), (first, "b"), (second, "a"))
            ],
        },
        ReturnItemCollectionMetrics="SIZE",
    )
    assert list(answer["ItemCollectionMetrics"]) == [indexed_batch_table]
    metrics = answer["ItemCollectionMetrics"][indexed_batch_table]
    assert [told["ItemCollectionKey"] for told in metrics] == [{"pk": s(first)}, {"pk": s(second)}]
    assert all(told["SizeEstimateRangeGB"] == [0.0, 1.0] for told in metrics)


def test_the_largest_batch_fits(ddb: Client, hash_table: str) -> None:
    """25 items of 400 KB are less than 16 MB."""
    made = [{"pk": s(unique()), "data": s("x" * 409_500)} for _ in range(25)]
    answer = ddb.batch_write_item(RequestItems={hash_table: [put(item) for item in made]})
    assert answer["UnprocessedItems"] == {}
    assert stored(ddb, hash_table, {"pk": made[24]["pk"]}) == made[24]


DUPLICATES = "Provided list of item keys contains duplicates"
MISMATCH = "The provided key element does not match the schema"
INVALID = "One or more parameter values were invalid: "
A, B = {"pk": s("a")}, {"pk": s("b")}
WRONG: dict[str, tuple[list[dict[str, Any]], str]] = {
    "put twice": ([put(A), put({**A, "x": n(1)})], DUPLICATES),
    "put and delete": ([put(A), delete(A)], DUPLICATES),
    "delete twice": ([delete(A), delete(A)], DUPLICATES),
    "key of a wrong type": ([delete({"pk": n(1)})], MISMATCH),
    "key too many": ([delete({**A, "sk": s("a")})], MISMATCH),
    "no key": ([put({"x": n(1)})], MISMATCH),
    "item with a key of a wrong type": ([put({"pk": n(1)})], MISMATCH),
    "empty key": (
        [put({"pk": s("")})],
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
        "string value. Key: pk",
    ),
    "item too large": ([put({**A, "x": s("x" * 409_600)})], "Item size has exceeded the maximum allowed size"),
    "empty set": ([put({**A, "x": {"SS": []}})], f"{INVALID}An string set  may not be empty"),
    "number too large": (
        [put({**A, "x": n("1E+126")})],
        "Number overflow. Attempting to store a number with magnitude larger than supported range",
    ),
    "nothing": (
        [{}],
        "Supplied WriteRequest must contain exactly one of PutRequest or DeleteRequest",
    ),
    "both": (
        [{**put(A), **delete(B)}],
        "Supplied WriteRequest must contain exactly one of PutRequest or DeleteRequest",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_invalid_request_writes_nothing(ddb: Client, hash_table: str, range_table: str, case: str) -> None:
    """The other requests, before and after and in other tables, must not have happened."""
    requests, expected = WRONG[case]
    before, after = {"pk": s(unique())}, {"pk": s(unique())}
    elsewhere = {"pk": s(unique()), "sk": s("a")}
    batch = {range_table: [put(elsewhere)], hash_table: [put(before), *requests, put(after)]}
    assert error_of(ddb.batch_write_item, RequestItems=batch) == ("ValidationException", expected)
    assert [stored(ddb, hash_table, before), stored(ddb, hash_table, after)] == [None, None]
    assert stored(ddb, range_table, elsewhere) is None


def test_a_missing_table_writes_nothing(ddb: Client, hash_table: str) -> None:
    key = {"pk": s(unique())}
    batch = {hash_table: [put(key)], "nowhere-at-all": [put(A)]}
    assert error_of(ddb.batch_write_item, RequestItems=batch) == (
        "ResourceNotFoundException",
        "Requested resource not found",
    )
    assert stored(ddb, hash_table, key) is None


def test_an_index_key_of_a_wrong_type_writes_nothing(ddb: Client, indexed_batch_table: str) -> None:
    good = {"pk": s(unique()), "sk": s("a")}
    batch = {indexed_batch_table: [put(good), put({**good, "sk": s("b"), "group": n(1)})]}
    code, message = error_of(ddb.batch_write_item, RequestItems=batch)
    assert code == "ValidationException"
    assert message.startswith(f"{INVALID}Type mismatch for Index Key group Expected: S Actual: N IndexName: by-group")
    assert stored(ddb, indexed_batch_table, good) is None


def test_at_least_one_request(ddb: Client, hash_table: str) -> None:
    assert error_of(ddb.batch_write_item, RequestItems={}) == (
        "ValidationException",
        "The requestItems parameter is required for BatchWriteItem",
    )
    code, message = error_of(ddb.batch_write_item, RequestItems={hash_table: []})
    assert code == "ValidationException"
    assert "Member must have length greater than or equal to 1" in message


def test_at_most_twenty_five_requests(ddb: Client, hash_table: str, range_table: str) -> None:
    """In one table, and in all tables together. The service prints the whole request into the first message."""
    many = [put({"pk": s(unique())}) for _ in range(26)]
    code, message = error_of(ddb.batch_write_item, RequestItems={hash_table: many})
    assert code == "ValidationException"
    assert re.fullmatch(
        rf"1 validation error detected: Value '\{{{hash_table}=\[.+\]\}}' at 'requestItems' failed to satisfy "
        r"constraint: Map value must satisfy constraint: \[Member must have length less than or equal to 25, Member "
        r"must have length greater than or equal to 1\]",
        message,
        re.DOTALL,
    )
    both = {hash_table: many[:24], range_table: [put({"pk": s(unique()), "sk": s(sk)}) for sk in "ab"]}
    assert error_of(ddb.batch_write_item, RequestItems=both) == (
        "ValidationException",
        "Too many items requested for the BatchWriteItem call",
    )
    assert stored(ddb, hash_table, {"pk": many[0]["PutRequest"]["Item"]["pk"]}) is None
