"""PutItem and GetItem: a whole item in, a whole item or parts of it out.

API Reference, "PutItem" and "GetItem".
"""

from __future__ import annotations

import pytest

from tests.api.items.stored_items import stored
from tests.conftest import Client, error_of, n, s, unique


def test_a_put_replaces_the_whole_item(ddb: Client, hash_table: str) -> None:
    """Attributes of the old item that the new one lacks are gone."""
    key = {"pk": s(unique())}
    ddb.put_item(TableName=hash_table, Item={**key, "a": n(1), "b": n(2)})
    ddb.put_item(TableName=hash_table, Item={**key, "b": n(3)})
    assert stored(ddb, hash_table, key) == {**key, "b": n(3)}


def test_an_item_may_be_its_key_alone(ddb: Client, range_table: str) -> None:
    key = {"pk": s(unique()), "sk": s("a")}
    ddb.put_item(TableName=range_table, Item=key)
    assert stored(ddb, range_table, key) == key


def test_items_of_one_partition_are_different_items(ddb: Client, range_table: str) -> None:
    """As are keys of which one continues the other: stores that join the parts of a key could mix them up."""
    keys = [{"pk": s(pk), "sk": s(sk)} for pk, sk in (("a", "bc"), ("ab", "c"), ("a", "b"), ("a\x00", "bc"))]
    keys = [{**key, "pk": s(key["pk"]["S"] + unique())} for key in keys] + [{"pk": s("x"), "sk": s(unique())}]
    for i, key in enumerate(keys):
        ddb.put_item(TableName=range_table, Item={**key, "i": n(i)})
    for i, key in enumerate(keys):
        assert stored(ddb, range_table, key) == {**key, "i": n(i)}


def test_a_missing_item_is_an_empty_answer(ddb: Client, hash_table: str) -> None:
    """No error, and no Item member either."""
    answer = ddb.get_item(TableName=hash_table, Key={"pk": s(unique())})
    assert set(answer) == {"ResponseMetadata"}


def test_a_put_answers_nothing_unless_asked(ddb: Client, hash_table: str) -> None:
    item = {"pk": s(unique())}
    for more in ({}, {"ReturnValues": "NONE"}, {"ReturnConsumedCapacity": "NONE"}):
        assert set(ddb.put_item(TableName=hash_table, Item=item, **more)) == {"ResponseMetadata"}


def test_all_old_is_the_item_before(ddb: Client, hash_table: str) -> None:
    """And nothing, if there was none."""
    first = {"pk": s(unique()), "a": n(1)}
    second = {**first, "a": n(2)}
    put = {"TableName": hash_table, "ReturnValues": "ALL_OLD"}
    assert "Attributes" not in ddb.put_item(**put, Item=first)
    assert ddb.put_item(**put, Item=second)["Attributes"] == first
    assert ddb.put_item(**put, Item=second)["Attributes"] == second


@pytest.mark.parametrize("returned", ["ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"])
def test_a_put_returns_nothing_else(ddb: Client, hash_table: str, returned: str) -> None:
    """API Reference: "PutItem does not recognize any values other than NONE or ALL_OLD"."""
    key = {"pk": s(unique())}
    code, message = error_of(ddb.put_item, TableName=hash_table, Item=key, ReturnValues=returned)
    assert code == "ValidationException"
    assert message.endswith("ReturnValues can only be ALL_OLD or NONE")
    assert stored(ddb, hash_table, key) is None


def test_several_enums_are_refused_together(ddb: Client, hash_table: str) -> None:
    """All broken constraints are told in one message."""
    code, message = error_of(
        ddb.put_item,
        TableName=hash_table,
        Item={"pk": s("a")},
        ReturnValues="NEW",
        ReturnConsumedCapacity="ALL",
        ReturnItemCollectionMetrics="BYTES",
    )
    assert code == "ValidationException"
    assert message.startswith("3 validation errors detected: ")
    for member in ("returnValues", "returnConsumedCapacity", "returnItemCollectionMetrics"):
        assert f"at '{member}' failed to satisfy constraint: Member must satisfy enum value set: [" in message


@pytest.mark.parametrize("consistent", [True, False])
def test_a_projection_tells_parts(ddb: Client, hash_table: str, consistent: bool) -> None:
    """Paths that lead nowhere are left out; so is the key, unless it is asked for."""
    item = {
        "pk": s(unique()),
        "a": {"M": {"x": n(1), "y": n(2)}},
        "b": {"L": [n(1), n(2), n(3)]},
        "c": s("c"),
        "d": s("d"),
    }
    ddb.put_item(TableName=hash_table, Item=item)
    get = {"TableName": hash_table, "Key": {"pk": item["pk"]}, "ConsistentRead": consistent}
    told = ddb.get_item(
        **get, ProjectionExpression="a.x, b[2], b[0], absent, d.e, #c", ExpressionAttributeNames={"#c": "c"}
    )
    assert told["Item"] == {"a": {"M": {"x": n(1)}}, "b": {"L": [n(1), n(3)]}, "c": s("c")}
    assert ddb.get_item(**get, AttributesToGet=["c", "absent"])["Item"] == {"c": s("c")}


def test_a_projection_of_nothing_is_an_empty_item(ddb: Client, hash_table: str) -> None:
    """The item is there, so Item is; an item that isn't there has none."""
    key = {"pk": s(unique())}
    get = {"TableName": hash_table, "Key": key, "ProjectionExpression": "absent"}
    assert "Item" not in ddb.get_item(**get)
    ddb.put_item(TableName=hash_table, Item=key)
    assert ddb.get_item(**get)["Item"] == {}


def test_read_your_writes(ddb: Client, hash_table: str) -> None:
    """Even without ConsistentRead a read that follows a write here sees it; much test code relies on it."""
    key = {"pk": s(unique())}
    for i in range(20):
        ddb.put_item(TableName=hash_table, Item={**key, "i": n(i)})
        assert ddb.get_item(TableName=hash_table, Key=key)["Item"]["i"] == n(i)
