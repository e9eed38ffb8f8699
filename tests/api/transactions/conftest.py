"""Tables for tests of transactions."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def indexed_table(make_table: Callable[..., str]) -> str:
    """A table (`pk`) with a global index on `group` that holds only keys."""
    return make_table(
        ("pk", "S"),
        AttributeDefinitions=[{"AttributeName": "group", "AttributeType": "S"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-group",
                "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
