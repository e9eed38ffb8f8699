"""GetItem, Query, Scan."""

from __future__ import annotations

from typing import Any

from tests.api.checks.fixtures import KEY
from tests.api.checks.item_writes import constraints, key_stage
from tests.api.checks.table import (
    ABSENT,
    INVALID,
    MIXED,
    REPORT,
    SEEN,
    Check,
    Operation,
    Request,
    Stage,
    absent_table,
    json_stage,
    n,
    s,
)
from tests.api.checks.values import OVERFLOW, value_checks


def projection(place: str = "") -> Stage:
    """A read's ProjectionExpression, or AttributesToGet."""
    return Stage(
        "The projection",
        [
            Check(
                "expressions.empty_expression",
                {"ProjectionExpression": ""},
                "Invalid ProjectionExpression: The expression can not be empty;",
                SEEN,
            ),
            Check(
                "expressions.paths_overlap",
                {"ProjectionExpression": "a, a.b"},
                "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one "
                "of these paths; path one: [a], path two: [a, b]",
                SEEN,
            ),
            Check(
                "expressions.duplicate_attribute_to_get",
                {"AttributesToGet": ["a", "a"]},
                INVALID + "Duplicate value in attribute name: a",
                SEEN,
            ),
        ],
    )


MIXING = Stage(
    "Expressions and legacy parameters do not mix",
    [
        Check(
            "expressions.expression_and_legacy",
            {"AttributesToGet": ["a"], "ProjectionExpression": "a"},
            MIXED + "{AttributesToGet} Expression parameters: {ProjectionExpression}",
            SEEN,
            begins=MIXED,
        )
    ],
)
UNUSED_NAME = Check(
    "expressions.placeholders_unused",
    {"ProjectionExpression": "a", "ExpressionAttributeNames": {"#a": "a"}},
    "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}",
    SEEN,
)

GET_ITEM = Operation(
    "GetItem",
    {"TableName": "range", "Key": KEY},
    [
        json_stage(),
        constraints(),
        Stage(
            "The values of Key",
            [
                Check("attribute_values.number_overflow", {"Key": {"pk": n("1e126")}}, OVERFLOW, SEEN),
                Check(
                    "attribute_values.in_newer_words",
                    {"Key": {"pk": {"NS": ["1", "1"]}}},
                    INVALID + "Input collection contains duplicates.",
                    SEEN,
                ),
            ],
        ),
        MIXING,
        Stage(projection().title, projection().checks, apart="both say what the projection is"),
        Stage(
            "Placeholders are used and defined",
            [
                UNUSED_NAME,
                Check(
                    "expressions.names_without_expression",
                    {"ExpressionAttributeNames": {"#a": "a"}, "ProjectionExpression": ABSENT},
                    "ExpressionAttributeNames can only be specified when using expressions",
                    SEEN,
                ),
            ],
        ),
        absent_table({"TableName": "absent"}),
        key_stage("Key"),
    ],
)

SELECT = Stage(
    "Select goes with the projection",
    [
        Check(
            "reads.projection_with_select",
            {"Select": "COUNT", "ProjectionExpression": "a"},
            "Cannot specify the ProjectionExpression when choosing to get only the Count",
            SEEN,
        ),
        Check(
            "reads.projection_with_select",
            {"Select": "ALL_ATTRIBUTES", "AttributesToGet": ["a"]},
            "Cannot specify the AttributesToGet when choosing to get ALL_ATTRIBUTES",
            SEEN,
        ),
        Check(
            "reads.specific_attributes_missing",
            {"Select": "SPECIFIC_ATTRIBUTES", "ProjectionExpression": ABSENT},
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
            SEEN,
        ),
        Check(
            "reads.projected_attributes_without_index",
            {"Select": "ALL_PROJECTED_ATTRIBUTES", "IndexName": ABSENT},
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
            SEEN,
        ),
    ],
)
INDEX = Stage(
    "The index exists and can be read so",
    [
        Check(
            "tables.index_not_found",
            {"IndexName": "absent"},
            "The table does not have the specified index: absent",
            SEEN,
        ),
        Check(
            "tables.consistent_read_of_global_index",
            {"IndexName": "global", "ConsistentRead": True},
            "Consistent reads are not supported on global secondary indexes",
            SEEN,
        ),
    ],
)


