"""Which keys a key condition selects, and what it may not say."""

from __future__ import annotations

from typing import Any

import pytest

from slipring.expressions import KeyRange, compile_key_condition
from slipring.model.errors.tree import ValidationException

VALUES: dict[str, Any] = {
    ":p": {"S": "part"},
    ":s": {"S": "sort"},
    ":t": {"S": "tort"},
    ":n": {"N": "5"},
    ":m": {"N": "7"},
    ":b": {"B": "AQI="},
    ":e": {"S": ""},
    ":eb": {"B": ""},
    ":yes": {"BOOL": True},
}
WRONG_OPERAND = (
    "Invalid KeyConditionExpression: Incorrect operand type for operator or function; "
    "operator or function: {}, operand type: {}"
)
UNDEFINED = (
    "Invalid KeyConditionExpression: An expression attribute value used in expression is not defined; "
    "attribute value: :nowhere"
)
WITHOUT_EQUALITY = (
    "RANGE key attributes {} must have equality conditions specified in the query because a condition is present on "
    "key attribute {}"
)
TYPES = {"pk": "S", "sk": "S", "num": "N", "bin": "B", "h2": "N", "r2": "S", "r3": "N"}


def bind(text: str, hash_names: tuple[str, ...] = ("pk",), range_names: tuple[str, ...] = ("sk",)) -> KeyRange:
    condition = compile_key_condition(text, {"#p": "pk", "#s": "sk"})
    values = {placeholder: VALUES[placeholder] for placeholder in condition.values_used if placeholder in VALUES}
    condition.check(values)
    return condition.bind(values, hash_names, range_names, TYPES)


def message(text: str, *names: tuple[str, ...]) -> str:
    with pytest.raises(ValidationException) as raised:
        bind(text, *names)
    return raised.value.message


SELECTED = [
    ("pk = :p", KeyRange(("part",), (), None, ())),
    ("#p = :p AND #s = :s", KeyRange(("part",), ("sort",), None, ())),
    ("sk = :s AND :p = pk", KeyRange(("part",), ("sort",), None, ())),
    # public suite: parentheses around parts or the whole
    ("(pk = :p) AND (sk = :s)", KeyRange(("part",), ("sort",), None, ())),
    ("(pk = :p AND (sk > :s))", KeyRange(("part",), (), ">", ("sort",))),
    ("pk = :p and sk < :s", KeyRange(("part",), (), "<", ("sort",))),
    ("pk = :p AND sk <= :s", KeyRange(("part",), (), "<=", ("sort",))),
    ("pk = :p AND sk >= :s", KeyRange(("part",), (), ">=", ("sort",))),
    # A value may stand on the left; the operator turns around
    ("pk = :p AND :s < sk", KeyRange(("part",), (), ">", ("sort",))),
    ("pk = :p AND :s >= sk", KeyRange(("part",), (), "<=", ("sort",))),
    ("pk = :p AND sk BETWEEN :s AND :t", KeyRange(("part",), (), "BETWEEN", ("sort", "tort"))),
    ("pk = :p AND begins_with(sk, :s)", KeyRange(("part",), (), "begins_with", ("sort",))),
]


@pytest.mark.parametrize(("text", "expected"), SELECTED)
def test_selection_on_a_table_with_a_sort_key(text: str, expected: KeyRange) -> None:
    assert bind(text) == expected


def test_numbers_and_binaries_are_keys_too() -> None:
    assert bind("num = :n AND bin > :b", ("num",), ("bin",)) == KeyRange(("5",), (), ">", ("AQI=",))


MANY = (("pk", "h2"), ("sk", "num", "r2", "r3"))
SELECTED_OF_MANY = [
    ("pk = :p AND h2 = :n", KeyRange(("part", "5"), (), None, ())),
    ("h2 = :n AND sk = :s AND pk = :p", KeyRange(("part", "5"), ("sort",), None, ())),
    ("pk = :p AND h2 = :n AND sk = :s AND num > :m", KeyRange(("part", "5"), ("sort",), ">", ("7",))),
    (
        "pk = :p AND h2 = :n AND r2 = :t AND sk = :s AND num = :m AND r3 BETWEEN :n AND :m",
        KeyRange(("part", "5"), ("sort", "7", "tort"), "BETWEEN", ("5", "7")),
    ),
    ("pk = :p AND h2 = :n AND begins_with(sk, :s)", KeyRange(("part", "5"), (), "begins_with", ("sort",))),
]


@pytest.mark.parametrize(("text", "expected"), SELECTED_OF_MANY)
def test_selection_on_an_index_with_keys_of_several_attributes(text: str, expected: KeyRange) -> None:
    """All hash attributes by equality; range attributes from the left, all but the last by equality."""
    assert bind(text, *MANY) == expected


