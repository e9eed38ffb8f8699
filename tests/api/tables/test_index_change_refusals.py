"""What UpdateTable refuses of changes to global indexes, and in which words.

The messages are the service's as observed; API Reference, "UpdateTable".
"""

from __future__ import annotations

from typing import Any

import pytest

from slipring.model.errors.tree import LimitExceededException
from slipring.operations.tables.index_updates import revise_indexes
from tests.api.definitions import defined, index, key_schema, projection, units
from tests.api.tables.conftest import CreateTable
from tests.api.tables.refused_changes import (
    INVALID,
    NEW,
    ON_DEMAND,
    PROVISIONED,
    add,
    assert_refused,
    drop,
    refused,
    update,
    updates,
)
from tests.conftest import Client, error_of

ONE_AT_A_TIME = "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"


INDEXES = [
    refused(
        ON_DEMAND,
        updates({}),
        INVALID + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
        "GlobalSecondaryIndexUpdate.Delete must not be null",
    ),
    refused(
        ON_DEMAND,
        updates({**update("global"), **drop("global")}),
        INVALID + "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object",
    ),
    refused(
        ON_DEMAND,
        updates(drop("global"), add("global"), **NEW),
        INVALID + "Only one global secondary index update per index is allowed simultaneously. Index: global",
    ),
    refused(ON_DEMAND, updates(add("one"), add("two"), **NEW), ONE_AT_A_TIME, "LimitExceededException"),
    refused(ON_DEMAND, updates(add("one"), drop("global"), **NEW), ONE_AT_A_TIME, "LimitExceededException"),
    refused(ON_DEMAND, updates(add("global"), **NEW), "Attempting to create an index which already exists"),
    refused(ON_DEMAND, updates(add("local"), **NEW), "Attempting to create an index which already exists"),
    refused(
        ON_DEMAND,
        updates(drop("local")),
        "Cannot delete an index that is not a GlobalSecondaryIndex: local",
    ),
    refused(
        ON_DEMAND,
        updates(update("local", WarmThroughput={"ReadUnitsPerSecond": 13_000})),
        "Cannot update an index that is not a GlobalSecondaryIndex: local",
    ),
    refused(ON_DEMAND, updates(add("more")), INVALID + "AttributeDefinitions is not specified for index: more"),
    refused(
        {"AttributeDefinitions": defined("pk"), "KeySchema": key_schema("pk")},
        updates(add("more", "other"), **NEW),
        INVALID + "Some index key attributes are not defined in AttributeDefinitions. Keys: [other], "
        "AttributeDefinitions: [new]",
    ),
    refused(
        PROVISIONED,
        updates(add("more"), **NEW),
        INVALID + "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: more",
    ),
    refused(
        ON_DEMAND,
        updates(add("more", ProvisionedThroughput=units(1, 1)), **NEW),
        INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: more when BillingMode "
        "is PAY_PER_REQUEST",
    ),
    refused(
        ON_DEMAND,
        updates(add("more", projected=projection("INCLUDE")), **NEW),
        INVALID + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
    ),
    refused(
        ON_DEMAND,
        updates(add("more", "new pk sk a b"), AttributeDefinitions=defined("new", "pk", "sk", "a", "b")),
        INVALID + "The KeySchema exceeds the maximum allowed number of HASH key attributes",
    ),
]


@pytest.mark.parametrize(("table", "change", "code", "message"), INDEXES, ids=lambda _: "")
def test_refusals(
    ddb: Client, create: CreateTable, table: dict[str, Any], change: dict[str, Any], code: str, message: str
) -> None:
    assert_refused(ddb, create, table, change, code, message)


def test_an_index_that_is_not_there(ddb: Client, create: CreateTable) -> None:
    name = create()
    for change in (drop("missing"), update("missing", OnDemandThroughput={"MaxReadRequestUnits": 1})):
        assert error_of(ddb.update_table, TableName=name, **updates(change)) == (
            "ResourceNotFoundException",
            f"Requested resource not found: Index missing for table {name}",
        )


def test_a_twenty_first_index(ddb: Client, create: CreateTable) -> None:
    """A quota of the account here, where CreateTable calls it a matter of validation (observed)."""
    name = create(
        AttributeDefinitions=defined("pk", "a"), GlobalSecondaryIndexes=[index(f"global-{i}", "a") for i in range(20)]
    )
    assert error_of(ddb.update_table, TableName=name, **updates(add("more"), **NEW)) == (
        "LimitExceededException",
        "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20",
    )


def test_index_ids_do_not_come_again() -> None:
    """A bound of our own (docs/differences.md): an index's keys hold its number in two bytes, and the keys of one that
    was dropped may not be erased yet. Nobody makes so many over the wire, so the check itself is asked."""
    record = {"LastIndexId": 65_534, "KeySchema": [], "AttributeDefinitions": [], "GlobalSecondaryIndexes": []}
    with pytest.raises(LimitExceededException) as raised:
        revise_indexes(record, {**updates(add("more")), **NEW}, 0.0)
    assert raised.value.message == (
        "Subscriber limit exceeded: Number of secondary indexes ever created on a table exceeds 65534"
    )


def test_a_key_attribute_keeps_its_type(ddb: Client, create: CreateTable) -> None:
    """A request that gives the table's key another type is not refused; it changes nothing. (Public suite.)"""
    name = create()
    change = updates(add("more", "new"), AttributeDefinitions=defined("new", "pk:N"))
    told = ddb.update_table(TableName=name, **change)["TableDescription"]["AttributeDefinitions"]
    assert {d["AttributeName"]: d["AttributeType"] for d in told} == {"pk": "S", "new": "S"}


def test_a_new_index_defines_its_keys_itself(ddb: Client, create: CreateTable) -> None:
    """Even attributes that the table has defined must be defined again. (Public suite.)"""
    name = create()
    code, message = error_of(ddb.update_table, TableName=name, **updates(add("more", "pk"), **NEW))
    assert code == "ValidationException"
    assert "Some index key attributes are not defined in AttributeDefinitions. Keys: [pk]" in message
