"""ExecuteStatement, BatchExecuteStatement, ExecuteTransaction."""

from __future__ import annotations

from typing import Any

from tests.api.checks.table import (
    ABSENT,
    CAPACITY,
    GUIDE,
    INVALID,
    MODEL,
    OURS,
    REPORT,
    SEEN,
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

SELECT = 'SELECT * FROM "indexed"'
KEY = "WHERE pk = 'a' AND sk = 'b'"
MALFORMED = "Statement wasn't well formed, can't be processed: "
GRAMMAR: list[tuple[str, str, str, str]] = [
    ("malformed", SELECT + " WHERE", MALFORMED + "Unexpected term", SEEN),
    ("malformed", SELECT + " WHERE pk = 'a", MALFORMED, SEEN),
    ("malformed", f"{SELECT} {KEY} foo", MALFORMED + "Unexpected token after expression", SEEN),
    ("unsupported_operation", "x IS INT4", "Unsupported operation: IsType", SEEN),
    ("unsupported_clause", SELECT + " LIMIT 5", "Unsupported clause: LIMIT at 1:31:1", REPORT),
    (
        "unsupported_data_type",
        "INSERT INTO \"indexed\" VALUE {'pk': 'a', 'sk': missing}",
        "Unsupported data type: missing under key root at 1:47:7",
        SEEN,
    ),
    ("unsupported_type_test", SELECT + " WHERE x IS FLOAT", "Unsupported data type: FLOAT at 1:36:5", OURS),
    ("aliasing_not_supported", SELECT + " AS i", "Aliasing is not supported", SEEN),
    ("nested_select", "SELECT * FROM (SELECT * FROM i)", "Nested selects not supported", OURS),
    ("single_table_only", "SELECT * FROM a, b", "FROM clause may only contain a single table name", SEEN),
    (
        "too_many_table_components",
        'SELECT * FROM "a"."b"."c"',
        "A path may contain at most 2 components in the FROM clause",
        SEEN,
    ),
    ("empty_table_component", 'SELECT * FROM ""', "Path component cannot be an empty string", SEEN),
    (
        "unexpected_path_component",
        'SELECT COUNT(*) FROM "indexed"',
        "Unexpected path component at 1:8:5",
        SEEN,
    ),
    ("unrecognized_function", f"{SELECT} WHERE foo(x)", "Unrecognized function: foo at 1:31:3", SEEN),
    ("repeated_select_name", 'SELECT a.b, c.b FROM "indexed"', "SELECT list names must be unique: b", OURS),
    (
        "order_without_where",
        SELECT + " ORDER BY sk",
        "Must have WHERE clause in the statement when using ORDER BY clause.",
        REPORT,
    ),
    ("write_to_index", f'DELETE FROM "indexed"."global" {KEY}', "This operation is not supported on an index", SEEN),
    (
        "number_under",
        f'UPDATE "indexed" SET x = 1e126 {KEY}',
        "Number overflow. Attempting to store a number with magnitude larger than supported range under root",
        SEEN,
    ),
    ("empty_bag", f'UPDATE "indexed" SET x = <<>> {KEY}', "Empty bags are not supported", SEEN),
    (
        "repeated_map_key",
        f"UPDATE \"indexed\" SET x = {{'a': 1, 'a': 2}} {KEY}",
        "Map keys must be unique: a is repeated under key root",
        OURS,
    ),
    (
        "set_function_argument_count",
        f'UPDATE "indexed" SET x = set_add(x) {KEY}',
        "SET_ADD must have exactly two arguments at 1:26:7",
        SEEN,
    ),
    (
        "set_function_path_differs",
        f'UPDATE "indexed" SET x = set_add(y, <<1>>) {KEY}',
        "The first argument to SET_ADD must equal the assignment value at 1:26:7",
        SEEN,
    ),
    (
        "set_function_operand_type",
        f'UPDATE "indexed" SET x = set_add(x, 1) {KEY}',
        "The second argument to SET_ADD must be a value with type SET at 1:34:1",
        SEEN,
    ),
    (
        "without_parameter",
        f'UPDATE "indexed" SET x = list_append(x) {KEY}',
        "Incorrect number of operands for operator or function; operator or function: list_append, number of operands: "
        "1",
        SEEN,
    ),
    (
        "invalid_delete_returning",
        f'DELETE FROM "indexed" {KEY} RETURNING MODIFIED OLD *',
        "Invalid returning clause: RETURNING MODIFIED OLD *. Only RETURNING ALL OLD * is allowed in DELETE statements.",
        SEEN,
    ),
    (
        "invalid_update_returning",
        f'UPDATE "indexed" SET x = 1 {KEY} RETURNING ALL OLD x',
        "Invalid returning clause: RETURNING ALL OLD x. Only RETURNING ... * is allowed.",
        OURS,
    ),
    (
        "insert_returning",
        "INSERT INTO \"indexed\" VALUE {'pk': 'a'} RETURNING ALL OLD *",
        "RETURNING clause is not supported in INSERT statements.",
        OURS,
    ),
]
PLAN: list[tuple[str, str, str, str]] = [
    (
        "partiql.order_without_hash_key",
        SELECT + " WHERE x = 1 ORDER BY sk",
        "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.",
        OURS,
    ),
    (
        "partiql.order_by_other_attribute",
        SELECT + " WHERE pk = 'a' ORDER BY x",
        "Attribute x in ORDER BY clause must be part of the primary key",
        REPORT,
    ),
    (
        "partiql.order_of_several_hash_keys",
        SELECT + " WHERE pk = 'a' OR pk = 'b' ORDER BY sk",
        "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause.",
        REPORT,
    ),
    (
        "partiql.overlapping_conditions",
        SELECT + " WHERE pk = 'a' AND sk > 'a' AND sk < 'c' OR pk = 'a' AND sk = 'b'",
        "Overlapping conditions with range keys are not supported in where clause",
        SEEN,
    ),
    ("partiql.index_not_found", SELECT + '."absent"', "The table does not have the specified index", SEEN),
    (
        "partiql.several_key_attributes",
        SELECT + '."several"',
        "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE keys.",
        SEEN,
    ),
    (
        "partiql.attributes_not_in_index",
        'SELECT x FROM "indexed"."global"',
        INVALID + "Global secondary index global does not project [x]",
        SEEN,
    ),
    (
        "partiql.filter_attributes_not_in_index",
        SELECT + ".\"global\" WHERE g = 'a' AND x = 1",
        INVALID + "Secondary index global does not project one or more filter attributes: [x]",
        SEEN,
    ),
]
TOKEN_OF_OTHER = "WyJvdGhlciIsMCwiIl0="
"""The base64 of ["other",0,""]."""


def statement(text: str) -> Spoil:
    return {"Statement": text}


EXECUTE_STATEMENT = Operation(
    "ExecuteStatement",
    {"Statement": f"{SELECT} {KEY}"},
    [
        json_stage("Statement"),
        Stage(
            "The model's constraints, all broken ones together",
            [
                Check(
                    "validation.at_least",
                    {"Limit": 0},
                    broken(constraint("0", "limit", "Member must have value greater than or equal to 1")),
                    MODEL,
                ),
                Check("validation.one_of", {"ReturnConsumedCapacity": "BOGUS"}, broken(CAPACITY), MODEL),
            ],
        ),
        Stage(
            "The statement: its grammar, then what of the language there is",
            [Check(f"partiql.{name}", statement(text), message, source) for name, text, message, source in GRAMMAR],
        ),
        Stage(
            "As many parameters as question marks",
            [
                Check(
                    "partiql.parameter_count_differs",
                    {"Parameters": [s("a")]},
                    "Number of parameters in request and statement don't match.",
                    SEEN,
                )
            ],
        ),
        Stage(
            "NextToken belongs to the statement",
            [
                Check("partiql.invalid_next_token", {"NextToken": "no token"}, "Invalid NextToken", OURS),
                Check(
                    "partiql.next_token_of_other_statement",
                    {"NextToken": TOKEN_OF_OTHER},
                    "NextToken does not match request",
                    REPORT,
                ),
            ],
        ),
        Stage(
            "The table exists",
            [
                Check(
                    "tables.table_not_found",
                    statement(f'SELECT * FROM "absent" {KEY}'),
                    "Requested resource not found",
                    SEEN,
                    "ResourceNotFoundException",
                )
            ],
        ),
        Stage(
            "The statement fits the table and its keys",
            [
                *[Check(name, statement(text), message, source) for name, text, message, source in PLAN],
                Check(
                    "partiql.where_lacks_key",
                    {"Statement": "DELETE FROM \"indexed\" WHERE pk = 'a'", "NextToken": ABSENT},
                    "Where clause does not contain a mandatory equality on all key attributes",
                    SEEN,
                ),
                Check(
                    "partiql.consistent_read_of_global_index",
                    {"Statement": SELECT + '."global"', "ConsistentRead": True},
                    "Strongly consistent read is not supported on Global Secondary Indexes",
                    SEEN,
                ),
            ],
            apart="both say what is read",
        ),
        Stage(
            "A write's condition holds",
            [
                Check(
                    "partiql.duplicate_item",
                    {"Statement": "INSERT INTO \"indexed\" VALUE {'pk': 'a', 'sk': 'b'}", "NextToken": ABSENT},
                    "Duplicate primary key exists in table",
                    SEEN,
                    "DuplicateItemException",
                ),
                Check(
                    "items.condition_failed",
                    {"Statement": f'UPDATE "indexed" SET x = 1 {KEY} AND absent = 1', "NextToken": ABSENT},
                    "The conditional request failed",
                    SEEN,
                    "ConditionalCheckFailedException",
                ),
            ],
            apart="both say what the statement does",
        ),
    ],
)

INSERT = "INSERT INTO \"hash\" VALUE {'pk': 'z'}"

BATCH_EXECUTE_STATEMENT = Operation(
    "BatchExecuteStatement",
    {"Statements": [{"Statement": f"{SELECT} {KEY}"}]},
    [
        json_stage("ReturnConsumedCapacity"),
        Stage(
            "The model's constraints, all broken ones together",
            [
                Check(
                    "validation.at_least",
                    {"Statements": []},
                    broken(constraint("[]", "statements", "Member must have length greater than or equal to 1")),
                    MODEL,
                ),
                Check("validation.one_of", {"ReturnConsumedCapacity": "BOGUS"}, broken(CAPACITY), MODEL),
            ],
        ),
        Stage(
            "All statements read, or all write; what else is wrong is told of each statement alone",
            [
                Check(
                    "partiql.reads_and_writes_mixed",
                    {"Statements": {1: {"Statement": INSERT}}},
                    "All statements must be either read statements or write statements",
                    GUIDE,
                )
            ],
        ),
    ],
)


def first(text: str, *parameters: Any) -> Spoil:
    more = {"Parameters": list(parameters)} if parameters else {}
    return {"TransactStatements": {0: {"Statement": text, **more}}}


def in_first(constructor: str, text: str, message: str, source: str) -> Check:
    return Check(constructor, first(text), f"Validation failed in TransactStatements[0]: {message}", source)


EXECUTE_TRANSACTION = Operation(
    "ExecuteTransaction",
    {"TransactStatements": [{"Statement": f"{SELECT} {KEY}"}]},
    [
        json_stage("ReturnConsumedCapacity"),
        Stage(
            "The model's constraints, all broken ones together",
            [
                Check(
                    "validation.at_least",
                    {"TransactStatements": []},
                    broken(
                        constraint("[]", "transactStatements", "Member must have length greater than or equal to 1")
                    ),
                    MODEL,
                )
            ],
        ),
        Stage(
            "The values of all parameters",
            [
                Check(
                    "attribute_values.not_a_number",
                    {"TransactStatements": {1: {"Statement": "x", "Parameters": [n("abc")]}}},
                    "The parameter cannot be converted to a numeric value: abc",
                    SEEN,
                )
            ],
            apart="a list without statements has no parameters",
        ),
        Stage(
            "Each statement by itself",
            [
                in_first("partiql.failed_in_transaction", "SELECT", MALFORMED + "Unexpected term", SEEN),
                in_first(
                    "partiql.returning_in_transaction",
                    f'DELETE FROM "indexed" {KEY} RETURNING ALL OLD *',
                    "RETURNING clause is not supported in ExecuteTransaction.",
                    SEEN,
                ),
                in_first(
                    "partiql.index_read_in_transaction",
                    SELECT + ".\"global\" WHERE g = 'a'",
                    "Reads on indices are not supported within transactions.",
                    SEEN,
                ),
            ],
        ),
        Stage(
            "All statements read, or all write",
            [
                Check(
                    "partiql.reads_and_writes_mixed",
                    {"TransactStatements": {1: {"Statement": INSERT}}},
                    "All statements must be either read statements or write statements",
                    GUIDE,
                )
            ],
        ),
        Stage(
            "Tables exist, and statements fit theirs, one after the other",
            [
                Check(
                    "tables.table_not_found",
                    first(f'SELECT * FROM "absent" {KEY}'),
                    "Requested resource not found",
                    SEEN,
                    "ResourceNotFoundException",
                ),
                in_first(
                    "partiql.select_lacks_key",
                    SELECT + " WHERE pk = 'a'",
                    "Select statements within ExecuteTransaction must specify the primary key in the where clause.",
                    SEEN,
                ),
                Check(
                    "partiql.exists_lacks_condition",
                    {"TransactStatements": {0: {"Statement": f"EXISTS({SELECT} {KEY})"}, 1: ABSENT}},
                    "Validation failed in TransactStatements[0]: EXISTS() must contain a single item read with "
                    "additional condition",
                    SEEN,
                ),
            ],
        ),
        Stage(
            "No two statements are of one item",
            [
                Check(
                    "items.several_operations_on_one_item",
                    {
                        "TransactStatements": {
                            1: {"Statement": f'SELECT * FROM "range" {KEY}'},
                            2: {"Statement": f'SELECT * FROM "range" {KEY}'},
                        }
                    },
                    "Transaction request cannot include multiple operations on one item",
                    SEEN,
                )
            ],
        ),
    ],
)

TABLES = [EXECUTE_STATEMENT, BATCH_EXECUTE_STATEMENT, EXECUTE_TRANSACTION]
