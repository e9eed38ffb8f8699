"""Tables for tests of batches."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def number_table(make_table: Callable[..., str]) -> str:
    """A table with the partition key `pk` (N)."""
    return make_table(("pk", "N"))


@pytest.fixture(scope="session")
def indexed_batch_table(make_table: Callable[..., str]) -> str:
    """A table (`pk`, `sk`) with a global index of everything and a local one of keys, both on `group`."""
    local_keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "group", "KeyType": "RANGE"}]
    return make_table(
        ("pk", "S"),
        ("sk", "S"),
        AttributeDefinitions=[{"AttributeName": "group", "AttributeType": "S"}],
        LocalSecondaryIndexes=[
            {"IndexName": "by-group-here", "KeySchema": local_keys, "Projection": {"ProjectionType": "KEYS_ONLY"}}
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-group",
                "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
