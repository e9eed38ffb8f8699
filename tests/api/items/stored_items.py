"""What a table holds after a test wrote to it."""

from __future__ import annotations

from typing import Any

from tests.conftest import Client


def stored(ddb: Client, table: str, key: dict[str, Any]) -> dict[str, Any] | None:
    """The item with this key; None if there is none."""
    item: dict[str, Any] | None = ddb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    return item