def filter_stage(apart: str) -> Stage:
    return Stage(
        "The filter's grammar",
        [
            Check(
                "expressions.syntax_error",
                {"FilterExpression": "a = = b"},
                'Invalid FilterExpression: Syntax error; token: "=", near: "= = b"',
                SEEN,
            )
        ],
        apart,
    )


SCAN = Operation(
    "Scan",
    {"TableName": "indexed"},
    [
        json_stage(),
        constraints(
            Check(
                "validation.at_least",
                {"Limit": 0},
                "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have "
                "value greater than or equal to 1",
                SEEN,
            )
        ),
        Stage(
            "Segment and TotalSegments",
            [
                Check(
                    "reads.total_segments_missing",
                    {"Segment": 0},
                    "The TotalSegments parameter is required but was not present in the request when Segment parameter "
                    "is present",
                    SEEN,
                ),
                Check(
                    "reads.segment_missing",
                    {"TotalSegments": 2},
                    "The Segment parameter is required but was not present in the request when parameter TotalSegments "
                    "is present",
                    SEEN,
                ),
                Check(
                    "reads.segment_too_large",
                    {"Segment": 2, "TotalSegments": 2},
                    "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is "
                    "not less than TotalSegments: 2",
                    SEEN,
                ),
            ],
        ),
        MIXING,
        Stage(
            "ConditionalOperator",
            [
                Check(
                    "expressions.conditional_operator_without_conditions",
                    {"ConditionalOperator": "AND", "ScanFilter": ABSENT},
                    "ConditionalOperator cannot be used without Filter or Expected",
                    REPORT,
                )
            ],
        ),
        projection(),
        SELECT,
        filter_stage(""),
        Stage(
            "The filter's placeholders",
            [
                Check(
                    "expressions.undefined_value",
                    {"FilterExpression": "a = :undefined"},
                    "Invalid FilterExpression: An expression attribute value used in expression is not defined; "
                    "attribute value: :undefined",
                    SEEN,
                ),
                Check(
                    "expressions.values_without_expression",
                    {"ExpressionAttributeValues": {":v": s("x")}},
                    "ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null",
                    SEEN,
                ),
            ],
        ),
        absent_table({"TableName": "absent"}),
        INDEX,
        Stage(
            "The index has what is asked for",
            [
                Check(
                    "reads.all_attributes_not_in_index",
                    {"IndexName": "global", "Select": "ALL_ATTRIBUTES"},
                    INVALID + "Select type ALL_ATTRIBUTES is not supported for global secondary index global because "
                    "its projection type is not ALL",
                    SEEN,
                ),
                Check(
                    "reads.attributes_not_in_index",
                    {"IndexName": "global", "ProjectionExpression": "text2, map2"},
                    INVALID + "Global secondary index global does not project [map2, text2]",
                    SEEN,
                ),
            ],
        ),
        Stage(
            "ExclusiveStartKey",
            [
                Check(
                    "reads.start_key_not_of_table",
                    {"ExclusiveStartKey": {"pk": s("a")}},
                    "The provided starting key is invalid: The provided key element does not match the schema",
                    SEEN,
                ),
                Check(
                    "reads.start_key_invalid",
                    {"IndexName": "local", "ExclusiveStartKey": {"pk": s("a")}},
                    "The provided starting key is invalid",
                    SEEN,
                ),
                Check(
                    "reads.start_key_of_other_segment",
                    {"ExclusiveStartKey": KEY, "Segment": 999_999, "TotalSegments": 1_000_000},
                    "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey "
                    "with correct Segment. TotalSegments: 1000000 Segment: 999999",
                    SEEN,
                ),
            ],
        ),
    ],
)


def key_condition(text: str, **values: Any) -> Request:
    """Of a query whose values are :p, unless others are given."""
    spoil: Request = {"KeyConditionExpression": text}
    if values:
        spoil["ExpressionAttributeValues"] = {f":{name}": value for name, value in values.items()}
    return spoil


