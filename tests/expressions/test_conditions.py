"""What conditions and filters mean: every operator and function, on every type, present and absent."""

from __future__ import annotations

from typing import Any

import pytest

from slipring.expressions import compile_condition, compile_filter
from slipring.model.attribute_values import normalise_item
from slipring.model.errors.tree import ValidationException

ITEM: dict[str, Any] = {
    "s": {"S": "hello"},
    "n": {"N": "10"},
    "b": {"B": "AQIDBA=="},
    "yes": {"BOOL": True},
    "nothing": {"NULL": True},
    "ss": {"SS": ["x", "y"]},
    "ns": {"NS": ["1", "2"]},
    "bs": {"BS": ["AQ==", "Ag=="]},
    "l": {"L": [{"S": "first"}, {"N": "2"}, {"M": {"deep": {"S": "down"}}}]},
    "m": {"M": {"k": {"S": "v"}, "l": {"L": [{"N": "7"}]}}},
    "blank": {"S": ""},
    "clef": {"S": "é𝄞"},
    "ten": {"N": "10"},
    "more": {"N": "9.5"},
}
normalise_item(ITEM)

VALUES: dict[str, Any] = {
    ":hello": {"S": "hello"},
    ":hell": {"S": "hell"},
    ":lo": {"S": "lo"},
    ":zoo": {"S": "zoo"},
    ":empty": {"S": ""},
    ":x": {"S": "x"},
    ":9": {"N": "9"},
    ":10": {"N": "10"},
    ":11": {"N": "11"},
    ":1": {"N": "1"},
    ":2": {"N": "2"},
    ":3": {"N": "3"},
    ":ten": {"S": "10"},
    ":bytes": {"B": "AQIDBA=="},
    ":head": {"B": "AQI="},
    ":middle": {"B": "AgM="},
    ":high": {"B": "/w=="},
    ":true": {"BOOL": True},
    ":null": {"NULL": True},
    ":xy": {"SS": ["y", "x"]},
    ":21": {"NS": ["2.0", "1"]},
    ":set": {"BS": ["Ag==", "AQ=="]},
    ":byte": {"B": "AQ=="},
    ":first": {"S": "first"},
    ":map": {"M": {"deep": {"S": "down"}}},
    ":v": {"S": "v"},
    ":S": {"S": "S"},
    ":M": {"S": "M"},
    ":BOOL": {"S": "BOOL"},
}
normalise_item(VALUES)


def holds(text: str, item: dict[str, Any] | None) -> bool:
    condition = compile_condition(text, None)
    values = {placeholder: VALUES[placeholder] for placeholder in condition.values_used}
    return condition.bind(values)(item)


TRUE = [
    # Equality, for every type; sets in any order, numbers by value
    "s = :hello",
    "n = :10",
    "b = :bytes",
    "yes = :true",
    "nothing = :null",
    "ss = :xy",
    "ns = :21",
    "bs = :set",
    "l[2] = :map",
    ":hello = s",
    "n = ten",
    ":10 = :10",
    "s <> :lo",
    "n <> :ten",
    "absent <> :10",
    "m.absent <> l",
    ":10 <> :ten",
    # Order
    "n > :9",
    "n >= :10",
    "n < :11",
    "n <= :10",
    ":9 < n",
    ":10 >= n",
    "s > :hell",
    "s < :zoo",
    "blank < s",
    "b < :high",
    "b > :byte",
    "more < n",
    ":9 < :10",
    "n BETWEEN :9 AND :10",
    "s BETWEEN :hell AND :zoo",
    "b between :byte and :high",
    ":9 BETWEEN :1 AND n",
    "n BETWEEN more AND ten",
    # Membership
    "s IN (:zoo, :hello)",
    "n IN (:ten, ten)",
    "ss IN (:xy)",
    ":hello IN (absent, s)",
    # Functions
    "attribute_exists(s)",
    "attribute_exists(nothing)",
    "attribute_exists(m.k)",
    "attribute_exists(l[2].deep)",
    "attribute_not_exists(absent)",
    "attribute_not_exists(m.absent)",
    "attribute_not_exists(l[3])",
    "attribute_not_exists(s.k)",
    "attribute_not_exists(m[0])",
    "attribute_not_exists(l.k)",
    "attribute_type(s, :S)",
    "attribute_type(m, :M)",
    "attribute_type(yes, :BOOL)",
    "attribute_type(l[0], :S)",
    "begins_with(s, :hell)",
    "begins_with(s, :empty)",
    "begins_with(b, :head)",
    "begins_with(:hello, s)",
    "contains(s, :lo)",
    "contains(s, :empty)",
    "contains(b, :middle)",
    "contains(ss, :x)",
    "contains(ns, :2)",
    "contains(bs, :byte)",
    "contains(l, :first)",
    "contains(l, :2)",
    "contains(l, :map)",
    "contains(:hello, s)",
    "contains(m.l, :ten) OR n = :10",
    # size: strings in UTF-16 units, binaries in bytes, the rest in members
    "size(s) > :3",
    "size(clef) = :3",
    "size(ss) = :2",
    "size(ns) = :2",
    "size(bs) = :2",
    "size(l) = :3",
    "size(m) = :2",
    "size(b) > :3",
    "size(blank) < :1",
    ":3 = size(l)",
    "size(l) > size(m)",
    "size(:hello) > :3",
    "size(l) IN (:1, :3)",
    "size(m) BETWEEN :1 AND :2",
    # Nested paths
    "m.k = :v",
    "l[1] = :2",
    "m.l[0] < n",
    # Logic: NOT before AND before OR, parentheses before all
    "NOT s = :lo",
    "not absent = :10",
    "s = :lo AND s = :lo OR s = :hello",
    "s = :hello OR s = :lo AND s = :lo",
    "NOT s = :lo AND n = :10",
    "NOT (s = :hello AND n = :9)",
    "(s = :hello OR n = :9) AND yes = :true",
    "NOT NOT s = :hello",
]

