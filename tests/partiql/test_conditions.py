"""WHERE clauses: what they are true of, and what the service refuses in them.

The words come from the public conformance suite for DynamoDB, where a test doesn't say otherwise.
"""

from __future__ import annotations

import pytest

from slipring.model.attribute_values import AttributeValue, Item
from slipring.partiql import Select
from tests.partiql.running import bound, column, refusal

ITEM: Item = {
    "pk": {"S": "a"},
    "ss": {"SS": ["a", "b", "c"]},
    "ns": {"NS": ["1", "2"]},
    "s": {"S": "str"},
    "n": {"N": "5"},
    "m": {"M": {"sub": {"S": "x"}, "l": {"L": [{"N": "1"}]}}},
    "nul": {"NULL": True},
    "flag": {"BOOL": True},
    "bin": {"B": "AQID"},
}

TRUE = [
    "attribute_exists(ss)",
    "attribute_not_exists(nope)",
    "NOT attribute_exists(nope)",
    "ATTRIBUTE_EXISTS(ss)",
    "(attribute_exists(nope) OR attribute_exists(ss))",
    "attribute_exists(ss) = true",
    "attribute_exists(nope) = false",
    "true <> attribute_exists(nope)",
    'attribute_exists("ss")',
    "attribute_exists(m.sub)",
    "attribute_not_exists(m.nope)",
    "size(s) = 3",
    "3 < size(m.sub) OR size(m) = 2",
    "attribute_type(ss, 'SS')",
    "nul IS NULL",
    "s IS NOT NULL",
    "nope IS NOT NULL",
    "flag IS BOOL",
    "flag IS BOOLEAN",
    "s IS STRING",
    "n IS NUMERIC",
    "bin IS BLOB",
    "m IS STRUCT",
    "m.l IS LIST",
    "ns IS BAG AND NOT s IS BAG",
    "nope IS MISSING",
    "s IS NOT MISSING",
    "n = 5.0",
    "n != 4",
    "5 = n",
    "n BETWEEN 1 AND 5",
    "n NOT BETWEEN 6 AND 7",
    "n IN [1, 5]",
    "n IN (5)",
    "n NOT IN (1, 2)",
    "begins_with(s, 'st')",
    "contains(ss, 'a') AND contains(s, 'tr')",
    "m.l[0] = 1",
    "m['sub'] = 'x'",
    "m = {'l': [1], 'sub': 'x'}",
    "ss = <<'c', 'a', 'b'>>",
    "flag = TRUE AND nul = NULL",
    "n = +5 AND n <> -5",
]
FALSE = [
    "attribute_exists(nope)",
    "attribute_type(ss, 'S')",
    "s IS NULL",
    "nul IS NOT NULL",
    "nope IS NULL",
    "s IS BOOL",
    "size(s) = 4",
    "n = '5'",
    "NOT (n = 5 OR s = 'x')",
    "m.l[1] = 1",
    "ss = ['a', 'b', 'c']",
]


def _holds(condition: str, *parameters: AttributeValue) -> bool:
    select = bound(Select, f"SELECT * FROM t WHERE {condition}", *parameters)
    assert select.filter is not None
    return select.filter(ITEM)


@pytest.mark.parametrize("condition", TRUE)
def test_true_conditions(condition: str) -> None:
    """Every operator and function of the reference, in every notation."""
    assert _holds(condition)


@pytest.mark.parametrize("condition", FALSE)
def test_false_conditions(condition: str) -> None:
    """A condition that is always true would pass the test above."""
    assert not _holds(condition)


def test_parameters_of_every_type() -> None:
    """Binaries have no literal, so they come as parameters, alone or within literals."""
    assert _holds("bin = ?", {"B": "AQID"})
    assert _holds("bin IN [?, ?]", {"B": "AA=="}, {"B": "AQID"})
    assert _holds("m = {'l': [?], 'sub': ?}", {"N": "1.0"}, {"S": "x"})
    assert _holds("ns = <<?, 1>>", {"N": "2"})


