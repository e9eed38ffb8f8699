"""ListTables and DeleteTable: which tables there are, and that nothing of a dropped one shows.

API Reference, "ListTables" and "DeleteTable"; Developer Guide, "Protecting your tables with deletion protection".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.api.definitions import defined, index, key_schema
from tests.api.tables.conftest import CreateTable, described, request
from tests.conftest import Client, error_of, s, unique


@pytest.fixture(scope="module")
def names(ddb: Client) -> Iterator[list[str]]:
    """Three tables next to each other in order of name, created out of order."""
    prefix = unique("list")
    names = [f"{prefix}.{end}" for end in ("-", "A", "a")]
    for name in (names[1], names[2], names[0]):
        ddb.create_table(**request(TableName=name))
    yield names
    for name in names:
        ddb.delete_table(TableName=name)


def test_tables_are_listed_in_order_of_name(ddb: Client, names: list[str]) -> None:
    """By bytes, so capitals come before small letters. The start name need not be a table's."""
    start = names[0][:-2]
    found = ddb.list_tables(ExclusiveStartTableName=start, Limit=3)["TableNames"]
    assert found == names


def test_pages_of_tables_join_without_loss(ddb: Client, names: list[str]) -> None:
    """A page ends with its last name as the start of the next; the last page has no such name."""
    whole: list[str] = []
    start: dict[str, str] = {}
    while True:
        page = ddb.list_tables(Limit=2, **start)
        assert len(page["TableNames"]) <= 2
        whole += page["TableNames"]
        if "LastEvaluatedTableName" not in page:
            break
        assert page["LastEvaluatedTableName"] == page["TableNames"][-1]
        start = {"ExclusiveStartTableName": page["LastEvaluatedTableName"]}
    assert len(set(whole)) == len(whole)
    assert set(names) <= set(whole)


def test_a_page_holds_a_hundred_names_at_most(ddb: Client) -> None:
    """API Reference: the limit is 100 where none is given, and no more may be asked for."""
    prefix = unique("many")
    made = [f"{prefix}.{i:03}" for i in range(101)]
    for name in made:
        ddb.create_table(**request(TableName=name))
    page = ddb.list_tables(ExclusiveStartTableName=prefix)
    for name in made:
        ddb.delete_table(TableName=name)
    assert page["TableNames"] == made[:100]
    assert page["LastEvaluatedTableName"] == made[99]


@pytest.mark.parametrize(("limit", "bound"), [(101, "less than or equal to 100"), (0, "greater than or equal to 1")])
def test_limits_out_of_range(ddb: Client, limit: int, bound: str) -> None:
    assert error_of(ddb.list_tables, Limit=limit) == (
        "ValidationException",
        f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have "
        f"value {bound}",
    )


def test_delete_tells_the_table_and_it_is_gone(ddb: Client) -> None:
    """The answer says DELETING as the service's does, and waiters that look for the table find it gone at once."""
    asked = request()
    ddb.create_table(**asked)
    told = ddb.delete_table(TableName=asked["TableName"])["TableDescription"]
    assert told["TableStatus"] == "DELETING"
    assert told["TableName"] == asked["TableName"]
    assert told["TableArn"].endswith(f":table/{asked['TableName']}")
    assert asked["TableName"] not in ddb.list_tables(ExclusiveStartTableName=asked["TableName"][:-1])["TableNames"]
    assert error_of(ddb.describe_table, TableName=asked["TableName"]) == (
        "ResourceNotFoundException",
        f"Requested resource not found: Table: {asked['TableName']} not found",
    )


@pytest.mark.parametrize("operation", ["describe_table", "delete_table", "describe_time_to_live"])
def test_operations_on_tables_name_the_one_that_is_missing(ddb: Client, operation: str) -> None:
    """Terraform looks for these words."""
    name = unique("missing")
    assert error_of(getattr(ddb, operation), TableName=name) == (
        "ResourceNotFoundException",
        f"Requested resource not found: Table: {name} not found",
    )


def test_a_protected_table_stays(ddb: Client, create: CreateTable) -> None:
    """Until protection is taken away by an UpdateTable of its own."""
    name = create(DeletionProtectionEnabled=True)
    ddb.put_item(TableName=name, Item={"pk": s("kept")})
    assert error_of(ddb.delete_table, TableName=name) == (
        "ValidationException",
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
    )
    assert described(ddb, name)["ItemCount"] == 1
    ddb.update_table(TableName=name, DeletionProtectionEnabled=False)
    ddb.delete_table(TableName=name)
    assert error_of(ddb.describe_table, TableName=name)[0] == "ResourceNotFoundException"


def test_nothing_of_an_old_table_shows_under_its_name(ddb: Client, create: CreateTable) -> None:
    """A name can be taken again at once: items, index entries, counts, tags and time to live all begin anew, while
    what the old table left behind is still being erased."""
    settings = {
        "AttributeDefinitions": defined("pk", "sk", "a"),
        "KeySchema": key_schema("pk", "sk"),
        "LocalSecondaryIndexes": [index("local", "pk", "a")],
        "GlobalSecondaryIndexes": [index("global", "a")],
    }
    name = create(**settings, Tags=[{"Key": "old", "Value": "tag"}])
    old = described(ddb, name)
    ddb.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "t"})
    for i in range(50):
        ddb.put_item(TableName=name, Item={"pk": s("p"), "sk": s(str(i)), "a": s("x")})
    ddb.delete_table(TableName=name)
    ddb.create_table(**request(TableName=name, **settings))

    table = described(ddb, name)
    assert table["TableId"] != old["TableId"]
    indexes = table["GlobalSecondaryIndexes"] + table["LocalSecondaryIndexes"]
    assert [each["ItemCount"] for each in (table, *indexes)] == [0, 0, 0]
    assert [each.get("TableSizeBytes", each.get("IndexSizeBytes")) for each in (table, *indexes)] == [0, 0, 0]
    assert "Item" not in ddb.get_item(TableName=name, Key={"pk": s("p"), "sk": s("0")})
    assert ddb.scan(TableName=name)["Count"] == 0
    for index_name in ("local", "global"):
        assert ddb.scan(TableName=name, IndexName=index_name)["Count"] == 0
    assert ddb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == []
    assert ddb.describe_time_to_live(TableName=name)["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}


def test_a_name_may_come_back_with_another_schema(ddb: Client, create: CreateTable) -> None:
    """Servers keep tables ready for use; one that kept the old one would refuse or misplace these items."""
    name = create()
    ddb.put_item(TableName=name, Item={"pk": s("a")})
    ddb.delete_table(TableName=name)
    ddb.create_table(
        **request(TableName=name, AttributeDefinitions=defined("id:N", "at:B"), KeySchema=key_schema("id", "at"))
    )
    item = {"id": {"N": "1"}, "at": {"B": b"\x00"}}
    ddb.put_item(TableName=name, Item=item)
    assert ddb.get_item(TableName=name, Key=item)["Item"] == item


def test_a_missing_table_is_not_found_by_item_operations(ddb: Client) -> None:
    """Operations on items don't name it."""
    key = {"pk": s("a")}
    name = unique("missing")
    calls: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (ddb.get_item, {"Key": key}),
        (ddb.put_item, {"Item": key}),
        (ddb.delete_item, {"Key": key}),
        (ddb.update_item, {"Key": key}),
        (ddb.scan, {}),
        (ddb.query, {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": s("a")}}),
    ]
    for call, parameters in calls:
        assert error_of(call, TableName=name, **parameters) == (
            "ResourceNotFoundException",
            "Requested resource not found",
        )
