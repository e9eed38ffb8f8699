"""What a newcomer does first: create a table, put an item, get it back."""

from __future__ import annotations

from tests.conftest import Client, n, s, unique


def test_an_item_comes_back_as_it_was_put(ddb: Client, hash_table: str) -> None:
    item = {"pk": s(unique()), "count": n(1), "tags": {"SS": ["a", "b"]}, "deep": {"M": {"l": {"L": [{"NULL": True}]}}}}
    ddb.put_item(TableName=hash_table, Item=item)
    assert ddb.get_item(TableName=hash_table, Key={"pk": item["pk"]})["Item"] == item
