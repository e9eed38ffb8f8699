"""Pages while others write: an item that stays is seen exactly once, whatever happens around it.

API Reference, "Scan": a scan sees each item as it is when it is read; that none is lost or repeated is what makes
paging usable at all on a table that is alive.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.api.reads.paging import equals, pages
from tests.conftest import Client, make_client, n, s
from tests.servers import ServerThread

STEADY = 120
COMERS = 120


@pytest.fixture(scope="module")
def table(ddb: Client, make_indexed_table: Callable[[], str]) -> str:
    """A table with steady items in a few partitions, all of one group; even sort keys, so that comers fit between."""
    table = make_indexed_table()
    requests = [
        {"PutRequest": {"Item": {"pk": s(f"p{i % 3}"), "sk": s(f"{2 * i:05}"), "group": s("g"), "rank": n(i % 10)}}}
        for i in range(STEADY)
    ]
    for start in range(0, STEADY, 25):
        ddb.batch_write_item(RequestItems={table: requests[start : start + 25]})
    return table


def disturb(client: Client, table: str, seed: int, stop: threading.Event) -> None:
    """Insert, update, move within the indexes and delete items between the steady ones; touch the steady ones too."""
    chance = random.Random(seed)
    while not stop.is_set():
        number = chance.randrange(COMERS)
        key = {"pk": s(f"p{number % 3}"), "sk": s(f"{2 * number + 1:05}")}
        kind = chance.randrange(4)
        if kind == 0:
            client.delete_item(TableName=table, Key=key)
        elif kind == 1:
            client.put_item(TableName=table, Item={**key, "group": s("g"), "rank": n(chance.randrange(10))})
        elif kind == 2:
            update = {"UpdateExpression": "SET #r = :r, kept = :r", "ExpressionAttributeNames": {"#r": "rank"}}
            values = {":r": n(chance.randrange(10))}
            client.update_item(TableName=table, Key=key, **update, ExpressionAttributeValues=values)
        else:
            steady = {"pk": key["pk"], "sk": s(f"{2 * number:05}")}
            values = {":v": s("x" * chance.randrange(2000))}
            expression = "SET kept = :v"
            client.update_item(
                TableName=table, Key=steady, UpdateExpression=expression, ExpressionAttributeValues=values
            )


@contextmanager
def disturbed(url: str, table: str) -> Iterator[None]:
    """Two threads write as long as the body runs."""
    client = make_client(url)
    stop = threading.Event()
    threads = [threading.Thread(target=disturb, args=(client, table, seed, stop)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        client.close()


def steady_seen(answers: Iterator[dict[str, Any]]) -> Counter[str]:
    """How often each steady item was told."""
    numbers = [item["sk"]["S"] for answer in answers for item in answer["Items"]]
    return Counter(number for number in numbers if int(number) % 2 == 0)


EXPECTED = {f"{2 * number:05}": 1 for number in range(STEADY)}


@pytest.mark.parametrize("limit", [3, 17])
@pytest.mark.parametrize("index", [None, "local-all", "local-keys", "global-all", "global-some"])
def test_a_scan_sees_what_stays_exactly_once(
    ddb: Client, server: ServerThread, table: str, index: str | None, limit: int
) -> None:
    where = {"TableName": table, "Limit": limit, **({} if index is None else {"IndexName": index})}
    with disturbed(server.url, table):
        for _ in range(2):
            assert steady_seen(pages(ddb.scan, **where)) == EXPECTED


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("index", [None, "local-some", "global-all", "global-keys"])
def test_a_query_sees_what_stays_exactly_once(
    ddb: Client, server: ServerThread, table: str, index: str | None, forward: bool
) -> None:
    where: dict[str, Any] = {"TableName": table, "Limit": 5, "ScanIndexForward": forward}
    if index is not None:
        where["IndexName"] = index
    conditions = (
        [equals("group", s("g"))]
        if index is not None and index.startswith("global")
        else [equals("pk", s(f"p{partition}")) for partition in range(3)]
    )
    with disturbed(server.url, table):
        for _ in range(2):
            seen: Counter[str] = Counter()
            for condition in conditions:
                seen += steady_seen(pages(ddb.query, **where, **condition))
            assert seen == EXPECTED


def test_parallel_segments_see_what_stays_exactly_once(ddb: Client, server: ServerThread, table: str) -> None:
    with disturbed(server.url, table):
        seen: Counter[str] = Counter()
        for segment in range(4):
            seen += steady_seen(pages(ddb.scan, TableName=table, Segment=segment, TotalSegments=4, Limit=4))
        assert seen == EXPECTED
