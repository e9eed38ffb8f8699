"""`--wording 2026`: PutItem, UpdateItem and BatchGetItem refuse in the words that the regions moved to in 2026.

Recorded from the service in eu-west-2 and us-east-1 by the public conformance suite (its files of October 2026 on
PutItem, UpdateItem, BatchGetItem, value layers and nesting). The default is what test_check_layers shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.api.test_check_layers import NEWER, OLDER, messages
from tests.conftest import Client, error_of, make_client, n, s, table_definition
from tests.servers import ServerThread

TABLE = "worded"
KEY = {"pk": s("a")}
INVALID = "One or more parameter values were invalid: "
NESTED = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)


@pytest.fixture(scope="module")
def newer() -> Iterator[Client]:
    with ServerThread(wording="2026") as server:
        client = make_client(server.url)
        client.create_table(**table_definition(TABLE, ("pk", "S")))
        yield client
        client.close()


def enveloped(message: str) -> str:
    return f"1 validation error detected: {message}"


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = s("leaf")
    for _ in range(levels):
        value = {"M": {"n": value}}
    return value


CONDITION = {"ConditionExpression": "attribute_not_exists(pk) OR a = :v"}
VALUES: list[tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]] = [
    ("put_item", lambda value: {"Item": {**KEY, "a": value}}),
    ("put_item", lambda value: {"Item": {**KEY, "a": {"M": {"b": {"L": [value]}}}}}),
    ("put_item", lambda value: {"Item": KEY, **CONDITION, "ExpressionAttributeValues": {":v": value}}),
    ("put_item", lambda value: {"Item": KEY, "Expected": {"a": {"Value": value}}}),
    ("update_item", lambda value: {"Key": {"pk": value}, "UpdateExpression": "REMOVE a"}),
    ("update_item", lambda value: {"Key": KEY, "AttributeUpdates": {"a": {"Action": "PUT", "Value": value}}}),
    (
        "update_item",
        lambda value: {"Key": KEY, "UpdateExpression": "SET a = :v", "ExpressionAttributeValues": {":v": value}},
    ),
]


@pytest.mark.parametrize(("operation", "parameters"), VALUES)
def test_a_bad_value_is_told_in_an_envelope_wherever_it_stands(
    newer: Client, operation: str, parameters: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    told = messages(newer, operation, lambda value: {"TableName": TABLE, **parameters(value)})
    assert told == [enveloped(message) for message in NEWER]


def test_batches_and_transactions_keep_the_older_words(newer: Client) -> None:
    """Most regions still say them there."""
    put = {"TableName": TABLE, "Item": KEY}
    told = messages(
        newer, "transact_write_items", lambda value: {"TransactItems": [{"Put": {**put, "Item": {"pk": value}}}]}
    )
    assert told == OLDER


PARAMETERS: list[tuple[str, dict[str, Any], str]] = [
    (
        "put_item",
        {"ExpressionAttributeValues": {":v": s("x")}},
        "ExpressionAttributeValues can only be specified when using expressions",
    ),
    (
        "put_item",
        {"ExpressionAttributeNames": {"#a": "a"}},
        "ExpressionAttributeNames can only be specified when using expressions",
    ),
    ("put_item", {"ConditionExpression": ""}, "Invalid ConditionExpression: The expression can not be empty;"),
    (
        "put_item",
        {"Expected": {"a": {"Exists": True}}},
        f"{INVALID}Value must be provided when Exists is true for Attribute: a",
    ),
    (
        "put_item",
        {"Expected": {"a": {"ComparisonOperator": "EQ"}}},
        f"{INVALID}Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: a",
    ),
    (
        "update_item",
        {
            "UpdateExpression": "SET b = :w",
            "ConditionExpression": "a = :v",
            "ExpressionAttributeValues": {":w": s("x")},
        },
        "Invalid ConditionExpression: An expression attribute value used in expression is not defined; "
        "attribute value: :v",
    ),
]


@pytest.mark.parametrize(("operation", "parameters", "message"), PARAMETERS)
def test_parameters_are_refused_in_an_envelope(
    newer: Client, operation: str, parameters: dict[str, Any], message: str
) -> None:
    key = {"Item": KEY} if operation == "put_item" else {"Key": KEY}
    told = error_of(getattr(newer, operation), TableName=TABLE, **key, **parameters)
    assert told == ("ValidationException", enveloped(message))


@pytest.mark.parametrize(("levels", "message"), [(32, enveloped(NESTED)), (61, enveloped(NESTED)), (63, NESTED)])
def test_a_deep_item_is_left_to_the_older_layer(newer: Client, levels: int, message: str) -> None:
    told = error_of(newer.put_item, TableName=TABLE, Item={**KEY, "a": deep(levels)})
    assert told == ("ValidationException", message)


def test_a_deep_value_is_told_of_with_its_placeholder(newer: Client) -> None:
    """Past 62 levels, as the older layer does."""
    told = error_of(
        newer.update_item,
        TableName=TABLE,
        Key=KEY,
        UpdateExpression="SET b = :t",
        ConditionExpression="a = :deep",
        ExpressionAttributeValues={":t": s("x"), ":deep": deep(63)},
    )
    wrapped = f"ExpressionAttributeValues contains invalid value: {NESTED} for key :deep"
    assert told == ("ValidationException", wrapped)


@pytest.mark.parametrize(
    "parameters",
    [
        {"Key": {"pk": n(1)}, "UpdateExpression": "REMOVE a"},
        {"Key": {**KEY, "sk": s("b")}, "UpdateExpression": "REMOVE a"},
    ],
)
def test_what_the_table_does_not_like_has_no_envelope(newer: Client, parameters: dict[str, Any]) -> None:
    told = error_of(newer.update_item, TableName=TABLE, **parameters)
    assert told == ("ValidationException", "The provided key element does not match the schema")


def test_an_empty_batch_read_breaks_a_constraint(newer: Client, ddb: Client) -> None:
    """The older words are a sentence of their own."""
    message = "Value at 'RequestItems' failed to satisfy constraint: Member must have length greater than or equal to 1"
    assert error_of(newer.batch_get_item, RequestItems={}) == ("ValidationException", enveloped(message))
    older = "The requestItems parameter is required for BatchGetItem"
    assert error_of(ddb.batch_get_item, RequestItems={}) == ("ValidationException", older)
