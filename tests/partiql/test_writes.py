"""INSERT, UPDATE, DELETE and EXISTS: which item, on what condition, changed how.

The words come from the public conformance suite for DynamoDB, where a test doesn't say otherwise.
"""

from __future__ import annotations

import pytest

from slipring.model.attribute_values import AttributeValue, Item
from slipring.model.errors.tree import ValidationException
from slipring.partiql import (
    Delete,
    Exists,
    Insert,
    Target,
    Update,
    delete_target,
    exists_target,
    insert_condition,
    update_target,
)
from tests.partiql.running import bound, column, refusal
from tests.partiql.schemas import KEY_NAMES

LACKS_KEY = "Where clause does not contain a mandatory equality on all key attributes"
KEY: Item = {"pk": {"S": "a"}, "sk": {"S": "1"}}
ITEM: Item = {
    **KEY,
    "n": {"N": "5"},
    "l": {"L": [{"N": "1"}]},
    "m": {"M": {"x": {"S": "old"}}},
    "ss": {"SS": ["a", "b", "c"]},
    "ns": {"NS": ["1", "2"]},
    "s": {"S": "str"},
}
WHERE = "WHERE pk = 'a' AND sk = '1'"


def _updated(actions: str, *parameters: AttributeValue) -> Item:
    """The attributes that the actions changed; None stands for those removed."""
    update = bound(Update, f"UPDATE t {actions} {WHERE}", *parameters)
    after = update.update.apply(ITEM, ITEM).item
    return {name: after.get(name, {}) for name in ITEM | after if after.get(name) != ITEM.get(name)}


CHANGES: dict[str, Item] = {
    "SET z = 1": {"z": {"N": "1"}},
    "SET z = 1, y = 'a'": {"z": {"N": "1"}, "y": {"S": "a"}},
    "SET z = 1 SET y = 'a' REMOVE n": {"z": {"N": "1"}, "y": {"S": "a"}, "n": {}},
    "SET n = n + 1": {"n": {"N": "6"}},
    "SET n = 1.5 - n": {"n": {"N": "-3.5"}},
    "SET m.x = 'new' SET m.\"y z\" = s": {"m": {"M": {"x": {"S": "new"}, "y z": {"S": "str"}}}},
    "SET l[0] = 9": {"l": {"L": [{"N": "9"}]}},
    "SET l = list_append(l, [2, <<'x'>>])": {"l": {"L": [{"N": "1"}, {"N": "2"}, {"SS": ["x"]}]}},
    "SET l = LIST_APPEND([0], l)": {"l": {"L": [{"N": "0"}, {"N": "1"}]}},
    "SET q = list_append(if_not_exists(q, []), [1])": {"q": {"L": [{"N": "1"}]}},
    "REMOVE l[0] REMOVE m.x": {"l": {"L": []}, "m": {"M": {}}},
    "SET ss = set_add(ss, <<'0', 'a'>>)": {"ss": {"SS": ["0", "a", "b", "c"]}},
    "SET ss = SET_ADD(ss, <<'x'>>) SET ns = set_add(ns, <<9>>)": {
        "ss": {"SS": ["a", "b", "c", "x"]},
        "ns": {"NS": ["1", "2", "9"]},
    },
    "SET nss = set_add(nss, <<'x'>>)": {"nss": {"SS": ["x"]}},
    "SET ss = set_add(ss, <<'a'>>)": {},
    "SET ss = set_delete(ss, <<'a', 'zz'>>)": {"ss": {"SS": ["b", "c"]}},
    "SET ss = set_delete(ss, <<'a', 'b', 'c'>>)": {"ss": {}},
    "SET nss = set_delete(nss, <<'x'>>)": {},
}


@pytest.mark.parametrize(("actions", "changes"), CHANGES.items())
def test_updates(actions: str, changes: Item) -> None:
    """What SET and REMOVE do is what an UpdateExpression does; sets have functions for it."""
    assert _updated(actions) == changes


