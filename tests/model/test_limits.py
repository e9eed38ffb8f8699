"""Bounds that stand in `limits` and in the service model: the two must not drift apart."""

from __future__ import annotations

import pytest

from slipring.model import limits
from slipring.model.service import Shape, operations


def shape(operation: str, *members: str) -> Shape:
    found = operations()[operation].input
    for member in members:
        found = found.members[member]
    return found


@pytest.mark.parametrize(
    ("bound", "modelled"),
    [
        (limits.BATCH_WRITE_REQUESTS_MAX, shape("BatchWriteItem", "RequestItems").value.max),
        (limits.BATCH_GET_KEYS_MAX, shape("BatchGetItem", "RequestItems").value.members["Keys"].max),
        (limits.TRANSACTION_ACTIONS_MAX, shape("TransactWriteItems", "TransactItems").max),
        (limits.TRANSACTION_ACTIONS_MAX, shape("TransactGetItems", "TransactItems").max),
        (limits.CLIENT_TOKEN_CHARACTERS_MAX, shape("TransactWriteItems", "ClientRequestToken").max),
        (limits.SCAN_SEGMENTS_MAX, shape("Scan", "TotalSegments").max),
        (limits.LIST_TABLES_NAMES_MAX, shape("ListTables", "Limit").max),
        (limits.TABLE_NAME_CHARACTERS_MAX, shape("CreateGlobalTable", "GlobalTableName").max),
        (limits.TABLE_NAME_CHARACTERS_MIN, shape("CreateGlobalTable", "GlobalTableName").min),
        (limits.TABLE_ARN_CHARACTERS_MAX, shape("GetItem", "TableName").max),
        (limits.ATTRIBUTE_NAME_BYTES_MAX, shape("GetItem", "Key").key.max),
        (
            limits.INDEXED_ATTRIBUTE_NAME_CHARACTERS_MAX,
            shape("CreateTable", "KeySchema").element.members["AttributeName"].max,
        ),
    ],
)
def test_bounds_agree_with_the_model(bound: int, modelled: int | None) -> None:
    """A newer model that moves a bound fails here, where the constant with its reason can be moved too."""
    assert bound == modelled
