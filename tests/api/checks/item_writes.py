"""PutItem, UpdateItem, DeleteItem."""

from __future__ import annotations

from typing import Any

from tests.api.checks.expressions import CONDITION_SYNTAX, UPDATE_EXPRESSIONS, WRONG_ACTION_OPERAND
from tests.api.checks.fixtures import KEY
from tests.api.checks.table import (
    ABSENT,
    CAPACITY,
    INVALID,
    MIXED,
    MODEL,
    NOT_NULL,
    NOT_VALID,
    OURS,
    REPORT,
    SEEN,
    Check,
    Operation,
    Request,
    Spoil,
    Stage,
    absent_table,
    broken,
    constraint,
    json_stage,
    n,
    s,
)
from tests.api.checks.values import value_checks, value_json_checks

WRAPPED = "ExpressionAttributeValues contains invalid value: {} for key :v"
ARN = "arn:aws:dynamodb:us-east-1:1:table/x"
TRUE = "attribute_exists(pk) OR attribute_not_exists(pk)"


def constraints(*more: Check) -> Stage:
    """What the model's constraints say of any operation on one item."""
    return Stage(
        "The model's constraints, all broken ones together",
        [
            Check("validation.failure", {"TableName": ABSENT}, broken(constraint(None, "tableName", NOT_NULL)), SEEN),
            Check(
                "validation.at_least",
                {"TableName": ""},
                broken(constraint("", "tableName", "Member must have length greater than or equal to 1")),
                SEEN,
            ),
            Check(
                "validation.at_most",
                {"TableName": "x" * 256},
                broken(constraint("x" * 256, "tableName", "Member must have length less than or equal to 255")),
                SEEN,
            ),
            Check(
                "validation.matches",
                {"TableName": "a!b"},
                broken(
                    constraint(
                        "a!b",
                        "tableName",
                        "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
                    )
                ),
                SEEN,
            ),
            Check(
                "validation.invalid_table_arn",
                {"TableName": ARN},
                f"Invalid TableArn: Invalid ResourceArn provided as input {ARN}",
                OURS,
            ),
            Check("validation.one_of", {"ReturnConsumedCapacity": "BOGUS"}, broken(CAPACITY), MODEL),
            *more,
        ],
    )


RETURN_VALUES = Stage(
    "ReturnValues",
    [
        Check(
            "requests.return_values_not_allowed",
            {"ReturnValues": "UPDATED_NEW"},
            "ReturnValues can only be ALL_OLD or NONE",
            SEEN,
        )
    ],
)


def value_stage(member: str) -> Stage:
    return Stage(
        f"The values of {member}",
        [
            *value_checks(lambda value: {member: {"bad": value}}),
            Check(
                "attribute_values.empty_attribute_name",
                {member: {"": s("x")}},
                "Empty attribute name",
                SEEN,
            ),
            Check(
                "attribute_values.attribute_name_too_long",
                {member: {"x" * 65536: s("x")}},
                "1 validation error detected: Attribute name is too large, must be less than 65536 bytes",
                SEEN,
            ),
        ],
    )


MIXING = Stage(
    "Expressions and legacy parameters do not mix",
    [
        Check(
            "expressions.expression_and_legacy",
            {"Expected": {"a": {"Exists": False}}, "ConditionExpression": TRUE},
            "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
            "{Expected} Expression parameters: {ConditionExpression}",
            SEEN,
            begins=MIXED,
        )
    ],
)
CONDITIONAL_OPERATOR = Stage(
    "ConditionalOperator",
    [
        Check(
            "expressions.conditional_operator_without_conditions",
            {"ConditionalOperator": "AND", "Expected": ABSENT},
            "ConditionalOperator cannot be used without Filter or Expected",
            REPORT,
        ),
        Check(
            "expressions.conditional_operator_with_one_condition",
            {"ConditionalOperator": "AND", "Expected": {"a": {"Exists": False}}},
            "ConditionalOperator can only be used when Filter or Expected has two or more elements",
            SEEN,
        ),
    ],
)