def test_parameters_in_updates() -> None:
    """In the order of the text, the WHERE clause's last; in the FROM-first form its are first."""
    assert _updated("SET z = ?, ss = set_add(ss, ?)", {"N": "1.0"}, {"SS": ["x"]}) == {
        "z": {"N": "1"},
        "ss": {"SS": ["a", "b", "c", "x"]},
    }
    update = bound(Update, "FROM t WHERE pk = ? AND sk = '1' SET z = ?", {"S": "a"}, {"N": "7"})
    assert update_target(update, KEY_NAMES).key == KEY
    assert update.update.apply(ITEM, ITEM).item["z"] == {"N": "7"}


SET_FUNCTIONS = [
    ("z = {}(ss, <<'x'>>)", "The first argument to {} must equal the assignment value at", "function"),
    ("ss = {}(<<'a'>>, <<'b'>>)", "The first argument to {} must equal the assignment value at", "function"),
    ("ss = {}(ss, 'x')", "The second argument to {} must be a value with type SET at", "argument"),
    ("ss = {}(ss, ['x'])", "The second argument to {} must be a value with type SET at", "argument"),
    ("ss = {}(ss)", "{} must have exactly two arguments at", "function"),
    ("ss = {}(ss, <<'x'>>, <<'y'>>)", "{} must have exactly two arguments at", "function"),
]


@pytest.mark.parametrize("function", ["set_add", "set_delete"])
@pytest.mark.parametrize(("assignment", "message", "at"), SET_FUNCTIONS)
def test_wrong_arguments_of_set_functions(function: str, assignment: str, message: str, at: str) -> None:
    """The place is the function's, or the first argument's even where the second is wrong."""
    text = f"UPDATE t SET {assignment.format(function)} {WHERE}"
    token = function if at == "function" else "ss"
    place = f"1:{column(text, token, function)}:{len(token)}"
    assert refusal(text) == f"{message.format(function.upper())} {place}"


def test_a_set_function_s_parameter_must_be_a_set() -> None:
    """Known only with the request."""
    text = f"UPDATE t SET ss = set_add(ss, ?) {WHERE}"
    expected = f"The second argument to SET_ADD must be a value with type SET at 1:{column(text, 'ss', '(')}:2"
    assert refusal(text, {"S": "x"}) == expected
    assert refusal(text, {"N": "1"}) == expected


@pytest.mark.parametrize("actions", ["SET ss = set_add(ss, <<1>>)", "SET s = set_add(s, <<'x'>>)", "SET n = n + s"])
def test_operands_that_don_t_fit_the_item(actions: str) -> None:
    """Found when the item is there."""
    with pytest.raises(ValidationException, match="An operand in the update expression has an incorrect data type"):
        _updated(actions)


REFUSED_ACTIONS = {
    "SET ss = set_add(ss, <<'x', 'x'>>)": "One or more parameter values were invalid: Input collection [x, x] contains "
    "duplicates.",
    "SET ss = set_add(ss, <<>>)": "Empty bags are not supported",
    "SET a = 1e-131": "Number underflow. Attempting to store a number with magnitude smaller than supported range "
    "under root",
    "SET a = 1, a.b = 2": "Two document paths overlap with each other; must remove or rewrite one of these paths; path "
    "one: [a], path two: [a, b]",
    "SET a = n + 1 + 1": "Unsupported operation: Plus",
    "SET a = n * 2": "Unsupported operation: Times",
    "SET a = b = c": "Unsupported operation: Eq",
    "SET a = begins_with(s, 'x')": "Unrecognized function: begins_with at 1:18:11",
    "SET a = list_append(l)": "Incorrect number of operands for operator or function; operator or function: "
    "list_append, number of operands: 1",
    "SET a = if_not_exists(1, 2)": "Operator or function requires a document path; operator or function: if_not_exists",
    "SET a = n + 'x'": "Incorrect operand type for operator or function; operator or function: +, operand type: S",
    "SET a = (SELECT * FROM u)": "Nested selects not supported",
}


