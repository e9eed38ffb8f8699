"""The condition keys that policies hear of requests on items.

"Using IAM policy conditions for fine-grained access control" in the Developer Guide.
"""

from __future__ import annotations

from typing import Any

import pytest

from slipring.operations.access import Need
from tests.operations.access.requests import INDEX, key, needs, told

NAMES = {"ExpressionAttributeNames": {"#t": "top"}}
VALUES = {"ExpressionAttributeValues": {":v": {"S": "ada"}}}


def one(operation: str, **request: Any) -> Need:
    [need] = needs(operation, **{"TableName": "Games", **request})
    return need


ATTRIBUTES: list[tuple[str, dict[str, Any], set[str]]] = [
    ("GetItem", {"Key": key()}, {"user", "title"}),
    (
        "GetItem",
        {"Key": key(), "ProjectionExpression": "wins, address.city, moves[0]"},
        {"user", "title", "wins", "address", "moves"},
    ),
    ("GetItem", {"Key": key(), "ProjectionExpression": "#t", **NAMES}, {"user", "title", "top"}),
    ("GetItem", {"Key": key(), "AttributesToGet": ["wins"]}, {"user", "title", "wins"}),
    ("PutItem", {"Item": {**key(), "wins": {"N": "1"}}}, {"user", "title", "wins"}),
    (
        "PutItem",
        {"Item": key(), "ConditionExpression": "attribute_not_exists(wins) OR losses.x > :v", **VALUES},
        {"user", "title", "wins", "losses"},
    ),
    ("PutItem", {"Item": key(), "Expected": {"wins": {"Exists": False}}}, {"user", "title", "wins"}),
    ("PutItem", {"Item": key(), "UpdateExpression": 5}, {"user", "title"}),
    (
        "UpdateItem",
        {
            "Key": key(),
            "UpdateExpression": "SET a = if_not_exists(b, :v), c = d + :v REMOVE e.f ADD g :v DELETE h :v",
            **VALUES,
        },
        {"user", "title", "a", "b", "c", "d", "e", "g", "h"},
    ),
    (
        "UpdateItem",
        {"Key": key(), "UpdateExpression": "SET a = :v", "ConditionExpression": "b = :v", **VALUES},
        {"user", "title", "a", "b"},
    ),
    ("UpdateItem", {"Key": key(), "AttributeUpdates": {"a": {"Action": "DELETE"}}}, {"user", "title", "a"}),
    ("DeleteItem", {"Key": key(), "ConditionExpression": "size(a) > b"}, {"user", "title", "a", "b"}),
    (
        "Query",
        {
            "KeyConditionExpression": "#u = :v",
            "FilterExpression": "wins > :v",
            "ExpressionAttributeNames": {"#u": "user"},
            **VALUES,
        },
        {"user", "wins"},
    ),
    (
        "Query",
        {
            "KeyConditions": {"user": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "ada"}]}},
            "AttributesToGet": ["a"],
        },
        {"user", "a"},
    ),
    ("Scan", {"FilterExpression": "a = :v", "ProjectionExpression": "b", **VALUES}, {"a", "b"}),
    ("Scan", {}, set()),
]


@pytest.mark.parametrize(("operation", "request_", "named"), ATTRIBUTES)
def test_attributes(operation: str, request_: dict[str, Any], named: set[str]) -> None:
    """Every top-level attribute that a request names counts: returned, written, compared or only looked at."""
    assert told(one(operation, **request_), "Attributes") == named


LEADING: list[tuple[str, dict[str, Any], set[str] | None]] = [
    ("GetItem", {"Key": key("ada")}, {"ada"}),
    ("PutItem", {"Item": key("ada")}, {"ada"}),
    ("UpdateItem", {"Key": key("ada")}, {"ada"}),
    ("DeleteItem", {"Key": key("ada")}, {"ada"}),
    ("DeleteItem", {"Key": {"title": {"S": "x"}}}, None),
    ("DeleteItem", {"Key": {"user": {"N": "1"}}}, None),
    (
        "Query",
        {"KeyConditionExpression": "#u = :v", "ExpressionAttributeNames": {"#u": "user"}, **VALUES},
        {"ada"},
    ),
    ("Query", {"KeyConditions": {"user": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "bob"}]}}}, {"bob"}),
    ("Scan", {}, None),
]


