"""Tables with indexes that are about to be refused."""

from __future__ import annotations

from typing import Any

from tests.api.definitions import defined, key_schema
from tests.api.tables.conftest import request
from tests.conftest import Client, error_of

INVALID = "One or more parameter values were invalid: "
INDEXED = {"AttributeDefinitions": defined("pk", "sk", "a"), "KeySchema": key_schema("pk", "sk")}


def with_global(*indexes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**INDEXED, "GlobalSecondaryIndexes": list(indexes), **more}


def with_local(*indexes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**INDEXED, "LocalSecondaryIndexes": list(indexes), **more}


def assert_refused(ddb: Client, change: dict[str, Any], message: str) -> None:
    """Nothing is created by a request that is refused: the name is still unknown afterwards."""
    asked = request(**change)
    assert error_of(ddb.create_table, **asked) == ("ValidationException", message)
    assert error_of(ddb.describe_table, TableName=asked["TableName"])[0] == "ResourceNotFoundException"