FALSE = [
    "s = :lo",
    "s = n",
    "n = :ten",
    "absent = :10",
    "absent = gone",
    "s <> :hello",
    "ss <> :xy",
    # Order: never between types, never for types without one, never with something absent
    "n < :ten",
    "n > :ten",
    "s > :9",
    "absent < :10",
    "absent >= :10",
    ":10 < absent",
    "l < m",
    "yes < nothing",
    "ss < s",
    "n < n.x",
    "s BETWEEN :9 AND :10",
    "n BETWEEN :11 AND absent",
    "absent BETWEEN :9 AND :10",
    "n BETWEEN s AND b",
    # Membership
    "s IN (:lo)",
    "absent IN (:lo)",
    "absent IN (gone)",
    "s IN (:xy)",
    # Functions
    "attribute_exists(absent)",
    "attribute_exists(s.k)",
    "attribute_not_exists(s)",
    "attribute_type(s, :M)",
    "attribute_type(absent, :S)",
    "begins_with(s, :lo)",
    "begins_with(n, :hell)",
    "begins_with(b, :hell)",
    "begins_with(s, n)",
    "begins_with(absent, :hell)",
    "begins_with(s, absent)",
    "contains(s, :zoo)",
    "contains(s, :byte)",
    "contains(ss, :hello)",
    "contains(ss, :1)",
    "contains(ns, :x)",
    "contains(bs, :x)",
    "contains(ss, :xy)",
    "contains(l, :hello)",
    "contains(m, :v)",
    "contains(n, :1)",
    "contains(absent, :x)",
    "contains(l, absent)",
    # size is not defined for N, BOOL, NULL and what is absent, and then nothing compares
    "size(n) > :1",
    "size(yes) >= :1",
    "size(nothing) = :1",
    "size(absent) < :10",
    "size(clef) = :2",
    "size(s) = :hello",
    # Logic
    "NOT s = :hello",
    "s = :hello AND n = :9",
    "s = :lo OR n = :9",
    "(s = :hello OR s = :hello) AND n = :9",
    "NOT (s = :hello OR n = :9)",
]


@pytest.mark.parametrize("text", TRUE)
def test_true(text: str) -> None:
    assert holds(text, ITEM) is True


@pytest.mark.parametrize("text", FALSE)
def test_false(text: str) -> None:
    assert holds(text, ITEM) is False


def test_a_condition_sees_nothing_where_there_is_no_item() -> None:
    """A put may be conditioned on the absence of an item, which is the same as an item without attributes."""
    for text in TRUE + FALSE:
        assert holds(text, None) == holds(text, {})
    assert holds("attribute_not_exists(s)", None) is True
    assert holds("s <> :hello", None) is True
    assert holds("s = :hello", None) is False


def test_names_stand_for_any_part_of_a_path() -> None:
    """A placeholder names one element; dots and brackets inside it mean nothing."""
    names = {"#m": "m", "#dotted": "a.b[0]"}
    item: dict[str, Any] = {"m": {"M": {"a.b[0]": {"L": [{"S": "v"}]}}}, "a.b[0]": {"S": "top"}}
    assert compile_condition("#m.#dotted[0] = :v", names).bind({":v": {"S": "v"}})(item)
    assert compile_condition("attribute_exists(#dotted)", {"#dotted": "a.b[0]"}).bind(None)(item)