@pytest.mark.parametrize(("operation", "request_", "values"), LEADING)
def test_leading_keys(operation: str, request_: dict[str, Any], values: set[str] | None) -> None:
    """The partition key of every item that is read or written; none for a Scan, as the guide warns."""
    need = one(operation, **request_)
    assert told(need, "LeadingKeys") == values
    assert told(need, "FirstPartitionKeyValues") == values


def test_leading_keys_of_an_index() -> None:
    """An index has its own partition key, perhaps of several attributes, in the normal form of numbers."""
    request = {
        "IndexName": "ByScore",
        "KeyConditionExpression": "score = :s AND #l = :l",
        "ExpressionAttributeNames": {"#l": "level"},
        "ExpressionAttributeValues": {":s": {"N": "1e2"}, ":l": {"N": "007"}},
    }
    need = one("Query", **request)
    assert need.resource == INDEX
    assert told(need, "LeadingKeys") == {"100"}
    assert told(need, "SecondPartitionKeyValues") == {"7"}
    assert told(need, "ThirdPartitionKeyValues") is None


def test_batches_tell_of_all_their_items() -> None:
    """A batch with one item too many is denied whole."""
    keys = [key("ada"), key("bob")]
    [read] = needs("BatchGetItem", RequestItems={"Games": {"Keys": keys, "ProjectionExpression": "wins"}})
    writes = [{"PutRequest": {"Item": {**key("ada"), "wins": {"N": "1"}}}}, {"DeleteRequest": {"Key": key("bob")}}]
    [write] = needs("BatchWriteItem", RequestItems={"Games": writes})
    for need in (read, write):
        assert told(need, "LeadingKeys") == {"ada", "bob"}
        assert told(need, "Attributes") == {"user", "title", "wins"}
        assert told(need, "EnclosingOperation") is None


