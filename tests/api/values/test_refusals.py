"""Values that the service refuses, whatever way they are written.

Developer Guide, "Supported data types and naming rules in Amazon DynamoDB" and "Constraints in Amazon DynamoDB". The
messages are the service's; what it puts around them differs from operation to operation (and from region to region),
so only what is said of the value itself is looked for.
"""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.api.values.conftest import Store
from tests.conftest import Client, error_of, n, s, unique

INVALID = "One or more parameter values were invalid: "
NOT_NUMERIC = "The parameter cannot be converted to a numeric value: "
TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"SS": []}, INVALID + "An string set  may not be empty"),
    ({"NS": []}, INVALID + "An number set  may not be empty"),
    ({"BS": []}, INVALID + "Binary sets should not be empty"),
    ({"SS": ["a", "b", "a"]}, "contains duplicates"),
    ({"SS": ["", ""]}, "contains duplicates"),
    ({"NS": ["1", "1.0"]}, "contains duplicates"),
    ({"NS": ["0", "-0"]}, "contains duplicates"),
    ({"BS": [b"a", b"b", b"a"]}, "of type BS contains duplicates"),
    ({"NULL": False}, INVALID + "Null attribute value types must have the value of true"),
    ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
    (
        {"S": "a", "N": "1"},
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    ),
    (n("abc"), NOT_NUMERIC + "abc"),
    (n("1.2.3"), NOT_NUMERIC + "1.2.3"),
    (n(" 1"), NOT_NUMERIC + " 1"),
    (n("1 "), NOT_NUMERIC + "1 "),
    (n("0x10"), NOT_NUMERIC + "0x10"),
    (n("1e"), NOT_NUMERIC + "1e"),
    (n("NaN"), NOT_NUMERIC + "NaN"),
    (n("Infinity"), NOT_NUMERIC + "Infinity"),
    (n("1_000"), NOT_NUMERIC + "1_000"),
    (n("٣"), NOT_NUMERIC + "٣"),
    (n(""), "The parameter cannot be converted to a numeric value"),
    ({"NS": ["1", "x"]}, NOT_NUMERIC + "x"),
    (n("1" * 39), "Attempting to store more than 38 significant digits in a Number"),
    (n("1." + "1" * 38), "Attempting to store more than 38 significant digits in a Number"),
    (n("1E126"), "Number overflow. Attempting to store a number with magnitude larger than supported range"),
    (n("-1E126"), "Number overflow. Attempting to store a number with magnitude larger than supported range"),
    (n("1E-131"), "Number underflow. Attempting to store a number with magnitude smaller than supported range"),
    (n("1e99999"), "Number overflow. Attempting to store a number with magnitude larger than supported range"),
]


def refusal(store: Store, value: dict[str, Any]) -> str:
    with pytest.raises(ClientError) as raised:
        store(value)
    error: dict[str, str] = raised.value.response["Error"]
    assert error["Code"] == "ValidationException"
    return error["Message"]


@pytest.mark.parametrize(("value", "message"), REFUSED, ids=[str(value)[:30] for value, _ in REFUSED])
def test_refused_values(store: Store, value: dict[str, Any], message: str) -> None:
    """Also deep in a list or map."""
    assert message in refusal(store, value)
    assert message in refusal(store, {"L": [s("fine"), {"M": {"x": value}}]})


def nested(levels: int, container: str) -> dict[str, Any]:
    """A string inside so many maps or lists."""
    value: dict[str, Any] = s("leaf")
    for _ in range(levels):
        value = {"L": [value]} if container == "L" else {"M": {"n": value}}
    return value


@pytest.mark.parametrize("container", ["L", "M"])
def test_nesting_ends_at_thirty_two_levels(store: Store, container: str) -> None:
    """The innermost value counts as a level: 31 containers around it pass, 32 don't (public conformance suite)."""
    assert store(nested(31, container)) == nested(31, container)


@pytest.mark.parametrize("levels", [32, 100])
@pytest.mark.parametrize("container", ["L", "M"])
def test_values_nested_too_deep(ddb: Client, hash_table: str, container: str, levels: int) -> None:
    """In an item that is put, and in a value that is only compared."""
    value = nested(levels, container)
    key = {"pk": s(unique())}
    code, message = error_of(ddb.put_item, TableName=hash_table, Item={**key, "v": value})
    assert (code, TOO_DEEP in message) == ("ValidationException", True)
    code, message = error_of(
        ddb.delete_item,
        TableName=hash_table,
        Key=key,
        ConditionExpression="v = :v",
        ExpressionAttributeValues={":v": value},
    )
    assert (code, TOO_DEEP in message) == ("ValidationException", True)


def test_an_update_may_not_nest_deeper(ddb: Client, hash_table: str) -> None:
    """The value alone is fine, but not where it is put: the item that comes of it counts."""
    key = {"pk": s(unique())}
    ddb.put_item(TableName=hash_table, Item={**key, "v": nested(20, "M")})
    path = "v" + ".n" * 19 + ".deep"
    update = {"TableName": hash_table, "Key": key, "UpdateExpression": f"SET {path} = :v"}
    code, message = error_of(ddb.update_item, **update, ExpressionAttributeValues={":v": nested(12, "L")})
    assert (code, TOO_DEEP in message) == ("ValidationException", True)
    ddb.update_item(**update, ExpressionAttributeValues={":v": nested(11, "L")})


def test_an_attribute_name_that_is_too_long(ddb: Client, hash_table: str) -> None:
    assert (
        error_of(ddb.put_item, TableName=hash_table, Item={"pk": s("a"), "x" * 65_536: n(1)})[0]
        == "ValidationException"
    )