def expression_values(spoil: Spoil) -> Stage:
    """`spoil` makes use of :v."""

    def place(value: Any) -> Spoil:
        assert isinstance(spoil, dict)
        return {**spoil, "ExpressionAttributeValues": {":v": value}}

    checks = [
        check for check in value_checks(place, WRAPPED) if check.constructor != "attribute_values.nested_too_deep"
    ]
    return Stage(
        "The values of ExpressionAttributeValues",
        [
            *checks,
            Check(
                "expressions.expression_value_invalid",
                place({"N": "abc"}),
                WRAPPED.format("The parameter cannot be converted to a numeric value: abc"),
                SEEN,
            ),
        ],
        apart="ConditionalOperator goes with the legacy parameters alone",
    )


EXPECTED: list[tuple[str, Request, str]] = [
    (
        "value_and_list",
        {"Value": s("x"), "AttributeValueList": [s("x")], "ComparisonOperator": "EQ"},
        "Value and AttributeValueList cannot be used together for Attribute: a",
    ),
    (
        "exists_and_operator",
        {"Exists": True, "ComparisonOperator": "NULL"},
        "Exists and ComparisonOperator cannot be used together for Attribute: a",
    ),
    (
        "operator_without_value",
        {"ComparisonOperator": "EQ"},
        "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: a",
    ),
    (
        "list_without_operator",
        {"AttributeValueList": [s("x")]},
        "AttributeValueList can only be used with a ComparisonOperator for Attribute: a",
    ),
    ("exists_without_value", {"Exists": True}, "Value must be provided when Exists is true for Attribute: a"),
    ("exists_without_value", {}, "Value must be provided when Exists is null for Attribute: a"),
    (
        "value_with_exists_false",
        {"Exists": False, "Value": s("x")},
        "Value cannot be used when Exists is false for Attribute: a",
    ),
    (
        "wrong_argument_count",
        {"ComparisonOperator": "BETWEEN", "AttributeValueList": [s("x")]},
        "Invalid number of argument(s) for the BETWEEN ComparisonOperator",
    ),
    (
        "wrong_argument_type",
        {"ComparisonOperator": "LT", "AttributeValueList": [{"BOOL": True}]},
        "ComparisonOperator LT is not valid for BOOL AttributeValue type",
    ),
    (
        "argument_types_differ",
        {"ComparisonOperator": "BETWEEN", "AttributeValueList": [s("x"), n(1)]},
        "AttributeValues inside AttributeValueList must be of same type",
    ),
]

REVERSED = Check(
    "expressions.legacy_between_reversed",
    {"Expected": {"a": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [n(2), n(1)]}}},
    "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
    SEEN,
)


def condition_stage() -> Stage:
    return Stage(
        "The condition: an expression's grammar, a legacy one's arguments",
        [
            *CONDITION_SYNTAX,
            *[
                Check(f"expressions.{constructor}", {"Expected": {"a": entry}}, INVALID + message, SEEN)
                for constructor, entry, message in EXPECTED
            ],
            REVERSED,
        ],
        apart="a value is looked at only with an expression that uses it",
    )


USAGE = Stage(
    "Placeholders are used and defined",
    [
        Check(
            "expressions.names_without_expression",
            {"ExpressionAttributeNames": {"#a": "a"}, "ConditionExpression": ABSENT, "UpdateExpression": ABSENT},
            "ExpressionAttributeNames can only be specified when using expressions",
            SEEN,
        ),
        Check(
            "expressions.values_without_expression",
            {"ExpressionAttributeValues": {":x": s("x")}, "ConditionExpression": ABSENT},
            "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null",
            SEEN,
        ),
        Check(
            "expressions.placeholders_empty",
            {"ConditionExpression": TRUE, "ExpressionAttributeNames": {}},
            "ExpressionAttributeNames must not be empty",
            SEEN,
        ),
        Check(
            "expressions.placeholder_malformed",
            {"ConditionExpression": TRUE, "ExpressionAttributeNames": {"a": "a"}},
            'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"',
            SEEN,
        ),
        Check(
            "expressions.placeholder_value_invalid",
            {"ConditionExpression": TRUE, "ExpressionAttributeNames": {"#a": ""}},
            "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a",
            SEEN,
        ),
        Check(
            "expressions.placeholders_unused",
            {"ConditionExpression": TRUE, "ExpressionAttributeNames": {"#a": "a"}},
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}",
            SEEN,
        ),
        Check(
            "expressions.undefined_value",
            {"ConditionExpression": "a = :undefined"},
            "Invalid ConditionExpression: An expression attribute value used in expression is not defined; "
            "attribute value: :undefined",
            SEEN,
        ),
    ],
)

