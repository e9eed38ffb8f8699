"""Primary keys: what an item's key may be, and in which words others are refused.

Developer Guide, "Constraints in Amazon DynamoDB" (lengths, empty values); the messages are the service's own, as
clients report them and the public conformance suite for DynamoDB has them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Client, error_of, n, s, unique

Key = dict[str, Any]
NO_MATCH = "The provided key element does not match the schema"
INVALID = "One or more parameter values were invalid: "
NOT_VALID = "One or more parameter values are not valid. "


@pytest.fixture(scope="module")
def binary_table(make_table: Callable[..., str]) -> str:
    return make_table(("pk", "B"), ("sk", "B"))


@pytest.fixture(scope="module")
def number_table(make_table: Callable[..., str]) -> str:
    return make_table(("pk", "N"), ("sk", "N"))


def put(ddb: Client, table: str, key: Key) -> Any:
    return ddb.put_item(TableName=table, Item=key)


def get(ddb: Client, table: str, key: Key) -> Any:
    return ddb.get_item(TableName=table, Key=key)


def update(ddb: Client, table: str, key: Key) -> Any:
    return ddb.update_item(TableName=table, Key=key)


def delete(ddb: Client, table: str, key: Key) -> Any:
    return ddb.delete_item(TableName=table, Key=key)


BY_KEY = [get, update, delete]
ALL = [put, *BY_KEY]
Operation = Callable[[Client, str, Key], Any]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"sk": s("a")}, INVALID + "Missing the key pk in the item"),
        ({"pk": s("a")}, INVALID + "Missing the key sk in the item"),
        ({}, INVALID + "Missing the key pk in the item"),
        ({"pk": n(1), "sk": s("a")}, INVALID + "Type mismatch for key pk expected: S actual: N"),
        ({"pk": s("a"), "sk": {"B": b"a"}}, INVALID + "Type mismatch for key sk expected: S actual: B"),
        ({"pk": s("a"), "sk": {"NULL": True}}, INVALID + "Type mismatch for key sk expected: S actual: NULL"),
        ({"pk": {"M": {}}, "sk": s("a")}, INVALID + "Type mismatch for key pk expected: S actual: M"),
    ],
)
def test_items_without_a_proper_key(ddb: Client, range_table: str, item: Key, message: str) -> None:
    assert error_of(ddb.put_item, TableName=range_table, Item=item) == ("ValidationException", message)


@pytest.mark.parametrize("operation", BY_KEY)
@pytest.mark.parametrize(
    "key",
    [
        {},
        {"pk": s("a")},
        {"sk": s("a")},
        {"pk": s("a"), "sk": s("a"), "x": s("a")},
        {"pk": s("a"), "x": s("a")},
        {"pk": n(1), "sk": s("a")},
        {"pk": s("a"), "sk": {"SS": ["a"]}},
        {"pk": s("a"), "sk": {"BOOL": True}},
    ],
    ids=str,
)
def test_keys_that_do_not_match_the_schema(ddb: Client, range_table: str, operation: Operation, key: Key) -> None:
    """Missing, further and mistyped attributes are all the same to operations that are given a key."""
    assert error_of(operation, ddb=ddb, table=range_table, key=key) == ("ValidationException", NO_MATCH)


@pytest.mark.parametrize("operation", ALL)
@pytest.mark.parametrize(
    ("kind", "empty", "type_name"), [("S", "", "string"), ("B", b"", "binary")], ids=["string", "binary"]
)
@pytest.mark.parametrize("name", ["pk", "sk"])
def test_empty_keys(
    ddb: Client,
    range_table: str,
    binary_table: str,
    operation: Operation,
    kind: str,
    empty: Any,
    type_name: str,
    name: str,
) -> None:
    """Empty strings and binaries are allowed elsewhere, but not as keys."""
    full: Any = "a" if kind == "S" else b"a"
    key = {"pk": {kind: full}, "sk": {kind: full}, name: {kind: empty}}
    assert error_of(operation, ddb=ddb, table=range_table if kind == "S" else binary_table, key=key) == (
        "ValidationException",
        NOT_VALID + f"The AttributeValue for a key attribute cannot contain an empty {type_name} value. Key: {name}",
    )


LONGEST = [
    ("S", "pk", "a" * 2048, "a" * 2049),
    ("S", "pk", "é" * 1024, "é" * 1024 + "a"),
    ("S", "pk", "😀" * 512, "😀" * 512 + "a"),
    ("S", "sk", "a" * 1024, "a" * 1025),
    ("S", "sk", "é" * 512, "é" * 512 + "a"),
    ("B", "pk", b"\x00" * 2048, b"\x00" * 2049),
    ("B", "sk", b"\xff" * 1024, b"\xff" * 1025),
]
TOO_LONG = {
    "pk": INVALID + "Size of hashkey has exceeded the maximum size limit of2048 bytes",
    "sk": INVALID + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
}


@pytest.mark.parametrize("operation", ALL)
@pytest.mark.parametrize(
    ("kind", "name", "longest", "too_long"),
    LONGEST,
    ids=[f"{kind} {name} {len(text)}" for kind, name, text, _ in LONGEST],
)
def test_the_longest_keys(
    ddb: Client,
    range_table: str,
    binary_table: str,
    operation: Operation,
    kind: str,
    name: str,
    longest: Any,
    too_long: Any,
) -> None:
    """Counted in bytes; one more is refused by reads as well as by writes. The missing blank is the service's."""
    table = range_table if kind == "S" else binary_table
    full: Any = "a" if kind == "S" else b"a"
    key = {"pk": {kind: full}, "sk": {kind: full}, name: {kind: longest}}
    operation(ddb, table, key)
    assert error_of(operation, ddb=ddb, table=table, key={**key, name: {kind: too_long}}) == (
        "ValidationException",
        TOO_LONG[name],
    )


