"""Of several mistakes in one request: which is told, and in which order where all of them are.

Recorded from the service by the public conformance suite, its newer files on the order of validation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Client, error_of, n, s, table_definition, unique

CONSTRAINT = "failed to satisfy constraint:"
BAD_CAPACITY = (
    f"Value 'BOGUS' at 'returnConsumedCapacity' {CONSTRAINT} Member must satisfy enum value set: [INDEXES, TOTAL, NONE]"
)
BAD_NAME = (
    f"at 'requestItems' {CONSTRAINT} Map keys must satisfy constraint: [Member must have length less than or equal to "
    "255, Member must have length greater than or equal to 3, Member must satisfy regular expression pattern: "
    "[a-zA-Z0-9_.-]+]"
)
NESTED = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)
EMPTY_KEY = (
    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty {} "
    "value. Key: pk"
)


def refusal(call: Callable[..., Any], **parameters: Any) -> str:
    code, message = error_of(call, **parameters)
    assert code == "ValidationException"
    return message


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = s("leaf")
    for _ in range(levels):
        value = {"M": {"n": value}}
    return value


def test_a_missing_key_is_told_with_all_other_failures(ddb: Client) -> None:
    """Without its key, an UpdateItem's wrong table name no longer hides what else is wrong."""
    update = {"UpdateExpression": "SET a = :a", "ExpressionAttributeValues": {":a": s("x")}}
    message = refusal(ddb.update_item, TableName="", ReturnConsumedCapacity="BOGUS", ReturnValues="BOGUS", **update)
    assert message == (
        f"4 validation errors detected: {BAD_CAPACITY}; "
        f"Value '' at 'tableName' {CONSTRAINT} Member must have length greater than or equal to 1; "
        f"Value 'BOGUS' at 'returnValues' {CONSTRAINT} Member must satisfy enum value set: "
        "[ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]; "
        f"Value null at 'key' {CONSTRAINT} Member must not be null"
    )


def test_a_conditional_operator_stands_before_the_missing_key(ddb: Client) -> None:
    expected = {"a": {"Exists": False}, "b": {"Exists": False}}
    message = refusal(ddb.update_item, TableName=unique("absent"), Expected=expected, ConditionalOperator="XOR")
    assert message == (
        f"2 validation errors detected: Value 'XOR' at 'conditionalOperator' {CONSTRAINT} Member must satisfy enum "
        f"value set: [OR, AND]; Value null at 'key' {CONSTRAINT} Member must not be null"
    )


