"""BatchGetItem, BatchWriteItem, TransactGetItems, TransactWriteItems."""

from __future__ import annotations

from typing import Any

from tests.api.checks.fixtures import KEY
from tests.api.checks.table import (
    ABSENT,
    CAPACITY,
    INVALID,
    MIXED,
    NOT_VALID,
    OURS,
    SEEN,
    Body,
    Check,
    Operation,
    Spoil,
    Stage,
    broken,
    constraint,
    json_stage,
    n,
    s,
)
from tests.api.checks.values import value_checks

KEYS_OF_MAP = (
    "Map keys must satisfy constraint: [Member must have length less than or equal to 255, Member must have length "
    "greater than or equal to 3, Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]"
)
JSON = json_stage("ReturnConsumedCapacity")
NO_SCHEMA = "The provided key element does not match the schema"


def many(count: int) -> list[dict[str, Any]]:
    return [{"pk": s(str(number)), "sk": s("b")} for number in range(count)]


BATCH_GET_ITEM = Operation(
    "BatchGetItem",
    {"RequestItems": {"range": {"Keys": [KEY]}}},
    [
        JSON,
        Stage(
            "The model's constraints, all broken ones together",
            [
                Check("validation.one_of", {"ReturnConsumedCapacity": "BOGUS"}, broken(CAPACITY), SEEN),
                Check(
                    "validation.map_keys",
                    {"RequestItems": {"a!b": {"Keys": [KEY]}, "range": ABSENT}},
                    broken(
                        constraint(
                            '{"a!b":{"Keys":[{"pk":{"S":"a"},"sk":{"S":"b"}}]}}',
                            "requestItems",
                            KEYS_OF_MAP,
                        )
                    ),
                    SEEN,
                    begins="1 validation error detected: Value '{",
                ),
            ],
        ),
        Stage(
            "There is something to read, and not too much",
            [
                Check(
                    "validation.request_items_required",
                    Body(b'{"RequestItems": {}}'),
                    "The requestItems parameter is required for BatchGetItem",
                    SEEN,
                ),
                Check(
                    "validation.constraint_failed_by_hand",
                    {"RequestItems": {"range": {"Keys": many(101)}}},
                    "1 validation error detected: Value at 'RequestItems.range.member.Keys' failed to satisfy "
                    "constraint: Member must have length less than or equal to 100",
                    SEEN,
                ),
                Check(
                    "batches.too_many_items",
                    {"RequestItems": {"range": {"Keys": many(60)}, "indexed": {"Keys": many(60)}}},
                    "Too many items requested for the BatchGetItem call",
                    SEEN,
                ),
            ],
        ),
        Stage(
            "The values of Keys, then the projection, table by table",
            [
                *value_checks(lambda value: {"RequestItems": {"range": {"Keys": {0: {"bad": value}}}}})[:2],
                Check(
                    "expressions.paths_overlap",
                    {"RequestItems": {"range": {"ProjectionExpression": "a, a"}}},
                    "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite "
                    "one of these paths; path one: [a], path two: [a]",
                    SEEN,
                ),
            ],
        ),
        Stage(
            "Expressions and legacy parameters do not mix, across tables",
            [
                Check(
                    "expressions.expression_and_legacy",
                    {
                        "RequestItems": {
                            "range": {"ProjectionExpression": "a"},
                            "indexed": {"Keys": [KEY], "AttributesToGet": ["a"]},
                        }
                    },
                    MIXED + "{AttributesToGet} Expression parameters: {ProjectionExpression}",
                    SEEN,
                    begins=MIXED,
                )
            ],
        ),
        Stage(
            "The tables exist; keys fit theirs, and no two are the same",
            [
                Check(
                    "tables.table_not_found",
                    {"RequestItems": {"absent": {"Keys": [KEY]}}},
                    "Requested resource not found",
                    SEEN,
                    "ResourceNotFoundException",
                ),
                Check(
                    "items.key_does_not_match_schema",
                    {"RequestItems": {"range": {"Keys": {0: {"sk": ABSENT}}}}},
                    NO_SCHEMA,
                    SEEN,
                ),
                Check(
                    "items.duplicate_item_keys",
                    {"RequestItems": {"range": {"Keys": {1: KEY}}}},
                    "Provided list of item keys contains duplicates",
                    SEEN,
                ),
            ],
        ),
    ],
)

PUT = {"PutRequest": {"Item": KEY}}


def write(spoil: Spoil) -> Spoil:
    """To the first write of the batch."""
    return {"RequestItems": {"indexed": {0: spoil}}}


