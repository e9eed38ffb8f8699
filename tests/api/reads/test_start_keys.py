"""ExclusiveStartKey: made up by the client, and wrong ones.

A start key need not be a page's LastEvaluatedKey, nor does an item need to exist under it. What it may not be, and in
which words, is as observed on the service: Scan of a table says more than Query and the reads of indexes do.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.reads.paging import equals
from tests.conftest import Client, error_of, n, s, unique

INVALID = "The provided starting key is invalid"
INVALID_FOR_SCAN = "The provided starting key is invalid: The provided key element does not match the schema"
OUTSIDE_QUERY = "The provided starting key is outside query boundaries based on provided conditions"
OUTSIDE_CONDITION = "The provided starting key does not match the range key predicate"

WRONG_TABLE_KEYS = {
    "no attributes": {},
    "no sort key": {"pk": s("a")},
    "no partition key": {"sk": s("a")},
    "one attribute too many": {"pk": s("a"), "sk": s("a"), "rank": n(1)},
    "another attribute": {"pk": s("a"), "rank": n(1)},
    "partition key of a wrong type": {"pk": n(1), "sk": s("a")},
    "sort key of a wrong type": {"pk": s("a"), "sk": {"B": b"a"}},
    "sort key that is no scalar": {"pk": s("a"), "sk": {"SS": ["a"]}},
}
WRONG_INDEX_KEYS = {
    "only the item's key": {"pk": s("a"), "sk": s("a")},
    "only the index's key": {"group": s("a"), "rank": n(1)},
    "no index partition key": {"pk": s("a"), "sk": s("a"), "rank": n(1)},
    "one attribute too many": {"pk": s("a"), "sk": s("a"), "group": s("a"), "rank": n(1), "kept": s("a")},
    "index key of a wrong type": {"pk": s("a"), "sk": s("a"), "group": s("a"), "rank": s("1")},
    "item key of a wrong type": {"pk": s("a"), "sk": n(1), "group": s("a"), "rank": n(1)},
}


@pytest.fixture(scope="module")
def partition(ddb: Client, indexed_table: str) -> str:
    """A partition, and a group, with the sort keys b, d and f, whose ranks are 2, 4 and 6."""
    name = unique()
    for rank, sk in ((2, "b"), (4, "d"), (6, "f")):
        ddb.put_item(TableName=indexed_table, Item={"pk": s(name), "sk": s(sk), "group": s(name), "rank": n(rank)})
    return name


def sort_keys(answer: dict[str, Any]) -> list[str]:
    return [item["sk"]["S"] for item in answer["Items"]]


@pytest.mark.parametrize("start", ["", *"abcdefg"])
def test_a_query_starts_behind_any_key(ddb: Client, indexed_table: str, partition: str, start: str) -> None:
    """There need be no item under the start key; with one it is left out, in both directions."""
    start += "!"  # sorts behind the letter alone, so that every start lies between two items
    query = {"TableName": indexed_table, **equals("pk", s(partition))}
    key = {"pk": s(partition), "sk": s(start)}
    forwards = ddb.query(**query, ExclusiveStartKey=key)
    assert sort_keys(forwards) == [sk for sk in "bdf" if sk > start]
    backwards = ddb.query(**query, ExclusiveStartKey=key, ScanIndexForward=False)
    assert sort_keys(backwards) == [sk for sk in "fdb" if sk < start]


@pytest.mark.parametrize("start", "bdf")
def test_the_item_under_the_start_key_is_left_out(ddb: Client, indexed_table: str, partition: str, start: str) -> None:
    query = {"TableName": indexed_table, **equals("pk", s(partition))}
    key = {"pk": s(partition), "sk": s(start)}
    assert sort_keys(ddb.query(**query, ExclusiveStartKey=key)) == [sk for sk in "bdf" if sk > start]
    backwards = ddb.query(**query, ExclusiveStartKey=key, ScanIndexForward=False)
    assert sort_keys(backwards) == [sk for sk in "fdb" if sk < start]


@pytest.mark.parametrize("index", ["local-keys", "global-all"])
@pytest.mark.parametrize(("rank", "sk"), [("1", "z"), ("2", "b"), ("3", "a"), ("4", "c"), ("4", "e"), ("7", "a")])
def test_an_index_query_starts_behind_any_entry(
    ddb: Client, indexed_table: str, partition: str, index: str, rank: str, sk: str
) -> None:
    """Entries of an index sort by the index's sort key first; the item's own key only tells equals apart."""
    hash_name = "pk" if index.startswith("local") else "group"
    key = {"pk": s(partition), "sk": s(sk), hash_name: s(partition), "rank": n(rank)}
    query = {"TableName": indexed_table, "IndexName": index, **equals(hash_name, s(partition))}
    entries = [("2", "b"), ("4", "d"), ("6", "f")]
    behind = sort_keys(ddb.query(**query, ExclusiveStartKey=key))
    assert behind == [there[1] for there in entries if there > (rank, sk)]
    before = sort_keys(ddb.query(**query, ExclusiveStartKey=key, ScanIndexForward=False))
    assert before == [there[1] for there in reversed(entries) if there < (rank, sk)]


def test_a_deleted_item_is_a_start_key_as_good_as_any(ddb: Client, range_table: str) -> None:
    """Deleting what one reads, page by page, must go on where it was."""
    pk = unique()
    for sk in "abc":
        ddb.put_item(TableName=range_table, Item={"pk": s(pk), "sk": s(sk)})
    first = ddb.query(TableName=range_table, **equals("pk", s(pk)), Limit=1)
    ddb.delete_item(TableName=range_table, Key=first["LastEvaluatedKey"])
    second = ddb.query(TableName=range_table, **equals("pk", s(pk)), ExclusiveStartKey=first["LastEvaluatedKey"])
    assert sort_keys(second) == ["b", "c"]


def test_a_scan_starts_behind_any_key(ddb: Client, indexed_table: str, partition: str) -> None:
    """Items of one partition lie together, so a scan that starts amid them goes on with the others."""
    key = {"pk": s(partition), "sk": s("c")}
    found = ddb.scan(TableName=indexed_table, ExclusiveStartKey=key, Limit=2)
    assert [(item["pk"], item["sk"]) for item in found["Items"]] == [(s(partition), s("d")), (s(partition), s("f"))]


@pytest.mark.parametrize("case", WRONG_TABLE_KEYS)
def test_a_start_key_is_exactly_the_tables_key(ddb: Client, indexed_table: str, case: str) -> None:
    key = WRONG_TABLE_KEYS[case]
    scanned = error_of(ddb.scan, TableName=indexed_table, ExclusiveStartKey=key)
    assert scanned == ("ValidationException", INVALID_FOR_SCAN)
    queried = error_of(ddb.query, TableName=indexed_table, **equals("pk", s("a")), ExclusiveStartKey=key)
    assert queried == ("ValidationException", INVALID)


@pytest.mark.parametrize("case", WRONG_INDEX_KEYS)
def test_a_start_key_of_an_index_has_both_keys(ddb: Client, indexed_table: str, case: str) -> None:
    where = {"TableName": indexed_table, "IndexName": "global-all", "ExclusiveStartKey": WRONG_INDEX_KEYS[case]}
    assert error_of(ddb.scan, **where) == ("ValidationException", INVALID)
    assert error_of(ddb.query, **where, **equals("group", s("a"))) == ("ValidationException", INVALID)


@pytest.mark.parametrize("index", [None, "local-all", "global-all"])
def test_a_start_key_of_another_partition_is_refused(ddb: Client, indexed_table: str, index: str | None) -> None:
    """A start key from elsewhere is a client's mistake; to ignore it would repeat or skip items."""
    where: dict[str, Any] = {"TableName": indexed_table, **({} if index is None else {"IndexName": index})}
    key = {"pk": s("a"), "sk": s("a")}
    if index is not None:
        key["rank"] = n(1)
    if index == "global-all":
        key["group"] = s("a")
    hash_name = "group" if index == "global-all" else "pk"
    code, message = error_of(ddb.query, **where, **equals(hash_name, s("other")), ExclusiveStartKey=key)
    assert (code, message) == ("ValidationException", OUTSIDE_QUERY)


@pytest.mark.parametrize(
    ("condition", "forward", "start"),
    [
        ("sk > :c", True, "a"),
        ("sk >= :c", True, "b"),
        ("sk < :c", False, "e"),
        ("sk <= :c", False, "d"),
        ("sk = :c", True, "b"),
        ("begins_with(sk, :c)", True, "b"),
        ("sk BETWEEN :c AND :e", True, "b"),
        ("sk BETWEEN :c AND :e", False, "f"),
    ],
)
def test_a_start_key_before_the_range_is_refused(
    ddb: Client, indexed_table: str, partition: str, condition: str, forward: bool, start: str
) -> None:
    """A start key that the sort key condition could not have led to belongs to another query."""
    values = {":pk": s(partition), ":c": s("c")}
    if ":e" in condition:
        values[":e"] = s("e")
    code, message = error_of(
        ddb.query,
        TableName=indexed_table,
        KeyConditionExpression=f"pk = :pk AND {condition}",
        ExpressionAttributeValues=values,
        ScanIndexForward=forward,
        ExclusiveStartKey={"pk": s(partition), "sk": s(start)},
    )
    assert (code, message) == ("ValidationException", OUTSIDE_CONDITION)
