"""Global indexes that are added to a table and dropped from it, while items are written.

Developer Guide, "Managing Global Secondary Indexes in DynamoDB". Whatever else goes on, the index must end up with
exactly one entry for every item that has its key attributes.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.api.definitions import defined, index, key_schema, projection
from tests.api.tables.conftest import CreateTable, described
from tests.api.tables.writer import Writer
from tests.conftest import Client, error_of, n, s

Item = dict[str, Any]
SORTED = {"AttributeDefinitions": defined("pk", "sk"), "KeySchema": key_schema("pk", "sk")}
WITHIN_S = 20.0


def add_index(ddb: Client, table: str, added: dict[str, Any], *attributes: str) -> dict[str, Any]:
    answer: dict[str, Any] = ddb.update_table(
        TableName=table,
        AttributeDefinitions=defined(*attributes),
        GlobalSecondaryIndexUpdates=[{"Create": added}],
    )
    return answer


def drop_index(ddb: Client, table: str, name: str) -> None:
    ddb.update_table(TableName=table, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": name}}])


def index_description(ddb: Client, table: str, name: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = described(ddb, table).get("GlobalSecondaryIndexes", [])
    return next(each for each in found if each["IndexName"] == name)


def wait_until_active(ddb: Client, table: str, name: str) -> None:
    """While the index is filled it says CREATING and Backfilling, and its table UPDATING."""
    deadline = time.monotonic() + WITHIN_S
    while (told := index_description(ddb, table, name))["IndexStatus"] != "ACTIVE":
        assert (told["IndexStatus"], told["Backfilling"]) == ("CREATING", True)
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert "Backfilling" not in told


def scanned(ddb: Client, **where: Any) -> Iterator[Item]:
    start: dict[str, Any] = {}
    while True:
        page = ddb.scan(**where, **start)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def by_key(items: Iterator[Item], names: set[str] | None = None) -> dict[tuple[str, str], Item]:
    """Items by primary key; none may come twice. `names` are the attributes to keep."""
    found: dict[tuple[str, str], Item] = {}
    for item in items:
        key = item["pk"]["S"], item["sk"]["S"]
        assert key not in found
        found[key] = {name: value for name, value in item.items() if names is None or name in names}
    return found


def assert_index_agrees(ddb: Client, table: str, index_name: str, keys: set[str], projected: set[str] | None) -> None:
    """The index holds what the table says it should, and counts it rightly."""
    expected = by_key(scanned(ddb, TableName=table))
    expected = {key: item for key, item in expected.items() if keys <= item.keys()}
    if projected is not None:
        expected = by_key(iter(expected.values()), projected)
    assert by_key(scanned(ddb, TableName=table, IndexName=index_name)) == expected
    assert index_description(ddb, table, index_name)["ItemCount"] == len(expected)


def fill(ddb: Client, table: str, count: int) -> None:
    """Items of which every third lacks the attribute `a`."""
    requests = [
        {
            "PutRequest": {
                "Item": {"pk": s(f"p{i % 7}"), "sk": s(str(i)), "x": n(i), **({"a": s(str(i % 5))} if i % 3 else {})}
            }
        }
        for i in range(count)
    ]
    for start in range(0, count, 25):
        assert ddb.batch_write_item(RequestItems={table: requests[start : start + 25]})["UnprocessedItems"] == {}


@pytest.mark.parametrize(
    ("projected", "names"),
    [
        (projection("ALL"), None),
        (projection("KEYS_ONLY"), {"pk", "sk", "a"}),
        (projection("INCLUDE", "x"), {"pk", "sk", "a", "x"}),
    ],
    ids=["all", "keys", "include"],
)
def test_items_that_were_there_are_found_by_a_new_index(
    ddb: Client, create: CreateTable, projected: dict[str, Any], names: set[str] | None
) -> None:
    table = create(**SORTED)
    fill(ddb, table, 300)
    told = add_index(ddb, table, index("by-a", "a", "", projected), "a")["TableDescription"]
    (there,) = told["GlobalSecondaryIndexes"]
    assert (told["TableStatus"], there["IndexStatus"], there["Backfilling"]) == ("UPDATING", "CREATING", True)
    wait_until_active(ddb, table, "by-a")
    assert described(ddb, table)["TableStatus"] == "ACTIVE"
    assert_index_agrees(ddb, table, "by-a", {"a"}, names)


def test_no_entry_is_missing_or_extra_when_writers_go_on(ddb: Client, create: CreateTable) -> None:
    """Writers move items in and out of the index, and between its keys, while it is filled: an entry made of an item
    that has changed since, or one forgotten, would show here."""
    table = create(**SORTED)
    fill(ddb, table, 600)
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    writers = [Writer(ddb, table, seed + i) for i in range(3)]
    for writer in writers:
        writer.start()
    try:
        for turn in range(3):
            add_index(ddb, table, index(f"turn-{turn}", "a", "pk", projection("INCLUDE", "x")), "a", "pk")
            wait_until_active(ddb, table, f"turn-{turn}")
    finally:
        for writer in writers:
            writer.finish()
    for turn in range(3):
        assert_index_agrees(ddb, table, f"turn-{turn}", {"a"}, {"pk", "sk", "a", "x"})


def test_an_index_is_not_read_before_it_is_whole(ddb: Client, create: CreateTable) -> None:
    """Until then every read is refused, and so is another new index: nobody may take a part for the whole."""
    table = create(**SORTED)
    fill(ddb, table, 1500)
    add_index(ddb, table, index("by-a", "a"), "a")
    second = {"Create": index("second", "a")}
    try:
        ddb.update_table(TableName=table, AttributeDefinitions=defined("a"), GlobalSecondaryIndexUpdates=[second])
    except ClientError as error:
        assert error.response["Error"] == {
            "Code": "LimitExceededException",
            "Message": "Subscriber limit exceeded: "
            "Only 1 online index can be created or deleted simultaneously per table",
        }
    while True:
        try:
            found = ddb.scan(TableName=table, IndexName="by-a", Select="COUNT")
        except ClientError as error:
            assert error.response["Error"] == {
                "Code": "ValidationException",
                "Message": "Cannot read from backfilling global secondary index: by-a",
            }
        else:
            assert found["Count"] == 1000
            return


def test_a_dropped_index_is_gone_at_once(ddb: Client, create: CreateTable) -> None:
    """It can't be read, its attribute is not defined any more, and its table goes on."""
    table = create(
        AttributeDefinitions=defined("pk", "sk", "a", "b"),
        KeySchema=key_schema("pk", "sk"),
        GlobalSecondaryIndexes=[index("by-a", "a"), index("by-b", "b")],
    )
    fill(ddb, table, 30)
    drop_index(ddb, table, "by-a")
    told = described(ddb, table)
    assert [each["IndexName"] for each in told["GlobalSecondaryIndexes"]] == ["by-b"]
    assert told["AttributeDefinitions"] == defined("b", "pk", "sk")
    assert error_of(ddb.scan, TableName=table, IndexName="by-a") == (
        "ValidationException",
        "The table does not have the specified index: by-a",
    )
    ddb.put_item(TableName=table, Item={"pk": s("p"), "sk": s("s"), "a": n(1), "b": s("x")})
    assert ddb.scan(TableName=table, IndexName="by-b")["Count"] == 1


