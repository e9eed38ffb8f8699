"""What is wrong with an expression whatever the item and the values, told in the service's own words.

Clients show these messages, and some match on them. Messages marked "public suite" are asserted against the service
by the public conformance suite; the others come from reports of the service's answers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from slipring.expressions import (
    compile_condition,
    compile_filter,
    compile_key_condition,
    compile_projection,
    compile_update,
)
from slipring.model.errors.tree import ValidationException

NAMES = {"#a": "a", "#status": "status"}
COMPILERS: dict[str, Callable[..., object]] = {
    "ConditionExpression": compile_condition,
    "FilterExpression": compile_filter,
    "KeyConditionExpression": compile_key_condition,
    "ProjectionExpression": compile_projection,
    "UpdateExpression": compile_update,
}
LONG_PATH = ".".join(["a"] * 33)
DEEP_LIST = "a" + "[0]" * 32


def message(parameter: str, text: str) -> str:
    with pytest.raises(ValidationException) as raised:
        COMPILERS[parameter](text, NAMES)
    prefix = f"Invalid {parameter}: "
    assert raised.value.message.startswith(prefix)
    return raised.value.message[len(prefix) :]


SYNTAX = [
    # public suite
    ("UpdateExpression", "INVALID SYNTAX HERE", "INVALID", "INVALID SYNTAX"),
    ("ProjectionExpression", "!!! INVALID !!!", "!", "!!"),
    # reports: an identifier cannot start with an underscore or hold a dash
    ("FilterExpression", "_type = :t", "_", "_type"),
    ("ConditionExpression", "__typename <> :t", "_", "__"),
    ("UpdateExpression", "set _something = :something", "_", "set _something"),
    ("KeyConditionExpression", "GI-1-PK = :v", "-", "GI-1"),
    # reports: a placeholder is one word
    ("UpdateExpression", "ADD hits : incr", ":", "hits : incr"),
    ("KeyConditionExpression", "PK = :pk and begins_with(LSI_SK_1, G_M#)", "#", "G_M#)"),
    ("ConditionExpression", "attribute_exists(car) AND NOT #a", "<EOF>", "#a"),
    # reports: what stands near is quoted as written, spaces and all
    ("UpdateExpression", "SET  REMOVE #Options", "REMOVE", "SET  REMOVE #Options"),
    ("KeyConditionExpression", "a IN ()", ")", "()"),
    ("UpdateExpression", "SET a = :a + :b + :c", "+", ":b + :c"),
    ("ConditionExpression", "a = :v AND", "<EOF>", "AND"),
    ("ConditionExpression", "a == :v", "=", "== :v"),
    ("ConditionExpression", "a != :v", "!", "a !="),
    ("ConditionExpression", "a", "<EOF>", "a"),
    ("ConditionExpression", "a AND b = :v", "AND", "a AND b"),
    ("ConditionExpression", "(a = :v", "<EOF>", ":v"),
    ("ConditionExpression", "a = :v)", ")", ":v)"),
    ("ConditionExpression", "(a = :v) = :w", "=", ") = :w"),
    ("ConditionExpression", "a = :b = :c", "=", ":b = :c"),
    ("ConditionExpression", "a BETWEEN :x OR :y", "OR", ":x OR :y"),
    ("ConditionExpression", "between = :v", "between", "between ="),
    ("ConditionExpression", "a[b] = :v", "b", "[b]"),
    ("ConditionExpression", "a + :v > :w", "+", "a + :v"),
    ("ConditionExpression", "size(a = :v", "=", "a = :v"),
    ("ConditionExpression", "begins_with(a, :v", "<EOF>", ":v"),
    ("ConditionExpression", "5 = :v", "5", "5 ="),
    ("UpdateExpression", "SET a", "<EOF>", "a"),
    ("UpdateExpression", "SET a = ", "<EOF>", "="),
    ("UpdateExpression", "SET a = :v,", "<EOF>", ","),
    ("UpdateExpression", "SET :v = a", ":v", "SET :v ="),
    ("UpdateExpression", "SET a = (b + :v", "<EOF>", ":v"),
    ("UpdateExpression", "ADD a b", "b", "a b"),
    ("UpdateExpression", "DELETE a", "<EOF>", "a"),
    ("UpdateExpression", "REMOVE a = :v", "=", "a = :v"),
    ("UpdateExpression", "REMOVE set", "set", "REMOVE set"),
    ("ProjectionExpression", "a,", "<EOF>", ","),
    ("ProjectionExpression", "a b", "b", "a b"),
    ("ProjectionExpression", "a.", "<EOF>", "."),
    ("ProjectionExpression", "a.:v", ":v", ".:v"),
    ("ProjectionExpression", "size(a)", "(", "size(a"),
]


@pytest.mark.parametrize(("parameter", "text", "token", "near"), SYNTAX)
def test_syntax_error_names_the_token_and_its_neighbours(parameter: str, text: str, token: str, near: str) -> None:
    assert message(parameter, text) == f'Syntax error; token: "{token}", near: "{near}"'


@pytest.mark.parametrize("parameter", COMPILERS)
@pytest.mark.parametrize("text", ["", " \t\n"])
def test_an_empty_expression_is_an_error_in_every_parameter(parameter: str, text: str) -> None:
    """public suite, for UpdateExpression and KeyConditionExpression"""
    assert message(parameter, text) == "The expression can not be empty;"


COMPARED_WITH_ITSELF = (
    "The first operand must be distinct from the remaining operands for this operator or function; "
    "operator: {}, first operand: {}"
)
COUNT = "Incorrect number of operands for operator or function; operator or function: {}, number of operands: {}"
PLACE = "The function is not allowed to be used this way in an expression; function: {}"
PATH_REQUIRED = "Operator or function requires a document path; operator or function: {}"
REDUNDANT = "The expression has redundant parentheses;"
OVERLAP = (
    "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: {}, path two: {}"
)
CONFLICT = OVERLAP.replace("overlap", "conflict")

MEANING = [
    # Attribute names
    ("ConditionExpression", "status = :v", "Attribute name is a reserved keyword; reserved keyword: status"),
    ("ProjectionExpression", "b.Path", "Attribute name is a reserved keyword; reserved keyword: Path"),
    (
        "FilterExpression",
        "#missing = :v",
        "An expression attribute name used in the document path is not defined; attribute name: #missing",
    ),
    (
        "UpdateExpression",
        "SET b.#no = :v",
        "An expression attribute name used in the document path is not defined; attribute name: #no",
    ),
    ("ProjectionExpression", LONG_PATH, "The document path has too many nesting elements; nesting levels: 33"),
    ("UpdateExpression", f"REMOVE {DEEP_LIST}", "The document path has too many nesting elements; nesting levels: 33"),
    (
        "ProjectionExpression",
        "a[99999999999999]",
        "List index is not within the allowable range; index: [99999999999999]",
    ),
    # Parentheses
    ("ConditionExpression", "((a = :v))", REDUNDANT),
    ("KeyConditionExpression", "((a = :v)) AND b = :w", REDUNDANT),
    ("ConditionExpression", "((a)) = :v", REDUNDANT),
    ("ConditionExpression", "a = ((:v))", REDUNDANT),
    ("ConditionExpression", "((a = :v AND b = :w))", REDUNDANT),
    ("UpdateExpression", "SET a = ((:v))", REDUNDANT),
    ("UpdateExpression", "SET a = ((b + :v))", REDUNDANT),
    # Functions
    ("ConditionExpression", "foo(a)", "Invalid function name; function: foo"),
    ("KeyConditionExpression", "beginsWith(a, :v)", "Invalid function name; function: beginsWith"),
    ("ConditionExpression", "Begins_With(a, :v)", "Invalid function name; function: Begins_With"),
    ("UpdateExpression", "SET a = foo(b)", "Invalid function name; function: foo"),
    (
        "ConditionExpression",
        "if_not_exists(a, :v) = :w",
        "The function is not allowed in a condition expression; function: if_not_exists",
    ),
    ("UpdateExpression", "SET a = size(b)", "The function is not allowed in an update expression; function: size"),
    ("ConditionExpression", "size(a)", PLACE.format("size")),
    ("ConditionExpression", "NOT size(a)", PLACE.format("size")),
    ("ConditionExpression", "b = :v OR size(a)", PLACE.format("size")),
    ("ConditionExpression", "attribute_exists(a) = :v", PLACE.format("attribute_exists")),
    ("ConditionExpression", "a IN (contains(b, :v))", PLACE.format("contains")),
    ("ConditionExpression", "attribute_exists(attribute_exists(a))", PLACE.format("attribute_exists")),
    ("ConditionExpression", "begins_with(a)", COUNT.format("begins_with", 1)),
    ("ConditionExpression", "attribute_exists(a, b)", COUNT.format("attribute_exists", 2)),
    ("ConditionExpression", "size(a, b) > :v", COUNT.format("size", 2)),
    ("UpdateExpression", "SET a = list_append(b, :v, :w)", COUNT.format("list_append", 3)),
    ("UpdateExpression", "SET a = if_not_exists(b)", COUNT.format("if_not_exists", 1)),
    ("ConditionExpression", "attribute_exists(:v)", PATH_REQUIRED.format("attribute_exists")),
    ("ConditionExpression", "attribute_not_exists(size(a))", PATH_REQUIRED.format("attribute_not_exists")),
    ("UpdateExpression", "SET a = if_not_exists(:v, :w)", PATH_REQUIRED.format("if_not_exists")),
    (
        "ConditionExpression",
        "size(size(a)) > :v",
        "Incorrect operand type for operator or function; operator or function: size, operand type: N",
    ),
    # Operands
    ("ConditionExpression", "a = a", COMPARED_WITH_ITSELF.format("=", "[a]")),
    ("ConditionExpression", "a = #a", COMPARED_WITH_ITSELF.format("=", "[a]")),
    ("ConditionExpression", "contains(a.b[1], a.b[1])", COMPARED_WITH_ITSELF.format("contains", "[a, b, [1]]")),
    ("ConditionExpression", "a BETWEEN :v AND a", COMPARED_WITH_ITSELF.format("BETWEEN", "[a]")),
    ("ConditionExpression", "a in (:v, a)", COMPARED_WITH_ITSELF.format("IN", "[a]")),
    (
        "FilterExpression",
        f"a IN ({', '.join(f':v{n}' for n in range(101))})",
        "The IN operator is provided with too many operands; number of operands: 101",
    ),
    # Sections and paths of updates and projections
    ("UpdateExpression", "SET a = :v SET b = :w", 'The "SET" section can only be used once in an update expression;'),
    ("UpdateExpression", "remove a remove b", 'The "REMOVE" section can only be used once in an update expression;'),
    ("UpdateExpression", "SET f = :v, f = :w", OVERLAP.format("[f]", "[f]")),
    ("UpdateExpression", "SET a.b = :v REMOVE a", OVERLAP.format("[a, b]", "[a]")),
    ("UpdateExpression", "SET a = :v ADD a.b[0] :w", OVERLAP.format("[a]", "[a, b, [0]]")),
    ("UpdateExpression", "SET a.b = :v DELETE a[0] :w", CONFLICT.format("[a, b]", "[a, [0]]")),
    ("ProjectionExpression", "a, a.b", OVERLAP.format("[a]", "[a, b]")),
    ("ProjectionExpression", "a.b, a", OVERLAP.format("[a, b]", "[a]")),
    ("ProjectionExpression", "a, #a", OVERLAP.format("[a]", "[a]")),
    ("ProjectionExpression", "a.b.c, a.b.d, a.b", OVERLAP.format("[a, b, c]", "[a, b]")),
    ("ProjectionExpression", "a[1].b, a.c", CONFLICT.format("[a, [1], b]", "[a, c]")),
]


@pytest.mark.parametrize(("parameter", "text", "expected"), MEANING, ids=lambda value: str(value)[:60])
def test_mistake_beyond_syntax(parameter: str, text: str, expected: str) -> None:
    assert message(parameter, text) == expected


ORDER = [
    ("((status = :v))", REDUNDANT),
    ("foo(status)", "Invalid function name; function: foo"),
    ("status = #missing", "Attribute name is a reserved keyword; reserved keyword: status"),
    (
        "begins_with(#missing)",
        "An expression attribute name used in the document path is not defined; attribute name: #missing",
    ),
    ("contains(a, a) AND begins_with(a)", COUNT.format("begins_with", 1)),
]


@pytest.mark.parametrize(("text", "expected"), ORDER)
def test_of_two_mistakes_the_earlier_check_is_told(text: str, expected: str) -> None:
    """The service runs one check over the whole expression before the next, so the first mistake may come second."""
    assert message("ConditionExpression", text) == expected


def test_expression_size_is_counted_in_bytes_as_written() -> None:
    """4,096 bytes pass and 4,097 do not, spaces included, whatever the placeholders stand for (public suite)."""
    exactly = "a = :v" + " " * 4090
    compile_condition(exactly, None)
    assert message("ConditionExpression", exactly + " ") == (
        "Expression size has exceeded the maximum allowed size; expression size: 4097"
    )
    accented = "a = :v" + "é" * 2046
    assert "expression size: 4098" in message("ConditionExpression", accented)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (" AND ".join(["a = :v"] * 151), 301),
        (" OR ".join(["NOT a = :v"] * 101), 302),
        (" OR ".join(["attribute_exists(a)"] * 151), 301),
    ],
)
def test_operators_and_functions_are_limited_to_300(text: str, count: int) -> None:
    """Comparisons, functions, AND, OR and NOT all count."""
    expected = f"The expression contains too many operators; operator count: {count}"
    assert message("FilterExpression", text) == expected
    compile_filter(" AND ".join(["a = :v"] * 150), None)


def test_operators_of_updates_are_limited_too() -> None:
    """Counted are + and - and functions, not the = of SET (developer guide, "Constraints")."""
    sets = ", ".join(f"a{n}=b+:v" for n in range(301))
    assert (
        message("UpdateExpression", f"SET {sets}") == "The expression contains too many operators; operator count: 301"
    )
    compile_update("SET " + ", ".join(f"a{n}=:v" for n in range(400)), None)


NESTED = [
    "(" * 2000 + "a = :v" + ")" * 2000,
    "NOT " * 1000 + "a = :v",
    "size(" * 800 + "a" + ")" * 800 + " > :v",
    "(a = :v AND " * 250 + "a = :v" + ")" * 250,
]


@pytest.mark.parametrize("text", NESTED, ids=lambda text: text[:12])
def test_nesting_bombs_are_refused_like_any_other_mistake(text: str) -> None:
    """Deep nesting must not reach the interpreter's recursion limit, which would be an internal error."""
    assert message("ConditionExpression", text)


