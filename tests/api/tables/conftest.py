"""Tables that a test may change as it likes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.api.definitions import defined, key_schema
from tests.conftest import Client, unique

CreateTable = Callable[..., str]


@pytest.fixture
def create(ddb: Client) -> Iterator[CreateTable]:
    """Creates tables that go when the test ends: `create(**more)`, by default on-demand with the partition key pk."""
    made: list[str] = []

    def create(**more: Any) -> str:
        name = unique("t")
        ddb.create_table(**request(TableName=name, **more))
        made.append(name)
        return name

    yield create
    for name in made:
        try:
            ddb.delete_table(TableName=name)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ResourceNotFoundException"


def request(**more: Any) -> dict[str, Any]:
    """A CreateTable request; a member that is None is left out."""
    whole = {
        "TableName": unique("t"),
        "AttributeDefinitions": defined("pk"),
        "KeySchema": key_schema("pk"),
        "BillingMode": "PAY_PER_REQUEST",
        **more,
    }
    return {name: member for name, member in whole.items() if member is not None}


def described(ddb: Client, name: str) -> dict[str, Any]:
    table: dict[str, Any] = ddb.describe_table(TableName=name)["Table"]
    return table
