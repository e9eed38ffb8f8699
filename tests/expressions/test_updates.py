"""What updates do to an item: values, nesting, lists, sets, and what ReturnValues shows of it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from slipring.expressions import compile_update
from slipring.model.attribute_values import normalise_item
from slipring.model.errors.tree import ValidationException

ITEM: dict[str, Any] = {
    "pk": {"S": "key"},
    "n": {"N": "10"},
    "s": {"S": "text"},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2"]},
    "bs": {"BS": ["AQ==", "Ag=="]},
    "l": {"L": [{"S": "0"}, {"N": "1"}, {"M": {"x": {"S": "2x"}}}]},
    "m": {"M": {"x": {"N": "5"}, "y": {"M": {"z": {"S": "deep"}}}, "l": {"L": [{"S": "ml0"}]}}},
    "el": {"L": []},
}
VALUES: dict[str, Any] = {
    ":1": {"N": "1"},
    ":2": {"N": "2"},
    ":v": {"S": "new"},
    ":w": {"S": "newer"},
    ":l": {"L": [{"S": "tail"}]},
    ":el": {"L": []},
    ":bc": {"SS": ["b", "c"]},
    ":ab": {"SS": ["a", "b"]},
    ":23": {"NS": ["3", "2.0"]},
    ":bin": {"BS": ["Ag==", "Aw=="]},
    ":m": {"M": {"fresh": {"BOOL": True}}},
}
normalise_item(ITEM)
normalise_item(VALUES)


def apply(text: str, item: dict[str, Any] | None = ITEM) -> Any:
    """The result; also shows that the old item and the values stay as they were, whatever is shared."""
    update = compile_update(text, None)
    values = {placeholder: VALUES[placeholder] for placeholder in update.values_used}
    before = copy.deepcopy((item, values))
    result = update.bind(values).apply(item, {"pk": {"S": "key"}} if item is None else item)
    assert (item, values) == before
    return result


def changed(text: str) -> dict[str, Any]:
    """The attributes that differ afterwards, None where one is gone."""
    after = apply(text).item
    return {name: after.get(name) for name in ITEM | after if after.get(name) != ITEM.get(name)}


M, L = ITEM["m"]["M"], ITEM["l"]["L"]
CASES: list[tuple[str, dict[str, Any]]] = [
    # SET
    ("SET s = :v", {"s": {"S": "new"}}),
    ("SET fresh = :v, n = :2", {"fresh": {"S": "new"}, "n": {"N": "2"}}),
    ("SET fresh = m.y.z", {"fresh": {"S": "deep"}}),
    ("SET n = s, s = n", {"n": {"S": "text"}, "s": {"N": "10"}}),
    ("SET s = :v, fresh = s", {"s": {"S": "new"}, "fresh": {"S": "text"}}),
    ("SET n = n + :1", {"n": {"N": "11"}}),
    ("SET n = :1 - n", {"n": {"N": "-9"}}),
    ("SET n = (n + :1)", {"n": {"N": "11"}}),
    ("SET n = ((n) - (:1))", {"n": {"N": "9"}}),
    ("SET fresh = m.x + l[1]", {"fresh": {"N": "6"}}),
    ("SET fresh = if_not_exists(gone, :v)", {"fresh": {"S": "new"}}),
    ("SET fresh = if_not_exists(s, :v)", {"fresh": {"S": "text"}}),
    ("SET n = if_not_exists(n, gone) + :1", {"n": {"N": "11"}}),
    ("SET fresh = if_not_exists(gone, :1) + :1", {"fresh": {"N": "2"}}),
    ("SET fresh = if_not_exists(m.gone.deeper, n)", {"fresh": {"N": "10"}}),
    ("SET l = list_append(l, :l)", {"l": {"L": [*L, {"S": "tail"}]}}),
    ("SET l = list_append(:l, l)", {"l": {"L": [{"S": "tail"}, *L]}}),
    ("SET fresh = list_append(if_not_exists(gone, :el), :l)", {"fresh": {"L": [{"S": "tail"}]}}),
    ("SET fresh = list_append(list_append(:l, el), :l)", {"fresh": {"L": [{"S": "tail"}, {"S": "tail"}]}}),
    ("SET m.x = :1", {"m": {"M": M | {"x": {"N": "1"}}}}),
    ("SET m.fresh = :m", {"m": {"M": M | {"fresh": VALUES[":m"]}}}),
    ("SET m.y.z = :v, m.x = m.x + :1", {"m": {"M": M | {"x": {"N": "6"}, "y": {"M": {"z": {"S": "new"}}}}}}),
    ("SET l[0] = :v", {"l": {"L": [{"S": "new"}, *L[1:]]}}),
    ("SET l[2].x = :v, l[2].y = :w", {"l": {"L": [*L[:2], {"M": {"x": {"S": "new"}, "y": {"S": "newer"}}}]}}),
    # Beyond the end a list grows by one for each, in the order of the indexes
    ("SET el[0] = :v", {"el": {"L": [{"S": "new"}]}}),
    ("SET l[7] = :v", {"l": {"L": [*L, {"S": "new"}]}}),
    ("SET l[9] = :w, l[5] = :v, l[0] = :1", {"l": {"L": [{"N": "1"}, *L[1:], {"S": "new"}, {"S": "newer"}]}}),
    # REMOVE
    ("REMOVE s, gone", {"s": None}),
    ("REMOVE m.x", {"m": {"M": {key: M[key] for key in ("y", "l")}}}),
    ("REMOVE m.gone", {}),
    ("REMOVE m.y.z", {"m": {"M": M | {"y": {"M": {}}}}}),
    ("REMOVE l[1]", {"l": {"L": [L[0], L[2]]}}),
    ("REMOVE l[0], l[2]", {"l": {"L": [L[1]]}}),
    ("REMOVE l[2], l[0], l[1]", {"l": {"L": []}}),
    ("REMOVE l[8]", {}),
    ("REMOVE m.l[0]", {"m": {"M": M | {"l": {"L": []}}}}),
    # Indexes mean the old list, whatever else happens to it
    ("REMOVE l[0] SET l[1] = :v, l[6] = :w", {"l": {"L": [{"S": "new"}, L[2], {"S": "newer"}]}}),
    ("REMOVE l[0] SET fresh = l[0]", {"l": {"L": L[1:]}, "fresh": {"S": "0"}}),
    # ADD
    ("ADD n :1", {"n": {"N": "11"}}),
    ("ADD fresh :1", {"fresh": {"N": "1"}}),
    ("ADD m.x :1, m.fresh :2", {"m": {"M": M | {"x": {"N": "6"}, "fresh": {"N": "2"}}}}),
    ("ADD l[1] :1", {"l": {"L": [L[0], {"N": "2"}, L[2]]}}),
    ("ADD l[9] :1", {"l": {"L": [*L, {"N": "1"}]}}),
    ("ADD ss :bc", {"ss": {"SS": ["a", "b", "c"]}}),
    ("ADD ns :23", {"ns": {"NS": ["1", "2", "3"]}}),
    ("ADD bs :bin", {"bs": {"BS": ["AQ==", "Ag==", "Aw=="]}}),
    ("ADD fresh :bc", {"fresh": {"SS": ["b", "c"]}}),
    ("ADD ss :ab", {}),
    # DELETE
    ("DELETE ss :bc", {"ss": {"SS": ["a"]}}),
    ("DELETE ss :ab", {"ss": None}),
    ("DELETE ns :23", {"ns": {"NS": ["1"]}}),
    ("DELETE bs :bin", {"bs": {"BS": ["AQ=="]}}),
    ("DELETE gone :ab", {}),
    # All at once, in any order and letter case
    (
        "remove s ADD n :1 DELETE ss :ab set fresh = s",
        {"s": None, "n": {"N": "11"}, "ss": None, "fresh": {"S": "text"}},
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_update(text: str, expected: dict[str, Any]) -> None:
    assert changed(text) == expected


BAD_PATH = "The document path provided in the update expression is invalid for update"
ABSENT = "The provided expression refers to an attribute that does not exist in the item"
BAD_TYPE = "An operand in the update expression has an incorrect data type"
REFUSED = [
    ("SET gone.x = :v", BAD_PATH),
    ("SET m.gone.x = :v", BAD_PATH),
    ("SET s.x = :v", BAD_PATH),
    ("SET l.x = :v", BAD_PATH),
    ("SET m[0] = :v", BAD_PATH),
    ("SET gone[0] = :v", BAD_PATH),
    ("SET l[3].x = :v", BAD_PATH),
    ("REMOVE gone.x", BAD_PATH),
    ("REMOVE m[0]", BAD_PATH),
    ("REMOVE l[3].x", BAD_PATH),
    ("ADD gone.x :1", BAD_PATH),
    ("DELETE gone.x :ab", BAD_PATH),
    ("SET fresh = gone", ABSENT),
    ("SET fresh = m.gone", ABSENT),
    ("SET fresh = l[3]", ABSENT),
    ("SET gone = gone + :1", ABSENT),
    ("SET gone = list_append(gone, :l)", ABSENT),
    ("SET fresh = if_not_exists(gone, gone2)", ABSENT),
    ("SET s = s + :1", BAD_TYPE),
    ("SET n = :1 - s", BAD_TYPE),
    ("SET s = list_append(s, :l)", BAD_TYPE),
    ("SET s = list_append(:l, if_not_exists(s, :l))", BAD_TYPE),
    ("ADD s :1", BAD_TYPE),
    ("ADD n :ab", BAD_TYPE),
    ("ADD ss :23", BAD_TYPE),
    ("DELETE ns :ab", BAD_TYPE),
    ("DELETE s :ab", BAD_TYPE),
]


@pytest.mark.parametrize(("text", "expected"), REFUSED)
def test_an_item_that_does_not_suit_the_update(text: str, expected: str) -> None:
    with pytest.raises(ValidationException) as raised:
        apply(text)
    assert raised.value.message == expected


TYPES = "Incorrect operand type for operator or function; operator or function: {}, operand type: {}"
ADD_TYPES = (
    "Incorrect operand type for operator or function; operator: {0}, operand type: {1}, "
    "typeSet: ALLOWED_FOR_{0}_OPERAND"
)
REFUSED_VALUES: list[tuple[str, dict[str, Any], str]] = [
    ("SET a = a + :v", {":v": {"S": "1"}}, TYPES.format("+", "S")),
    ("SET a = :v - a", {":v": {"NS": ["1"]}}, TYPES.format("-", "NS")),
    ("SET a = if_not_exists(a, :v) + :v", {":v": {"S": "1"}}, TYPES.format("+", "S")),
    ("SET a = list_append(a, a) + :v", {":v": {"N": "1"}}, TYPES.format("+", "L")),
    ("SET a = list_append(a, :v)", {":v": {"M": {}}}, TYPES.format("list_append", "M")),
    ("SET a = list_append(if_not_exists(a, :v), a)", {":v": {"S": ""}}, TYPES.format("list_append", "S")),
    ("ADD a :v", {":v": {"S": "1"}}, ADD_TYPES.format("ADD", "STRING")),
    ("ADD a :v", {":v": {"L": []}}, ADD_TYPES.format("ADD", "LIST")),
    ("ADD a :v", {":v": {"M": {}}}, ADD_TYPES.format("ADD", "MAP")),
    ("DELETE a :v", {":v": {"N": "1"}}, ADD_TYPES.format("DELETE", "NUMBER")),
    ("DELETE a :v", {":v": {"BOOL": True}}, ADD_TYPES.format("DELETE", "BOOLEAN")),
    (
        "SET a = :v, b = :w",
        {":w": {"N": "1"}},
        "An expression attribute value used in expression is not defined; attribute value: :v",
    ),
]


@pytest.mark.parametrize(("text", "values", "expected"), REFUSED_VALUES)
def test_values_that_cannot_be_right_are_refused_before_the_item_is_read(
    text: str, values: dict[str, Any], expected: str
) -> None:
    with pytest.raises(ValidationException) as raised:
        compile_update(text, None).bind(values)
    assert raised.value.message == f"Invalid UpdateExpression: {expected}"


def test_sums_keep_38_digits_and_overflow_as_numbers_do() -> None:
    nines = {"N": "9" * 38 + "0" * 88}
    update = compile_update("SET n = n + :v", None).bind({":v": nines})
    with pytest.raises(ValidationException, match="Number overflow"):
        update.apply({"n": nines}, {"n": nines})
    item = {"n": {"N": "0." + "0" * 37 + "1"}}
    exact = compile_update("ADD n :v", None).bind({":v": {"N": "0." + "0" * 37 + "2"}})
    assert exact.apply(item, item).item == {"n": {"N": "0." + "0" * 37 + "3"}}


def test_a_new_item_starts_from_its_key() -> None:
    result = apply("SET a = :v, b = pk ADD c :1", None)
    assert result.item == {"pk": {"S": "key"}, "a": {"S": "new"}, "b": {"S": "key"}, "c": {"N": "1"}}
    assert result.updated_old() == {}
    assert result.updated_new() == {"a": {"S": "new"}, "b": {"S": "key"}, "c": {"N": "1"}}


@pytest.mark.parametrize(
    ("text", "creates"),
    [("SET a = :v", True), ("ADD a :1", True), ("REMOVE a", False), ("REMOVE a DELETE b :ab", False)],
)
def test_only_what_sets_or_adds_creates_an_item(text: str, creates: bool) -> None:
    """An update that only removes makes no item where there is none."""
    assert compile_update(text, None).creates_item is creates


RETURNED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("SET s = :v", {"s": {"S": "text"}}, {"s": {"S": "new"}}),
    ("SET s = s", {"s": {"S": "text"}}, {"s": {"S": "text"}}),
    ("SET fresh = :v", {}, {"fresh": {"S": "new"}}),
    ("REMOVE s", {"s": {"S": "text"}}, {}),
    ("ADD n :1 DELETE ss :ab", {"n": {"N": "10"}, "ss": {"SS": ["a", "b"]}}, {"n": {"N": "11"}}),
    # Only the fragment that changed, not its siblings
    ("SET m.x = :1", {"m": {"M": {"x": {"N": "5"}}}}, {"m": {"M": {"x": {"N": "1"}}}}),
    (
        "SET m.y.z = :v, m.fresh = :1",
        {"m": {"M": {"y": {"M": {"z": {"S": "deep"}}}}}},
        {"m": {"M": {"y": {"M": {"z": {"S": "new"}}}, "fresh": {"N": "1"}}}},
    ),
    ("SET l[1] = :v", {"l": {"L": [{"N": "1"}]}}, {"l": {"L": [{"S": "new"}]}}),
    ("SET l[2].x = :v", {"l": {"L": [{"M": {"x": {"S": "2x"}}}]}}, {"l": {"L": [{"M": {"x": {"S": "new"}}}]}}),
    # An index is read as written: what was appended elsewhere is not found, what moved up is
    ("SET l[3] = :v", {}, {"l": {"L": [{"S": "new"}]}}),
    ("SET l[9] = :v", {}, {}),
    ("REMOVE l[1]", {"l": {"L": [{"N": "1"}]}}, {"l": {"L": [{"M": {"x": {"S": "2x"}}}]}}),
    ("REMOVE l[2]", {"l": {"L": [{"M": {"x": {"S": "2x"}}}]}}, {}),
]


@pytest.mark.parametrize(("text", "old", "new"), RETURNED)
def test_updated_old_and_updated_new(text: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    result = apply(text)
    assert result.updated_old() == old
    assert result.updated_new() == new


def test_only_what_lies_on_the_way_is_copied() -> None:
    """A large item costs no more to update than its top level and the maps and lists above the change."""
    after = apply("SET m.y.z = :v, n = :1").item
    assert after["l"] is ITEM["l"]
    assert after["m"]["M"]["l"] is ITEM["m"]["M"]["l"]
    assert after["m"] is not ITEM["m"]


def test_what_an_update_tells_of_itself() -> None:
    """Key attributes are protected on the ground of `attributes`; operands that are only read do not count."""
    update = compile_update("SET #a.x = given + :v REMOVE b[1] ADD c :v", {"#a": "first"})
    assert update.attributes == {"first", "b", "c"}
    assert update.names_used == {"#a"}
    assert update.values_used == {":v"}
    bound = update.bind({":v": {"N": "1"}})
    assert bound.attributes == {"first", "b", "c"}
    assert bound.creates_item is True
