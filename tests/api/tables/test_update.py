"""UpdateTable's settings: billing mode and capacity, maxima, warm throughput, class, protection, encryption.

API Reference, "UpdateTable" and "ProvisionedThroughputDescription"; Developer Guide, "Considerations when switching
capacity modes" and "Understanding warm throughput". What a switch of billing mode drops and keeps was observed.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.api.definitions import defined, index, units
from tests.api.tables.conftest import CreateTable, described
from tests.conftest import Client

PROVISIONED = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units(5, 5)}
INDEXED = {"AttributeDefinitions": defined("pk", "a"), "GlobalSecondaryIndexes": [index("global", "a")]}


def index_update(name: str, **details: Any) -> dict[str, Any]:
    return {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": name, **details}}]}


def test_the_answer_says_updating_and_the_change_is_in_force(ddb: Client, create: CreateTable) -> None:
    name = create()
    told = ddb.update_table(TableName=name, TableClass="STANDARD_INFREQUENT_ACCESS")["TableDescription"]
    assert told["TableStatus"] == "UPDATING"
    table = described(ddb, name)
    assert table["TableStatus"] == "ACTIVE"
    assert table["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"


def test_provisioned_to_on_demand(ddb: Client, create: CreateTable) -> None:
    """The table and its indexes lose their capacity together."""
    capacity: dict[str, Any] = {"ProvisionedThroughput": units(1, 1)}
    name = create(**{**INDEXED, "GlobalSecondaryIndexes": [index("global", "a", **capacity)]}, **PROVISIONED)
    ddb.update_table(TableName=name, BillingMode="PAY_PER_REQUEST")
    table = described(ddb, name)
    summary = table["BillingModeSummary"]
    assert summary["BillingMode"] == "PAY_PER_REQUEST"
    assert isinstance(summary["LastUpdateToPayPerRequestDateTime"], dt.datetime)
    for each in (table, table["GlobalSecondaryIndexes"][0]):
        assert (each["ProvisionedThroughput"]["ReadCapacityUnits"]) == 0
        assert (each["ProvisionedThroughput"]["WriteCapacityUnits"]) == 0


def test_on_demand_to_provisioned(ddb: Client, create: CreateTable) -> None:
    """Every index needs its capacity in the same request; on-demand maxima are dropped from the table and from them,
    and warm throughput stays."""
    maximum: dict[str, Any] = {"OnDemandThroughput": {"MaxReadRequestUnits": 5, "MaxWriteRequestUnits": 5}}
    name = create(**{**INDEXED, "GlobalSecondaryIndexes": [index("global", "a", **maximum)]}, **maximum)
    ddb.update_table(TableName=name, **PROVISIONED, **index_update("global", ProvisionedThroughput=units(2, 3)))
    table = described(ddb, name)
    (there,) = table["GlobalSecondaryIndexes"]
    assert table["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    assert table["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    assert there["ProvisionedThroughput"]["WriteCapacityUnits"] == 3
    assert "OnDemandThroughput" not in table
    assert "OnDemandThroughput" not in there
    for each in (table, there):
        assert each["WarmThroughput"]["ReadUnitsPerSecond"] == 12_000


def test_switching_to_the_mode_that_is_there_changes_nothing(ddb: Client, create: CreateTable) -> None:
    name = create()
    before = described(ddb, name)
    ddb.update_table(TableName=name, BillingMode="PAY_PER_REQUEST")
    assert described(ddb, name) == before


def test_capacity_up_and_down_is_dated(ddb: Client, create: CreateTable) -> None:
    """A change that raises one number and lowers the other is both."""
    name = create(**PROVISIONED)

    def after(read: int, write: int) -> dict[str, Any]:
        ddb.update_table(TableName=name, ProvisionedThroughput=units(read, write))
        told: dict[str, Any] = described(ddb, name)["ProvisionedThroughput"]
        assert {unit: told[unit] for unit in units(0, 0)} == units(read, write)
        return told

    assert "LastIncreaseDateTime" not in described(ddb, name)["ProvisionedThroughput"]
    raised = after(6, 5)
    assert isinstance(raised["LastIncreaseDateTime"], dt.datetime)
    assert "LastDecreaseDateTime" not in raised
    assert {"LastIncreaseDateTime", "LastDecreaseDateTime"} <= after(5, 6).keys()


def test_warm_throughput_never_falls(ddb: Client, create: CreateTable) -> None:
    """It is the highest capacity there was, even after the capacity fell (observed)."""
    name = create(**PROVISIONED)
    ddb.update_table(TableName=name, ProvisionedThroughput=units(40, 5))
    ddb.update_table(TableName=name, ProvisionedThroughput=units(1, 1))
    warm = {"ReadUnitsPerSecond": 40, "WriteUnitsPerSecond": 5, "Status": "ACTIVE"}
    assert described(ddb, name)["WarmThroughput"] == warm
    ddb.update_table(TableName=name, WarmThroughput={"WriteUnitsPerSecond": 50})
    assert described(ddb, name)["WarmThroughput"] == {**warm, "WriteUnitsPerSecond": 50}


def test_on_demand_maxima_are_changed_one_by_one(ddb: Client, create: CreateTable) -> None:
    """A member that is absent stays; -1 lifts a maximum and is told as -1 (observed)."""
    name = create(OnDemandThroughput={"MaxReadRequestUnits": 10})
    ddb.update_table(TableName=name, OnDemandThroughput={"MaxWriteRequestUnits": 20})
    maxima = {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 20}
    assert described(ddb, name)["OnDemandThroughput"] == maxima
    ddb.update_table(TableName=name, OnDemandThroughput={"MaxReadRequestUnits": -1})
    assert described(ddb, name)["OnDemandThroughput"] == {**maxima, "MaxReadRequestUnits": -1}


def test_an_index_has_its_own_throughput(ddb: Client, create: CreateTable) -> None:
    """Maxima and warm throughput of an on-demand table's index, apart from the table's."""
    name = create(**INDEXED)
    ddb.update_table(TableName=name, **index_update("global", OnDemandThroughput={"MaxReadRequestUnits": 9}))
    ddb.update_table(TableName=name, **index_update("global", WarmThroughput={"ReadUnitsPerSecond": 12_002}))
    table = described(ddb, name)
    (there,) = table["GlobalSecondaryIndexes"]
    assert there["OnDemandThroughput"] == {"MaxReadRequestUnits": 9}
    assert there["WarmThroughput"]["ReadUnitsPerSecond"] == 12_002
    assert "OnDemandThroughput" not in table
    assert table["WarmThroughput"]["ReadUnitsPerSecond"] == 12_000


def test_two_indexes_in_one_request(ddb: Client, create: CreateTable) -> None:
    capacity: dict[str, Any] = {"ProvisionedThroughput": units(1, 1)}
    indexes = [index("one", "a", **capacity), index("two", "a", "pk", **capacity)]
    name = create(AttributeDefinitions=defined("pk", "a"), GlobalSecondaryIndexes=indexes, **PROVISIONED)
    updates = [{"Update": {"IndexName": each["IndexName"], "ProvisionedThroughput": units(2, 3)}} for each in indexes]
    ddb.update_table(TableName=name, GlobalSecondaryIndexUpdates=updates)
    told = [
        each["ProvisionedThroughput"]["WriteCapacityUnits"] for each in described(ddb, name)["GlobalSecondaryIndexes"]
    ]
    assert told == [3, 3]


@pytest.mark.parametrize("protected", [True, False])
def test_protection_may_be_set_again_to_what_it_is(ddb: Client, create: CreateTable, protected: bool) -> None:
    """Unlike capacity, whose repetition is refused."""
    name = create(DeletionProtectionEnabled=protected)
    ddb.update_table(TableName=name, DeletionProtectionEnabled=protected)
    assert described(ddb, name)["DeletionProtectionEnabled"] is protected
    ddb.update_table(TableName=name, DeletionProtectionEnabled=False)


def test_definitions_that_no_new_index_needs_are_ignored(ddb: Client, create: CreateTable) -> None:
    """Even one that gives the key another type (observed): tools send the whole list with every change."""
    name = create()
    ddb.update_table(TableName=name, AttributeDefinitions=defined("pk:N", "new"), DeletionProtectionEnabled=False)
    assert described(ddb, name)["AttributeDefinitions"] == defined("pk")
