"""Tables for tests of reads: each sort key type in each place, and indexes that project only some attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.reads.ordered_values import VALUES
from tests.conftest import Client, s, unique


class SortedPlace:
    """A table or index whose sort key has one type, filled with that type's values in one partition."""

    def __init__(self, table: str, index: str | None, hash_name: str, range_name: str, partition: str) -> None:
        self.where: dict[str, str] = {"TableName": table, **({} if index is None else {"IndexName": index})}
        self.hash_name = hash_name
        self.range_name = range_name
        self.partition = partition


@pytest.fixture(scope="session")
def sorted_places(ddb: Client, make_table: Callable[..., str]) -> dict[tuple[str, str], SortedPlace]:
    """By type (S, N, B) and place (table, local, global): the values of `VALUES` as sort keys, one partition each."""
    places: dict[tuple[str, str], SortedPlace] = {}
    for kind, values in VALUES.items():
        table = make_table(
            ("pk", "S"),
            ("sk", kind),
            AttributeDefinitions=[
                {"AttributeName": "local", "AttributeType": kind},
                {"AttributeName": "group", "AttributeType": "S"},
                {"AttributeName": "global", "AttributeType": kind},
            ],
            LocalSecondaryIndexes=[index("by-local", "pk", "local")],
            GlobalSecondaryIndexes=[index("by-global", "group", "global")],
        )
        partition = unique()
        # Backwards, so that no order is right by accident; beside neighbours that no query may see.
        for other in (partition, partition + "\x00", unique()):
            for value in reversed(values):
                attributes = {key: {kind: value} for key in ("sk", "local", "global")}
                ddb.put_item(TableName=table, Item={"pk": s(other), "group": s(other), **attributes})
        places[kind, "table"] = SortedPlace(table, None, "pk", "sk", partition)
        places[kind, "local"] = SortedPlace(table, "by-local", "pk", "local", partition)
        places[kind, "global"] = SortedPlace(table, "by-global", "group", "global", partition)
    return places


def index(
    name: str, hash_name: str, range_name: str | None = None, *included: str, kind: str = "ALL"
) -> dict[str, Any]:
    """An index of CreateTable; attributes that are named are projected beside the keys."""
    keys = [{"AttributeName": hash_name, "KeyType": "HASH"}]
    if range_name is not None:
        keys.append({"AttributeName": range_name, "KeyType": "RANGE"})
    projection = (
        {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(included)} if included else {"ProjectionType": kind}
    )
    return {"IndexName": name, "KeySchema": keys, "Projection": projection}


@pytest.fixture(scope="session")
def make_indexed_table(make_table: Callable[..., str]) -> Callable[[], str]:
    """Makes tables (`pk`, `sk`) with local indexes on `rank` and global ones on `group` and `rank`.

    The indexes' names are local- and global- followed by all, keys and some; "some" projects the attribute `kept`."""

    def make() -> str:
        return make_table(
            ("pk", "S"),
            ("sk", "S"),
            AttributeDefinitions=[
                {"AttributeName": "rank", "AttributeType": "N"},
                {"AttributeName": "group", "AttributeType": "S"},
            ],
            LocalSecondaryIndexes=[
                index("local-all", "pk", "rank"),
                index("local-keys", "pk", "rank", kind="KEYS_ONLY"),
                index("local-some", "pk", "rank", "kept"),
            ],
            GlobalSecondaryIndexes=[
                index("global-all", "group", "rank"),
                index("global-keys", "group", "rank", kind="KEYS_ONLY"),
                index("global-some", "group", "rank", "kept"),
            ],
        )

    return make


@pytest.fixture(scope="session")
def indexed_table(make_indexed_table: Callable[[], str]) -> str:
    """A table of `make_indexed_table` for tests that look at partitions of their own."""
    return make_indexed_table()
