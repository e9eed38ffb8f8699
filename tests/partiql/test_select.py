"""SELECT: what it reads from, what it returns, in which order.

The words come from the public conformance suite for DynamoDB, where a test doesn't say otherwise.
"""

from __future__ import annotations

import pytest

from slipring.model.attribute_values import Item
from slipring.model.errors.tree import ValidationException
from slipring.partiql import Select, check_index, plan_read, selected_key
from tests.partiql.running import bound, column, read_of, refusal
from tests.partiql.schemas import COMPOSITE, HASH_ONLY, KEY_NAMES, Schema

ITEM: Item = {
    "pk": {"S": "a"},
    "m": {"M": {"n": {"S": "deep"}, "l": {"L": [{"N": "1"}, {"L": [{"N": "2"}]}]}}},
    "l": {"L": [{"M": {"x": {"N": "3"}}}]},
}


def test_the_table_and_index_are_as_written() -> None:
    """Names may be bare or quoted; a table's may be an ARN."""
    plain = bound(Select, "SELECT * FROM Music")
    assert (plain.table_name, plain.index_name) == ("Music", None)
    arn = "arn:aws:dynamodb:eu-west-2:000000000000:table/Music"
    indexed = bound(Select, f'SELECT * FROM "{arn}"."by-year"')
    assert (indexed.table_name, indexed.index_name) == (arn, "by-year")


TABLES = {
    'SELECT * FROM "t" u WHERE pk = 1': "Aliasing is not supported",
    'SELECT * FROM "t" AS u WHERE pk = 1': "Aliasing is not supported",
    'UPDATE "t" u SET a = 3 WHERE pk = 1': "Aliasing is not supported",
    'DELETE FROM "t" u WHERE pk = 1': "Aliasing is not supported",
    "SELECT pk AS key_name FROM t": "Aliasing is not supported",
    'SELECT * FROM "t"."i"."x"': "A path may contain at most 2 components in the FROM clause",
    'SELECT * FROM "t".""': "Path component cannot be an empty string",
    'SELECT * FROM ""': "Path component cannot be an empty string",
    "SELECT * FROM t, u": "FROM clause may only contain a single table name",
    "SELECT * FROM t LEFT JOIN u ON a = b": "FROM clause may only contain a single table name",
    "SELECT * FROM 't'": "FROM clause may only contain a single table name",
    "SELECT * FROM (SELECT * FROM t)": "Nested selects not supported",
}


@pytest.mark.parametrize(("text", "message"), TABLES.items())
def test_only_one_table_without_another_name(text: str, message: str) -> None:
    """Each is told before the table is looked for, which need not exist."""
    assert refusal(text) == message


# What is returned

RETURNED = {
    "pk": {"pk": {"S": "a"}},
    "m.n": {"n": {"S": "deep"}},
    "m.l[0]": {"l[0]": {"N": "1"}},
    "m.l[1][0], pk": {"l[1][0]": {"N": "2"}, "pk": {"S": "a"}},
    "l[0].x": {"x": {"N": "3"}},
    "m['n']": {"n": {"S": "deep"}},
    "nope, m.none, l[7], pk.n": {},
}


@pytest.mark.parametrize(("items", "expected"), RETURNED.items())
def test_paths_become_attributes_of_their_own(items: str, expected: Item) -> None:
    """Named after their last name; what the item hasn't is left out."""
    projection = bound(Select, f"SELECT {items} FROM t").projection
    assert projection is not None
    assert projection.apply(ITEM) == expected


def test_star_returns_all() -> None:
    """None lets whole stored items be sent as they are."""
    assert bound(Select, "SELECT * FROM t").projection is None


@pytest.mark.parametrize("item", ["attribute_exists(ss)", "COUNT(*)", "count(a)", "1", "[a]", "size(a)", "a + 1"])
def test_only_paths_are_selected(item: str) -> None:
    """Functions and operations are no paths; where they stand is told, not what they are."""
    text = f"SELECT pk, {item} FROM t WHERE pk = 'a'"
    token = "+" if "+" in item else item.partition("(")[0] if "(" in item else item[0]
    assert refusal(text) == f"Unexpected path component at 1:{column(text, token, item)}:{len(token)}"


def test_values_are_not_selected() -> None:
    """PartiQL has SELECT VALUE; DynamoDB returns items."""
    assert refusal("SELECT VALUE a FROM t") == "Unsupported operation: ProjectValue"