def test_equal_numbers_are_one_key(ddb: Client, number_table: str) -> None:
    """Whatever they are written like; the item tells the normal form."""
    partition = n(int(unique("")[1:13], 16))
    for i, text in enumerate(["1", "1.0", "01", "1e0", "0.1E1", "+1"]):
        ddb.put_item(TableName=number_table, Item={"pk": partition, "sk": n(text), "i": n(i)})
    found = ddb.query(
        TableName=number_table, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": partition}
    )
    assert found["Items"] == [{"pk": partition, "sk": n(1), "i": n(5)}]
    assert ddb.get_item(TableName=number_table, Key={"pk": partition, "sk": n("1.000")})["Item"]["i"] == n(5)


def test_strings_that_differ_in_bytes_are_different_keys(ddb: Client, hash_table: str) -> None:
    """Nothing is normalised: composed and decomposed letters, case, blanks and NUL all count."""
    prefix = unique()
    texts = ["é", "e\u0301", "a", "A", "a ", "a\x00", "a\x00\x00", "\x00a"]
    for i, text in enumerate(texts):
        ddb.put_item(TableName=hash_table, Item={"pk": s(prefix + text), "i": n(i)})
    for i, text in enumerate(texts):
        assert ddb.get_item(TableName=hash_table, Key={"pk": s(prefix + text)})["Item"]["i"] == n(i)


def test_a_key_may_hold_any_bytes(ddb: Client, binary_table: str) -> None:
    """Stores that join the parts of a key must escape what separates them."""
    partition = unique().encode()
    parts = [b"\x00", b"\x00\x00", b"\x00\x01", b"\x00\xff", b"\xff", b"\x01", b"\x00\x01\x00"]
    for i, part in enumerate(parts):
        ddb.put_item(TableName=binary_table, Item={"pk": {"B": partition}, "sk": {"B": part}, "i": n(i)})
    for i, part in enumerate(parts):
        key = {"pk": {"B": partition}, "sk": {"B": part}}
        assert ddb.get_item(TableName=binary_table, Key=key)["Item"]["i"] == n(i)


def test_a_bad_number_as_a_key(ddb: Client, number_table: str) -> None:
    code, message = error_of(ddb.get_item, TableName=number_table, Key={"pk": n("one"), "sk": n(1)})
    assert code == "ValidationException"
    assert message.endswith("The parameter cannot be converted to a numeric value: one")
