"""What UpdateTable refuses, and in which words.

The messages, and which changes may come together, are the service's as observed; API Reference, "UpdateTable".
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.definitions import defined, units
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
from tests.conftest import Client, error_of, unique

HIGHER_LIMITS = "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
NOTHING = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
    "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
    "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"
)

NOTHING_TO_DO = [
    refused(ON_DEMAND, {}, NOTHING),
    refused(ON_DEMAND, {"AttributeDefinitions": defined("pk")}, NOTHING),
    refused(ON_DEMAND, updates(), NOTHING),
]

CAPACITY = [
    refused(
        PROVISIONED,
        {"ProvisionedThroughput": units(5, 5)},
        "The provisioned throughput for the table will not change. The requested value equals the current value. "
        "Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5. Current "
        "WriteCapacityUnits provisioned for the table: 5. Requested WriteCapacityUnits: 5. " + HIGHER_LIMITS,
    ),
    refused(
        PROVISIONED,
        updates(update("global", ProvisionedThroughput=units(2, 3))),
        "The provisioned throughput for the index global will not change. The requested value equals the current "
        "value. Current ReadCapacityUnits provisioned for index global: 2. Requested ReadCapacityUnits: 2. Current "
        "WriteCapacityUnits provisioned for index global: 3. Requested WriteCapacityUnits: 3. " + HIGHER_LIMITS,
    ),
    refused(
        PROVISIONED,
        {"BillingMode": "PROVISIONED"},
        INVALID + "ProvisionedThroughput must be specified when BillingMode is PROVISIONED",
    ),
    refused(
        ON_DEMAND,
        {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units(1, 1)},
        INVALID + "ProvisionedThroughput must be specified for index: global",
    ),
    refused(
        ON_DEMAND,
        {"ProvisionedThroughput": units(1, 1)},
        INVALID
        + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    ),
    refused(
        ON_DEMAND,
        updates(update("global", ProvisionedThroughput=units(1, 1))),
        INVALID + "The only Updates for index: global when TableThroughputMode is PAY_PER_REQUEST can be to "
        "OnDemandThroughput, WarmThroughput",
    ),
    refused(
        PROVISIONED,
        {"OnDemandThroughput": {"MaxReadRequestUnits": 5}},
        INVALID + "MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is "
        "PROVISIONED",
    ),
    refused(
        ON_DEMAND,
        {"OnDemandThroughput": {"MaxWriteRequestUnits": 0}},
        INVALID + "Requested MaxWriteRequestUnits for OnDemandThroughput for table is outside of valid range",
    ),
    refused(
        ON_DEMAND,
        {"WarmThroughput": {"ReadUnitsPerSecond": 11_999}},
        INVALID + "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, "
        "decreasing WarmThroughput is not supported",
    ),
    refused(
        ON_DEMAND,
        updates(update("global", WarmThroughput={"WriteUnitsPerSecond": 1})),
        INVALID + "Requested WriteUnitsPerSecond for WarmThroughput for index global is lower than current "
        "WarmThroughput, decreasing WarmThroughput is not supported",
    ),
    refused(
        ON_DEMAND,
        updates(update("global", WarmThroughput={})),
        INVALID + "WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified for "
        "index: global",
    ),
]

COMBINATIONS = [
    refused(
        ON_DEMAND,
        {"SSESpecification": {"Enabled": True}, "TableClass": "STANDARD"},
        INVALID + "Server-Side Encryption modification must be the only operation in the request",
    ),
    refused(
        ON_DEMAND,
        {"TableClass": "STANDARD", "DeletionProtectionEnabled": True},
        INVALID + "TableClass modification must be the only operation in the request",
    ),
    refused(
        ON_DEMAND,
        {"DeletionProtectionEnabled": True, "WarmThroughput": {"ReadUnitsPerSecond": 13_000}},
        INVALID + "DeletionProtection modification must be the only operation in the request",
    ),
    refused(
        ON_DEMAND,
        {"WarmThroughput": {"ReadUnitsPerSecond": 13_000}, "BillingMode": "PAY_PER_REQUEST"},
        INVALID + "WarmThroughput must be the only operation in the request",
    ),
    refused(
        ON_DEMAND,
        updates(add("more"), WarmThroughput={"ReadUnitsPerSecond": 13_000}, **NEW),
        INVALID + "Create global secondary index cannot be specified when updating WarmThroughput",
    ),
    refused(
        ON_DEMAND,
        updates(drop("global"), OnDemandThroughput={"MaxReadRequestUnits": 5}),
        INVALID + "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request",
    ),
    refused(
        PROVISIONED,
        updates(drop("global"), ProvisionedThroughput=units(6, 6)),
        INVALID + "You cannot create or delete index while updating table IOPS",
    ),
    refused(
        ON_DEMAND,
        updates(DeletionProtectionEnabled=True),
        INVALID + "List of GlobalSecondaryIndexUpdates is empty",
    ),
]


@pytest.mark.parametrize(
    ("table", "change", "code", "message"), NOTHING_TO_DO + CAPACITY + COMBINATIONS, ids=lambda _: ""
)
def test_refusals(
    ddb: Client, create: CreateTable, table: dict[str, Any], change: dict[str, Any], code: str, message: str
) -> None:
    assert_refused(ddb, create, table, change, code, message)


def test_a_missing_table_comes_after_an_empty_change(ddb: Client) -> None:
    """The request is looked at before the table is (observed)."""
    name = unique("missing")
    assert error_of(ddb.update_table, TableName=name) == ("ValidationException", NOTHING)
    assert error_of(ddb.update_table, TableName=name, BillingMode="PAY_PER_REQUEST") == (
        "ResourceNotFoundException",
        f"Requested resource not found: Table: {name} not found",
    )


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("ReplicaUpdates", [{"Create": {"RegionName": "eu-west-1"}}]),
        ("MultiRegionConsistency", "STRONG"),
        ("GlobalTableWitnessUpdates", [{"Create": {"RegionName": "eu-west-1"}}]),
        ("GlobalTableSettingsReplicationMode", "ENABLED"),
    ],
)
def test_members_of_what_is_not_there_yet(ddb: Client, create: CreateTable, member: str, value: Any) -> None:
    """docs/differences.md: they are refused, so that nothing seems to work that does not."""
    code, message = error_of(ddb.update_table, TableName=create(), **{member: value})
    assert code == "ValidationException"
    assert message.startswith(f"{member} is not supported by Slipring")
