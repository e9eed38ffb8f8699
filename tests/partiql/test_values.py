"""Literals and parameters: the values they stand for, and those that the service refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.model.attribute_values import AttributeValue
from slipring.partiql import Insert
from tests.partiql.running import bound, column, refusal

OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
DIGITS = "Attempting to store more than 38 significant digits in a Number"
UNCONVERTIBLE = "The parameter cannot be converted to a numeric value"
TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)

LITERALS: dict[str, AttributeValue] = {
    "'text'": {"S": "text"},
    "'it''s'": {"S": "it's"},
    "''": {"S": ""},
    "7.31e6": {"N": "7310000"},
    "73100000E-1": {"N": "7310000"},
    ".73e1": {"N": "7.3"},
    "-.73e+1": {"N": "-7.3"},
    "- -1": {"N": "1"},
    "5.": {"N": "5"},
    "TRUE": {"BOOL": True},
    "False": {"BOOL": False},
    "null": {"NULL": True},
    "[]": {"L": []},
    "[1, 'a', [null]]": {"L": [{"N": "1"}, {"S": "a"}, {"L": [{"NULL": True}]}]},
    "(1, 2)": {"L": [{"N": "1"}, {"N": "2"}]},
    "{}": {"M": {}},
    "{'a': {'b': 1}}": {"M": {"a": {"M": {"b": {"N": "1"}}}}},
    "<<'b', 'a'>>": {"SS": ["a", "b"]},
    "<<10, 9.50>>": {"NS": ["9.5", "10"]},
}


def _inserted(literal: str, *parameters: AttributeValue) -> AttributeValue:
    return bound(Insert, f"INSERT INTO t VALUE {{'a': {literal}}}", *parameters).item["a"]


@pytest.mark.parametrize(("literal", "value"), LITERALS.items())
def test_literals_of_every_type(literal: str, value: AttributeValue) -> None:
    """Values reach the store in normal form, like those of any other write."""
    assert _inserted(literal) == value


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_can_be_quoted(text: str) -> None:
    """Quoting is all that keeps data from being read as PartiQL."""
    quoted = text.replace("'", "''")
    assert _inserted(f"'{quoted}'") == {"S": text}


def test_parameters_within_literals() -> None:
    """A parameter may be any part of a value; binaries can come in no other way."""
    value = _inserted("[?, {'b': ?}, <<?, ?>>]", {"B": "AQ=="}, {"N": "1.0"}, {"B": "Ag=="}, {"B": "AQ=="})
    assert value == {"L": [{"B": "AQ=="}, {"M": {"b": {"N": "1"}}}, {"BS": ["AQ==", "Ag=="]}]}


def test_an_item_may_be_one_parameter() -> None:
    """The whole map at once."""
    insert = bound(Insert, "INSERT INTO t VALUE ?", {"M": {"pk": {"S": "a"}}})
    assert insert.item == {"pk": {"S": "a"}}
    assert insert.item_bytes == 3


def test_a_statement_keeps_no_request_s_values() -> None:
    """A statement is compiled once for all requests; each item must be its own request's."""
    first = bound(Insert, "INSERT INTO t VALUE {'a': ?, 'b': 1}", {"S": "x"})
    first.item["c"] = {"S": "added"}
    assert bound(Insert, "INSERT INTO t VALUE {'a': ?, 'b': 1}", {"S": "y"}).item == {"a": {"S": "y"}, "b": {"N": "1"}}


REFUSED = {
    "1e126": f"{OVERFLOW} under root",
    "1e-131": f"{UNDERFLOW} under root",
    "1" * 39: f"{DIGITS} under root",
    "{'x': 1e126}": f"{OVERFLOW} under root.x",
    "[1, 1e126]": f"{OVERFLOW} under root[1]",
    "<<'x', 'x'>>": "One or more parameter values were invalid: Input collection [x, x] contains duplicates.",
    "<<>>": "Empty bags are not supported",
    "[" * 32 + "1" + "]" * 32: TOO_DEEP,
}


@pytest.mark.parametrize(("literal", "message"), REFUSED.items())
def test_refused_literals(literal: str, message: str) -> None:
    """The way to a wrong number is told from the attribute's value on (public conformance suite)."""
    assert refusal(f"INSERT INTO t VALUE {{'pk': 1, 'a': {literal}}}") == message