def test_the_deepest_nesting_that_the_limits_allow_works() -> None:
    """boto3 nests one pair of parentheses per OR; alternating operators cannot be flattened into one node."""
    chain = "(" * 149 + "a = :v" + " OR b = :v)" * 149
    assert compile_condition(chain, None).bind({":v": {"S": "x"}})({"b": {"S": "x"}})
    stairs = "".join("NOT (attribute_exists(a) AND " for _ in range(99)) + "attribute_exists(b)" + ")" * 99
    # 99 times negated with a always there: the innermost decides, and the odd number of NOTs turns it around.
    stairs_condition = compile_condition(stairs, None).bind(None)
    assert stairs_condition({"a": {"S": "x"}}) is True
    assert stairs_condition({"a": {"S": "x"}, "b": {"S": "x"}}) is False
    appends = "SET a = " + "list_append(" * 200 + "b" + ",:v)" * 200
    update = compile_update(appends, None).bind({":v": {"L": [{"N": "1"}]}})
    item: dict[str, Any] = {"b": {"L": []}}
    assert len(update.apply(item, item).item["a"]["L"]) == 200


@pytest.mark.parametrize(
    "text",
    [
        "a=:v",
        "a IN(:v)and(b<>:v)",
        "not(a=:v)or(NOT b=:v)",
        "\n a\t= :v ",
        "(size(a)) < b.Maximum AND (c > :v)",
        ":v = :v",
        ":v IN (a, b)",
        "a1_b_ = :v",
        "a.b.c[0][1].d = #_x",
    ],
)
def test_ways_to_write_an_expression(text: str) -> None:
    """Spacing, letter case of keywords, and operands in any place are free."""
    assert compile_condition(text, {"#_x": "x"})
