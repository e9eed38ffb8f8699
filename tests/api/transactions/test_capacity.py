"""What transactions cost: twice what the same reads and writes cost alone.

Developer Guide, "Amazon DynamoDB Transactions: How it works", Capacity management: two units for each KB written and
for each 4 KB read, the transaction's preparing and its committing.
"""

from __future__ import annotations

import pytest

from tests.api.transactions.actions import check, delete, get, put, update
from tests.conftest import Client, n, s, unique


def test_writes_cost_twice(ddb: Client, hash_table: str, range_table: str) -> None:
    """A put of 2.5 KB, an update of a small item, a delete of 1.5 KB, and a check: 3, 1, 2 and 1 KB, twice."""
    updated, removed, checked = ({"pk": s(unique())} for _ in range(3))
    for item in (updated, {**removed, "data": s("x" * 1500)}, checked):
        ddb.put_item(TableName=hash_table, Item=item)
    answer = ddb.transact_write_items(
        TransactItems=[
            put(range_table, {"pk": s(unique()), "sk": s("a"), "data": s("x" * 2500)}),
            update(hash_table, updated, "SET x = :v", ExpressionAttributeValues={":v": n(1)}),
            delete(hash_table, removed),
            check(hash_table, checked, "attribute_exists(pk)"),
        ],
        ReturnConsumedCapacity="TOTAL",
    )
    assert {told["TableName"]: told for told in answer["ConsumedCapacity"]} == {
        range_table: {"TableName": range_table, "CapacityUnits": 6.0, "WriteCapacityUnits": 6.0},
        hash_table: {"TableName": hash_table, "CapacityUnits": 8.0, "WriteCapacityUnits": 8.0},
    }


def test_indexes_cost_twice(ddb: Client, indexed_table: str) -> None:
    """An entry that moves to another key of the index is deleted and put: two writes."""
    group = unique()
    moved = {"pk": s(unique()), "group": s(group)}
    ddb.put_item(TableName=indexed_table, Item=moved)
    answer = ddb.transact_write_items(
        TransactItems=[
            put(indexed_table, {"pk": s(unique()), "group": s(group), "data": s("x" * 1500)}),
            put(indexed_table, {**moved, "group": s(unique())}),
            put(indexed_table, {"pk": s(unique()), "data": s("no group")}),
        ],
        ReturnConsumedCapacity="INDEXES",
    )
    (told,) = answer["ConsumedCapacity"]
    # In the table 2, 1 and 1 KB; in the index, which has only keys, 1 and then 2 writes; all of it twice.
    assert told == {
        "TableName": indexed_table,
        "CapacityUnits": 14.0,
        "WriteCapacityUnits": 14.0,
        "Table": {"CapacityUnits": 8.0, "WriteCapacityUnits": 8.0},
        "GlobalSecondaryIndexes": {"by-group": {"CapacityUnits": 6.0, "WriteCapacityUnits": 6.0}},
    }


def test_reads_cost_twice(ddb: Client, hash_table: str, range_table: str) -> None:
    """A missing item costs as much as a small one."""
    small, large = {"pk": s(unique())}, {"pk": s(unique()), "data": s("x" * 9000)}
    for item in (small, large):
        ddb.put_item(TableName=hash_table, Item=item)
    answer = ddb.transact_get_items(
        TransactItems=[
            get(hash_table, small),
            get(hash_table, {"pk": large["pk"]}, ProjectionExpression="pk"),
            get(hash_table, {"pk": s(unique())}),
            get(range_table, {"pk": s(unique()), "sk": s("a")}),
        ],
        ReturnConsumedCapacity="TOTAL",
    )
    assert {told["TableName"]: told for told in answer["ConsumedCapacity"]} == {
        hash_table: {"TableName": hash_table, "CapacityUnits": 10.0, "ReadCapacityUnits": 10.0},
        range_table: {"TableName": range_table, "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0},
    }


def test_capacity_is_told_only_when_asked_for(ddb: Client, hash_table: str) -> None:
    item = {"pk": s(unique())}
    assert "ConsumedCapacity" not in ddb.transact_write_items(TransactItems=[put(hash_table, item)])
    assert "ConsumedCapacity" not in ddb.transact_get_items(TransactItems=[get(hash_table, item)])


@pytest.mark.parametrize("mode", ["TOTALS", "total", ""])
def test_the_mode_is_one_of_three(ddb: Client, hash_table: str, mode: str) -> None:
    with pytest.raises(ddb.exceptions.ClientError) as raised:
        ddb.transact_write_items(TransactItems=[put(hash_table, {"pk": s(unique())})], ReturnConsumedCapacity=mode)
    assert raised.value.response["Error"]["Message"] == (
        f"1 validation error detected: Value '{mode}' at 'returnConsumedCapacity' failed to satisfy constraint: Member "
        "must satisfy enum value set: [INDEXES, TOTAL, NONE]"
    )