def test_what_a_condition_tells_of_itself() -> None:
    """Unused placeholders and key attributes in filters are refused on the ground of these sets."""
    names = {"#a": "first", "#b": "second"}
    condition = compile_filter("#a.x[1] = :v AND NOT contains(third, :w) OR size(#b) > :v", names)
    assert condition.names_used == {"#a", "#b"}
    assert condition.values_used == {":v", ":w"}
    assert condition.placeholders == (":v", ":w")
    assert condition.attributes == {"first", "second", "third"}
    assert condition.parameter == "FilterExpression"


TYPES = "Incorrect operand type for operator or function; operator or function: {}, operand type: {}"
BOUNDS = "lower bound operand: AttributeValue: {}, upper bound operand: AttributeValue: {}"
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("a < :v", {":v": {"BOOL": True}}, TYPES.format("<", "BOOL")),
    ("a <= :v", {":v": {"NULL": True}}, TYPES.format("<=", "NULL")),
    (":v > a", {":v": {"L": []}}, TYPES.format("<", "L")),
    ("size(a) >= :v", {":v": {"M": {}}}, TYPES.format(">=", "M")),
    ("a BETWEEN :v AND :w", {":v": {"NULL": True}, ":w": {"N": "1"}}, TYPES.format("BETWEEN", "NULL")),
    (":v BETWEEN a AND b", {":v": {"SS": ["x"]}}, TYPES.format("BETWEEN", "SS")),
    ("begins_with(a, :v)", {":v": {"N": "1"}}, TYPES.format("begins_with", "N")),
    ("begins_with(size(a), :v)", {":v": {"S": "1"}}, TYPES.format("begins_with", "N")),
    ("contains(:v, a)", {":v": {"N": "1"}}, TYPES.format("contains", "N")),
    ("contains(:v, a)", {":v": {"M": {}}}, TYPES.format("contains", "M")),
    ("size(:v) > :w", {":v": {"N": "1"}, ":w": {"N": "1"}}, TYPES.format("size", "N")),
    ("attribute_type(a, :v)", {":v": {"N": "1"}}, TYPES.format("attribute_type", "N")),
    ("attribute_type(a, b)", {}, TYPES.format("attribute_type", "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}")),
    (
        "attribute_type(a, :v)",
        {":v": {"S": "X"}},
        "Invalid attribute type name found; type: X, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
    ),
    (
        "a BETWEEN :v AND :w",
        {":v": {"N": "5"}, ":w": {"N": "1"}},
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
        + BOUNDS.format("{N:5}", "{N:1}"),
    ),
    (
        "a BETWEEN :v AND :w",
        {":v": {"S": "a"}, ":w": {"N": "1"}},
        "The BETWEEN operator requires same data type for lower and upper bounds; " + BOUNDS.format("{S:a}", "{N:1}"),
    ),
    (
        "a = :v OR b = :absent",
        {":v": {"N": "1"}},
        "An expression attribute value used in expression is not defined; attribute value: :absent",
    ),
]


@pytest.mark.parametrize(("text", "values", "expected"), REFUSED)
def test_values_that_cannot_be_right_are_refused_before_any_item_is_read(
    text: str, values: dict[str, Any], expected: str
) -> None:
    """Also behind OR, where evaluation might never get to them, and for a scan that finds no item."""
    for expression in (text, f"attribute_not_exists(zzz) OR {text}", f"NOT ({text})"):
        with pytest.raises(ValidationException) as raised:
            compile_condition(expression, None).bind(values)
        assert raised.value.message == f"Invalid ConditionExpression: {expected}"


def test_no_values_at_all_names_the_first_that_is_used() -> None:
    with pytest.raises(ValidationException) as raised:
        compile_filter("b = :second AND a = :first", None).bind(None)
    assert raised.value.message == (
        "Invalid FilterExpression: An expression attribute value used in expression is not defined; "
        "attribute value: :second"
    )


def test_equalities_leave_traces_where_json_spells_their_values_in_one_way() -> None:
    """A filter skips items without these bytes undecoded, so where there are none it costs several times as much."""
    values: dict[str, dict[str, Any]] = {
        ":s": {"S": "x y"},
        ":n": {"N": "1.5"},
        ":quoted": {"S": 'a"b'},
        ":map": {"M": {}},
    }
    condition = compile_filter("a = :s AND (:n = b AND c.d = :s) AND e = :quoted AND f = :map AND a > :n", None)
    assert condition.traces(values) == (b'"a":{"S":"x y"}', b'"b":{"N":"1.5"}')
    assert compile_filter("a = :s OR b = :n", None).traces(values) == ()
    assert compile_filter("NOT a = :s", None).traces(values) == ()
    assert compile_filter("a <> :s", None).traces(values) == ()