@pytest.mark.parametrize(("path", "step"), [("a[b]", "b"), ("a[-1]", "1"), ("a[1.5]", "1.5"), ("a.*", "*")])
def test_paths_have_names_and_indexes(path: str, step: str) -> None:
    """The step that is neither is what is wrong. (A sign is no part of a literal's place.)"""
    text = f"SELECT {path} FROM t"
    assert refusal(text) == f"Unexpected path component at 1:{column(text, step)}:{len(step)}"


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("a[*]", "Invalid use of * in select list"),
        ("a.*.b", "Invalid use of * in select list"),
        ("a[1].*", "Cannot use [] and * together in SELECT list expression"),
    ],
)
def test_stars_in_paths_are_no_partiql(path: str, detail: str) -> None:
    """PartiQL's reference implementation refuses them itself."""
    assert refusal(f"SELECT {path} FROM t") == f"Statement wasn't well formed, can't be processed: {detail}"


def test_names_come_once() -> None:
    """Two attributes of one name could not both be returned. The words are our own."""
    assert refusal("SELECT a.b, c.b FROM t") == "SELECT list names must be unique: b"


@pytest.mark.parametrize(
    ("clause", "name", "token"),
    [
        ("LIMIT 5", "LIMIT", "5"),
        ("GROUP BY a", "GROUP BY", "GROUP"),
        ("HAVING a", "HAVING", "a"),
        ("WHERE a = 1 LIMIT 1", "LIMIT", "1"),
    ],
)
def test_clauses_that_dynamodb_has_not(clause: str, name: str, token: str) -> None:
    """LIMIT is a parameter of the request. The words are unconfirmed."""
    text = f"SELECT * FROM t {clause}"
    assert refusal(text) == f"Unsupported clause: {name} at 1:{column(text, token, name)}:{len(token)}"


# ORDER BY. The words for a missing WHERE and for several hash keys are clients' reports; the others are unconfirmed.

ORDERS = {
    "SELECT * FROM t WHERE x = 1 ORDER BY sk": "Must have at least one non-optional hash key condition in WHERE clause "
    "when using ORDER BY clause.",
    "SELECT * FROM t WHERE pk = 'a' OR pk = 'b' ORDER BY sk": "Must have hash key in ORDER BY clause when more than "
    "one hash key condition specified in WHERE clause.",
    "SELECT * FROM t WHERE pk = 'a' ORDER BY x": "Attribute x in ORDER BY clause must be part of the primary key",
}


@pytest.mark.parametrize(("text", "message"), ORDERS.items())
def test_order_needs_the_keys(text: str, message: str) -> None:
    """Nothing is sorted: the store's order is all there is."""
    with pytest.raises(ValidationException) as refused:
        plan_read(bound(Select, text), COMPOSITE)
    assert refused.value.message == message


def test_order_needs_a_condition() -> None:
    """Told without a look at the table."""
    message = "Must have WHERE clause in the statement when using ORDER BY clause."
    assert refusal("SELECT * FROM t ORDER BY sk") == message


@pytest.mark.parametrize(
    ("order", "reverse"), [("sk", False), ("sk ASC", False), ("sk DESC", True), ("pk, sk DESC", True)]
)
def test_order_of_the_sort_key(order: str, reverse: bool) -> None:
    """Descending is reading backwards."""
    assert read_of(f"pk = 'a' ORDER BY {order}").reverse is reverse


def test_order_of_several_keys() -> None:
    """Ranges come in the order in which their items are wanted."""
    read = read_of("pk IN ['b', 'c', 'a'] AND sk IN ['2', '1'] ORDER BY pk DESC, sk DESC")
    assert read.ranges is not None
    keys = [(part.keys.hash_values[0], part.keys.range_values[0]) for part in read.ranges]
    assert keys == [("c", "2"), ("c", "1"), ("b", "2"), ("b", "1"), ("a", "2"), ("a", "1")]


# Indexes


def _checked(text: str, index: Schema) -> str | None:
    select = bound(Select, text)
    try:
        check_index(select, plan_read(select, index), index)
    except ValidationException as error:
        return error.message
    return None


PROJECTED = frozenset({"g", "pk", "sk", "p"})
GLOBAL = Schema((("g", "S"),), name="by-g", projected=PROJECTED)
LOCAL = Schema((("g", "S"),), (("sk", "S"),), name="by-sk", is_global=False, projected=PROJECTED)
FILTER = (
    "One or more parameter values were invalid: Secondary index {} does not project one or more filter attributes: {}"
)