def legacy(*conditions: tuple[str, str, list[Any]], **more: Any) -> Request:
    return {
        "KeyConditionExpression": ABSENT,
        "ExpressionAttributeValues": ABSENT,
        "KeyConditions": {
            name: {"ComparisonOperator": operator, "AttributeValueList": arguments}
            for name, operator, arguments in conditions
        },
        **more,
    }


IN_KEYS = "Invalid condition in KeyConditionExpression: "
OF_KEYS = "Invalid KeyConditionExpression: KeyConditionExpressions "
P = ("pk", "EQ", [s("a")])

QUERY = Operation(
    "Query",
    {
        "TableName": "indexed",
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": s("a")},
    },
    [
        json_stage(),
        Stage(
            "ConditionalOperator's value",
            [
                Check(
                    "validation.conditional_operator_unknown",
                    {"ConditionalOperator": "XOR"},
                    "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]",
                    SEEN,
                    begins="Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]",
                )
            ],
        ),
        constraints(),
        Stage(
            "Limit",
            [
                Check(
                    "validation.constraint_failed_by_hand",
                    {"Limit": 0},
                    "1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have "
                    "value greater than or equal to 1",
                    SEEN,
                )
            ],
        ),
        Stage(
            "Expressions and legacy parameters do not mix",
            [
                Check(
                    "expressions.expression_and_legacy",
                    {
                        "KeyConditionExpression": "pk = :p",
                        "QueryFilter": {"a": {"ComparisonOperator": "NULL"}},
                    },
                    MIXED + "{QueryFilter} Expression parameters: {KeyConditionExpression}",
                    SEEN,
                    begins=MIXED,
                )
            ],
        ),
        Stage(
            "The values of ExpressionAttributeValues",
            value_checks(lambda value: {"ExpressionAttributeValues": {":p": value}})[:5],
        ),
        Stage(projection().title, projection().checks[:2]),
        Stage(SELECT.title, [SELECT.checks[0], *SELECT.checks[2:]]),
        filter_stage(""),
        Stage(
            "The key condition's grammar",
            [
                Check(
                    "reads.key_condition_missing",
                    {
                        "KeyConditionExpression": ABSENT,
                        "KeyConditions": ABSENT,
                        "ExpressionAttributeValues": ABSENT,
                    },
                    "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
                    SEEN,
                ),
                Check(
                    "expressions.syntax_error",
                    key_condition("pk = = :p"),
                    'Invalid KeyConditionExpression: Syntax error; token: "=", near: "= = :p"',
                    SEEN,
                ),
            ],
        ),
        Stage(
            "What a key condition may say",
            [
                Check(
                    "expressions.key_operator_not_allowed",
                    key_condition("pk = :p OR sk = :p"),
                    "Invalid operator used in KeyConditionExpression: OR",
                    SEEN,
                ),
                Check(
                    "expressions.key_condition_nested_operation",
                    key_condition("size(pk) = :p"),
                    OF_KEYS + "cannot contain nested operations",
                    SEEN,
                ),
                Check(
                    "expressions.key_condition_nested_attribute",
                    key_condition("pk.x = :p"),
                    OF_KEYS + "cannot have conditions on nested attributes",
                    SEEN,
                ),
                Check(
                    "expressions.several_conditions_per_key",
                    key_condition("pk = :p AND pk = :p"),
                    OF_KEYS + "must only contain one condition per key",
                    SEEN,
                ),
                Check(
                    "expressions.key_condition_several_names",
                    key_condition("pk = sk AND pk = :p"),
                    IN_KEYS + "multiple attribute names used in one condition",
                    SEEN,
                ),
                Check(
                    "expressions.key_condition_without_name",
                    key_condition(":p = :p"),
                    IN_KEYS + "No key attribute specified",
                    SEEN,
                ),
                Check(
                    "expressions.key_condition_name_not_first",
                    key_condition("begins_with(:p, sk)"),
                    IN_KEYS + "begins_with operator must have the key attribute as its first operand",
                    SEEN,
                ),
            ],
            apart="both say what the key condition is",
        ),
        Stage(
            "Placeholders are used and defined",
            [
                Check(
                    "expressions.placeholders_unused",
                    {"ExpressionAttributeValues": {":v": s("x")}},
                    "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}",
                    SEEN,
                )
            ],
        ),
        absent_table({"TableName": "absent"}),
        INDEX,
        Stage(
            "The key condition fits the keys",
            [
                Check(
                    "expressions.key_condition_missing",
                    key_condition("sk = :p"),
                    "Query condition missed key schema element: pk",
                    SEEN,
                ),
                Check(
                    "expressions.key_condition_not_supported",
                    key_condition("pk > :p"),
                    "Query key condition not supported",
                    SEEN,
                ),
                Check(
                    "expressions.key_condition_type_mismatch",
                    key_condition("pk = :p", p=n(1)),
                    INVALID + "Condition parameter type does not match schema type",
                    SEEN,
                ),
                Check(
                    "expressions.key_condition_count",
                    legacy(P, ("sk", "EQ", [s("b")]), ("x", "EQ", [s("b")])),
                    "Conditions can be of length 1 or 2 only",
                    SEEN,
                ),
                Check(
                    "expressions.key_condition_not_indexable",
                    legacy(P, ("sk", "CONTAINS", [s("b")])),
                    "Attempted conditional constraint is not an indexable operation",
                    SEEN,
                ),
                Check(
                    "expressions.too_many_key_conditions",
                    {
                        "IndexName": "several",
                        **legacy(*((name, "EQ", [s("x")]) for name in ("g", "h", "r", "q", "a"))),
                    },
                    "The number of query conditions (5) exceeds the number of key attributes defined in the schema (4)",
                    SEEN,
                ),
                Check(
                    "expressions.range_keys_without_equality",
                    {"IndexName": "several", **key_condition("g = :p AND h = :p AND r > :p AND q = :p")},
                    "RANGE key attributes r must have equality conditions specified in the query because a condition "
                    "is present on key attribute q",
                    SEEN,
                ),
                Check(
                    "items.empty_key_value",
                    key_condition("pk = :p", p=s("")),
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
                    "an empty string value. Key: pk",
                    SEEN,
                ),
            ],
        ),
        Stage(
            "The filter leaves the keys alone",
            [
                Check(
                    "reads.filter_on_key",
                    {"FilterExpression": "sk = :p", "IndexName": ABSENT},
                    "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk",
                    SEEN,
                ),
                Check(
                    "reads.legacy_filter_on_key",
                    legacy(P, QueryFilter={"sk": {"ComparisonOperator": "NOT_NULL"}}, IndexName=ABSENT),
                    "QueryFilter can only contain non-primary key attributes: Primary key attribute: sk",
                    SEEN,
                ),
            ],
        ),
        Stage(
            "The index has what is asked for",
            [
                Check(
                    "reads.all_attributes_not_in_index",
                    {
                        "IndexName": "global",
                        "Select": "ALL_ATTRIBUTES",
                        "KeyConditionExpression": "g = :p",
                    },
                    INVALID + "Select type ALL_ATTRIBUTES is not supported for global secondary index global because "
                    "its projection type is not ALL",
                    SEEN,
                )
            ],
            apart="a filter on a key and the index's lack need indexes of their own",
        ),
        Stage(
            "ExclusiveStartKey",
            [
                Check(
                    "reads.start_key_invalid",
                    {"ExclusiveStartKey": {"pk": s("a")}},
                    "The provided starting key is invalid",
                    SEEN,
                ),
                Check(
                    "reads.start_key_outside_query",
                    {"ExclusiveStartKey": {"pk": s("other"), "sk": s("b")}},
                    "The provided starting key is outside query boundaries based on provided conditions",
                    SEEN,
                ),
                Check(
                    "reads.start_key_outside_range",
                    {
                        **key_condition("pk = :p AND sk > :z", p=s("a"), z=s("z")),
                        "ExclusiveStartKey": KEY,
                    },
                    "The provided starting key does not match the range key predicate",
                    SEEN,
                ),
            ],
        ),
    ],
)

TABLES = [GET_ITEM, QUERY, SCAN]
