"""Filters of Query and Scan: applied after an item is read, before it is told.

Developer Guide, "Filter expressions for the Query operation in DynamoDB": ScannedCount counts what was read, Count
what passed; a Query's filter may not look at the keys it already chose by, while a Scan's may.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.reads.paging import Item, equals, items
from tests.conftest import Client, error_of, n, s, unique


@pytest.fixture(scope="module")
def made(ddb: Client, indexed_table: str) -> list[Item]:
    """Six items of one partition and group; `left`, in no index but the full ones, tells the odd from the even."""
    name = unique()
    made: list[Item] = [
        {
            "pk": s(name),
            "sk": s(str(number)),
            "group": s(name),
            "rank": n(number),
            "kept": n(number % 3),
            "left": s("odd" if number % 2 else "even"),
        }
        for number in range(6)
    ]
    for item in made:
        ddb.put_item(TableName=indexed_table, Item=item)
    return made


def read(ddb: Client, table: str, index: str | None, made: list[Item], text: str, **values: Any) -> dict[str, Any]:
    """A query of the items with a filter over the attributes `#left`, `kept`, `pk`."""
    hash_name = "group" if index is not None and index.startswith("global") else "pk"
    request = {"TableName": table, **equals(hash_name, made[0][hash_name]), "FilterExpression": text}
    if "#left" in text:
        request["ExpressionAttributeNames"]["#left"] = "left"
    request["ExpressionAttributeValues"] |= {f":{name}": value for name, value in values.items()}
    if index is not None:
        request["IndexName"] = index
    answer: dict[str, Any] = ddb.query(**request)
    return answer


@pytest.mark.parametrize("index", [None, "local-all", "local-keys", "local-some", "global-all"])
def test_a_filter_tells_what_passes_and_counts_both(
    ddb: Client, indexed_table: str, made: list[Item], index: str | None
) -> None:
    """A local index fetches what its filter looks at, and still tells only what it projects itself."""
    answer = read(ddb, indexed_table, index, made, "#left = :odd", odd=s("odd"))
    assert [item["sk"]["S"] for item in answer["Items"]] == ["1", "3", "5"]
    assert (answer["Count"], answer["ScannedCount"]) == (3, 6)


@pytest.mark.parametrize(
    ("index", "told"), [("local-keys", {"pk", "sk", "rank"}), ("local-some", {"pk", "sk", "rank", "kept"})]
)
def test_a_filter_that_fetches_does_not_widen_what_is_told(
    ddb: Client, indexed_table: str, made: list[Item], index: str, told: set[str]
) -> None:
    """API Reference, "Query", Select: without it an index read tells the projected attributes, whatever the filter."""
    answer = read(ddb, indexed_table, index, made, "#left = :odd", odd=s("odd"))
    assert [set(item) for item in answer["Items"]] == [told] * 3


def test_a_filter_may_pass_nothing(ddb: Client, indexed_table: str, made: list[Item]) -> None:
    answer = read(ddb, indexed_table, None, made, "#left = :x", x=s("neither"))
    assert (answer["Items"], answer["Count"], answer["ScannedCount"]) == ([], 0, 6)


def test_a_filter_looks_at_the_item_not_at_what_is_told(ddb: Client, indexed_table: str, made: list[Item]) -> None:
    """The projection comes last."""
    found = ddb.query(
        TableName=indexed_table,
        KeyConditionExpression="pk = :pk",
        FilterExpression="#left = :odd",
        ProjectionExpression="sk",
        ExpressionAttributeNames={"#left": "left"},
        ExpressionAttributeValues={":pk": made[0]["pk"], ":odd": s("odd")},
    )
    assert found["Items"] == [{"sk": s("1")}, {"sk": s("3")}, {"sk": s("5")}]


@pytest.mark.parametrize(
    ("index", "name"), [(None, "pk"), (None, "sk"), ("local-all", "rank"), ("global-all", "group")]
)
def test_a_query_filter_may_not_look_at_keys(
    ddb: Client, indexed_table: str, made: list[Item], index: str | None, name: str
) -> None:
    """The key condition is there for that."""
    where = {"TableName": indexed_table, **({} if index is None else {"IndexName": index})}
    hash_name = "group" if index == "global-all" else "pk"
    code, message = error_of(
        ddb.query,
        **where,
        KeyConditionExpression="#hash = :hash",
        FilterExpression="attribute_exists(#filtered)",
        ExpressionAttributeNames={"#hash": hash_name, "#filtered": name},
        ExpressionAttributeValues={":hash": made[0][hash_name]},
    )
    assert code == "ValidationException"
    assert message == f"Filter Expression can only contain non-primary key attributes: Primary key attribute: {name}"


def test_an_index_query_may_filter_on_the_tables_own_keys(ddb: Client, indexed_table: str, made: list[Item]) -> None:
    """They are not the index's keys."""
    answer = read(ddb, indexed_table, "global-keys", made, "sk > :sk", sk=s("3"))
    assert [item["sk"]["S"] for item in answer["Items"]] == ["4", "5"]


@pytest.mark.parametrize("index", [None, "local-some", "global-all"])
def test_a_scan_may_filter_on_keys(ddb: Client, indexed_table: str, made: list[Item], index: str | None) -> None:
    found = items(
        ddb.scan,
        TableName=indexed_table,
        **({} if index is None else {"IndexName": index}),
        FilterExpression="pk = :pk AND kept IN (:zero, :two)",
        ExpressionAttributeValues={":pk": made[0]["pk"], ":zero": n(0), ":two": n(2)},
    )
    assert sorted(item["sk"]["S"] for item in found) == ["0", "2", "3", "5"]


def test_count_counts_what_passes(ddb: Client, indexed_table: str, made: list[Item]) -> None:
    answer = ddb.query(
        TableName=indexed_table,
        Select="COUNT",
        KeyConditionExpression="pk = :pk AND sk > :one",
        FilterExpression="kept = :two",
        ExpressionAttributeValues={":pk": made[0]["pk"], ":one": s("1"), ":two": n(2)},
    )
    assert (answer["Count"], answer["ScannedCount"], "Items" in answer) == (2, 4, False)
