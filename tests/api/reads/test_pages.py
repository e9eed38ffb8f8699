"""Query and Scan in pages: Limit, LastEvaluatedKey and ExclusiveStartKey.

API Reference, "Query" and "Scan": a page ends when Limit items are evaluated, and LastEvaluatedKey is then the primary
key (on an index: together with the index's key) of the item evaluated last, be there more items or not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.reads.conftest import SortedPlace
from tests.api.reads.ordered_values import VALUES
from tests.api.reads.paging import Item, equals, items, pages
from tests.conftest import Client, n, s, unique

Places = dict[tuple[str, str], SortedPlace]


def put_ranked(ddb: Client, table: str, count: int, ranks: int) -> tuple[str, list[Item]]:
    """Items of one partition and group (of the same name); several share each of their ranks."""
    name = unique()
    made = [
        {"pk": s(name), "sk": s(f"{number:03}"), "group": s(name), "rank": n(number % ranks), "kept": s("x")}
        for number in range(count)
    ]
    for item in made:
        ddb.put_item(TableName=table, Item=item)
    return name, made


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 7, 28, 1000])
@pytest.mark.parametrize("place_name", ["table", "local", "global"])
@pytest.mark.parametrize("kind", ["S", "N", "B"])
def test_pages_put_together_are_the_whole(
    ddb: Client, sorted_places: Places, kind: str, place_name: str, limit: int, forward: bool
) -> None:
    """Each page goes on exactly behind the last, whatever bytes the sort keys are made of."""
    place = sorted_places[kind, place_name]
    query = {**place.where, **equals(place.hash_name, s(place.partition)), "ScanIndexForward": forward}
    whole = items(ddb.query, **query)
    answers = list(pages(ddb.query, **query, Limit=limit))
    assert [item for answer in answers for item in answer["Items"]] == whole
    assert len(whole) == len(VALUES[kind])
    assert all(answer["Count"] == answer["ScannedCount"] == limit for answer in answers[:-1])


def test_a_page_that_ends_with_the_last_item_still_has_a_last_key(ddb: Client, range_table: str) -> None:
    """The service stops when Limit is met and does not look ahead; the page after that is empty and the last."""
    pk = unique()
    for sk in "ab":
        ddb.put_item(TableName=range_table, Item={"pk": s(pk), "sk": s(sk)})
    query = {"TableName": range_table, **equals("pk", s(pk)), "Limit": 2}
    first, second = pages(ddb.query, **query)
    assert first["LastEvaluatedKey"] == {"pk": s(pk), "sk": s("b")}
    assert (second["Items"], second["Count"], second["ScannedCount"]) == ([], 0, 0)


def test_a_limit_that_is_not_met_leaves_no_last_key(ddb: Client, range_table: str) -> None:
    pk = unique()
    ddb.put_item(TableName=range_table, Item={"pk": s(pk), "sk": s("a")})
    assert "LastEvaluatedKey" not in ddb.query(TableName=range_table, **equals("pk", s(pk)), Limit=2)


def test_a_query_of_nothing_answers_nothing(ddb: Client, range_table: str) -> None:
    answer = ddb.query(TableName=range_table, **equals("pk", s(unique())))
    del answer["ResponseMetadata"]
    assert answer == {"Items": [], "Count": 0, "ScannedCount": 0}


def test_limit_counts_what_is_evaluated_not_what_is_told(ddb: Client, range_table: str) -> None:
    """A filter comes after Limit: a page may be empty and yet have a last key."""
    pk = unique()
    for number in range(6):
        ddb.put_item(TableName=range_table, Item={"pk": s(pk), "sk": s(str(number)), "odd": {"BOOL": number % 2 == 1}})
    query: dict[str, Any] = {
        "TableName": range_table,
        "KeyConditionExpression": "pk = :pk",
        "FilterExpression": "odd = :odd",
        "ExpressionAttributeValues": {":pk": s(pk), ":odd": {"BOOL": True}},
        "Limit": 1,
    }
    answers = list(pages(ddb.query, **query))
    assert [answer["Count"] for answer in answers] == [0, 1, 0, 1, 0, 1, 0]
    assert [answer["ScannedCount"] for answer in answers] == [1] * 6 + [0]


@pytest.mark.parametrize("index", ["local-all", "local-keys", "local-some", "global-all", "global-keys", "global-some"])
def test_the_last_key_of_an_index_names_entry_and_item(ddb: Client, indexed_table: str, index: str) -> None:
    """An index may hold many entries with the same key, so the item's own key belongs to the place."""
    name, made = put_ranked(ddb, indexed_table, 2, ranks=1)
    hash_name = "pk" if index.startswith("local") else "group"
    answer = ddb.query(TableName=indexed_table, IndexName=index, **equals(hash_name, s(name)), Limit=1)
    (last,) = [item for item in made if item["sk"] == answer["Items"][0]["sk"]]
    key_names = {"pk", "sk", "rank", hash_name}
    assert answer["LastEvaluatedKey"] == {key: last[key] for key in key_names}


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [1, 3, 5])
@pytest.mark.parametrize("index", ["local-all", "local-keys", "global-all", "global-some"])
def test_entries_with_equal_sort_keys_come_once_each(
    ddb: Client, indexed_table: str, index: str, limit: int, forward: bool
) -> None:
    """Pages that end amid entries of one sort key are where items get lost or repeated."""
    name, made = put_ranked(ddb, indexed_table, 17, ranks=3)
    hash_name = "pk" if index.startswith("local") else "group"
    query = {"TableName": indexed_table, "IndexName": index, **equals(hash_name, s(name)), "ScanIndexForward": forward}
    found = items(ddb.query, **query, Limit=limit)
    ranks = [int(item["rank"]["N"]) for item in found]
    assert ranks == sorted(ranks, reverse=not forward)
    assert sorted(item["sk"]["S"] for item in found) == [item["sk"]["S"] for item in made]


@pytest.mark.parametrize("index", [None, "local-keys", "global-some"])
def test_a_scan_in_pages_sees_everything_once(
    ddb: Client, make_indexed_table: Callable[[], str], index: str | None
) -> None:
    table = make_indexed_table()
    expected = [(item["pk"]["S"], item["sk"]["S"]) for _ in range(4) for item in put_ranked(ddb, table, 9, ranks=2)[1]]
    where = {"TableName": table, **({} if index is None else {"IndexName": index})}
    for limit in (1, 5, 36, 37):
        found = items(ddb.scan, **where, Limit=limit)
        assert sorted((item["pk"]["S"], item["sk"]["S"]) for item in found) == sorted(expected)


@pytest.mark.parametrize("limit", [0, -1])
@pytest.mark.parametrize(
    ("operation", "value_and_member"), [("query", "Value at 'Limit'"), ("scan", "Value '{}' at 'limit'")]
)
def test_a_limit_is_at_least_one(
    ddb: Client, range_table: str, operation: str, value_and_member: str, limit: int
) -> None:
    """The two operations word it differently (observed)."""
    parameters = equals("pk", s("x")) if operation == "query" else {}
    with pytest.raises(ddb.exceptions.ClientError) as raised:
        getattr(ddb, operation)(TableName=range_table, Limit=limit, **parameters)
    assert raised.value.response["Error"]["Message"] == (
        f"1 validation error detected: {value_and_member.format(limit)} failed to satisfy constraint: "
        "Member must have value greater than or equal to 1"
    )