BATCH_WRITE_ITEM = Operation(
    "BatchWriteItem",
    {"RequestItems": {"indexed": [PUT]}},
    [
        JSON,
        Stage(
            "The model's constraints, all broken ones together",
            [
                Check(
                    "validation.one_of",
                    {"ReturnItemCollectionMetrics": "BOGUS"},
                    broken(
                        constraint(
                            "BOGUS", "returnItemCollectionMetrics", "Member must satisfy enum value set: [SIZE, NONE]"
                        )
                    ),
                    SEEN,
                ),
                Check(
                    "validation.map_values",
                    {"RequestItems": {"indexed": []}},
                    broken(
                        constraint(
                            "{indexed=[]}",
                            "requestItems",
                            "Map value must satisfy constraint: [Member must have length less than or equal to 25, "
                            "Member must have length greater than or equal to 1]",
                        )
                    ),
                    SEEN,
                    begins="1 validation error detected: Value '{",
                ),
            ],
        ),
        Stage(
            "The names of tables; something to write",
            [
                Check(
                    "validation.map_keys",
                    {"RequestItems": {"a!b": [{}], "indexed": ABSENT}},
                    broken(
                        constraint(
                            "{a!b=[WriteRequest(putRequest=null, deleteRequest=null)]}", "requestItems", KEYS_OF_MAP
                        )
                    ),
                    SEEN,
                    begins="1 validation error detected: Value '{",
                ),
                Check(
                    "validation.request_items_required",
                    Body(b'{"RequestItems": {}}'),
                    "The requestItems parameter is required for BatchWriteItem",
                    SEEN,
                ),
            ],
        ),
        Stage(
            "Not too much is written",
            [
                Check(
                    "batches.too_many_items",
                    {
                        "RequestItems": {
                            "range": [{"DeleteRequest": {"Key": key}} for key in many(13)],
                            "hash": [{"DeleteRequest": {"Key": {"pk": key["pk"]}}} for key in many(13)],
                        }
                    },
                    "Too many items requested for the BatchWriteItem call",
                    SEEN,
                )
            ],
        ),
        Stage(
            "Each write by itself: one kind, good values, not too large",
            [
                Check(
                    "batches.not_one_write_request",
                    write({"DeleteRequest": {"Key": KEY}}),
                    "Supplied WriteRequest must contain exactly one of PutRequest or DeleteRequest",
                    SEEN,
                ),
                *value_checks(lambda value: write({"PutRequest": {"Item": {"bad": value}}})),
                Check(
                    "items.item_too_large",
                    write({"PutRequest": {"Item": {"large": s("x" * 409_600)}}}),
                    "Item size has exceeded the maximum allowed size",
                    SEEN,
                ),
            ],
        ),
        Stage(
            "The tables exist, and keys fit theirs",
            [
                Check(
                    "tables.table_not_found",
                    {"RequestItems": {"absent": [PUT]}},
                    "Requested resource not found",
                    SEEN,
                    "ResourceNotFoundException",
                ),
                Check(
                    "items.key_does_not_match_schema",
                    write({"PutRequest": {"Item": {"sk": ABSENT}}}),
                    NO_SCHEMA,
                    SEEN,
                ),
                Check(
                    "items.index_key_type_mismatch",
                    write({"PutRequest": {"Item": {"g": n(1)}}}),
                    INVALID + "Type mismatch for Index Key g Expected: S Actual: N IndexName: global",
                    SEEN,
                ),
            ],
        ),
        Stage(
            "No two writes are of one item",
            [
                Check(
                    "items.duplicate_item_keys",
                    {"RequestItems": {"indexed": {1: PUT}}},
                    "Provided list of item keys contains duplicates",
                    SEEN,
                )
            ],
        ),
    ],
)

SEVERAL = Stage(
    "No two actions are of one item",
    [
        Check(
            "items.several_operations_on_one_item",
            {"TransactItems": {13: {"Delete": {"TableName": "range", "Key": KEY}}}},
            "Transaction request cannot include multiple operations on one item",
            SEEN,
        )
    ],
)
CANCELLED = "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]"


def get(spoil: Spoil) -> Spoil:
    """To the first Get of the transaction."""
    return {"TransactItems": {0: {"Get": spoil}}}


def in_transaction(spoil: Spoil) -> Check:
    return Check("tables.table_not_found", spoil, "Requested resource not found", SEEN, "ResourceNotFoundException")


def length(items: str) -> Check:
    return Check(
        "validation.at_least",
        {"TransactItems": []},
        broken(constraint("[]", items, "Member must have length greater than or equal to 1")),
        SEEN,
    )


