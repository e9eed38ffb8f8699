"""UpdateTimeToLive and DescribeTimeToLive: the setting, not yet what follows from it.

API Reference of the two; the messages are the service's, as observed.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.tables.conftest import CreateTable
from tests.conftest import Client, error_of, unique


def setting(enabled: bool, attribute: str) -> dict[str, Any]:
    return {"Enabled": enabled, "AttributeName": attribute}


def told(ddb: Client, table: str) -> dict[str, str]:
    description: dict[str, str] = ddb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    return description


def test_it_is_off_unless_switched_on(ddb: Client, create: CreateTable) -> None:
    assert told(ddb, create()) == {"TimeToLiveStatus": "DISABLED"}


def test_on_and_off_and_on_with_another_attribute(ddb: Client, create: CreateTable) -> None:
    """Each change is in force at once and echoed in the answer."""
    table = create()
    for wanted in (setting(True, "a"), setting(False, "a"), setting(True, "b")):
        answer = ddb.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)
        assert answer["TimeToLiveSpecification"] == wanted
        if wanted["Enabled"]:
            assert told(ddb, table) == {"TimeToLiveStatus": "ENABLED", "AttributeName": wanted["AttributeName"]}
        else:
            assert told(ddb, table) == {"TimeToLiveStatus": "DISABLED"}


OTHER = "TimeToLive is active on a different AttributeName: current AttributeName is a"


@pytest.mark.parametrize(
    ("before", "wanted", "message"),
    [
        (True, setting(True, "a"), "TimeToLive is already enabled"),
        (True, setting(True, "b"), OTHER),
        (True, setting(False, "b"), OTHER),
        (False, setting(False, "a"), "TimeToLive is already disabled"),
    ],
)
def test_refusals(ddb: Client, create: CreateTable, before: bool, wanted: dict[str, Any], message: str) -> None:
    """And the setting stays as it was."""
    table = create()
    if before:
        ddb.update_time_to_live(TableName=table, TimeToLiveSpecification=setting(True, "a"))
    was = told(ddb, table)
    assert error_of(ddb.update_time_to_live, TableName=table, TimeToLiveSpecification=wanted) == (
        "ValidationException",
        message,
    )
    assert told(ddb, table) == was


@pytest.mark.parametrize(
    ("wanted", "where", "constraint"),
    [
        (setting(True, ""), "Value '' at", "Member must have length greater than or equal to 1"),
        ({"Enabled": True}, "Value null at", "Member must not be null"),
    ],
    ids=["empty", "absent"],
)
def test_an_attribute_is_needed(
    ddb: Client, create: CreateTable, wanted: dict[str, Any], where: str, constraint: str
) -> None:
    assert error_of(ddb.update_time_to_live, TableName=create(), TimeToLiveSpecification=wanted) == (
        "ValidationException",
        f"1 validation error detected: {where} 'timeToLiveSpecification.attributeName' failed to satisfy constraint: "
        f"{constraint}",
    )


def test_a_missing_table(ddb: Client) -> None:
    name = unique("missing")
    expected = ("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
    assert error_of(ddb.describe_time_to_live, TableName=name) == expected
    assert error_of(ddb.update_time_to_live, TableName=name, TimeToLiveSpecification=setting(True, "a")) == expected
