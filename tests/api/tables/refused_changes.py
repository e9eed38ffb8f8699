"""Changes of tables that are about to be refused."""

from __future__ import annotations

from typing import Any

from tests.api.definitions import defined, index, key_schema, units
from tests.api.tables.conftest import CreateTable, described
from tests.conftest import Client, error_of

INVALID = "One or more parameter values were invalid: "
PROVISIONED = {
    "BillingMode": "PROVISIONED",
    "ProvisionedThroughput": units(5, 5),
    "AttributeDefinitions": defined("pk", "a"),
    "GlobalSecondaryIndexes": [index("global", "a", ProvisionedThroughput=units(2, 3))],
}
ON_DEMAND = {
    "AttributeDefinitions": defined("pk", "sk", "a"),
    "KeySchema": key_schema("pk", "sk"),
    "GlobalSecondaryIndexes": [index("global", "a")],
    "LocalSecondaryIndexes": [index("local", "pk", "a")],
}


def updates(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"GlobalSecondaryIndexUpdates": list(changes), **more}


def update(name: str, **details: Any) -> dict[str, Any]:
    return {"Update": {"IndexName": name, **details}}


def add(name: str, hashes: str = "new", *, projected: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"Create": index(name, hashes, "", projected, **more)}


def drop(name: str) -> dict[str, Any]:
    return {"Delete": {"IndexName": name}}


NEW = {"AttributeDefinitions": defined("new")}
Case = tuple[dict[str, Any], dict[str, Any], str, str]


def refused(table: dict[str, Any], change: dict[str, Any], message: str, code: str = "ValidationException") -> Case:
    return table, change, code, message


def assert_refused(
    ddb: Client, create: CreateTable, table: dict[str, Any], change: dict[str, Any], code: str, message: str
) -> None:
    """Nothing is changed by a request that is refused."""
    name = create(**table)
    before = described(ddb, name)
    assert error_of(ddb.update_table, TableName=name, **change) == (code, message)
    assert described(ddb, name) == before