TRANSACT_GET_ITEMS = Operation(
    "TransactGetItems",
    {"TransactItems": [{"Get": {"TableName": "range", "Key": KEY}}]},
    [
        JSON,
        Stage(
            "The model's constraints, all broken ones together",
            [
                length("transactItems"),
                Check("validation.one_of", {"ReturnConsumedCapacity": "BOGUS"}, broken(CAPACITY), SEEN),
            ],
        ),
        Stage(
            "Each Get by itself: the values of its key, then its projection",
            [
                *value_checks(lambda value: get({"Key": {"bad": value}}))[:3],
                Check(
                    "expressions.paths_overlap",
                    get({"ProjectionExpression": "a, a"}),
                    "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite "
                    "one of these paths; path one: [a], path two: [a]",
                    SEEN,
                ),
            ],
        ),
        Stage("The tables exist", [in_transaction(get({"TableName": "absent"}))]),
        Stage(
            "The keys fit their tables",
            [
                Check(
                    "items.transaction_canceled",
                    get({"Key": {"sk": ABSENT}}),
                    CANCELLED.format("ValidationError"),
                    SEEN,
                    "TransactionCanceledException",
                    begins=CANCELLED.format("ValidationError").removesuffix("]"),
                ),
                Check(
                    "items.empty_key_value",
                    get({"Key": {"sk": s("")}}),
                    NOT_VALID + "The AttributeValue for a key attribute cannot contain an empty string value. Key: sk",
                    SEEN,
                ),
            ],
        ),
        Stage(
            "No two Gets are of one item",
            [
                Check(
                    "items.several_operations_on_one_item",
                    {
                        "TransactItems": {
                            1: {"Get": {"TableName": "indexed", "Key": KEY}},
                            2: {"Get": {"TableName": "indexed", "Key": KEY}},
                        }
                    },
                    "Transaction request cannot include multiple operations on one item",
                    SEEN,
                )
            ],
        ),
    ],
)


def put(spoil: Spoil) -> Spoil:
    """To the transaction's Put."""
    return {"TransactItems": {0: {"Put": spoil}}}


def update(spoil: Spoil) -> Spoil:
    """To the transaction's Update."""
    return {"TransactItems": {1: {"Update": spoil}}}


LARGE = [{"Put": {"TableName": "range", "Item": {**key, "large": s("x" * 400_000)}}} for key in many(11)]

TRANSACT_WRITE_ITEMS = Operation(
    "TransactWriteItems",
    {
        "TransactItems": [
            {"Put": {"TableName": "indexed", "Item": KEY}},
            {"Update": {"TableName": "range", "Key": KEY, "UpdateExpression": "REMOVE z"}},
        ]
    },
    [
        JSON,
        Stage(
            "The model's constraints, all broken ones together",
            [
                length("transactItems"),
                Check(
                    "validation.at_most",
                    {"ClientRequestToken": "x" * 37},
                    broken(
                        constraint("x" * 37, "clientRequestToken", "Member must have length less than or equal to 36")
                    ),
                    SEEN,
                ),
            ],
        ),
        Stage(
            "Each item is one action",
            [
                Check(
                    "batches.not_one_transaction_action",
                    {"TransactItems": {2: {}}},
                    "TransactItems can only contain one of Check, Put, Update or Delete",
                    SEEN,
                )
            ],
        ),
        Stage(
            "Each action by itself, in their order: values, expressions, placeholders, size",
            [
                *value_checks(lambda value: put({"Item": {"bad": value}})),
                Check(
                    "expressions.syntax_error",
                    put({"ConditionExpression": "a = = b"}),
                    'Invalid ConditionExpression: Syntax error; token: "=", near: "= = b"',
                    SEEN,
                ),
                Check(
                    "items.item_too_large",
                    put({"Item": {"large": s("x" * 409_600)}}),
                    "Item size has exceeded the maximum allowed size",
                    SEEN,
                ),
                Check(
                    "expressions.placeholders_unused",
                    update({"UpdateExpression": "REMOVE a", "ExpressionAttributeNames": {"#a": "a"}}),
                    "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}",
                    SEEN,
                ),
            ],
        ),
        Stage(
            "The transaction is not too large",
            [
                Check(
                    "batches.transaction_too_large",
                    {"TransactItems": dict(enumerate(LARGE, start=2))},
                    "Transaction request size exceeds the limit: the items together are larger than 4 MB",
                    OURS,
                )
            ],
        ),
        Stage("The tables exist", [in_transaction(put({"TableName": "absent"}))]),
        Stage(
            "An action that does not fit its table: told of the whole request, or a reason to cancel",
            [
                Check(
                    "items.empty_key_value",
                    put({"Item": {"sk": s("")}}),
                    NOT_VALID + "The AttributeValue for a key attribute cannot contain an empty string value. Key: sk",
                    SEEN,
                ),
                Check(
                    "items.transaction_canceled",
                    put({"Item": {"sk": n(1)}}),
                    CANCELLED.format("ValidationError, None"),
                    SEEN,
                    "TransactionCanceledException",
                    begins=CANCELLED.format("ValidationError, None").removesuffix("]"),
                ),
            ],
        ),
        SEVERAL,
        Stage(
            "The conditions hold",
            [
                Check(
                    "items.condition_failed",
                    update({"ConditionExpression": "attribute_not_exists(pk)"}),
                    CANCELLED.format("None, ConditionalCheckFailed"),
                    SEEN,
                    "TransactionCanceledException",
                )
            ],
        ),
    ],
)

TABLES = [BATCH_GET_ITEM, BATCH_WRITE_ITEM, TRANSACT_GET_ITEMS, TRANSACT_WRITE_ITEMS]
