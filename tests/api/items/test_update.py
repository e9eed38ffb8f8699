"""UpdateItem: what is made, what is changed, and every ReturnValues.

API Reference, "UpdateItem"; Developer Guide, "Update expressions"; what UPDATED_NEW and UPDATED_OLD tell of nested
paths is also in the public conformance suite for DynamoDB. The grammar has tests of its own in tests/expressions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.items.stored_items import stored
from tests.conftest import Client, error_of, n, s, unique

Update = Callable[..., dict[str, Any]]
ITEM = {
    "a": n(1),
    "b": n(2),
    "set": {"SS": ["x", "y"]},
    "map": {"M": {"p": n(1), "q": n(2)}},
    "list": {"L": [n(1), n(2), n(3)]},
}


@pytest.fixture
def key() -> dict[str, Any]:
    return {"pk": s(unique())}


def update(ddb: Client, table: str, key: dict[str, Any], expression: str, **more: Any) -> dict[str, Any]:
    """Updates with the values that tests share."""
    shared = {":one": n(1), ":two": n(2), ":x": s("x"), ":xs": {"SS": ["x"]}, ":xys": {"SS": ["x", "y"]}}
    values = {
        name: value for name, value in shared.items() if name in expression.replace(",", " ").replace(")", " ").split()
    }
    if values:
        more["ExpressionAttributeValues"] = values
    answer: dict[str, Any] = ddb.update_item(TableName=table, Key=key, UpdateExpression=expression, **more)
    return answer


@pytest.mark.parametrize(
    ("expression", "made"),
    [
        ("SET a = :one", {"a": n(1)}),
        ("ADD a :two", {"a": n(2)}),
        ("ADD tags :xs", {"tags": {"SS": ["x"]}}),
        ("SET a = if_not_exists(a, :one) REMOVE b", {"a": n(1)}),
    ],
)
def test_an_update_makes_the_item(
    ddb: Client, hash_table: str, key: dict[str, Any], expression: str, made: dict[str, Any]
) -> None:
    """API Reference: "edits an existing item's attributes, or adds a new item"."""
    update(ddb, hash_table, key, expression)
    assert stored(ddb, hash_table, key) == {**key, **made}


def test_no_update_at_all_makes_the_item(ddb: Client, hash_table: str, key: dict[str, Any]) -> None:
    """A request with nothing but the key puts an item that is nothing but its key, and leaves one that is there."""
    assert set(ddb.update_item(TableName=hash_table, Key=key)) == {"ResponseMetadata"}
    assert stored(ddb, hash_table, key) == key
    update(ddb, hash_table, key, "SET a = :one")
    ddb.update_item(TableName=hash_table, Key=key)
    assert stored(ddb, hash_table, key) == {**key, "a": n(1)}


def test_other_attributes_stay(ddb: Client, hash_table: str, key: dict[str, Any]) -> None:
    ddb.put_item(TableName=hash_table, Item={**key, **ITEM})
    expression = "SET #m.q = :one, #l[1] = :x REMOVE a ADD b :two DELETE #s :xs"
    update(ddb, hash_table, key, expression, **names_in(expression))
    assert stored(ddb, hash_table, key) == {
        **key,
        "b": n(4),
        "set": {"SS": ["y"]},
        "map": {"M": {"p": n(1), "q": n(1)}},
        "list": {"L": [n(1), s("x"), n(3)]},
    }


RETURNED: list[tuple[str, dict[str, Any] | None, dict[str, Any] | None]] = [
    ("SET a = :two", {"a": n(1)}, {"a": n(2)}),
    ("SET fresh = :two", None, {"fresh": n(2)}),
    ("SET a = :two, fresh = :one", {"a": n(1)}, {"a": n(2), "fresh": n(1)}),
    ("SET a = :one", {"a": n(1)}, {"a": n(1)}),
    ("REMOVE a", {"a": n(1)}, None),
    ("REMOVE absent", None, None),
    ("ADD a :two", {"a": n(1)}, {"a": n(3)}),
    ("DELETE #s :xs", {"set": {"SS": ["x", "y"]}}, {"set": {"SS": ["y"]}}),
    ("DELETE #s :xys", {"set": {"SS": ["x", "y"]}}, None),
    ("SET #m.p = :two", {"map": {"M": {"p": n(1)}}}, {"map": {"M": {"p": n(2)}}}),
    ("SET #m.fresh = :two", None, {"map": {"M": {"fresh": n(2)}}}),
    ("REMOVE #m.p", {"map": {"M": {"p": n(1)}}}, None),
    ("SET #l[1] = :one", {"list": {"L": [n(2)]}}, {"list": {"L": [n(1)]}}),
    ("SET #l[0] = :two, #l[2] = :one", {"list": {"L": [n(1), n(3)]}}, {"list": {"L": [n(2), n(1)]}}),
    ("SET a = :two REMOVE b", {"a": n(1), "b": n(2)}, {"a": n(2)}),
]


def names_in(expression: str) -> dict[str, Any]:
    names = {
        placeholder: name
        for placeholder, name in {"#s": "set", "#m": "map", "#l": "list"}.items()
        if placeholder in expression
    }
    return {"ExpressionAttributeNames": names} if names else {}


@pytest.mark.parametrize(("expression", "old", "new"), RETURNED, ids=[each[0] for each in RETURNED])
def test_the_parts_that_an_update_touched(
    ddb: Client,
    hash_table: str,
    key: dict[str, Any],
    expression: str,
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
) -> None:
    """UPDATED_OLD and UPDATED_NEW: of what the expression names, as it was and as it is; of nested paths only what
    they lead to. Where there is nothing to tell, Attributes is absent."""
    for returned, expected in (("UPDATED_OLD", old), ("UPDATED_NEW", new)):
        ddb.put_item(TableName=hash_table, Item={**key, **ITEM})
        answer = update(ddb, hash_table, key, expression, ReturnValues=returned, **names_in(expression))
        assert answer.get("Attributes") == expected


def test_the_whole_item_before_and_after(ddb: Client, hash_table: str, key: dict[str, Any]) -> None:
    """ALL_OLD of an item that is made has nothing to tell; ALL_NEW always has."""
    assert "Attributes" not in update(ddb, hash_table, key, "SET a = :one", ReturnValues="ALL_OLD")
    first = {**key, "a": n(1)}
    assert update(ddb, hash_table, key, "SET b = :two", ReturnValues="ALL_OLD")["Attributes"] == first
    assert update(ddb, hash_table, key, "REMOVE b", ReturnValues="ALL_NEW")["Attributes"] == first
    assert "Attributes" not in update(ddb, hash_table, key, "REMOVE a", ReturnValues="NONE")


def test_parts_of_an_item_that_was_made(ddb: Client, hash_table: str, key: dict[str, Any]) -> None:
    """There is no old state, and the new one doesn't tell the key."""
    answer = update(ddb, hash_table, key, "SET a = :one", ReturnValues="UPDATED_NEW")
    assert answer["Attributes"] == {"a": n(1)}
    other = {"pk": s(unique())}
    assert "Attributes" not in update(ddb, hash_table, other, "SET a = :one", ReturnValues="UPDATED_OLD")