OPERANDS = Stage(
    "Operands have types that fit",
    [
        Check(
            "expressions.wrong_operand_type",
            {"ConditionExpression": "a < :v", "ExpressionAttributeValues": {":v": {"BOOL": True}}},
            "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: <, "
            "operand type: BOOL",
            SEEN,
        ),
        Check(
            "expressions.between_types_differ",
            {
                "ConditionExpression": "a BETWEEN :v AND :w",
                "ExpressionAttributeValues": {":v": n(1), ":w": s("x")},
            },
            "Invalid ConditionExpression: The BETWEEN operator requires same data type for lower and upper bounds; "
            "lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:x}",
            SEEN,
        ),
        Check(
            "expressions.between_bounds_reversed",
            {
                "ConditionExpression": "a BETWEEN :v AND :w",
                "ExpressionAttributeValues": {":v": n(2), ":w": n(1)},
            },
            "Invalid ConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to "
            "lower bound; lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}",
            SEEN,
        ),
        Check(
            "expressions.unknown_attribute_type",
            {
                "ConditionExpression": "attribute_type(a, :v)",
                "ExpressionAttributeValues": {":v": s("X")},
            },
            "Invalid ConditionExpression: Invalid attribute type name found; type: X, valid types: "
            "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
            SEEN,
        ),
    ],
    apart="both need an expression of their own",
)

NO_SUCH_TABLE = absent_table({"TableName": "absent"})


def key_stage(member: str) -> Stage:
    """The key of an operation that is given one."""
    return Stage(
        "The key fits the table",
        [
            Check(
                "items.key_does_not_match_schema",
                {member: {"sk": ABSENT}},
                "The provided key element does not match the schema",
                SEEN,
            ),
            Check(
                "items.empty_key_value",
                {member: {"sk": s("")}},
                NOT_VALID + "The AttributeValue for a key attribute cannot contain an empty string value. Key: sk",
                SEEN,
            ),
            Check(
                "items.partition_key_too_long",
                {member: {"pk": s("x" * 2049)}},
                INVALID + "Size of hashkey has exceeded the maximum size limit of2048 bytes",
                SEEN,
            ),
            Check(
                "items.sort_key_too_long",
                {member: {"sk": s("x" * 1025)}},
                INVALID + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
                SEEN,
            ),
        ],
    )


FAILED: Check = Check(
    "items.condition_failed",
    {"ConditionExpression": "attribute_not_exists(pk)"},
    "The conditional request failed",
    SEEN,
    "ConditionalCheckFailedException",
)

