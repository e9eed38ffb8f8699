"""ReturnItemCollectionMetrics: how large the items of one partition key are together.

API Reference, "ItemCollectionMetrics": only of tables with a local secondary index, and a range of gigabytes that the
size lies in; a small collection is 0 to 1 (public conformance suite for DynamoDB).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Client, s, unique


def writes(ddb: Client, table: str, key: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """The answers of a put, an update and a delete of one item, and of the delete that finds nothing."""
    return [
        ddb.put_item(TableName=table, Item={**key, "l": s("x")}, **more),
        ddb.update_item(TableName=table, Key=key, **more),
        ddb.delete_item(TableName=table, Key=key, **more),
        ddb.delete_item(TableName=table, Key=key, **more),
    ]


def test_every_write_tells_its_collection(ddb: Client, indexed_table: str) -> None:
    key = {"pk": s(unique()), "sk": s("s")}
    for answer in writes(ddb, indexed_table, key, ReturnItemCollectionMetrics="SIZE"):
        assert answer["ItemCollectionMetrics"] == {
            "ItemCollectionKey": {"pk": key["pk"]},
            "SizeEstimateRangeGB": [0.0, 1.0],
        }


@pytest.mark.parametrize("more", [{}, {"ReturnItemCollectionMetrics": "NONE"}], ids=["absent", "none"])
def test_no_write_tells_it_unasked(ddb: Client, indexed_table: str, more: dict[str, str]) -> None:
    key = {"pk": s(unique()), "sk": s("s")}
    for answer in writes(ddb, indexed_table, key, **more):
        assert "ItemCollectionMetrics" not in answer


def test_a_table_without_local_indexes_has_no_collections(ddb: Client, range_table: str) -> None:
    key = {"pk": s(unique()), "sk": s("s")}
    for answer in writes(ddb, range_table, key, ReturnItemCollectionMetrics="SIZE"):
        assert "ItemCollectionMetrics" not in answer
