"""Parallel scans: segments share a table out among workers.

API Reference, "Scan", Segment and TotalSegments: every item belongs to exactly one segment, and a start key must be of
the segment it is used in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.reads.paging import items
from tests.conftest import Client, error_of, n, s

ITEMS = 300
PARTITIONS = 60


@pytest.fixture(scope="module")
def table(ddb: Client, make_indexed_table: Callable[[], str]) -> str:
    """A table of its own, with 300 items in 60 partitions and 12 groups; every third item is in no index."""
    table = make_indexed_table()
    requests = []
    for number in range(ITEMS):
        item = {"pk": s(f"{number % PARTITIONS}"), "sk": s(str(number)), "group": s(str(number % 12))}
        if number % 3:
            item["rank"] = n(number)
        requests.append({"PutRequest": {"Item": item}})
    for start in range(0, ITEMS, 25):
        ddb.batch_write_item(RequestItems={table: requests[start : start + 25]})
    return table


def numbers(found: list[dict[str, Any]]) -> list[int]:
    return [int(item["sk"]["S"]) for item in found]


@pytest.mark.parametrize("limit", [None, 7])
@pytest.mark.parametrize("total", [1, 2, 3, 4, 7, 64])
@pytest.mark.parametrize("index", [None, "local-all", "global-keys"])
def test_segments_share_out_everything_once(
    ddb: Client, table: str, index: str | None, total: int, limit: int | None
) -> None:
    where: dict[str, Any] = {"TableName": table, "TotalSegments": total}
    if index is not None:
        where["IndexName"] = index
    if limit is not None:
        where["Limit"] = limit
    shares = [numbers(items(ddb.scan, **where, Segment=segment)) for segment in range(total)]
    expected = [number for number in range(ITEMS) if index is None or number % 3]
    assert sorted(number for share in shares for number in share) == expected


def test_segments_follow_one_another_in_the_order_of_a_whole_scan(ddb: Client, table: str) -> None:
    """A table's order is that of hashed partition keys, and segments cut it into pieces."""
    whole = numbers(items(ddb.scan, TableName=table))
    shares = [numbers(items(ddb.scan, TableName=table, Segment=segment, TotalSegments=5)) for segment in range(5)]
    assert [number for share in shares for number in share] == whole


def test_items_of_one_partition_stay_in_one_segment(ddb: Client, table: str) -> None:
    for segment in range(8):
        share = numbers(items(ddb.scan, TableName=table, Segment=segment, TotalSegments=8))
        for partition in {number % PARTITIONS for number in share}:
            assert {number for number in range(ITEMS) if number % PARTITIONS == partition} <= set(share)


def test_segments_are_about_equal(ddb: Client, make_table: Callable[..., str]) -> None:
    """Workers are to have the same amount of work: with 1,000 keys, a quarter each, within what chance does."""
    table = make_table(("pk", "S"))
    requests = [{"PutRequest": {"Item": {"pk": s(f"customer#{number}")}}} for number in range(1000)]
    for start in range(0, 1000, 25):
        ddb.batch_write_item(RequestItems={table: requests[start : start + 25]})
    for segment in range(4):
        share = ddb.scan(TableName=table, Segment=segment, TotalSegments=4, Select="COUNT")["Count"]
        # Six standard deviations of a binomial distribution with 1,000 draws of a quarter are 82.
        assert 168 <= share <= 332


def test_there_may_be_a_million_segments(ddb: Client, table: str) -> None:
    """Far more than there are items: nearly all are empty, and the limit is the service's."""
    last = ddb.scan(TableName=table, Segment=999_999, TotalSegments=1_000_000)
    assert last["Count"] == len(last["Items"])
    assert error_of(ddb.scan, TableName=table, Segment=0, TotalSegments=1_000_001) == (
        "ValidationException",
        "1 validation error detected: Value '1000001' at 'totalSegments' failed to satisfy constraint: Member must "
        "have value less than or equal to 1000000",
    )


@pytest.mark.parametrize(
    ("segments", "message"),
    [
        (
            {"Segment": 0},
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is "
            "present",
        ),
        (
            {"TotalSegments": 2},
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is "
            "present",
        ),
        (
            {"Segment": 2, "TotalSegments": 2},
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less "
            "than TotalSegments: 2",
        ),
        (
            {"Segment": 0, "TotalSegments": 0},
            "1 validation error detected: Value '0' at 'totalSegments' failed to satisfy constraint: Member must "
            "have value greater than or equal to 1",
        ),
        (
            {"Segment": -1, "TotalSegments": 2},
            "1 validation error detected: Value '-1' at 'segment' failed to satisfy constraint: Member must have value "
            "greater than or equal to 0",
        ),
    ],
)
def test_segments_that_are_none(ddb: Client, table: str, segments: dict[str, int], message: str) -> None:
    assert error_of(ddb.scan, TableName=table, **segments) == ("ValidationException", message)


@pytest.mark.parametrize("index", [None, "local-all", "global-all"])
def test_a_start_key_belongs_to_its_segment(ddb: Client, table: str, index: str | None) -> None:
    """To go on elsewhere would skip or repeat items without anybody noticing."""
    where = {"TableName": table, **({} if index is None else {"IndexName": index})}
    last = ddb.scan(**where, Segment=0, TotalSegments=2, Limit=1)["LastEvaluatedKey"]
    assert "Items" in ddb.scan(**where, Segment=0, TotalSegments=2, ExclusiveStartKey=last)
    assert error_of(ddb.scan, **where, Segment=1, TotalSegments=2, ExclusiveStartKey=last) == (
        "ValidationException",
        "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct "
        "Segment. TotalSegments: 2 Segment: 1",
    )


def test_a_whole_scan_goes_on_from_any_segment(ddb: Client, table: str) -> None:
    """Only a segment restricts its start keys."""
    last = ddb.scan(TableName=table, Segment=1, TotalSegments=2, Limit=1)["LastEvaluatedKey"]
    whole = numbers(items(ddb.scan, TableName=table))
    rest = numbers(items(ddb.scan, TableName=table, ExclusiveStartKey=last))
    assert rest == whole[whole.index(int(last["sk"]["S"])) + 1 :]
