"""What CreateTable refuses of secondary indexes, and in which words.

The messages are the service's, as clients' reports, the public conformance suite for DynamoDB and observation of the
service tell them; the bounds are in the Developer Guide, "Quotas in Amazon DynamoDB". Where a message lists names in
the order of a hash set, the order is left open.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.api.definitions import defined, index, key_schema, projection
from tests.api.tables.conftest import request
from tests.api.tables.refused import INDEXED, INVALID, assert_refused, with_global, with_local
from tests.conftest import Client, error_of

SORTED = {"AttributeDefinitions": defined("pk", "sk"), "KeySchema": key_schema("pk", "sk")}


def wide_index(hashes: int, ranges: int) -> dict[str, Any]:
    names = [f"h{i}" for i in range(hashes)], [f"r{i}" for i in range(ranges)]
    return {
        "AttributeDefinitions": defined("pk", *names[0], *names[1]),
        "GlobalSecondaryIndexes": [index("wide", " ".join(names[0]), " ".join(names[1]))],
    }


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


@pytest.mark.parametrize(
    ("change", "message"),
    LOCAL
    + GLOBAL
    + [(with_global(index("global", "a", "", each)), message) for each, message in PROJECTIONS]
    + [(with_local(index("local", "pk", "a", each)), message) for each, message in PROJECTIONS],
    ids=lambda value: value[-60:] if isinstance(value, str) else "",
)
def test_refusals(ddb: Client, change: dict[str, Any], message: str) -> None:
    assert_refused(ddb, change, message)


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