POSITIONED = [
    ("EXISTS(ss)", "EXISTS", "Unrecognized function: exists at"),
    ("set_add(ss, <<'x'>>) = ss", "set_add", "Unrecognized function: set_add at"),
    ("a = 1 AND lower(s) = 'x'", "lower", "Unrecognized function: lower at"),
]


@pytest.mark.parametrize(("condition", "token", "message"), POSITIONED)
def test_unknown_functions_are_named_with_their_place(condition: str, token: str, message: str) -> None:
    """Line, column and length from 1, in characters."""
    text = f"SELECT * FROM t WHERE pk = 'ä' AND {condition}"
    assert refusal(text) == f"{message} 1:{column(text, token)}:{len(token)}"


def test_places_count_lines() -> None:
    """CR LF is one line's end."""
    assert refusal("SELECT *\r\nFROM t\nWHERE\n  f(a)") == "Unrecognized function: f at 4:3:1"


PATH_REQUIRED = "Operator or function requires a document path; operator or function: attribute_exists"
OPERAND_COUNT = (
    "Incorrect number of operands for operator or function; operator or function: {}, number of operands: {}"
)
OPERAND_TYPE = "Incorrect operand type for operator or function; operator or function: {}, operand type: {}"

REFUSED = {
    "attribute_exists('ss')": PATH_REQUIRED,
    "attribute_exists()": OPERAND_COUNT.format("attribute_exists", 0),
    "attribute_exists(ss, ns)": OPERAND_COUNT.format("attribute_exists", 2),
    "contains(ss)": OPERAND_COUNT.format("contains", 1),
    "a < true": OPERAND_TYPE.format("<", "BOOL"),
    "a >= [1]": OPERAND_TYPE.format(">=", "L"),
    "a BETWEEN true AND false": OPERAND_TYPE.format("BETWEEN", "BOOL"),
    "a = a": "The first operand must be distinct from the remaining operands for this operator or function; "
    "operator: =, first operand: [a]",
    "size(a)": "The function is not allowed to be used this way in an expression; function: size",
    "contains(a, 'x') = 1": "The function is not allowed to be used this way in an expression; function: contains",
    "a + 1 = 2": "Unsupported operation: Plus",
    "a LIKE 'x'": "Unsupported operation: Like",
    "a": "Unsupported operation: Id",
    "true": "Unsupported operation: Lit",
    "a IN (SELECT * FROM t)": "Nested selects not supported",
    "a = (SELECT * FROM t)": "Nested selects not supported",
    "(SELECT * FROM t)": "Nested selects not supported",
    "a IN b": "Unsupported operation: InCollection",
    "a IN []": OPERAND_COUNT.format("IN", 1),
    f"a IN [{'1, ' * 100}1]": "The IN operator is provided with too many operands; number of operands: 101",
    "a IS INT4": "Unsupported data type: INT4 at 1:41:4",
    "a[99999999999] = 1": "List index is not within the allowable range; index: [99999999999]",
    f"a{'.b' * 32} = 1": "The document path has too many nesting elements; nesting levels: 33",
}


@pytest.mark.parametrize(("condition", "message"), REFUSED.items())
def test_refused_conditions(condition: str, message: str) -> None:
    """The engine's words without the request parameter that it names elsewhere, and the operations it hasn't."""
    assert refusal(f"SELECT * FROM t WHERE pk = 'a' AND {condition}") == message


@pytest.mark.parametrize("kind", ["NULL", "L", "M", "SS", "NS", "BS"])
def test_ordering_needs_an_ordered_parameter(kind: str) -> None:
    """Said without a look at the table, which need not exist."""
    contents = {"NULL": True, "L": [], "M": {}, "SS": ["a"], "NS": ["1"], "BS": ["AQ=="]}
    value = {kind: contents[kind]}
    assert refusal("SELECT * FROM t WHERE pk = 'a' AND a < ?", value) == OPERAND_TYPE.format("<", kind)
    assert _holds("s <> ?", value)


def test_a_parameter_is_no_path() -> None:
    """A name cannot come as a parameter."""
    assert refusal("SELECT * FROM t WHERE attribute_exists(?)", {"S": "ss"}) == PATH_REQUIRED