def test_every_action_sees_the_old_item(ddb: Client, hash_table: str, key: dict[str, Any]) -> None:
    """So two attributes can change places."""
    ddb.put_item(TableName=hash_table, Item={**key, "a": n(1), "b": n(2)})
    assert update(ddb, hash_table, key, "SET a = b, b = a", ReturnValues="UPDATED_NEW")["Attributes"] == {
        "a": n(2),
        "b": n(1),
    }


def test_a_failed_update_changes_nothing(ddb: Client, hash_table: str, key: dict[str, Any]) -> None:
    """The first part of this would work; the second finds a string where it needs a number."""
    ddb.put_item(TableName=hash_table, Item={**key, "a": n(1), "b": s("no number")})
    with pytest.raises(ddb.exceptions.ClientError):
        update(ddb, hash_table, key, "SET a = :two ADD b :one")
    assert stored(ddb, hash_table, key) == {**key, "a": n(1), "b": s("no number")}


@pytest.mark.parametrize("expression", ["SET pk = :x", "REMOVE pk", "ADD pk :one", "SET sk = :x", "SET pk.deep = :x"])
def test_keys_can_not_be_updated(ddb: Client, range_table: str, expression: str) -> None:
    key = {"pk": s(unique()), "sk": s("a")}
    name = expression.split()[1].partition(".")[0]
    assert error_of(update, ddb=ddb, table=range_table, key=key, expression=expression) == (
        "ValidationException",
        f"One or more parameter values were invalid: Cannot update attribute {name}. This attribute is part of the key",
    )
    assert stored(ddb, range_table, key) is None


def test_legacy_updates_of_keys(ddb: Client, range_table: str) -> None:
    key = {"pk": s(unique()), "sk": s("a")}
    changes = {"sk": {"Action": "PUT", "Value": s("b")}}
    assert error_of(ddb.update_item, TableName=range_table, Key=key, AttributeUpdates=changes) == (
        "ValidationException",
        "One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key",
    )


@pytest.mark.parametrize("expression", ["REMOVE a", "DELETE tags :xs", "REMOVE a DELETE tags :xs"])
@pytest.mark.parametrize("returned", ["NONE", "ALL_OLD", "UPDATED_OLD", "UPDATED_NEW"])
def test_an_update_that_only_takes_away_makes_nothing(
    ddb: Client, hash_table: str, key: dict[str, Any], expression: str, returned: str
) -> None:
    """API Reference, "UpdateItem", AttributeUpdates: where there is no item, DELETE "causes nothing to happen"."""
    assert "Attributes" not in update(ddb, hash_table, key, expression, ReturnValues=returned)
    assert stored(ddb, hash_table, key) is None
    ddb.update_item(TableName=hash_table, Key=key, AttributeUpdates={"a": {"Action": "DELETE"}})
    assert stored(ddb, hash_table, key) is None
