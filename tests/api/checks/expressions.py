"""What is wrong with a condition or an update whatever the item: the grammar, names, paths, functions."""

from __future__ import annotations

from tests.api.checks.table import SEEN, Check

LONG = "a = :v" + " AND a = :v" * 373

_CONDITIONS: list[tuple[str, str, str, str]] = [
    ("empty_expression", "", "The expression can not be empty;", SEEN),
    (
        "expression_too_large",
        LONG,
        f"Expression size has exceeded the maximum allowed size; expression size: {len(LONG)}",
        SEEN,
    ),
    ("syntax_error", "a = = b", 'Syntax error; token: "=", near: "= = b"', SEEN),
    ("redundant_parentheses", "((a = b))", "The expression has redundant parentheses;", SEEN),
    (
        "too_many_operators",
        " OR ".join(["a=b"] * 151),
        "The expression contains too many operators; operator count: 301",
        SEEN,
    ),
    (
        "too_many_in_operands",
        f"a IN ({','.join(['b'] * 101)})",
        "The IN operator is provided with too many operands; number of operands: 101",
        SEEN,
    ),
    ("reserved_keyword", "name = b", "Attribute name is a reserved keyword; reserved keyword: name", SEEN),
    (
        "undefined_name",
        "#a = b",
        "An expression attribute name used in the document path is not defined; attribute name: #a",
        SEEN,
    ),
    (
        "path_too_deep",
        "a" + ".b" * 32 + " = c",
        "The document path has too many nesting elements; nesting levels: 33",
        SEEN,
    ),
    (
        "list_index_out_of_range",
        "a[9999999999] = b",
        "List index is not within the allowable range; index: [9999999999]",
        SEEN,
    ),
    ("unknown_function", "unknown(a)", "Invalid function name; function: unknown", SEEN),
    (
        "function_not_in_condition",
        "if_not_exists(a, b) = c",
        "The function is not allowed in a condition expression; function: if_not_exists",
        SEEN,
    ),
    (
        "function_misplaced",
        "size(a)",
        "The function is not allowed to be used this way in an expression; function: size",
        SEEN,
    ),
    (
        "wrong_operand_count",
        "contains(a)",
        "Incorrect number of operands for operator or function; operator or function: contains, number of operands: 1",
        SEEN,
    ),
    (
        "path_required",
        "attribute_exists(:v)",
        "Operator or function requires a document path; operator or function: attribute_exists",
        SEEN,
    ),
    (
        "operands_not_distinct",
        "contains(a, a)",
        "The first operand must be distinct from the remaining operands for this operator or function; operator: "
        "contains, first operand: [a]",
        SEEN,
    ),
]
CONDITION_SYNTAX = [
    Check(
        f"expressions.{constructor}",
        {"ConditionExpression": text},
        f"Invalid ConditionExpression: {message}",
        source,
    )
    for constructor, text, message, source in _CONDITIONS
]

_UPDATES: list[tuple[str, str, str, str]] = [
    (
        "section_used_twice",
        "REMOVE a REMOVE b",
        'The "REMOVE" section can only be used once in an update expression;',
        SEEN,
    ),
    (
        "paths_overlap",
        "REMOVE a, a.b",
        "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], "
        "path two: [a, b]",
        SEEN,
    ),
    (
        "paths_conflict",
        "REMOVE a.b, a[0]",
        "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], "
        "path two: [a, [0]]",
        SEEN,
    ),
    (
        "function_not_in_update",
        "SET a = size(b)",
        "The function is not allowed in an update expression; function: size",
        SEEN,
    ),
]
UPDATE_EXPRESSIONS = [
    *[
        Check(f"expressions.{constructor}", {"UpdateExpression": text}, f"Invalid UpdateExpression: {message}", source)
        for constructor, text, message, source in _UPDATES
    ],
    Check(
        "expressions.expression_too_large",
        {"UpdateExpression": "SET " + ", ".join(f"a{i} = b" for i in range(500))},
        "Invalid UpdateExpression: Expression size has exceeded the maximum allowed size;",
        SEEN,
    ),
]

WRONG_ACTION_OPERAND = Check(
    "expressions.wrong_action_operand_type",
    {"UpdateExpression": "ADD a :v", "ExpressionAttributeValues": {":v": {"S": "x"}}},
    "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: "
    "STRING, typeSet: ALLOWED_FOR_ADD_OPERAND",
    SEEN,
)