REFUSED = [
    ("pk = :p OR sk = :s", "Invalid operator used in KeyConditionExpression: OR"),
    ("NOT pk = :p", "Invalid operator used in KeyConditionExpression: NOT"),
    ("pk = :p AND sk IN (:s, :t)", "Invalid operator used in KeyConditionExpression: IN"),
    ("pk = :p AND sk <> :s", "Invalid operator used in KeyConditionExpression: <>"),
    ("pk = :p AND contains(sk, :s)", "Invalid operator used in KeyConditionExpression: contains"),
    ("attribute_exists(pk)", "Invalid operator used in KeyConditionExpression: attribute_exists"),
    (
        "size(pk) = :n",
        "Invalid KeyConditionExpression: KeyConditionExpressions cannot contain nested operations",
    ),
    (
        "pk = :p AND sk.x = :s",
        "Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes",
    ),
    (
        "#p[0] = :p",
        "Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes",
    ),
    (
        "pk = :p AND sk > :s AND sk < :t",
        "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
    ),
    ("pk = sk", "Invalid condition in KeyConditionExpression: multiple attribute names used in one condition"),
    (
        "pk = :p AND begins_with(sk, G_M)",
        "Invalid condition in KeyConditionExpression: multiple attribute names used in one condition",
    ),
    (":p = :s", "Invalid condition in KeyConditionExpression: No key attribute specified"),
    (
        "pk = :p AND begins_with(:s, sk)",
        "Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its "
        "first operand",
    ),
    (
        "pk = :p AND :s BETWEEN sk AND :t",
        "Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute as its "
        "first operand",
    ),
    # public suite
    ("sk = :s", "Query condition missed key schema element: pk"),
    ("attr1 = :s", "Query condition missed key schema element: pk"),
    # report: the range attribute of a condition has to be the range attribute of what is queried
    ("pk = :p AND begins_with(LSI_SK_1, :s)", "Query condition missed key schema element: sk"),
    ("pk > :p", "Query key condition not supported"),
    (
        "pk = :p AND sk = :s AND num = :n",
        "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)",
    ),
    ("pk = :n", "One or more parameter values were invalid: Condition parameter type does not match schema type"),
    (
        "pk = :p AND sk > :n",
        "One or more parameter values were invalid: Condition parameter type does not match schema type",
    ),
    (
        "pk = :e",
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
        "string value. Key: pk",
    ),
    ("pk = :p AND begins_with(sk, :n)", WRONG_OPERAND.format("begins_with", "N")),
    # public suite: the operator is named as it is written
    ("pk = :p AND :yes >= sk", WRONG_OPERAND.format(">=", "BOOL")),
    # public suite: the first mistake counts, and operands before the number of conditions
    ("begins_with(sk, :n) AND pk = :nowhere", WRONG_OPERAND.format("begins_with", "N")),
    ("pk = :p AND begins_with(sk, :n) AND sk = :nowhere", WRONG_OPERAND.format("begins_with", "N")),
    ("pk = :p AND begins_with(sk, :n) AND sk > :s", WRONG_OPERAND.format("begins_with", "N")),
    ("pk = :nowhere AND begins_with(sk, :n)", UNDEFINED),
    (
        "pk = :p AND sk BETWEEN :t AND :s",
        "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to "
        "lower bound; lower bound operand: AttributeValue: {S:tort}, upper bound operand: AttributeValue: {S:sort}",
    ),
]


@pytest.mark.parametrize(("text", "expected"), REFUSED)
def test_refused(text: str, expected: str) -> None:
    assert message(text) == expected


REFUSED_OF_MANY = [
    ("pk = :p", "Query condition missed key schema element: h2"),
    ("pk = :p AND h2 > :n", "Query key condition not supported"),
    ("pk = :p AND h2 = :n AND num = :m", WITHOUT_EQUALITY.format("sk", "num")),
    ("pk = :p AND h2 = :n AND sk > :s AND num = :m", WITHOUT_EQUALITY.format("sk", "num")),
    ("pk = :p AND h2 = :n AND sk = :s AND attr1 = :s", "Query condition missed key schema element: num"),
]


@pytest.mark.parametrize(("text", "expected"), REFUSED_OF_MANY)
def test_refused_on_an_index_with_keys_of_several_attributes(text: str, expected: str) -> None:
    """A range attribute must not be skipped, and an inequality must come last."""
    assert message(text, *MANY) == expected


def test_refused_where_there_is_no_sort_key() -> None:
    assert message("pk = :p AND sk = :s", ("pk",), ()) == "Query key condition not supported"
    assert "empty binary value. Key: bin" in message("bin = :eb", ("bin",), ())


def test_an_undefined_value_is_named() -> None:
    with pytest.raises(ValidationException) as raised:
        compile_key_condition("pk = :p AND sk > :nowhere", None).check({":p": {"S": "x"}})
    assert raised.value.message == UNDEFINED


def test_what_a_key_condition_tells_of_itself() -> None:
    condition = compile_key_condition("#p = :p AND sk BETWEEN :s AND :t", {"#p": "pk"})
    assert condition.attributes == {"pk", "sk"}
    assert condition.names_used == {"#p"}
    assert condition.values_used == {":p", ":s", ":t"}
    assert [tuple(term) for term in condition.terms] == [("pk", "=", (":p",), ""), ("sk", "BETWEEN", (":s", ":t"), "")]