PUT_ITEM = Operation(
    "PutItem",
    {"TableName": "indexed", "Item": KEY},
    [
        Stage(json_stage().title, [*json_stage().checks, *value_json_checks(lambda value: {"Item": {"bad": value}})]),
        constraints(),
        RETURN_VALUES,
        value_stage("Item"),
        MIXING,
        CONDITIONAL_OPERATOR,
        expression_values({"ConditionExpression": "a = :v"}),
        condition_stage(),
        USAGE,
        OPERANDS,
        Stage(
            "The item's size",
            [
                Check(
                    "items.item_too_large",
                    {"Item": {"large": s("x" * 409_600)}},
                    "Item size has exceeded the maximum allowed size",
                    SEEN,
                )
            ],
        ),
        NO_SUCH_TABLE,
        Stage(
            "The key is in the item and fits the table",
            [
                Check("items.missing_key", {"Item": {"sk": ABSENT}}, INVALID + "Missing the key sk in the item", SEEN),
                Check(
                    "items.key_type_mismatch",
                    {"Item": {"sk": n(1)}},
                    INVALID + "Type mismatch for key sk expected: S actual: N",
                    SEEN,
                ),
                *key_stage("Item").checks[1:],
            ],
        ),
        Stage(
            "Keys of indexes fit",
            [
                Check(
                    "items.index_key_type_mismatch",
                    {"Item": {"g": n(1)}},
                    INVALID + "Type mismatch for Index Key g Expected: S Actual: N IndexName: global",
                    SEEN,
                ),
                Check(
                    "items.empty_index_key_value",
                    {"Item": {"g": s("")}},
                    NOT_VALID + "A value specified for a secondary index key is not supported. The AttributeValue for "
                    "a key attribute cannot contain an empty string value. IndexName: global, IndexKey: g",
                    SEEN,
                ),
                Check(
                    "items.index_key_too_long",
                    {"Item": {"l": s("x" * 1025)}},
                    INVALID + "Size of a secondary index key has exceeded the maximum size limit of 1024 bytes. "
                    "IndexName: local, IndexKey: l",
                    SEEN,
                ),
            ],
        ),
        Stage("The condition holds", [FAILED]),
    ],
)

DELETE_ITEM = Operation(
    "DeleteItem",
    {"TableName": "range", "Key": KEY},
    [
        json_stage(),
        constraints(),
        Stage(
            RETURN_VALUES.title,
            [
                Check(
                    "validation.in_envelope",
                    {"ReturnValues": "UPDATED_NEW"},
                    "1 validation error detected: ReturnValues can only be ALL_OLD or NONE",
                    SEEN,
                )
            ],
        ),
        Stage(
            "The values of Key",
            [
                Check(
                    "attribute_values.in_newer_words",
                    {"Key": {"pk": {"SS": ["b", "a", "b"]}}},
                    f'1 validation error detected: {INVALID}Input collection ["a", "b", "b"] contains duplicates.',
                    SEEN,
                )
            ],
        ),
        Stage(
            MIXING.title,
            [
                Check(
                    "expressions.expression_and_legacy",
                    MIXING.checks[0].spoil,
                    f"1 validation error detected: {MIXING.checks[0].message}",
                    SEEN,
                    begins=f"1 validation error detected: {MIXED}",
                )
            ],
        ),
        Stage(
            "The condition",
            [
                Check(
                    "expressions.empty_expression",
                    {"ConditionExpression": ""},
                    "1 validation error detected: Invalid ConditionExpression: The expression can not be empty;",
                    SEEN,
                )
            ],
            apart="both say what the condition is",
        ),
        Stage(
            USAGE.title,
            [
                Check(
                    "expressions.placeholders_unused",
                    {"ConditionExpression": TRUE, "ExpressionAttributeNames": {"#a": "a"}},
                    "1 validation error detected: Value provided in ExpressionAttributeNames unused in expressions: "
                    "keys: {#a}",
                    SEEN,
                ),
                Check(
                    "expressions.names_without_expression",
                    {"ExpressionAttributeNames": {"#a": "a"}, "ConditionExpression": ABSENT},
                    "1 validation error detected: ExpressionAttributeNames can only be specified when using "
                    "expressions",
                    SEEN,
                ),
            ],
            apart="both need a condition of their own, or none",
        ),
        NO_SUCH_TABLE,
        key_stage("Key"),
        Stage("The condition holds", [FAILED]),
    ],
)

ACTIONS: list[tuple[str, Request, str]] = [
    ("action_without_value", {"Action": "PUT"}, "Only DELETE action is allowed when no attribute value is specified"),
    (
        "action_value_type",
        {"Action": "ADD", "Value": s("x")},
        "ADD action is not supported for the type S",
    ),
]


def update(expression: str, **values: Request) -> Request:
    spoil: Request = {"UpdateExpression": expression}
    if values:
        spoil["ExpressionAttributeValues"] = {f":{name}": value for name, value in values.items()}
    return spoil