PARAMETERS: list[tuple[str, dict[str, Any], str, str | None]] = [
    ("GetItem", {"Key": key()}, "Select", "ALL_ATTRIBUTES"),
    ("GetItem", {"Key": key(), "ProjectionExpression": "a"}, "Select", "SPECIFIC_ATTRIBUTES"),
    ("GetItem", {"Key": key(), "Select": "SPECIFIC_ATTRIBUTES"}, "Select", "ALL_ATTRIBUTES"),
    ("Query", {}, "Select", "ALL_ATTRIBUTES"),
    ("Query", {"IndexName": "ByScore"}, "Select", "ALL_PROJECTED_ATTRIBUTES"),
    ("Query", {"Select": "COUNT"}, "Select", "COUNT"),
    ("Scan", {"AttributesToGet": ["a"]}, "Select", "SPECIFIC_ATTRIBUTES"),
    ("PutItem", {"Item": key()}, "Select", None),
    ("PutItem", {"Item": key()}, "ReturnValues", "NONE"),
    ("PutItem", {"Item": key(), "ReturnValues": "ALL_OLD"}, "ReturnValues", "ALL_OLD"),
    ("UpdateItem", {"Key": key(), "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}, "ReturnValues", "ALL_OLD"),
    ("GetItem", {"Key": key()}, "ReturnValues", None),
    ("GetItem", {"Key": key()}, "ReturnConsumedCapacity", "NONE"),
    ("Scan", {"ReturnConsumedCapacity": "TOTAL"}, "ReturnConsumedCapacity", "TOTAL"),
    ("GetItem", {"Key": key()}, "EnclosingOperation", None),
    ("GetItem", {"Key": key()}, "FullTableScan", None),
]


@pytest.mark.parametrize(("operation", "request_", "name", "value"), PARAMETERS)
def test_parameters(operation: str, request_: dict[str, Any], name: str, value: str | None) -> None:
    """Select and ReturnValues always have a value where they mean something, whatever a client adds that does not."""
    assert told(one(operation, **request_), name) == value


def test_actions_of_a_transaction() -> None:
    """Each tells which transaction it is part of, and what a failed condition would return."""
    items = [
        {"Put": {"TableName": "Games", "Item": key("ada"), "ReturnValues": "NONE"}},
        {
            "Update": {
                "TableName": "Games",
                "Key": key("bob"),
                "UpdateExpression": "SET a = b",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                "AttributeUpdates": 5,
            }
        },
    ]
    put, update = needs("TransactWriteItems", TransactItems=items, ReturnConsumedCapacity="TOTAL")
    assert (told(put, "LeadingKeys"), told(update, "LeadingKeys")) == ({"ada"}, {"bob"})
    assert told(update, "Attributes") == {"user", "title", "a", "b"}
    assert (told(put, "ReturnValues"), told(update, "ReturnValues")) == ("NONE", "ALL_OLD")
    for need in (put, update):
        assert told(need, "EnclosingOperation") == "TransactWriteItems"
        assert told(need, "ReturnConsumedCapacity") == "TOTAL"


def test_a_get_of_a_transaction_has_no_legacy_projection() -> None:
    """A Get ignores AttributesToGet and returns everything, so it must not count as asking for some attributes."""
    get = {"TableName": "Games", "Key": key(), "AttributesToGet": ["title"]}
    [need] = needs("TransactGetItems", TransactItems=[{"Get": get}])
    assert told(need, "Select") == "ALL_ATTRIBUTES"
    assert told(need, "EnclosingOperation") == "TransactGetItems"


WHERE = "WHERE \"user\" = 'ada' AND title = 'Chess'"
STATEMENTS: list[tuple[str, dict[str, Any]]] = [
    (
        'SELECT * FROM "Games"',
        {"FullTableScan": "true", "LeadingKeys": None, "Attributes": set(), "Select": "ALL_ATTRIBUTES"},
    ),
    (
        'SELECT wins FROM "Games" WHERE "user" = \'ada\' AND losses > 1',
        {
            "FullTableScan": "false",
            "LeadingKeys": {"ada"},
            "Attributes": {"wins", "user", "losses"},
            "Select": "SPECIFIC_ATTRIBUTES",
        },
    ),
    (
        "SELECT * FROM \"Games\" WHERE \"user\" IN ['ada', 'bob']",
        {"FullTableScan": "false", "LeadingKeys": {"ada", "bob"}, "Attributes": {"user"}},
    ),
    ('SELECT * FROM "Games" WHERE wins = 1', {"FullTableScan": "true", "LeadingKeys": None}),
    (
        "INSERT INTO \"Games\" VALUE {'user': 'ada', 'title': 'Chess', 'wins': 1}",
        {
            "LeadingKeys": {"ada"},
            "Attributes": {"user", "title", "wins"},
            "FullTableScan": None,
            "ReturnValues": "NONE",
            "Select": None,
        },
    ),
    (
        f'UPDATE "Games" SET a = b + 1 REMOVE c {WHERE} AND d = 1 RETURNING ALL OLD *',
        {"LeadingKeys": {"ada"}, "Attributes": {"user", "title", "a", "b", "c", "d"}, "ReturnValues": "ALL_OLD"},
    ),
    (
        f'DELETE FROM "Games" {WHERE}',
        {"LeadingKeys": {"ada"}, "Attributes": {"user", "title"}, "ReturnValues": "NONE"},
    ),
]


@pytest.mark.parametrize(("statement", "wanted"), STATEMENTS)
def test_statements(statement: str, wanted: dict[str, Any]) -> None:
    """PartiQL tells the same of its items as the operations that it stands for."""
    [need] = needs("ExecuteStatement", Statement=statement)
    assert {name: told(need, name) for name in wanted} == wanted


def test_statements_of_a_transaction() -> None:
    statement = f'EXISTS(SELECT * FROM "Games" {WHERE} AND wins = 1)'
    [need] = needs("ExecuteTransaction", TransactStatements=[{"Statement": statement}])
    assert told(need, "EnclosingOperation") == "ExecuteTransaction"
    assert told(need, "LeadingKeys") == {"ada"}
    assert told(need, "Attributes") == {"user", "title", "wins"}


def test_nothing_is_known_of_a_table_that_is_not_there() -> None:
    """Its schema says which attribute is the partition key; the operation is going to say that there is none."""
    [need] = needs("GetItem", TableName="Absent", Key=key())
    assert told(need, "LeadingKeys") is None
