"""CreateTable and DescribeTable: what is asked for is what is told, and the table can be used at once.

API Reference, "CreateTable" and "TableDescription"; Developer Guide, "Working with tables", "Using Global Secondary
Indexes" and "Multi-attribute key schema". What descriptions add by themselves (zero capacity of on-demand tables,
warm throughput, order of definitions) was observed on the service.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.api.definitions import defined, index, key_schema, projection, units
from tests.api.tables.conftest import CreateTable, described, request
from tests.conftest import Client, s, unique

SORTED = {"AttributeDefinitions": defined("pk", "sk"), "KeySchema": key_schema("pk", "sk")}


def test_a_table_is_active_and_usable_at_once(ddb: Client, create: CreateTable) -> None:
    """boto3's waiter looks again only after 20 seconds, so the first look must find the table ACTIVE."""
    name = create()
    assert described(ddb, name)["TableStatus"] == "ACTIVE"
    ddb.put_item(TableName=name, Item={"pk": s("a")})
    assert ddb.get_item(TableName=name, Key={"pk": s("a")})["Item"] == {"pk": s("a")}


def test_the_answer_says_creating(ddb: Client) -> None:
    """As the service's does; Terraform and CDK read the description out of the answer."""
    asked = request(AttributeDefinitions=defined("pk", "a"), GlobalSecondaryIndexes=[index("by-a", "a")])
    told = ddb.create_table(**asked)["TableDescription"]
    ddb.delete_table(TableName=asked["TableName"])
    assert told["TableStatus"] == "CREATING"
    assert told["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    assert told["TableName"] == asked["TableName"]


def test_a_bare_table_is_described_in_full(ddb: Client, create: CreateTable) -> None:
    """Every member that clients read of a new on-demand table, and no member that it has no reason to have."""
    name = create(**SORTED)
    table = described(ddb, name)
    assert isinstance(table.pop("CreationDateTime"), dt.datetime)
    assert isinstance(table["BillingModeSummary"].pop("LastUpdateToPayPerRequestDateTime"), dt.datetime)
    assert len(table.pop("TableId")) == 36
    assert table == {
        "TableName": name,
        "TableArn": f"arn:aws:dynamodb:us-east-1:000000000000:table/{name}",
        "TableStatus": "ACTIVE",
        "KeySchema": SORTED["KeySchema"],
        "AttributeDefinitions": SORTED["AttributeDefinitions"],
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, **units(0, 0)},
        "WarmThroughput": {"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 4_000, "Status": "ACTIVE"},
        "ItemCount": 0,
        "TableSizeBytes": 0,
        "DeletionProtectionEnabled": False,
    }


def test_two_tables_have_different_ids(ddb: Client, create: CreateTable) -> None:
    assert described(ddb, create())["TableId"] != described(ddb, create())["TableId"]


def test_a_table_is_provisioned_unless_told_otherwise(ddb: Client, create: CreateTable) -> None:
    """Without a BillingMode the service takes PROVISIONED, and says nothing of a billing mode afterwards."""
    table = described(ddb, create(BillingMode=None, ProvisionedThroughput=units(5, 6)))
    assert table["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **units(5, 6)}
    assert "BillingModeSummary" not in table
    assert table["WarmThroughput"] == {"ReadUnitsPerSecond": 5, "WriteUnitsPerSecond": 6, "Status": "ACTIVE"}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"TableClass": "STANDARD_INFREQUENT_ACCESS"},
            {"TableClassSummary": {"TableClass": "STANDARD_INFREQUENT_ACCESS"}},
        ),
        ({"DeletionProtectionEnabled": False}, {"DeletionProtectionEnabled": False}),
        ({"OnDemandThroughput": {"MaxReadRequestUnits": 7}}, {"OnDemandThroughput": {"MaxReadRequestUnits": 7}}),
        (
            {"WarmThroughput": {"ReadUnitsPerSecond": 12_001}},
            {"WarmThroughput": {"ReadUnitsPerSecond": 12_001, "WriteUnitsPerSecond": 4_000, "Status": "ACTIVE"}},
        ),
        ({"SSESpecification": {"Enabled": False}}, {}),
    ],
    ids=lambda asked: next(iter(asked), ""),
)
def test_settings_are_described(ddb: Client, create: CreateTable, asked: dict[str, Any], told: dict[str, Any]) -> None:
    table = described(ddb, create(**asked))
    assert {name: table[name] for name in told} == told
    assert "SSEDescription" not in table


@pytest.mark.parametrize("details", [{}, {"SSEType": "KMS", "KMSMasterKeyId": "alias/mine"}])
def test_encryption_that_is_not_there_is_not_described(
    ddb: Client, create: CreateTable, details: dict[str, str]
) -> None:
    """The request is taken, for tools send it; a description would say of the files what is not so. tests/encryption
    has those of a store that is encrypted."""
    assert "SSEDescription" not in described(ddb, create(SSESpecification={"Enabled": True, **details}))


