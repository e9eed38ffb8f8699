"""The 1 MB page: Query and Scan stop by the size of the items, in DynamoDB's measure, not by their JSON.

Developer Guide, "Paginating table query results": a single operation reads "up to ... 1 MB"; "DynamoDB item sizes and
formats" has the measure. Whether the item that crosses the line still belongs to the page is not documented, so these
tests allow a page to end on either side of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.reads.paging import Item, equals, items, pages
from tests.conftest import Client, n, s, unique

MB = 1024 * 1024

KB_OF: dict[str, Any] = {
    "letters": s("x" * 1000),
    # Six bytes of JSON for each byte of item, so 1 MB of items is 6 MB of JSON.
    "control characters": s("\x01" * 1000),
    # Four bytes of JSON for three bytes of item.
    "bytes": {"B": b"\xff" * 1000},
    # Two bytes of item for each letter, which is one character.
    "letters beyond ASCII": s("é" * 500),
    # Two digits to a byte of item; in JSON each digit is a byte.
    "numbers": {"L": [n("12345678901234567890123456789012345678")] * 47},
}
"""Values of about 1 KB each in DynamoDB's measure."""


def size_bytes(value: dict[str, Any]) -> int:
    """The size of the values above, as the Developer Guide measures them."""
    ((kind, content),) = value.items()
    if kind == "L":
        # A list has 3 bytes and 1 more per member; 38 digits are 19 bytes, and 1 more.
        return 3 + len(content) * (1 + 20)
    return len(content.encode()) if kind == "S" else len(content)


def fill(ddb: Client, table: str, value: dict[str, Any], total_bytes: int) -> tuple[str, int]:
    """Put items of one partition with that value until they are together at least as large; their name and size."""
    name = unique()
    one = size_bytes(value) + sum(map(len, ("pk", name, "sk", "0000", "group", name, "rank", "v"))) + 2
    requests = [
        {"PutRequest": {"Item": {"pk": s(name), "sk": s(f"{i:04}"), "group": s(name), "rank": n(1000 + i), "v": value}}}
        for i in range(total_bytes // one + 1)
    ]
    for start in range(0, len(requests), 25):
        ddb.batch_write_item(RequestItems={table: requests[start : start + 25]})
    return name, one


@pytest.fixture(scope="module")
def pile(make_table: Callable[..., str]) -> str:
    """A table for large heaps of items, which would slow down the scans of a shared one."""
    return make_table(("pk", "S"), ("sk", "S"))


@pytest.mark.parametrize("what", KB_OF)
def test_a_page_is_a_megabyte_of_items(ddb: Client, pile: str, what: str) -> None:
    """The first page holds 1 MB, give or take one item, and both pages together hold everything once."""
    name, one = fill(ddb, pile, KB_OF[what], MB + MB // 4)
    first, second = pages(ddb.query, TableName=pile, **equals("pk", s(name)))
    assert abs(first["Count"] * one - MB) <= one + 32
    found = [item["sk"]["S"] for item in first["Items"] + second["Items"]]
    assert found == [f"{number:04}" for number in range(len(found))]
    assert len(found) * one >= MB + MB // 4
    backwards = items(ddb.query, TableName=pile, **equals("pk", s(name)), ScanIndexForward=False)
    assert [item["sk"]["S"] for item in backwards] == found[::-1]


@pytest.fixture(scope="module")
def heavy(ddb: Client, make_indexed_table: Callable[[], str]) -> tuple[str, str, int]:
    """A table of its own with one partition and group of a bit more than 1 MB: its name, theirs, and an item's size."""
    table = make_indexed_table()
    return (table, *fill(ddb, table, s("x" * 20_000), MB + MB // 5))


@pytest.mark.parametrize("select", [{}, {"Select": "COUNT"}, {"ProjectionExpression": "sk"}, {"filtered": "all"}])
@pytest.mark.parametrize("operation", ["query", "scan"])
def test_a_page_counts_what_is_read(
    ddb: Client, heavy: tuple[str, str, int], operation: str, select: dict[str, str]
) -> None:
    """Projections, counts and filters make answers small, but the page ends all the same."""
    table, name, one = heavy
    request: dict[str, Any] = {"TableName": table, **(equals("pk", s(name)) if operation == "query" else {}), **select}
    if request.pop("filtered", None):
        request["FilterExpression"] = "attribute_not_exists(v)"
    first, second = pages(getattr(ddb, operation), **request)
    assert abs(first["ScannedCount"] * one - MB) <= one
    assert (first["ScannedCount"] + second["ScannedCount"]) * one >= MB + MB // 5


@pytest.mark.parametrize(
    ("index", "page_count"), [("global-all", 2), ("global-keys", 1), ("local-all", 2), ("local-keys", 1)]
)
@pytest.mark.parametrize("operation", ["query", "scan"])
def test_a_page_of_an_index_counts_entries(
    ddb: Client, heavy: tuple[str, str, int], operation: str, index: str, page_count: int
) -> None:
    """An index that projects little has small entries, so a page holds many."""
    table, name, _ = heavy
    hash_name = "pk" if index.startswith("local") else "group"
    condition = equals(hash_name, s(name)) if operation == "query" else {}
    answers = list(pages(getattr(ddb, operation), TableName=table, IndexName=index, **condition))
    assert len(answers) == page_count


def test_a_limit_ends_a_page_before_a_megabyte_does(ddb: Client, heavy: tuple[str, str, int]) -> None:
    table, name, _ = heavy
    assert ddb.query(TableName=table, **equals("pk", s(name)), Limit=5)["Count"] == 5
    first, second = pages(ddb.query, TableName=table, **equals("pk", s(name)), Limit=60)
    assert first["Count"] < 60
    assert second["Count"] > 0


def test_the_largest_items_are_told_whole(ddb: Client, pile: str) -> None:
    """Items of 400 KB: pages hold two or three of them, and nothing is cut."""
    pk = unique()
    made: list[Item] = [{"pk": s(pk), "sk": s(str(i)), "v": s(str(i) * (400 * 1024 - len(pk) - 6))} for i in range(6)]
    for item in made:
        ddb.put_item(TableName=pile, Item=item)
    answers = list(pages(ddb.query, TableName=pile, **equals("pk", s(pk))))
    assert [item for answer in answers for item in answer["Items"]] == made
    assert all(answer["Count"] in (2, 3) for answer in answers if "LastEvaluatedKey" in answer)