@pytest.mark.parametrize(("actions", "message"), REFUSED_ACTIONS.items())
def test_refused_actions(actions: str, message: str) -> None:
    """The engine's words without the parameter that they name elsewhere. From "SET a = n + 1 + 1" on our own guess."""
    assert refusal(f"UPDATE t {actions} {WHERE}") == message


# The item and the condition


def _update_target(where: str) -> Target:
    return update_target(bound(Update, f"UPDATE t SET z = 1 WHERE {where}"), KEY_NAMES)


def _delete_target(where: str) -> Target:
    return delete_target(bound(Delete, f"DELETE FROM t WHERE {where}"), KEY_NAMES)


@pytest.mark.parametrize(
    ("further", "on_item", "on_nothing"),
    [
        ("", True, False),
        (" AND n = 5", True, False),
        (" AND n = 6", False, False),
        (" AND attribute_exists(n)", True, False),
        (" AND attribute_not_exists(pk)", False, False),
        (" AND attribute_not_exists(z)", True, False),
        (" AND (n = 6 OR s = 'str')", True, False),
        (" AND pk = 'b'", False, False),
    ],
)
def test_an_update_needs_an_item(further: str, on_item: bool, on_nothing: bool) -> None:
    """UPDATE never creates an item, even where its condition would hold for none."""
    target = _update_target(f"pk = 'a' AND '1' = sk{further}")
    assert target.key == KEY
    assert target.condition is not None
    assert target.condition(ITEM) is on_item
    assert target.condition(None) is on_nothing


@pytest.mark.parametrize(
    ("further", "on_item"),
    [(" AND n = 5", True), (" AND n = 6", False), (" AND attribute_exists(z)", False)],
)
def test_a_delete_of_nothing_succeeds(further: str, on_item: bool) -> None:
    """Developer guide, "PartiQL delete statements for DynamoDB": 0 items deleted, whatever the condition."""
    target = _delete_target(f"pk = 'a' AND sk = '1'{further}")
    assert target.key == KEY
    assert target.condition is not None
    assert target.condition(ITEM) is on_item
    assert target.condition(None)


def test_a_delete_by_key_alone_has_no_condition() -> None:
    """So that the old item need not be decoded."""
    assert _delete_target("sk = '1' AND pk = 'a'") == Target(KEY, None)


@pytest.mark.parametrize(
    "where",
    ["n = 1", "pk = 'a'", "pk = 'a' AND sk > '1'", "pk = 'a' AND sk IN ['1']", "pk = 'a' AND sk = '1' OR n = 1"],
)
def test_writes_need_the_whole_key(where: str) -> None:
    """By equality, and not under an OR."""
    for target in (_update_target, _delete_target):
        with pytest.raises(ValidationException) as refused:
            target(where)
        assert refused.value.message == LACKS_KEY


@pytest.mark.parametrize("text", ["FROM t SET c = 1", "FROM t REMOVE a", "UPDATE t SET c = 1"])
def test_a_write_without_condition_lacks_the_key(text: str) -> None:
    """There is no statement for many items."""
    with pytest.raises(ValidationException) as refused:
        update_target(bound(Update, text), KEY_NAMES)
    assert refused.value.message == LACKS_KEY


def test_an_insert_needs_that_there_is_no_item() -> None:
    """INSERT is no upsert."""
    insert = bound(Insert, "INSERT INTO t VALUE {'pk': 'a', 'sk': '1', 'n': 5}")
    assert insert.item == {**KEY, "n": {"N": "5"}}
    condition = insert_condition(KEY_NAMES)
    assert condition(None)
    assert not condition(ITEM)