def test_definitions_are_told_in_order_of_name(ddb: Client, create: CreateTable) -> None:
    """Whatever order they came in; comparing tools would otherwise see a change where there is none."""
    name = create(
        AttributeDefinitions=defined("z", "a:N", "pk"),
        GlobalSecondaryIndexes=[index("by-z", "z", "a", projection("INCLUDE", "y", "b"))],
    )
    table = described(ddb, name)
    assert table["AttributeDefinitions"] == defined("a:N", "pk", "z")
    assert table["GlobalSecondaryIndexes"][0]["Projection"] == projection("INCLUDE", "b", "y")


def test_local_indexes_of_every_projection_are_described(ddb: Client, create: CreateTable) -> None:
    """Five of them, which is as many as there may be (Developer Guide, "Quotas")."""
    projections = [projection("ALL"), projection("KEYS_ONLY"), projection("INCLUDE", "x", "y")]
    indexes = [index(f"local-{i}", "pk", f"r{i}", projections[i % 3]) for i in range(5)]
    name = create(
        AttributeDefinitions=defined("pk", "sk", *(f"r{i}:{'SNB'[i % 3]}" for i in range(5))),
        KeySchema=key_schema("pk", "sk"),
        LocalSecondaryIndexes=indexes,
    )
    arn = f"arn:aws:dynamodb:us-east-1:000000000000:table/{name}/index/"
    assert described(ddb, name)["LocalSecondaryIndexes"] == [
        {**each, "IndexArn": arn + each["IndexName"], "ItemCount": 0, "IndexSizeBytes": 0} for each in indexes
    ]


def test_twenty_global_indexes_are_described(ddb: Client, create: CreateTable) -> None:
    """As many as there may be, in the order they came in, each ACTIVE as soon as its table is.

    Terraform fails when a global index has no ProvisionedThroughput, even where it says nothing."""
    projections = [projection("ALL"), projection("KEYS_ONLY"), projection("INCLUDE", "x")]
    indexes = [index(f"global-{19 - i:02}", f"h{i % 3}", "r" * (i % 2), projections[i % 3]) for i in range(20)]
    name = create(AttributeDefinitions=defined("pk", "h0", "h1:N", "h2:B", "r"), GlobalSecondaryIndexes=indexes)
    told = described(ddb, name)["GlobalSecondaryIndexes"]
    assert [{member: each[member] for member in indexes[0]} for each in told] == indexes
    for each in told:
        assert each["IndexStatus"] == "ACTIVE"
        assert "Backfilling" not in each
        assert each["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **units(0, 0)}
        assert each["WarmThroughput"]["ReadUnitsPerSecond"] == 12_000
        assert (each["ItemCount"], each["IndexSizeBytes"]) == (0, 0)


def test_an_index_key_of_four_and_four_attributes_is_described(ddb: Client, create: CreateTable) -> None:
    """Developer Guide, "Multi-attribute key schema": the elements stay in the order they were given."""
    schema = key_schema("h4 h1 h3 h2", "r2 r1 r4 r3")
    wide = {"IndexName": "wide", "KeySchema": schema, "Projection": projection()}
    name = create(
        AttributeDefinitions=defined("pk", *(f"{kind}{i}:{'SNBS'[i - 1]}" for kind in "hr" for i in range(1, 5))),
        GlobalSecondaryIndexes=[wide],
    )
    assert described(ddb, name)["GlobalSecondaryIndexes"][0]["KeySchema"] == schema


@pytest.mark.parametrize(
    "more",
    [
        {**SORTED, "LocalSecondaryIndexes": [index("like-the-table", "pk", "sk")]},
        {**SORTED, "GlobalSecondaryIndexes": [index("like-the-table", "pk", "sk")]},
        {**SORTED, "GlobalSecondaryIndexes": [index("turned-round", "sk", "pk")]},
        {**SORTED, "GlobalSecondaryIndexes": [index("includes-keys", "sk", "", projection("INCLUDE", "pk", "sk"))]},
        {"Tags": []},
        {"OnDemandThroughput": {}, "WarmThroughput": {}},
    ],
    ids=str,
)
def test_odd_definitions_that_the_service_takes(ddb: Client, create: CreateTable, more: dict[str, Any]) -> None:
    """Each was accepted by the service; refusing one would break somebody's template."""
    assert described(ddb, create(**more))["TableStatus"] == "ACTIVE"


@pytest.mark.parametrize("name", ["abc", "a" * 255, "A.b-c_9"])
def test_names_of_every_allowed_kind(ddb: Client, name: str) -> None:
    """3 to 255 letters, digits, dots, hyphens and underscores (Developer Guide, "Naming rules")."""
    name = name if len(name) == 255 else name + unique()
    ddb.create_table(**request(TableName=name))
    assert described(ddb, name)["TableName"] == name
    ddb.delete_table(TableName=name)