NO_VALUES = [
    ("set_add(<<'a'>>, <<'b'>>)", "set_add", "root"),
    ("other", "other", "root"),
    ("1 + 2", "+", "root"),
    ("missing", "missing", "root"),
    ("(SELECT * FROM t)", "SELECT", "root"),
    ("[other]", "other", "root[0]"),
    ("{'x': {'y': other}}", "other", "root.x.y"),
    ("<<1, true>>", "true", "root"),
    ("<<true>>", "true", "root"),
    ("<<1, other>>", "other", "root[1]"),
]


@pytest.mark.parametrize(("literal", "wrong", "key"), NO_VALUES)
def test_what_is_no_value_is_named_with_its_place(literal: str, wrong: str, key: str) -> None:
    """Functions, names and operations are no values of an INSERT, nor do sets mix types. Only the first of these is
    in the conformance suite; what is said of a set's members goes by it."""
    text = f"INSERT INTO t VALUE {{'pk': 'x', 'a': {literal}}}"
    place = f"1:{column(text, wrong, literal)}:{len(wrong)}"
    assert refusal(text) == f"Unsupported data type: {wrong} under key {key} at {place}"


def test_map_keys_are_strings_and_unique() -> None:
    """The words are our own."""
    assert refusal("INSERT INTO t VALUE {pk: 'a'}") == "Unsupported data type: pk under key root at 1:22:2"
    assert refusal("INSERT INTO t VALUE {'a': 1, 'a': 2}") == "Map keys must be unique: a is repeated under key root"


# Parameters. All from the public conformance suite.

POSITIONS = [
    "SELECT * FROM t WHERE pk = 'a' AND n = ?",
    "INSERT INTO t VALUE {'pk': 'a', 'n': ?}",
    "UPDATE t SET n = ? WHERE pk = 'a' AND sk = 's'",
    "SELECT * FROM t WHERE pk = ?",
]
WRONG_NUMBERS = {
    "1e99999999999": f"{UNCONVERTIBLE}: 1e99999999999",
    "-1e99999999999": f"{UNCONVERTIBLE}: -1e99999999999",
    "1e2147483648": f"{UNCONVERTIBLE}: 1e2147483648",
    "1e-2147483648": f"{UNCONVERTIBLE}: 1e-2147483648",
    "1e2147483647": UNDERFLOW,
    "": UNCONVERTIBLE,
    "abc": f"{UNCONVERTIBLE}: abc",
}


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize(("number", "message"), WRONG_NUMBERS.items())
def test_wrong_numbers_in_parameters(position: str, number: str, message: str) -> None:
    """A scale has 32 bits here, and a magnitude that doesn't fit wraps around."""
    assert refusal(position, {"N": number}) == message


@pytest.mark.parametrize(
    "value",
    [
        {"L": [{"N": "1"}, {"N": "1e99999999999"}]},
        {"M": {"x": {"N": "1e99999999999"}}},
        {"NS": ["1", "1e99999999999"]},
    ],
)
def test_wrong_numbers_within_parameters(value: AttributeValue) -> None:
    """However deep they are."""
    assert refusal(POSITIONS[0], value) == f"{UNCONVERTIBLE}: 1e99999999999"


def _deep(levels: int, leaf: Any = None) -> AttributeValue:
    value = leaf or {"S": "leaf"}
    for _ in range(levels):
        value = {"M": {"n": value}}
    return value


@pytest.mark.parametrize("levels", [40, 100])
def test_the_first_of_several_wrong_parameters_is_told(levels: int) -> None:
    """First in the order of the document, whatever is wrong with it."""
    pair = "SELECT * FROM t WHERE pk = 'a' AND x = ? AND y = ?"
    single = "SELECT * FROM t WHERE pk = 'a' AND x = ?"
    bad = {"N": "abc"}
    assert refusal(pair, _deep(levels), bad) == TOO_DEEP
    assert refusal(pair, dict(bad), _deep(levels)) == f"{UNCONVERTIBLE}: abc"
    assert refusal(single, {"M": {"d": _deep(levels), "bad": bad}}) == TOO_DEEP
    assert refusal(single, {"M": {"bad": bad, "d": _deep(levels)}}) == f"{UNCONVERTIBLE}: abc"
    assert refusal(single, _deep(levels, bad)) == TOO_DEEP
    assert refusal(pair, _deep(levels), {"N": "1e126"}) == TOO_DEEP


def test_parameters_match_the_statement_in_number() -> None:
    """Too few and too many are refused alike."""
    message = "Number of parameters in request and statement don't match."
    assert refusal("SELECT * FROM t WHERE pk = ?") == message
    assert refusal("SELECT * FROM t WHERE pk = ?", {"S": "a"}, {"S": "b"}) == message
    assert refusal("SELECT * FROM t", {"S": "a"}) == message
