"""What is wrong with a condition or an update whatever the item: the grammar, names, paths, functions."""

from __future__ import annotations

from tests.api.checks.table import SUITE, Check

LONG = "a = :v" + " AND a = :v" * 373

_CONDITIONS: list[tuple[str, str, str, str]] = [
    ("empty_expression", "", "The expression can not be empty;", SUITE),
    (
        "expression_too_large",
        LONG,
        f"Expression size has exceeded the maximum allowed size; expression size: {len(LONG)}",
        SUITE,
    ),
    ("syntax_error", "a = = b", 'Syntax error; token: "=", near: "= = b"', SUITE),
    ("redundant_parentheses", "((a = b))", "The expression has redundant parentheses;", SUITE),
    (
        "too_many_operators",
        " OR ".join(["a=b"] * 151),
        "The expression contains too many operators; operator count: 301",
        SUITE,
    ),
    (
        "too_many_in_operands",
        f"a IN ({','.join(['b'] * 101)})",
        "The IN operator is provided with too many operands; number of operands: 101",
        SUITE,
    ),
    ("reserved_keyword", "name = b", "Attribute name is a reserved keyword; reserved keyword: name", SUITE),
    (
        "undefined_name",
        "#a = b",
        "An expression attribute name used in the document path is not defined; attribute name: #a",
        SUITE,
    ),
    (
        "path_too_deep",
        "a" + ".b" * 32 + " = c",
        "The document path has too many nesting elements; nesting levels: 33",
        SUITE,
    ),
    (
        "list_index_out_of_range",
        "a[9999999999] = b",
        "List index is not within the allowable range; index: [9999999999]",
        SUITE,
    ),
    ("unknown_function", "unknown(a)", "Invalid function name; function: unknown", SUITE),
    (
        "function_not_in_condition",
        "if_not_exists(a, b) = c",
        "The function is not allowed in a condition expression; function: if_not_exists",
        SUITE,
    ),
    (
        "function_misplaced",
        "size(a)",
        "The function is not allowed to be used this way in an expression; function: size",
        SUITE,
    ),
    (
        "wrong_operand_count",
        "contains(a)",
        "Incorrect number of operands for operator or function; operator or function: contains, number of operands: 1",
        SUITE,
    ),
    (
        "path_required",
        "attribute_exists(:v)",
        "Operator or function requires a document path; operator or function: attribute_exists",
        SUITE,
    ),
    (
        "operands_not_distinct",
        "contains(a, a)",
        "The first operand must be distinct from the remaining operands for this operator or function; operator: "
        "contains, first operand: [a]",
        SUITE,
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
        SUITE,
    ),
    (
        "paths_overlap",
        "REMOVE a, a.b",
        "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], "
        "path two: [a, b]",
        SUITE,
    ),
    (
        "paths_conflict",
        "REMOVE a.b, a[0]",
        "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], "
        "path two: [a, [0]]",
        SUITE,
    ),
    (
        "function_not_in_update",
        "SET a = size(b)",
        "The function is not allowed in an update expression; function: size",
        SUITE,
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
        SUITE,
    ),
]

WRONG_ACTION_OPERAND = Check(
    "expressions.wrong_action_operand_type",
    {"UpdateExpression": "ADD a :v", "ExpressionAttributeValues": {":v": {"S": "x"}}},
    "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: "
    "STRING, typeSet: ALLOWED_FOR_ADD_OPERAND",
    SUITE,
)