INSERTS = {
    "INSERT INTO t.i VALUE {'pk': 'a'}": "FROM clause may only contain a single table name",
    'INSERT INTO "" VALUE {}': "Path component cannot be an empty string",
    "INSERT INTO t VALUE {'pk': 'a'} RETURNING ALL OLD *": "RETURNING clause is not supported in INSERT statements.",
    "INSERT INTO t <<{'pk': 'a'}>>": "Unsupported operation: Insert",
    "INSERT INTO t VALUE {'pk': 'a'} AT 1": "Unsupported operation: Position",
    "INSERT INTO t VALUE 'a'": "Unsupported data type: a under key root at 1:21:3",
    "UPDATE t INSERT INTO u VALUE {'a': 1}": "Unsupported operation: InsertValue",
    "UPDATE t.i SET a = 1 WHERE pk = 'a'": "This operation is not supported on an index",
    "DELETE FROM t.i WHERE pk = 'a'": "This operation is not supported on an index",
    "SET a = 1": "Unsupported operation: Set",
}


@pytest.mark.parametrize(("text", "message"), INSERTS.items())
def test_refused_writes(text: str, message: str) -> None:
    """The first and the two on indexes are the suite's; the others are our own guess."""
    assert refusal(text) == message


def test_an_insert_s_parameter_must_be_a_map() -> None:
    """An item has names."""
    assert refusal("INSERT INTO t VALUE ?", {"S": "a"}) == "Unsupported data type: ? under key root at 1:21:1"


# RETURNING


@pytest.mark.parametrize(
    ("returning", "return_values"),
    [
        ("", "NONE"),
        ("RETURNING ALL OLD *", "ALL_OLD"),
        ("RETURNING MODIFIED OLD *", "UPDATED_OLD"),
        ("returning all new *", "ALL_NEW"),
        ("RETURNING MODIFIED NEW *", "UPDATED_NEW"),
    ],
)
def test_returning_of_an_update(returning: str, return_values: str) -> None:
    """All forms, in UpdateItem's terms; they may follow either form of UPDATE."""
    assert bound(Update, f"UPDATE t SET z = 1 {WHERE} {returning}").return_values == return_values
    assert bound(Update, f"FROM t {WHERE} SET z = 1 {returning}").return_values == return_values


def test_returning_of_a_delete() -> None:
    """Only the old item is left of a deleted one."""
    assert bound(Delete, f"DELETE FROM t {WHERE}").return_values == "NONE"
    assert bound(Delete, f"DELETE FROM t {WHERE} RETURNING ALL OLD *").return_values == "ALL_OLD"
    for returning in ("MODIFIED OLD *", "ALL NEW *", "MODIFIED NEW *", "ALL OLD pk"):
        message = f"Invalid returning clause: RETURNING {returning}. Only RETURNING ALL OLD * is allowed in DELETE"
        assert refusal(f"DELETE FROM t {WHERE} RETURNING {returning}") == f"{message} statements."


def test_returning_needs_its_words() -> None:
    """PartiQL's own words for it."""
    expected = "Expected ( MODIFIED | ALL ) ( NEW | OLD ) in each returning element."
    assert refusal(f"DELETE FROM t {WHERE} RETURNING *").endswith(expected)


# EXISTS


def _exists_target(where: str) -> Target:
    return exists_target(bound(Exists, f"EXISTS(SELECT * FROM t WHERE {where})"), KEY_NAMES)


def test_exists_is_a_condition_check() -> None:
    """The item must be there and meet the further condition (developer guide, "Using the EXISTS function")."""
    target = _exists_target("pk = 'a' AND sk = '1' AND z IS MISSING")
    assert target.key == KEY
    assert target.condition is not None
    assert target.condition(ITEM)
    assert not target.condition({**ITEM, "z": {"N": "1"}})
    assert not target.condition(None)


@pytest.mark.parametrize("where", ["pk = 'a' AND sk = '1'", "pk = 'a' AND n = 1", "n = 1"])
def test_exists_needs_the_key_and_more(where: str) -> None:
    """A read of several items, or of one without a condition, checks nothing."""
    with pytest.raises(ValidationException) as refused:
        _exists_target(where)
    assert refused.value.message == "EXISTS() must contain a single item read with additional condition"
