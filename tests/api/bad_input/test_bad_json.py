"""Bodies that are no JSON, not the JSON of a request, or JSON of an unreasonable kind.

Each gets a client error and leaves nothing behind; the service answers with SerializationException where it can't make
a request of the body (API Reference, "Common errors"; observed). Bad HTTP has its tests in tests/edge.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipring.operations.registry import HANDLERS
from tests.api.bad_input.raw import RawClient
from tests.conftest import Client, n, s, unique

NO_REQUEST = [
    b"",
    b" ",
    b"{",
    b'{"TableName"',
    b'{"TableName":"ttt"',
    b'{"TableName":"ttt",}',
    b"{'TableName':'ttt'}",
    b"{}{}",
    b"{} x",
    b"null",
    b"[]",
    b"[{}]",
    b'"TableName"',
    b"1",
    b"true",
    b"NaN",
    b"\x00",
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b'{"TableName":"\xff"}',
    b'{"TableName":"\xc3"}',
    b'{"TableName":"\xed\xa0\x80"}',
    b'{"TableName":"\\ud800"}',
    b'{"TableName":"a\tb"}',
    b'{"TableName":"\\x"}',
    b'{"Limit":01}',
    b'{"Limit":1e}',
    b'{"Limit":1e999}',
    b'{"Limit":-}',
    b'{"Limit":NaN}',
    b'{"Limit":Infinity}',
    b'{"Limit":' + b"9" * 10_000 + b"}",
]


@pytest.mark.parametrize("body", NO_REQUEST, ids=lambda body: repr(body[:24]))
def test_no_operation_takes_what_is_no_json_object(raw: RawClient, body: bytes) -> None:
    """Truncated, with trailing text, of another type, in another encoding, with numbers that JSON doesn't have."""
    for operation in HANDLERS:
        answer = raw.call(operation, body)
        assert (answer.status, answer.code) == (400, "SerializationException"), operation


@pytest.mark.parametrize("depth", [100, 1023, 1024, 1025, 5_000, 100_000, 1_000_000])
@pytest.mark.parametrize(
    ("opening", "closing"),
    [(b"[", b"]"), (b'{"a":', b"}"), (b'{"L":[', b"]}"), (b'{"M":{"a":', b"}}"), (b"[", b"")],
    ids=["lists", "maps", "L", "M", "unclosed"],
)
def test_nesting_bombs(raw: RawClient, hash_table: str, depth: int, opening: bytes, closing: bytes) -> None:
    """As the whole body, and in the place of a value: neither overflows a stack nor takes long."""
    bomb = opening * depth + b"1" * bool(closing) + closing * depth
    item = b'{"TableName":"%b","Item":{"pk":{"S":"a"},"x":%b}}' % (hash_table.encode(), bomb)
    for body in (bomb, item):
        answer = raw.call("PutItem", body)
        assert answer.status == 400
        assert answer.code in ("SerializationException", "ValidationException")


def item_body(table: str, item: str) -> str:
    return f'{{"TableName":"{table}","Item":{item}}}'


def test_the_last_of_two_members_counts(raw: RawClient, ddb: Client, hash_table: str) -> None:
    """JSON leaves open what a repeated key means. Whichever is taken, it must be taken everywhere: a condition on one
    and a write to the other would let requests through that nobody checked."""
    first, last = unique(), unique()
    body = item_body(hash_table, f'{{"pk":{{"S":"{first}"}},"pk":{{"S":"x","S":"{last}"}}}}')
    assert raw.call("PutItem", body).status == 200
    assert "Item" not in ddb.get_item(TableName=hash_table, Key={"pk": s(first)})
    assert ddb.get_item(TableName=hash_table, Key={"pk": s(last)})["Item"] == {"pk": s(last)}
    twice = f'{{"TableName":"absent-table","TableName":"{hash_table}","Key":{{"pk":{{"S":"{last}"}}}}}}'
    assert raw.call("GetItem", twice).body == {"Item": {"pk": s(last)}}


def test_null_members_are_absent_members(raw: RawClient, ddb: Client, hash_table: str) -> None:
    """Some clients send every member they know."""
    key = unique()
    item = f'{{"pk":{{"S":"{key}","N":null,"L":null}},"gone":null,"x":{{"M":{{"y":{{"S":"z","B":null}}}}}}}}'
    body = item_body(hash_table, item)[:-1] + ',"ConditionExpression":null,"ReturnValues":null,"Expected":null}'
    assert raw.call("PutItem", body).body == {}
    assert ddb.get_item(TableName=hash_table, Key={"pk": s(key)})["Item"] == {
        "pk": s(key),
        "x": {"M": {"y": s("z")}},
    }


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"Item": {"pk": s("a")}}, "Value null at 'tableName' failed to satisfy constraint: Member must not be null"),
        (
            {"TableName": None, "Item": {"pk": s("a")}},
            "Value null at 'tableName' failed to satisfy constraint: Member must not be null",
        ),
        ({"TableName": "ttt"}, "Value null at 'item' failed to satisfy constraint: Member must not be null"),
        (
            {"TableName": "ttt", "Item": None},
            "Value null at 'item' failed to satisfy constraint: Member must not be null",
        ),
    ],
)
def test_members_that_must_be_there(raw: RawClient, body: dict[str, Any], message: str) -> None:
    answer = raw.call("PutItem", body)
    assert (answer.status, answer.code) == (400, "ValidationException")
    assert answer.message == f"1 validation error detected: {message}"