def test_an_attribute_of_a_dropped_index_may_come_back_with_another_type(ddb: Client, create: CreateTable) -> None:
    """And the index under the same name with another projection: entries of the old one must not show in it."""
    table = create(
        AttributeDefinitions=defined("pk", "sk", "a"),
        KeySchema=key_schema("pk", "sk"),
        GlobalSecondaryIndexes=[index("by-a", "a")],
    )
    for i in range(20):
        ddb.put_item(TableName=table, Item={"pk": s("p"), "sk": s(str(i)), "a": s("x"), "x": n(i)})
    drop_index(ddb, table, "by-a")
    ddb.put_item(TableName=table, Item={"pk": s("p"), "sk": s("0"), "a": n(7)})
    add_index(ddb, table, index("by-a", "a", "", projection("KEYS_ONLY")), "a:N")
    wait_until_active(ddb, table, "by-a")
    entries = list(scanned(ddb, TableName=table, IndexName="by-a"))
    assert entries == [{"pk": s("p"), "sk": s("0"), "a": n(7)}]


def test_items_whose_attribute_has_another_type_stay_out(ddb: Client, create: CreateTable) -> None:
    """Developer Guide: items that violate the key's type are not added; the index still becomes ACTIVE."""
    table = create(**SORTED)
    values: list[Any] = [s("in"), n(1), {"B": b"x"}, {"NULL": True}, {"L": []}, {"SS": ["in"]}, s("")]
    for i, value in enumerate(values):
        ddb.put_item(TableName=table, Item={"pk": s("p"), "sk": s(str(i)), "a": value})
    add_index(ddb, table, index("by-a", "a"), "a")
    wait_until_active(ddb, table, "by-a")
    assert [item["sk"] for item in scanned(ddb, TableName=table, IndexName="by-a")] == [s("0")]


def test_a_table_may_be_dropped_while_an_index_is_filled(ddb: Client, create: CreateTable) -> None:
    """Nothing of the filling may show in the next table of that name."""
    table = create(**SORTED)
    fill(ddb, table, 300)
    add_index(ddb, table, index("by-a", "a"), "a")
    ddb.delete_table(TableName=table)
    ddb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=defined("pk", "sk", "a"),
        KeySchema=key_schema("pk", "sk"),
        GlobalSecondaryIndexes=[index("by-a", "a")],
    )
    fill(ddb, table, 6)
    assert_index_agrees(ddb, table, "by-a", {"a"}, None)
