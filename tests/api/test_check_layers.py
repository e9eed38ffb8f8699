"""The same mistake in a value has other words in other operations: the service has two layers of checks.

Which operation goes through which layer, and what it says, was recorded from the service by the public conformance
suite (its newer files on values and on DeleteItem's envelope)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Client, error_of, n, s, unique

NOT_NUMERIC = "The parameter cannot be converted to a numeric value"
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
INVALID = "One or more parameter values were invalid: "

VALUES: list[dict[str, Any]] = [
    n("abc"),
    n(""),
    n("1e126"),
    n("1e2147483647"),
    {"SS": ["b", "a", "b"]},
    {"BS": [b"\xff", b"\x00", b"\x00"]},
    {"NS": ["2", "1", "2"]},
]
NEWER = [
    f"{NOT_NUMERIC}: abc",
    f"{NOT_NUMERIC}: ",
    OVERFLOW,
    OVERFLOW,
    f'{INVALID}Input collection ["a", "b", "b"] contains duplicates.',
    f'{INVALID}Input collection ["AA==","/w==","AA=="]of type BS contains duplicates.',
    f"{INVALID}Input collection contains duplicates.",
]
OLDER = [
    f"{NOT_NUMERIC}: abc",
    NOT_NUMERIC,
    OVERFLOW,
    UNDERFLOW,
    f"{INVALID}Input collection [b, a, b] contains duplicates.",
    f"{INVALID}Input collection [/w==, AA==, AA==]of type BS contains duplicates.",
    "Input collection contains duplicates",
]


def messages(ddb: Client, operation: str, request: Callable[[dict[str, Any]], dict[str, Any]]) -> list[str]:
    told = [error_of(getattr(ddb, operation), **request(value)) for value in VALUES]
    assert {code for code, _ in told} == {"ValidationException"}
    return [message for _, message in told]


def test_reads_by_key_use_the_newer_words(ddb: Client, hash_table: str) -> None:
    """GetItem and BatchGetItem say them without an envelope."""
    assert messages(ddb, "get_item", lambda value: {"TableName": hash_table, "Key": {"pk": value}}) == NEWER
    batch = messages(ddb, "batch_get_item", lambda value: {"RequestItems": {hash_table: {"Keys": [{"pk": value}]}}})
    assert batch == NEWER


def test_a_query_names_no_placeholder(ddb: Client, hash_table: str) -> None:
    """The newer layer doesn't say which expression value is wrong, wherever it is used."""
    query = {"TableName": hash_table, "KeyConditionExpression": "pk = :p", "FilterExpression": "a = :v"}
    told = messages(ddb, "query", lambda value: {**query, "ExpressionAttributeValues": {":p": s("a"), ":v": value}})
    assert told == NEWER


def test_delete_item_puts_the_newer_words_in_an_envelope(ddb: Client, hash_table: str) -> None:
    enveloped = [f"1 validation error detected: {message}" for message in NEWER]
    assert messages(ddb, "delete_item", lambda value: {"TableName": hash_table, "Key": {"pk": value}}) == enveloped
    delete = {"TableName": hash_table, "Key": {"pk": s("a")}, "ConditionExpression": "a = :v"}
    told = messages(ddb, "delete_item", lambda value: {**delete, "ExpressionAttributeValues": {":v": value}})
    assert told == enveloped


def test_batches_and_transactions_keep_the_older_words(ddb: Client, hash_table: str) -> None:
    def item(value: dict[str, Any]) -> dict[str, Any]:
        return {"pk": s("a"), "a": value}

    batch = messages(
        ddb,
        "batch_write_item",
        lambda value: {"RequestItems": {hash_table: [{"PutRequest": {"Item": item(value)}}]}},
    )
    assert batch == OLDER
    transaction = messages(
        ddb,
        "transact_write_items",
        lambda value: {"TransactItems": [{"Put": {"TableName": hash_table, "Item": item(value)}}]},
    )
    assert transaction == OLDER


def test_the_older_words_name_the_placeholder(ddb: Client, hash_table: str) -> None:
    update = {"TableName": hash_table, "Key": {"pk": s("a")}, "UpdateExpression": "SET a = :v"}
    told = messages(
        ddb,
        "transact_write_items",
        lambda value: {"TransactItems": [{"Update": {**update, "ExpressionAttributeValues": {":v": value}}}]},
    )
    wrapped = [f"ExpressionAttributeValues contains invalid value: {message} for key :v" for message in OLDER]
    assert told == wrapped


DELETES: list[tuple[dict[str, Any], str]] = [
    (
        {"ExpressionAttributeValues": {":v": s("x")}},
        "ExpressionAttributeValues can only be specified when using expressions",
    ),
    (
        {"ExpressionAttributeNames": {"#a": "a"}},
        "ExpressionAttributeNames can only be specified when using expressions",
    ),
    ({"ConditionExpression": ""}, "Invalid ConditionExpression: The expression can not be empty;"),
    ({"ReturnValues": "ALL_NEW"}, "ReturnValues can only be ALL_OLD or NONE"),
    (
        {"Expected": {"a": {"Exists": True}}},
        f"{INVALID}Value must be provided when Exists is true for Attribute: a",
    ),
]


@pytest.mark.parametrize(("parameters", "message"), DELETES)
def test_delete_item_envelopes_what_it_says_before_the_table(
    ddb: Client, hash_table: str, parameters: dict[str, Any], message: str
) -> None:
    """What its parameters have wrong is enveloped; what the table has to say is not."""
    told = error_of(ddb.delete_item, TableName=hash_table, Key={"pk": s("a")}, **parameters)
    assert told == ("ValidationException", f"1 validation error detected: {message}")


def test_delete_item_says_what_the_table_does_not_like_without_an_envelope(ddb: Client, hash_table: str) -> None:
    told = error_of(ddb.delete_item, TableName=hash_table, Key={"pk": n(1)})
    assert told == ("ValidationException", "The provided key element does not match the schema")


def test_a_deep_request_goes_through_the_older_layer(ddb: Client) -> None:
    """Past 62 levels the service reads a request differently, and has no envelope for it."""
    value: dict[str, Any] = s("leaf")
    for _ in range(100):
        value = {"M": {"n": value}}
    told = error_of(
        ddb.delete_item,
        TableName=unique("absent"),
        Key={"pk": s("a")},
        ConditionExpression="a = :v",
        ExpressionAttributeValues={":v": value},
        ReturnValues="UPDATED_NEW",
    )
    assert told == ("ValidationException", "ReturnValues can only be ALL_OLD or NONE")