def test_a_query_looks_at_the_conditional_operator_first(ddb: Client) -> None:
    message = refusal(
        ddb.query,
        TableName=unique("absent"),
        KeyConditions={"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [s("a")]}},
        QueryFilter={name: {"ComparisonOperator": "NULL"} for name in ("b", "c")},
        ConditionalOperator="XOR",
        Select="BOGUS",
    )
    assert message == "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]"


def test_global_indexes_are_told_of_before_local_ones(ddb: Client) -> None:
    """Whatever order the request lists them in, and whatever their names."""
    local = {
        "IndexName": "aa",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "lr", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    distant = {
        "IndexName": "zz",
        "KeySchema": [{"AttributeName": "gh", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    definition = table_definition(unique("table"), ("pk", "S"), ("sk", "S"))
    message = refusal(ddb.create_table, **definition, LocalSecondaryIndexes=[local], GlobalSecondaryIndexes=[distant])
    too_short = f"{CONSTRAINT} Member must have length greater than or equal to 3"
    assert message == (
        f"2 validation errors detected: Value 'zz' at 'globalSecondaryIndexes.1.member.indexName' {too_short}; "
        f"Value 'aa' at 'localSecondaryIndexes.1.member.indexName' {too_short}"
    )


def test_a_members_type_is_told_of_before_its_name(ddb: Client) -> None:
    """Seen in requests to the service with an empty AttributeDefinitions entry."""
    definition = table_definition(unique("table"), ("pk", "S"))
    definition["AttributeDefinitions"] = [{}]
    assert refusal(ddb.create_table, **definition) == (
        f"2 validation errors detected: Value null at 'attributeDefinitions.1.member.attributeType' {CONSTRAINT} "
        f"Member must not be null; Value null at 'attributeDefinitions.1.member.attributeName' {CONSTRAINT} Member "
        "must not be null"
    )


def test_an_empty_table_name_breaks_two_constraints(ddb: Client) -> None:
    """Of an operation on tables; one on items says only that it has no character."""
    at_name = f"Value '' at 'tableName' {CONSTRAINT} Member must"
    assert refusal(ddb.describe_table, TableName="") == (
        f"2 validation errors detected: {at_name} have length greater than or equal to 3; "
        f"{at_name} satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    )
    got = refusal(ddb.get_item, TableName="", Key={"pk": s("a")})
    assert got == f"1 validation error detected: {at_name} have length greater than or equal to 1"


def test_enum_values_come_in_the_services_order(ddb: Client) -> None:
    """Two of these fall into one bucket of the set that the service prints them from."""
    definition = table_definition(unique("table"), ("pk", "S"))
    stream = {"StreamEnabled": True, "StreamViewType": ""}
    assert refusal(ddb.create_table, **definition, StreamSpecification=stream) == (
        f"1 validation error detected: Value '' at 'streamSpecification.streamViewType' {CONSTRAINT} Member must "
        "satisfy enum value set: [OLD_IMAGE, KEYS_ONLY, NEW_AND_OLD_IMAGES, NEW_IMAGE]"
    )


@pytest.mark.parametrize(("tag", "missing"), [({}, "Key"), ({"Value": "v"}, "Key"), ({"Key": "k"}, "Value")])
def test_an_incomplete_tag_is_told_of_as_a_tag(ddb: Client, tag: dict[str, str], missing: str) -> None:
    """Seen in requests to the service: it is not the framework that misses the member."""
    definition = table_definition(unique("table"), ("pk", "S"))
    message = refusal(ddb.create_table, **definition, Tags=[tag])
    assert message == f"The Tag {missing} provided is invalid, {missing}: null"


def test_a_token_is_told_of_before_enums(ddb: Client, hash_table: str) -> None:
    message = refusal(
        ddb.transact_write_items,
        TransactItems=[{"Put": {"TableName": hash_table, "Item": {"pk": s("a")}}}],
        ClientRequestToken="x" * 37,
        ReturnConsumedCapacity="BOGUS",
    )
    assert message.startswith(f"2 validation errors detected: Value '{'x' * 37}' at 'clientRequestToken'")
    assert message.endswith(BAD_CAPACITY)


def test_a_batch_read_shows_a_wrong_table_name_as_json(ddb: Client) -> None:
    items = {"bad!name": {"Keys": [{"pk": s("a")}]}}
    shown = f"""Value '{{"bad!name":{{"Keys":[{{"pk":{{"S":"a"}}}}]}}}}' {BAD_NAME}"""
    assert refusal(ddb.batch_get_item, RequestItems=items) == f"1 validation error detected: {shown}"
    both = refusal(ddb.batch_get_item, RequestItems=items, ReturnConsumedCapacity="BOGUS")
    assert both == f"2 validation errors detected: {shown}; {BAD_CAPACITY}"


def test_a_batch_write_tells_of_a_wrong_table_name_last(ddb: Client) -> None:
    items = {"bad!name": [{"PutRequest": {"Item": {"pk": s("a")}}}]}
    alone = refusal(ddb.batch_write_item, RequestItems=items)
    assert alone.startswith("1 validation error detected: Value '{bad!name=[WriteRequest(putRequest=PutRequest(item={")
    assert alone.endswith(BAD_NAME)
    both = refusal(ddb.batch_write_item, RequestItems=items, ReturnConsumedCapacity="BOGUS")
    assert both == f"1 validation error detected: {BAD_CAPACITY}"


def test_a_batch_read_is_all_expressions_or_all_legacy(ddb: Client, hash_table: str, range_table: str) -> None:
    """Each table's part may be fine by itself."""
    message = refusal(
        ddb.batch_get_item,
        RequestItems={
            hash_table: {"Keys": [{"pk": s("a")}], "ProjectionExpression": "pk"},
            range_table: {"Keys": [{"pk": s("a"), "sk": s("b")}], "AttributesToGet": ["pk"]},
        },
    )
    assert message.startswith("Can not use both expression and non-expression parameters in the same request")


EMPTY_KEYS: list[Callable[[str, dict[str, Any]], dict[str, Any]]] = [
    lambda table, key: {"Put": {"TableName": table, "Item": key}},
    lambda table, key: {"Delete": {"TableName": table, "Key": key}},
    lambda table, key: {
        "Update": {
            "TableName": table,
            "Key": key,
            "UpdateExpression": "SET a = :a",
            "ExpressionAttributeValues": {":a": n(1)},
        }
    },
    lambda table, key: {
        "ConditionCheck": {"TableName": table, "Key": key, "ConditionExpression": "attribute_not_exists(pk)"}
    },
]


@pytest.mark.parametrize("action", EMPTY_KEYS)
@pytest.mark.parametrize(("type_", "value", "name"), [("S", "", "string"), ("B", b"", "binary")])
def test_an_empty_key_is_no_reason_to_cancel(
    ddb: Client,
    make_table: Callable[..., str],
    action: Callable[[str, dict[str, Any]], dict[str, Any]],
    type_: str,
    value: Any,
    name: str,
) -> None:
    """A key of a wrong type cancels a transaction, an empty one is refused with the whole request."""
    table = make_table(("pk", type_))
    message = refusal(ddb.transact_write_items, TransactItems=[action(table, {"pk": {type_: value}})])
    assert message == EMPTY_KEY.format(name)


EMPTY_INDEX_KEYS: list[tuple[dict[str, Any], str]] = [
    (
        {"Put": {"Item": {"pk": s("a"), "group": s("")}}},
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
        "The AttributeValue for a key attribute cannot contain an empty string value. IndexName: early, "
        "IndexKey: group",
    ),
    (
        {
            "Update": {
                "Key": {"pk": s("a")},
                "UpdateExpression": "SET #g = :g",
                "ExpressionAttributeNames": {"#g": "group"},
                "ExpressionAttributeValues": {":g": s("")},
            }
        },
        "One or more parameter values are not valid. The update expression attempted to update a secondary index key "
        "to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty string "
        "value.",
    ),
]


@pytest.mark.parametrize(("action", "expected"), EMPTY_INDEX_KEYS)
def test_an_empty_index_key_is_no_reason_to_cancel(
    ddb: Client, make_table: Callable[..., str], action: dict[str, Any], expected: str
) -> None:
    """Nor is one of an index; of several indexes with this key the first by name is told."""
    indexes = [
        {
            "IndexName": name,
            "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
        for name in ("late", "early")
    ]
    definitions = [{"AttributeName": "group", "AttributeType": "S"}]
    table = make_table(("pk", "S"), AttributeDefinitions=definitions, GlobalSecondaryIndexes=indexes)
    [(kind, details)] = action.items()
    request = [{kind: {"TableName": table, **details}}]
    assert refusal(ddb.transact_write_items, TransactItems=request) == expected


def test_a_transaction_is_checked_action_by_action(ddb: Client) -> None:
    """Whatever kind of mistake it is, that of the first action is told, before any table is looked up."""
    table = unique("absent")
    unnamed = {"Put": {"TableName": table, "Item": {"pk": s("a"), "": s("x")}}}
    nested = {"Put": {"TableName": table, "Item": {"pk": s("b"), "d": deep(100)}}}
    assert refusal(ddb.transact_write_items, TransactItems=[unnamed, nested]) == "Empty attribute name"
    assert refusal(ddb.transact_write_items, TransactItems=[nested, unnamed]) == NESTED


def test_an_expression_is_read_before_its_actions_key(ddb: Client) -> None:
    delete = {"TableName": unique("absent"), "Key": {"pk": deep(100)}, "ConditionExpression": "a = = b"}
    message = refusal(ddb.transact_write_items, TransactItems=[{"Delete": delete}])
    assert message == 'Invalid ConditionExpression: Syntax error; token: "=", near: "= = b"'


def test_only_an_update_expression_that_is_too_large_is_told_without_its_size(ddb: Client, hash_table: str) -> None:
    """The service says how large a condition is, but not how large an update is."""
    condition = "a = :v" + " AND a = :v" * 373
    update = "SET " + ", ".join(f"a{i} = :v" for i in range(500))
    common = {"TableName": hash_table, "Key": {"pk": s("a")}, "ExpressionAttributeValues": {":v": s("x")}}
    delete = {"Delete": {**common, "ConditionExpression": condition}}
    too_large = "Expression size has exceeded the maximum allowed size;"
    assert refusal(ddb.transact_write_items, TransactItems=[delete]) == (
        f"Invalid ConditionExpression: {too_large} expression size: 4109"
    )
    updated = refusal(ddb.transact_write_items, TransactItems=[{"Update": {**common, "UpdateExpression": update}}])
    assert updated == f"Invalid UpdateExpression: {too_large}"
