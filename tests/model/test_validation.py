"""What the framework answers to requests that don't fit the service model: the exact words."""

from __future__ import annotations

import re
from typing import Any

import pytest

from slipring.model.errors.base import ApiError
from slipring.model.errors.tree import SerializationException, ValidationException
from slipring.model.validation import check, explain

KEY = {"pk": {"S": "a"}}
VALUE = r"com\.amazonaws\.dynamodb\.v20120810\.AttributeValue@[0-9a-f]+"


def refused(operation: str, request: object) -> ApiError:
    with pytest.raises(ApiError) as raised:
        check(operation, request)
    return raised.value


# From the public conformance suite, which was checked against the service.
ONE_FAILURE: list[tuple[str, Any, str]] = [
    ("PutItem", {"Item": KEY}, "Value null at 'tableName' failed to satisfy constraint: Member must not be null"),
    (
        "PutItem",
        {"TableName": "", "Item": KEY, "ReturnValues": "INVALID"},
        "Value '' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ),
    (
        "PutItem",
        {"TableName": "a" * 256, "Item": KEY},
        f"Value '{'a' * 256}' at 'tableName' failed to satisfy constraint: "
        "Member must have length less than or equal to 255",
    ),
    (
        "PutItem",
        {"TableName": "bad table!@#", "Item": KEY},
        "Value 'bad table!@#' at 'tableName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
    ),
    (
        "CreateTable",
        {"TableName": "ab", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]},
        "Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3",
    ),
    (
        "CreateTable",
        {"TableName": "abc", "KeySchema": [{"AttributeName": f"k{n}", "KeyType": "RANGE"} for n in range(3)]},
        "Value '[KeySchemaElement(attributeName=k0, keyType=RANGE), KeySchemaElement(attributeName=k1, keyType=RANGE), "
        "KeySchemaElement(attributeName=k2, keyType=RANGE)]' at 'keySchema' failed to satisfy constraint: "
        "Member must have length less than or equal to 2",
    ),
    (
        "CreateTable",
        {"TableName": "abc", "KeySchema": [{"AttributeName": "pk", "KeyType": "INVALID"}]},
        "Value 'INVALID' at 'keySchema.1.member.keyType' failed to satisfy constraint: "
        "Member must satisfy enum value set: [HASH, RANGE]",
    ),
    (
        "CreateTable",
        {"TableName": "abc", "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "INVALID"}]},
        "Value 'INVALID' at 'attributeDefinitions.1.member.attributeType' failed to satisfy constraint: "
        "Member must satisfy enum value set: [B, N, S]",
    ),
    (
        "Query",
        {"TableName": "abc", "Select": "INVALID_VALUE"},
        "Value 'INVALID_VALUE' at 'select' failed to satisfy constraint: Member must satisfy enum value set: "
        "[SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]",
    ),
    (
        "Query",
        {"TableName": "abc", "Limit": 0},
        "Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ),
    (
        "Scan",
        {"TableName": "abc", "Limit": 0},
        "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ),
    (
        "BatchGetItem",
        {"RequestItems": {"a-table": {"Keys": [KEY] * 101}}},
        "Value at 'RequestItems.a-table.member.Keys' failed to satisfy constraint: "
        "Member must have length less than or equal to 100",
    ),
    (
        "TransactGetItems",
        {"TransactItems": []},
        "Value '[]' at 'transactItems' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1",
    ),
]


@pytest.mark.parametrize(("operation", "request_", "failure"), ONE_FAILURE)
def test_one_failure(operation: str, request_: Any, failure: str) -> None:
    error = refused(operation, request_)
    assert isinstance(error, ValidationException)
    assert error.message == f"1 validation error detected: {failure}"


OTHER_WORDS: list[tuple[str, Any, str]] = [
    ("CreateTable", {"KeySchema": []}, "The parameter 'TableName' is required but was not present in the request"),
    ("DescribeTable", {}, "The parameter 'TableName' is required but was not present in the request"),
    ("BatchGetItem", {"RequestItems": {}}, "The requestItems parameter is required for BatchGetItem"),
    ("BatchWriteItem", {"RequestItems": {}}, "The requestItems parameter is required for BatchWriteItem"),
    (
        "UpdateItem",
        {"TableName": "abc", "Key": KEY, "ExpressionAttributeNames": {"#n": "é" * 32_768}},
        "1 validation error detected: Attribute name is too large, must be less than 65536 bytes",
    ),
]


@pytest.mark.parametrize(("operation", "request_", "message"), OTHER_WORDS)
def test_the_services_own_words(operation: str, request_: Any, message: str) -> None:
    assert refused(operation, request_).message == message


def test_all_failures_are_reported_together() -> None:
    """Client developers fix them all at once; the conformance suite looks for all three names."""
    error = refused(
        "PutItem",
        {
            "TableName": "abc",
            "Item": KEY,
            "ReturnConsumedCapacity": "a",
            "ReturnItemCollectionMetrics": "b",
            "ReturnValues": "c",
        },
    )
    assert error.message == (
        "3 validation errors detected: "
        "Value 'c' at 'returnValues' failed to satisfy constraint: "
        "Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]; "
        "Value 'a' at 'returnConsumedCapacity' failed to satisfy constraint: "
        "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]; "
        "Value 'b' at 'returnItemCollectionMetrics' failed to satisfy constraint: "
        "Member must satisfy enum value set: [SIZE, NONE]"
    )


def test_at_most_ten_failures() -> None:
    error = refused("TransactGetItems", {"TransactItems": [{"Get": {}}] * 40})
    assert error.message.startswith("10 validation errors detected: ")
    assert error.message.count("failed to satisfy constraint") == 10


def test_a_batch_that_is_too_long_is_printed_whole() -> None:
    error = refused("BatchWriteItem", {"RequestItems": {"abc": [{"PutRequest": {"Item": KEY}}] * 26}})
    request = rf"WriteRequest\(putRequest=PutRequest\(item={{pk={VALUE}}}\), deleteRequest=null\)"
    pattern = (
        rf"1 validation error detected: Value '{{abc=\[{request}(, {request}){{25}}\]}}' at 'requestItems' failed to "
        r"satisfy constraint: Map value must satisfy constraint: \[Member must have length less than or equal to 25, "
        r"Member must have length greater than or equal to 1\]"
    )
    assert re.fullmatch(pattern, error.message)


def test_a_monstrous_value_is_not_echoed_whole() -> None:
    """The error must not be larger than what it complains about."""
    error = refused("BatchWriteItem", {"RequestItems": {"abc": [{}] * 100_000}})
    assert len(error.message) < 300_000


@pytest.mark.parametrize(
    ("operation", "request_", "path"),
    [
        ("BatchGetItem", {"RequestItems": {"abc": {}}}, "requestItems.abc.member.keys"),
        (
            "TransactWriteItems",
            {"TransactItems": [{}, {"Put": {"TableName": "abc"}}]},
            "transactItems.2.member.put.item",
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {"abc": [{"PutRequest": {}}]}},
            "requestItems.abc.member.1.member.putRequest.item",
        ),
        ("Query", {"TableName": "abc", "KeyConditions": {"a": {}}}, "keyConditions.a.member.comparisonOperator"),
    ],
)
def test_paths(operation: str, request_: Any, path: str) -> None:
    message = refused(operation, request_).message
    assert message == (
        f"1 validation error detected: Value null at '{path}' failed to satisfy constraint: Member must not be null"
    )


def test_elements_are_reported_for_their_list() -> None:
    error = refused("UntagResource", {"ResourceArn": "arn", "TagKeys": ["ok", ""]})
    assert error.message == (
        "1 validation error detected: Value '[ok, ]' at 'tagKeys' failed to satisfy constraint: Member must satisfy "
        "constraint: [Member must have length less than or equal to 128, "
        "Member must have length greater than or equal to 1]"
    )


def test_map_keys_are_reported_for_their_map() -> None:
    error = refused("BatchWriteItem", {"RequestItems": {"x!": [{}]}})
    assert error.message == (
        "1 validation error detected: Value '{x!=[WriteRequest(putRequest=null, deleteRequest=null)]}' at "
        "'requestItems' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less "
        "than or equal to 255, Member must have length greater than or equal to 3, Member must satisfy regular "
        "expression pattern: [a-zA-Z0-9_.-]+]"
    )


JAVA = "com.amazonaws.dynamodb.v20120810"
WRONG_JSON: list[tuple[str, Any, str]] = [
    ("GetItem", {"TableName": 5}, "NUMBER_VALUE cannot be converted to String"),
    ("GetItem", {"TableName": ["abc"]}, "Unrecognized collection type class java.lang.String"),
    ("GetItem", {"TableName": {}}, "Start of structure or map found where not expected"),
    ("GetItem", {"Key": "a"}, "Unexpected field type"),
    ("GetItem", {"Key": []}, f"Unrecognized collection type java.util.Map<java.lang.String, {JAVA}.AttributeValue>"),
    ("GetItem", {"Key": {"a": "b"}}, "Unexpected value type in payload"),
    ("GetItem", {"ConsistentRead": "true"}, "Unexpected token received from parser"),
    ("GetItem", {"ConsistentRead": 1}, "NUMBER_VALUE cannot be converted to Boolean"),
    ("GetItem", {"AttributesToGet": "a"}, "Unexpected field type"),
    ("GetItem", {"AttributesToGet": [1.5]}, "DECIMAL_VALUE cannot be converted to String"),
    ("Scan", {"Limit": "1"}, "STRING_VALUE cannot be converted to Integer"),
    ("Scan", {"Limit": True}, "TRUE_VALUE cannot be converted to Integer"),
    ("Scan", {"Limit": 2**31}, "NUMBER_VALUE cannot be converted to Integer"),
    ("CreateTable", {"ProvisionedThroughput": 1}, "Unexpected field type"),
    (
        "CreateTable",
        {"ProvisionedThroughput": []},
        f"Unrecognized collection type class {JAVA}.ProvisionedThroughput",
    ),
    ("CreateTable", {"KeySchema": ["pk"]}, "Unexpected value type in payload"),
    (
        "CreateTable",
        {"ProvisionedThroughput": {"ReadCapacityUnits": "5"}},
        "STRING_VALUE cannot be converted to Long",
    ),
    (
        "BatchWriteItem",
        {"RequestItems": []},
        f"Unrecognized collection type java.util.Map<java.lang.String, java.util.List<{JAVA}.WriteRequest>>",
    ),
    ("UpdateItem", {"AttributeUpdates": {"a": {"Value": "x"}}}, "Unexpected field type"),
    (
        "ExportTableToPointInTime",
        {"ExportTime": "2024"},
        "STRING_VALUE can not be converted to milliseconds since epoch",
    ),
]


@pytest.mark.parametrize(("operation", "request_", "message"), WRONG_JSON)
def test_wrong_json(operation: str, request_: Any, message: str) -> None:
    """Deserialisation comes first: that required members are missing as well is not mentioned."""
    error = refused(operation, request_)
    assert isinstance(error, SerializationException)
    assert error.message == message


@pytest.mark.parametrize("request_", [[], "a", 5, None, True])
def test_a_body_that_is_no_object(request_: object) -> None:
    error = refused("ListTables", request_)
    assert isinstance(error, SerializationException)
    assert error.message == ""


def test_explain_finds_what_is_wrong_inside_attribute_values() -> None:
    """The framework reads the whole body before anything else; an error found earlier must give way to it."""
    request = {"TableName": "abc", "Item": {"pk": {"S": "a"}, "deep": {"L": [{"M": {"n": {"N": 5}}}]}}}
    check("PutItem", request)
    error = explain("PutItem", request)
    assert isinstance(error, SerializationException)
    assert error.message == "NUMBER_VALUE cannot be converted to String"


def test_explain_says_nothing_of_a_good_request() -> None:
    assert (
        explain("PutItem", {"TableName": "abc", "Item": {"pk": {"BS": ["YQ=="]}, "m": {"M": {"a": {"L": []}}}}}) is None
    )


def test_explain_walks_any_depth() -> None:
    """The parser lets hundreds of levels through; none of them may exhaust the stack."""
    value: dict[str, Any] = {"S": 5}
    for _ in range(5_000):
        value = {"L": [{"M": {"a": value}}]}
    error = explain("PutItem", {"TableName": "abc", "Item": {"deep": value}})
    assert isinstance(error, SerializationException)


def test_null_members_are_absent() -> None:
    """Several SDKs write null for what was not set."""
    check("GetItem", {"TableName": "abc", "Key": KEY, "ConsistentRead": None, "ProjectionExpression": None})
    assert "Value null at 'key'" in refused("GetItem", {"TableName": "abc", "Key": None}).message


def test_unknown_members_are_ignored() -> None:
    """Clients newer than the model send members it doesn't know."""
    check("GetItem", {"TableName": "abc", "Key": KEY, "FromTheFuture": {"a": [1]}})


def test_numbers_with_a_fraction_are_cut_off() -> None:
    """JSON writers of languages with one kind of number send 5.0 for 5."""
    request: dict[str, Any] = {"TableName": "abc", "Limit": 5.0}
    check("Scan", request)
    assert request["Limit"] == 5
    assert type(request["Limit"]) is int


def test_table_arns_are_accepted_where_the_api_says_so() -> None:
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/abc"
    check("GetItem", {"TableName": arn, "Key": KEY})
    check("BatchGetItem", {"RequestItems": {arn: {"Keys": [KEY]}}})
    check("TransactGetItems", {"TransactItems": [{"Get": {"TableName": arn, "Key": KEY}}]})
    assert "TableArn" in refused("BatchGetItem", {"RequestItems": {arn + "/index/i": {"Keys": [KEY]}}}).message