def test_unknown_members_are_ignored(raw: RawClient, hash_table: str) -> None:
    """SDKs newer than the server send members that it doesn't know."""
    body = {"TableName": hash_table, "Item": {"pk": s(unique())}, "FromTheFuture": {"deep": [1, None]}, "item": 1}
    assert raw.call("PutItem", body).status == 200


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"N": 1}, "NUMBER_VALUE cannot be converted to String"),
        ({"N": 1.5}, "DECIMAL_VALUE cannot be converted to String"),
        ({"S": True}, "TRUE_VALUE cannot be converted to String"),
        ({"S": ["a"]}, "Unrecognized collection type class java.lang.String"),
        ({"S": {}}, "Start of structure or map found where not expected"),
        ({"BOOL": "true"}, "Unexpected token received from parser"),
        ({"B": 5}, "only base-64-encoded strings are convertible to bytes"),
        ({"B": "abc"}, "Base64 encoded length is expected a multiple of 4 bytes but found: 3"),
        ({"SS": "a"}, "Unexpected field type"),
        ({"L": {}}, "Start of structure or map found where not expected"),
        ({"SS": [1]}, "NUMBER_VALUE cannot be converted to String"),
    ],
    ids=str,
)
def test_values_of_the_wrong_json_type(
    raw: RawClient, ddb: Client, hash_table: str, value: dict[str, Any], message: str
) -> None:
    """Anywhere in a request, and reported before anything else that is wrong with it. The words help whoever debugs
    an SDK (clients' reports)."""
    key = {"pk": s(unique())}
    condition = {"ConditionExpression": "syntax error", "ExpressionAttributeValues": {":v": {"L": [value]}}}
    bodies: dict[str, dict[str, Any]] = {
        "PutItem": {"TableName": hash_table, "Item": {**key, "x": {"M": {"y": value}}}},
        "DeleteItem": {"TableName": hash_table, "Key": key, **condition},
        "GetItem": {"TableName": hash_table, "Key": {"pk": value}},
        "BatchWriteItem": {"RequestItems": {hash_table: [{"PutRequest": {"Item": {**key, "x": value}}}]}},
    }
    for operation, body in bodies.items():
        answer = raw.call(operation, body)
        assert (answer.status, answer.code) == (400, "SerializationException"), operation
        assert answer.message == message
    assert "Item" not in ddb.get_item(TableName=hash_table, Key=key)


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("0", "ValidationException"),
        ("-1", "ValidationException"),
        ("-0.0", "ValidationException"),
        ("2147483648", "SerializationException"),
        ("18446744073709551616", "SerializationException"),
        ("1e300", "SerializationException"),
        ('"1"', "SerializationException"),
        ("true", "SerializationException"),
        ("[]", "SerializationException"),
    ],
)
def test_numbers_out_of_range(raw: RawClient, hash_table: str, limit: str, code: str) -> None:
    """Below the least, beyond an integer, beyond a double, or of another type."""
    answer = raw.call("Scan", f'{{"TableName":"{hash_table}","Limit":{limit}}}')
    assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize(
    "text", ["9" * 1_000_000, "0." + "0" * 1_000_000 + "1", "1e" + "9" * 1_000, "-" * 100_000], ids=lambda t: t[:5]
)
def test_huge_numbers_as_text(raw: RawClient, hash_table: str, text: str) -> None:
    """A million digits are refused as fast as forty."""
    answer = raw.call("PutItem", {"TableName": hash_table, "Item": {"pk": s("a"), "x": n(text)}})
    assert (answer.status, answer.code) == (400, "ValidationException")


def test_escapes_are_the_characters_they_stand_for(raw: RawClient, ddb: Client, hash_table: str) -> None:
    """Some clients escape everything beyond ASCII, with surrogate pairs where JSON needs them."""
    key = unique()
    escaped = json.dumps("é😀\x00\u2028")
    assert (
        raw.call("PutItem", item_body(hash_table, f'{{"pk":{{"S":"{key}"}},"\\u0078":{{"S":{escaped}}}}}')).status
        == 200
    )
    assert ddb.get_item(TableName=hash_table, Key={"pk": s(key)})["Item"]["x"] == s("é😀\x00\u2028")


def test_the_server_goes_on(raw: RawClient, ddb: Client, hash_table: str) -> None:
    """After a bad request on a connection comes a good one."""
    assert raw.call("PutItem", b"{").status == 400
    assert raw.call("DescribeTable", {"TableName": hash_table}).status == 200
