"""What CreateTable refuses, and in which words.

The messages are the service's, as clients' reports, the public conformance suite for DynamoDB and observation of the
service tell them; the bounds are in the Developer Guide, "Quotas in Amazon DynamoDB". Where a message lists names in
the order of a hash set, the order is left open.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.definitions import defined, index, key_schema, units
from tests.api.tables.conftest import CreateTable, request
from tests.api.tables.refused import INVALID, assert_refused, with_global
from tests.conftest import Client, error_of

SORTED = {"AttributeDefinitions": defined("pk", "sk"), "KeySchema": key_schema("pk", "sk")}
PROVISIONED = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units(5, 5)}
INITIAL = (
    "is lower than initial throughput for OnDemand. See: https://docs.aws.amazon.com/amazondynamodb/latest/"
    "developerguide/on-demand-capacity-mode.html#on-demand-capacity-mode-initial"
)


KEYS = [
    ({"KeySchema": key_schema("", "pk")}, "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"),
    (
        {**SORTED, "KeySchema": key_schema("pk sk")},
        "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
    ),
    (
        {"AttributeDefinitions": []},
        "Invalid KeySchema: Some index key attribute have no definition",
    ),
    (
        {"KeySchema": key_schema("pk", "pk")},
        "Invalid KeySchema: Some index key attribute have no definition",
    ),
    (
        {"AttributeDefinitions": defined("other")},
        INVALID + "Some index key attributes are not defined in AttributeDefinitions. Keys: [pk], "
        "AttributeDefinitions: [other]",
    ),
    (
        {**SORTED, "KeySchema": key_schema("pk", "pk")},
        "Both the Hash Key and the Range Key element in the KeySchema have the same name",
    ),
    (
        {"AttributeDefinitions": defined("pk", "extra")},
        INVALID + "Number of attributes in KeySchema does not exactly match number of attributes defined in "
        "AttributeDefinitions",
    ),
    ({"AttributeDefinitions": defined("pk", "pk:N")}, "Attribute Name is duplicated: pk"),
]

THROUGHPUT = [
    (
        {"BillingMode": None},
        INVALID + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    ),
    (
        {"ProvisionedThroughput": units(1, 1)},
        INVALID
        + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    ),
    (
        with_global(index("global", "a"), **PROVISIONED),
        INVALID + "ProvisionedThroughput is not specified for index: global",
    ),
    (
        with_global(index("global", "a", ProvisionedThroughput=units(1, 1))),
        INVALID + "ProvisionedThroughput should not be specified for index: global when BillingMode is PAY_PER_REQUEST",
    ),
    (
        {**PROVISIONED, "OnDemandThroughput": {"MaxWriteRequestUnits": 1}},
        INVALID + "MaxWriteRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is "
        "PROVISIONED.",
    ),
    (
        {"OnDemandThroughput": {"MaxReadRequestUnits": 0}},
        INVALID + "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range",
    ),
    (
        with_global(index("global", "a", OnDemandThroughput={"MaxReadRequestUnits": -1})),
        INVALID + "Requested MaxReadRequestUnits for OnDemandThroughput for index : global is outside of valid range",
    ),
    (
        {"WarmThroughput": {"ReadUnitsPerSecond": 1, "WriteUnitsPerSecond": 1}},
        INVALID + f"Requested ReadUnitsPerSecond for WarmThroughput for table {INITIAL}",
    ),
    (
        with_global(index("global", "a", WarmThroughput={"WriteUnitsPerSecond": 1})),
        INVALID + f"Requested WriteUnitsPerSecond for WarmThroughput for index global {INITIAL}",
    ),
    (
        {**PROVISIONED, "WarmThroughput": {"ReadUnitsPerSecond": 4}},
        INVALID + "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than ReadCapacityUnits of "
        "ProvisionedThroughput",
    ),
]

ENCRYPTION = [
    ({"Enabled": False, "SSEType": "KMS"}, INVALID + "SSEType can not be specified if Enabled is false"),
    ({"Enabled": False, "KMSMasterKeyId": "k"}, INVALID + "KMSMasterKeyId can not be specified if Enabled is false"),
    ({"Enabled": True, "KMSMasterKeyId": "k"}, INVALID + "SSEType KMS is required if KMSMasterKeyId is specified"),
    ({"Enabled": True, "SSEType": "AES256"}, INVALID + "SSEType AES256 is not supported"),
]


@pytest.mark.parametrize(
    ("change", "message"),
    KEYS + THROUGHPUT + [({"SSESpecification": each}, message) for each, message in ENCRYPTION],
    ids=lambda value: value[-60:] if isinstance(value, str) else "",
)
def test_refusals(ddb: Client, change: dict[str, Any], message: str) -> None:
    assert_refused(ddb, change, message)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (None, "The parameter 'TableName' is required but was not present in the request"),
        (
            "ab",
            "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: Member must have "
            "length greater than or equal to 3",
        ),
        (
            "a" * 256,
            f"1 validation error detected: Value '{'a' * 256}' at 'tableName' failed to satisfy constraint: Member "
            "must have length less than or equal to 255",
        ),
        (
            "a;bc",
            "1 validation error detected: Value 'a;bc' at 'tableName' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
        ),
    ],
    ids=["absent", "short", "long", "character"],
)
def test_bad_names(ddb: Client, name: str | None, message: str) -> None:
    assert error_of(ddb.create_table, **request(TableName=name)) == ("ValidationException", message)


def test_a_name_that_is_taken(ddb: Client, create: CreateTable) -> None:
    name = create()
    assert error_of(ddb.create_table, **request(TableName=name)) == (
        "ResourceInUseException",
        f"Table already exists: {name}",
    )


@pytest.mark.parametrize("absent", [["KeySchema"], ["AttributeDefinitions"], ["AttributeDefinitions", "KeySchema"]])
def test_members_that_must_be_there(ddb: Client, absent: list[str]) -> None:
    """The service model requires only the name, since replicas of other tables need no more; all others do."""
    code, message = error_of(ddb.create_table, **request(**dict.fromkeys(absent)))
    count, _, failures = message.partition(" detected: ")
    assert code == "ValidationException"
    assert count == ("1 validation error" if len(absent) == 1 else "2 validation errors")
    assert set(failures.split("; ")) == {
        f"Value null at '{name[0].lower()}{name[1:]}' failed to satisfy constraint: Member must not be null"
        for name in absent
    }


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("GlobalTableSourceArn", "arn:aws:dynamodb:us-east-1:000000000000:table/abc"),
        ("GlobalTableSettingsReplicationMode", "ENABLED"),
    ],
)
def test_members_of_what_is_not_there_yet(ddb: Client, member: str, value: str) -> None:
    """docs/differences.md: they are refused, so that nothing seems to work that does not."""
    code, message = error_of(ddb.create_table, **request(**{member: value}))
    assert code == "ValidationException"
    assert message.startswith(f"{member} is not supported by Slipring")