UPDATE_ITEM = Operation(
    "UpdateItem",
    {"TableName": "indexed", "Key": KEY},
    [
        json_stage(),
        constraints(
            Check(
                "validation.one_of",
                {"ReturnValues": "BOGUS"},
                broken(
                    constraint(
                        "BOGUS",
                        "returnValues",
                        "Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]",
                    )
                ),
                SEEN,
            )
        ),
        Stage("The values of Key", value_checks(lambda value: {"Key": {"bad": value}})),
        Stage(
            MIXING.title,
            [
                Check(
                    "expressions.expression_and_legacy",
                    {"AttributeUpdates": {"x": {"Action": "DELETE"}}, "UpdateExpression": "REMOVE x"},
                    "Can not use both expression and non-expression parameters in the same request: Non-expression "
                    "parameters: {AttributeUpdates} Expression parameters: {UpdateExpression}",
                    SEEN,
                    begins=MIXED,
                )
            ],
        ),
        CONDITIONAL_OPERATOR,
        expression_values({"UpdateExpression": "SET a = :v"}),
        Stage(
            "The update: an expression's grammar, a legacy one's actions",
            [
                *UPDATE_EXPRESSIONS,
                *[
                    Check(f"expressions.{constructor}", {"AttributeUpdates": {"a": action}}, INVALID + message, SEEN)
                    for constructor, action, message in ACTIONS
                ],
            ],
            apart="a value is looked at only with an expression that uses it",
        ),
        Stage(
            "The condition's grammar",
            [
                Check(
                    "expressions.syntax_error",
                    {"ConditionExpression": "a = = b"},
                    'Invalid ConditionExpression: Syntax error; token: "=", near: "= = b"',
                    SEEN,
                )
            ],
        ),
        Stage(
            USAGE.title,
            [
                USAGE.checks[0],
                Check(
                    "expressions.placeholders_unused",
                    {"UpdateExpression": "REMOVE x", "ExpressionAttributeNames": {"#a": "a"}},
                    "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}",
                    SEEN,
                ),
            ],
        ),
        Stage(OPERANDS.title, [WRONG_ACTION_OPERAND, *OPERANDS.checks[:1]]),
        NO_SUCH_TABLE,
        key_stage("Key"),
        Stage(
            "The key is not updated",
            [
                Check(
                    "items.cannot_update_key",
                    update("REMOVE pk"),
                    INVALID + "Cannot update attribute pk. This attribute is part of the key",
                    SEEN,
                )
            ],
        ),
        Stage("The condition holds", [FAILED]),
        Stage(
            "The update fits the item",
            [
                Check(
                    "expressions.update_path_invalid",
                    update("SET absent.x = :v", v=n(1)),
                    "The document path provided in the update expression is invalid for update",
                    SEEN,
                ),
                Check(
                    "expressions.update_operand_missing",
                    update("SET x = absent"),
                    "The provided expression refers to an attribute that does not exist in the item",
                    SEEN,
                ),
                Check(
                    "expressions.update_operand_type",
                    update("SET x = number + :v", v=n(1)) | {"UpdateExpression": "SET x = t + :v"},
                    "An operand in the update expression has an incorrect data type",
                    SEEN,
                ),
                Check(
                    "expressions.legacy_update_type_mismatch",
                    {"AttributeUpdates": {"t": {"Action": "ADD", "Value": n(1)}}},
                    "Type mismatch for attribute to update",
                    SEEN,
                ),
                Check(
                    "items.update_to_unsupported_index_key_type",
                    update("SET g = :v", v=n(1)),
                    "The update expression attempted to update the secondary index key to unsupported type",
                    SEEN,
                ),
                Check(
                    "items.update_to_unsupported_index_key_value",
                    update("SET g = :v", v=s("")),
                    NOT_VALID + "The update expression attempted to update a secondary index key to a value that is "
                    "not supported. The AttributeValue for a key attribute cannot contain an empty string value.",
                    SEEN,
                ),
                Check(
                    "items.updated_item_too_large",
                    update("SET x = :v", v=s("x" * 409_600)),
                    "Item size to update has exceeded the maximum allowed size",
                    SEEN,
                ),
            ],
        ),
    ],
)

TABLES = [PUT_ITEM, UPDATE_ITEM, DELETE_ITEM]