@pytest.mark.parametrize("index", [GLOBAL, LOCAL])
@pytest.mark.parametrize(
    "condition",
    ["x = 'a'", "x IS MISSING", "x IS NOT MISSING", "begins_with(x, 'a')", "NOT x = 'a'", "(x = 'a' OR p = 'a')"],
)
def test_a_filter_beside_the_key_needs_projected_attributes(index: Schema, condition: str) -> None:
    """On either kind of index, and for IN as for equality."""
    expected = FILTER.format(index.name, "[x]")
    assert _checked(f"SELECT pk FROM t.i WHERE g = 'y' AND {condition}", index) == expected
    assert _checked(f"SELECT pk FROM t.i WHERE g IN ['y', 'z'] AND {condition}", index) == expected


@pytest.mark.parametrize(
    "where",
    [
        "x = 'a'",
        "x = 'a' AND x = 'b'",
        "NOT x = 'a'",
        "g = 'y' AND p = 'a'",
        "(g = 'y' AND x = 'a') OR g = 'z'",
    ],
)
def test_other_filters_may_name_anything(where: str) -> None:
    """A scan of the index finds nothing there; within an OR the service doesn't look."""
    assert _checked(f"SELECT pk FROM t.i WHERE {where}", GLOBAL) is None


def test_a_global_index_returns_only_what_it_holds() -> None:
    """Told in the statement's order, for a scan too; a local index gets the rest from the table."""
    expected = "One or more parameter values were invalid: Global secondary index by-g does not project [z, x]"
    for where in ("", " WHERE g = 'y'"):
        assert _checked(f"SELECT z, p, x.y FROM t.i{where}", GLOBAL) == expected
        assert _checked(f"SELECT z, p, x.y FROM t.i{where}", LOCAL) is None
        assert _checked(f"SELECT p, pk FROM t.i{where}", GLOBAL) is None


@pytest.mark.parametrize(
    "index", [Schema((("h", "S"), ("i", "S"))), Schema((("h", "S"),), (("r", "S"), ("q", "S")))], ids=["hash", "range"]
)
@pytest.mark.parametrize(
    "text", ["* FROM t.i WHERE h = 'a'", "* FROM t.i WHERE h = 5", "* FROM t.i", "COUNT(*) FROM t.i"]
)
def test_keys_of_several_attributes_are_not_read(index: Schema, text: str) -> None:
    """Told before what is wrong with the condition's types or the SELECT list."""
    with pytest.raises(ValidationException, match="multi-attribute HASH keys or multi-attribute RANGE keys"):
        plan_read(bound(Select, f"SELECT {text}"), index)


def test_a_wrong_select_list_of_an_index_is_told_later() -> None:
    """It is kept until the index is known, and then told."""
    with pytest.raises(ValidationException, match="Unexpected path component at 1:8:5"):
        plan_read(bound(Select, "SELECT COUNT(*) FROM t.i"), GLOBAL)


# Single items


@pytest.mark.parametrize(
    "where",
    ["pk = 'a'", "pk = 'a' AND sk = '1' AND x = 1", "pk = 'a' AND attribute_exists(sk)", "x = 1", "pk IN ['a']"],
)
def test_batches_read_by_the_whole_key_and_nothing_else(where: str) -> None:
    """Other conditions and indexes are refused in batches and transactions."""
    assert selected_key(bound(Select, f"SELECT * FROM t WHERE {where}"), KEY_NAMES) is None
    assert selected_key(bound(Select, "SELECT * FROM t.i WHERE pk = 'a' AND sk = '1'"), KEY_NAMES) is None


def test_a_whole_key_is_found_in_any_order() -> None:
    """The item's key as the statement gives it."""
    select = bound(Select, "SELECT * FROM t WHERE '1' = sk AND pk = ?", {"S": "a"})
    assert selected_key(select, KEY_NAMES) == {"pk": {"S": "a"}, "sk": {"S": "1"}}


def test_a_scan_of_a_hash_table() -> None:
    """Without a sort key, too, what is not the hash key is a filter."""
    read = read_of("x = 1", HASH_ONLY)
    assert read.ranges is None
    assert read.filter is not None
    assert not read.filter(ITEM)
