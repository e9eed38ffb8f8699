"""The tables under load, and that everything in them agrees."""

from __future__ import annotations

from typing import Any

from tests.crash.api import Api, Item, Key, key_of

MAIN = "main"
"""With a global index over items that move in it, and a local one."""
OTHER = "other"
"""For transactions over two tables."""

GROUPS = "by-group"
SIZES = "by-size"

_KEY_SCHEMA = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
_KEYS = [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}]

PLAIN: dict[str, Any] = {
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": _KEY_SCHEMA,
    "AttributeDefinitions": _KEYS,
}

BY_GROUP: dict[str, Any] = {
    "IndexName": GROUPS,
    "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}, {"AttributeName": "size", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "ALL"},
}

GROUP_KEYS = [{"AttributeName": "group", "AttributeType": "S"}, {"AttributeName": "size", "AttributeType": "N"}]

INDEXED: dict[str, Any] = {
    **PLAIN,
    "AttributeDefinitions": _KEYS + GROUP_KEYS,
    "GlobalSecondaryIndexes": [BY_GROUP],
    "LocalSecondaryIndexes": [
        {
            "IndexName": SIZES,
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "size", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
}

_SIZE_KEYS = ("pk", "sk", "size")

Items = dict[str, dict[Key, Item]]
"""Every item by table and key."""


def create(api: Api) -> None:
    api.call("CreateTable", TableName=MAIN, **INDEXED)
    api.call("CreateTable", TableName=OTHER, **PLAIN)


def everything(api: Api) -> Items:
    return {table: {key_of(item): item for item in api.scan(table)} for table in (MAIN, OTHER)}


def check_agreement(api: Api, items: Items) -> None:
    """Each index holds what its table says it must, once, and each count is right."""
    main = items[MAIN].values()
    grouped = [item for item in main if "group" in item and "size" in item]
    sized = [{name: item[name] for name in _SIZE_KEYS} for item in main if "size" in item]
    assert by_key(api.scan(MAIN, IndexName=GROUPS)) == by_key(grouped)
    assert by_key(api.scan(MAIN, IndexName=SIZES)) == by_key(sized)
    assert counts(api, MAIN) == {MAIN: len(main), GROUPS: len(grouped), SIZES: len(sized)}
    assert counts(api, OTHER) == {OTHER: len(items[OTHER])}


def by_key(items: list[Item]) -> list[Item]:
    return sorted(items, key=key_of)


def counts(api: Api, table: str) -> dict[str, int]:
    """ItemCount of a table and its indexes."""
    described = api.call("DescribeTable", TableName=table)["Table"]
    indexes = described.get("GlobalSecondaryIndexes", []) + described.get("LocalSecondaryIndexes", [])
    return {table: described["ItemCount"], **{index["IndexName"]: index["ItemCount"] for index in indexes}}
