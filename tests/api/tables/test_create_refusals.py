"""What CreateTable refuses, and in which words.

The messages are the service's, as clients' reports, the public conformance suite for DynamoDB and observation of the
service tell them; the bounds are in the Developer Guide, "Quotas in Amazon DynamoDB". Where a message lists names in
the order of a hash set, the order is left open.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.api.definitions import defined, index, key_schema, projection, units
from tests.api.tables.conftest import CreateTable, request
from tests.conftest import Client, error_of

INVALID = "One or more parameter values were invalid: "
SORTED = {"AttributeDefinitions": defined("pk", "sk"), "KeySchema": key_schema("pk", "sk")}
INDEXED = {"AttributeDefinitions": defined("pk", "sk", "a"), "KeySchema": key_schema("pk", "sk")}
PROVISIONED = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units(5, 5)}
INITIAL = (
    "is lower than initial throughput for OnDemand. See: https://docs.aws.amazon.com/amazondynamodb/latest/"
    "developerguide/on-demand-capacity-mode.html#on-demand-capacity-mode-initial"
)


def with_global(*indexes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**INDEXED, "GlobalSecondaryIndexes": list(indexes), **more}


def with_local(*indexes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**INDEXED, "LocalSecondaryIndexes": list(indexes), **more}


def wide_index(hashes: int, ranges: int) -> dict[str, Any]:
    names = [f"h{i}" for i in range(hashes)], [f"r{i}" for i in range(ranges)]
    return {
        "AttributeDefinitions": defined("pk", *names[0], *names[1]),
        "GlobalSecondaryIndexes": [index("wide", " ".join(names[0]), " ".join(names[1]))],
    }


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

LOCAL = [
    ({"LocalSecondaryIndexes": []}, INVALID + "List of LocalSecondaryIndexes is empty"),
    (
        {"AttributeDefinitions": defined("pk", "a"), "LocalSecondaryIndexes": [index("local", "pk", "a")]},
        INVALID + "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
    ),
    (
        {**SORTED, "LocalSecondaryIndexes": [index("local", "pk")]},
        INVALID + "Index KeySchema does not have a range key for index: local",
    ),
    (
        with_local(index("local", "a", "sk")),
        INVALID + "Index KeySchema does not have the same leading hash key as table KeySchema for index: local. "
        "index hash key: a, table hash key: pk",
    ),
    (with_local(index("local", "pk a")), "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"),
    (with_local(index("local", "", "a")), "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"),
    (
        {**SORTED, "LocalSecondaryIndexes": [index("local", "pk", "pk")]},
        "Both the Hash Key and the Range Key element in the KeySchema have the same name",
    ),
    (
        with_local(*(index(f"local-{i}", "pk", "a") for i in range(6))),
        INVALID + "Number of LocalSecondaryIndexes exceeds per-table limit of 5",
    ),
    (
        with_local(index("twice", "pk", "a"), GlobalSecondaryIndexes=[index("twice", "a")]),
        INVALID + "Duplicate index name: twice",
    ),
]

GLOBAL = [
    ({"GlobalSecondaryIndexes": []}, INVALID + "List of GlobalSecondaryIndexes is empty"),
    (
        {"GlobalSecondaryIndexes": [index("global", "missing")]},
        INVALID + "Some index key attributes are not defined in AttributeDefinitions. Keys: [missing], "
        "AttributeDefinitions: [pk]",
    ),
    (
        with_global(*(index(f"global-{i}", "a") for i in range(21))),
        INVALID + "GlobalSecondaryIndex count exceeds the per-table limit of 20",
    ),
    (with_global(index("twice", "a"), index("twice", "sk")), INVALID + "Duplicate index name: twice"),
    (wide_index(5, 1), INVALID + "The KeySchema exceeds the maximum allowed number of HASH key attributes"),
    (wide_index(1, 5), INVALID + "The KeySchema exceeds the maximum allowed number of RANGE key attributes"),
    (
        with_global({**index("mixed", ""), "KeySchema": key_schema("a", "sk") + key_schema("pk")}),
        INVALID + "All HASH key attributes must precede RANGE key attributes in the KeySchema",
    ),
    (
        with_global(index("global", "a", "a")),
        "The KeySchema contains multiple key attributes with the same name",
    ),
    (with_global(index("global", "", "a")), "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"),
]

PROJECTIONS = [
    ({}, INVALID + "Unknown ProjectionType: null"),
    (projection("INCLUDE"), INVALID + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified"),
    (projection("ALL", "x"), INVALID + "ProjectionType is ALL, but NonKeyAttributes is specified"),
    (projection("KEYS_ONLY", "x"), INVALID + "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified"),
    (projection("INCLUDE", "x", "y", "x"), INVALID + "Duplicate element in NonKeyAttributes: x"),
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
    KEYS
    + LOCAL
    + GLOBAL
    + [(with_global(index("global", "a", "", each)), message) for each, message in PROJECTIONS]
    + [(with_local(index("local", "pk", "a", each)), message) for each, message in PROJECTIONS]
    + THROUGHPUT
    + [({"SSESpecification": each}, message) for each, message in ENCRYPTION],
    ids=lambda value: value[-60:] if isinstance(value, str) else "",
)
def test_refusals(ddb: Client, change: dict[str, Any], message: str) -> None:
    """Nothing is created: the name is still unknown afterwards."""
    asked = request(**change)
    assert error_of(ddb.create_table, **asked) == ("ValidationException", message)
    assert error_of(ddb.describe_table, TableName=asked["TableName"])[0] == "ResourceNotFoundException"


def test_definitions_that_no_index_uses(ddb: Client) -> None:
    """Both lists are hash sets to the service, so only their members are known. This is reported before whatever else
    is wrong with an index, here its projection."""
    asked = with_global(
        index("global", "a", "", projection("INCLUDE")), AttributeDefinitions=defined("pk", "sk", "a", "x")
    )
    code, message = error_of(ddb.create_table, **request(**asked))
    found = re.fullmatch(
        INVALID + r"Some AttributeDefinitions are not used\. AttributeDefinitions: \[(.*)\], keys used: \[(.*)\]",
        message,
    )
    assert code == "ValidationException"
    assert found is not None
    assert [set(names.split(", ")) for names in found.groups()] == [{"pk", "sk", "a", "x"}, {"pk", "sk", "a"}]


def test_more_than_a_hundred_projected_attributes(ddb: Client) -> None:
    """Developer Guide, "Quotas", "Projected secondary index attributes": 100 over all indexes; an attribute in two
    indexes counts twice. The service's words are not known."""

    def asked(count: int) -> dict[str, Any]:
        names = [f"x{i}" for i in range(20)]
        indexes = [
            index(f"global-{i}", "a", "", projection("INCLUDE", *names[: min(20, count - 20 * i)]))
            for i in range(-(-count // 20))
        ]
        return request(**with_global(*indexes))

    allowed = asked(100)
    ddb.create_table(**allowed)
    ddb.delete_table(TableName=allowed["TableName"])
    code, message = error_of(ddb.create_table, **asked(101))
    assert code == "ValidationException"
    assert message.startswith(INVALID)


@pytest.mark.parametrize("where", ["table", "local"])
def test_three_key_attributes(ddb: Client, where: str) -> None:
    """Only global indexes may have more than two; the framework prints the schema, which is left open here."""
    three = key_schema("pk", "sk a")
    more = (
        with_local({**index("local", "pk"), "KeySchema": three})
        if where == "local"
        else {**INDEXED, "KeySchema": three}
    )
    code, message = error_of(ddb.create_table, **request(**more))
    place = "keySchema" if where == "table" else "localSecondaryIndexes.1.member.keySchema"
    assert code == "ValidationException"
    assert message.startswith("1 validation error detected: Value '[")
    assert message.endswith(
        f"]' at '{place}' failed to satisfy constraint: Member must have length less than or equal to 2"
    )


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


def test_the_names_of_both_index_kinds_are_checked(ddb: Client) -> None:
    """All broken constraints are told at once."""
    asked = with_local(index("l1", "pk", "a"), GlobalSecondaryIndexes=[index("g1", "a")])
    code, message = error_of(ddb.create_table, **request(**asked))
    count, _, failures = message.partition(" validation errors detected: ")
    assert (code, count) == ("ValidationException", "2")
    assert set(failures.split("; ")) == {
        f"Value '{name}' at '{member}.1.member.indexName' failed to satisfy constraint: Member must have length "
        "greater than or equal to 3"
        for name, member in (("l1", "localSecondaryIndexes"), ("g1", "globalSecondaryIndexes"))
    }


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
        ("ResourcePolicy", "{}"),
        ("GlobalTableSourceArn", "arn:aws:dynamodb:us-east-1:000000000000:table/abc"),
        ("GlobalTableSettingsReplicationMode", "ENABLED"),
    ],
)
def test_members_of_what_is_not_there_yet(ddb: Client, member: str, value: str) -> None:
    """docs/differences.md: they are refused, so that nothing seems to work that does not."""
    code, message = error_of(ddb.create_table, **request(**{member: value}))
    assert code == "ValidationException"
    assert message.startswith(f"{member} is not supported by Slipring")
