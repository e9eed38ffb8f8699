"""A caller, a table with an index, and what a request on it needs."""

from __future__ import annotations

from typing import Any

from slipring.engine.table import Table
from slipring.iam.caller import Caller
from slipring.operations.access import NEEDS, Need

ACCOUNT, REGION = "111122223333", "eu-west-1"
CALLER = Caller("key", REGION, ACCOUNT, "localhost")
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/Games"
INDEX = f"{TABLE}/index/ByScore"
STREAM = f"{TABLE}/stream/2026-01-01T00:00:00.000"

GAMES = Table(
    {
        "TableName": "Games",
        "Id": 1,
        "Version": 1,
        "AttributeDefinitions": [
            {"AttributeName": "user", "AttributeType": "S"},
            {"AttributeName": "title", "AttributeType": "S"},
            {"AttributeName": "score", "AttributeType": "N"},
            {"AttributeName": "level", "AttributeType": "N"},
        ],
        "KeySchema": [
            {"AttributeName": "user", "KeyType": "HASH"},
            {"AttributeName": "title", "KeyType": "RANGE"},
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "ByScore",
                "Id": 1,
                "KeySchema": [
                    {"AttributeName": "score", "KeyType": "HASH"},
                    {"AttributeName": "level", "KeyType": "HASH"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    }
)
TABLES = {"Games": GAMES}


def needs(operation: str, **request: Any) -> list[Need]:
    return list(NEEDS[operation](request, CALLER))


def key(user: str = "ada", title: str = "Chess") -> dict[str, Any]:
    return {"user": {"S": user}, "title": {"S": title}}


def told(need: Need, name: str) -> Any:
    """What policies hear of a condition key; a set for one of several values."""
    value = need.keys(f"dynamodb:{name}".lower(), GAMES if need.table_name == "Games" else None)
    return set(value) if isinstance(value, tuple) else value
