"""Which keys a SELECT reads, and that it then selects what its condition says.

The property at the end is the one that matters: however a condition is taken apart, the items read and filtered are
those that meet it, each of them once.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from slipring.expressions.key_conditions import KeyRange
from slipring.model.attribute_values import Item
from slipring.model.errors.tree import ValidationException
from slipring.partiql import Read, Select, plan_read
from tests.partiql.running import bound, read_of
from tests.partiql.schemas import COMPOSITE, HASH_ONLY, NUMBERED

OVERLAPPING = "Overlapping conditions with range keys are not supported in where clause"


def keys(hash_value: str, *range_values: str, op: str | None = None, of: Sequence[str] = ()) -> KeyRange:
    return KeyRange((hash_value,), range_values, op, tuple(of))


# (condition, ranges, whether each of them has a filter); developer guide, "PartiQL select statements for DynamoDB"
RANGES = [
    ("pk = 'a'", [keys("a")], False),
    ("'a' = pk", [keys("a")], False),
    ("pk = 'a' AND x = 1", [keys("a")], True),
    ("pk = 'a' AND (x = 1 OR y = 2)", [keys("a")], True),
    ("pk = 'a' OR pk = 'b'", [keys("a"), keys("b")], False),
    ("pk IN ['b', 'a']", [keys("b"), keys("a")], False),
    ("pk IN ('a')", [keys("a")], False),
    ("pk = 'a' AND sk = '1'", [keys("a", "1")], False),
    ("pk = 'a' AND '1' < sk", [keys("a", op=">", of=["1"])], False),
    ("pk = 'a' AND sk >= '1'", [keys("a", op=">=", of=["1"])], False),
    ("pk = 'a' AND sk < '1'", [keys("a", op="<", of=["1"])], False),
    ("pk = 'a' AND sk <= '1'", [keys("a", op="<=", of=["1"])], False),
    ("pk = 'a' AND sk BETWEEN '1' AND '3'", [keys("a", op="BETWEEN", of=["1", "3"])], False),
    ("pk = 'a' AND begins_with(\"sk\", 'x')", [keys("a", op="begins_with", of=["x"])], False),
    ("pk = 'a' AND sk > '1' AND sk < '3'", [keys("a", op="BETWEEN", of=["1", "3"])], True),
    ("pk = 'a' AND sk > '1' AND sk >= '2'", [keys("a", op=">=", of=["2"])], True),
    ("pk = 'a' AND sk < '3' AND sk = '1'", [keys("a", "1")], True),
    ("pk = 'a' AND sk > '3' AND sk < '1'", [], False),
    ("pk = 'a' AND sk IN ['2', '1']", [keys("a", "1"), keys("a", "2")], False),
    ("pk = 'a' AND (sk = '1' OR sk > '5')", [keys("a", "1"), keys("a", op=">", of=["5"])], False),
    ("pk IN ['a', 'b'] AND sk = '1'", [keys("a", "1"), keys("b", "1")], False),
    ("pk = 'a' AND sk < '5' OR pk = 'b'", [keys("a", op="<", of=["5"]), keys("b")], False),
    ("pk = 'a' AND sk <> '1'", [keys("a")], True),
    ("pk = 'a' AND NOT sk = '1'", [keys("a")], True),
    ("pk = 'a' AND sk IS NOT MISSING", [keys("a")], True),
    ("pk = 'a' AND pk = 'b'", [keys("a")], True),
    ("pk = 'a' AND NOT sk = '1' OR pk = 'a' AND sk = '2'", [keys("a")], True),
    ("pk = 'a' OR pk = 'a' AND NOT sk = '1'", [keys("a")], False),
]


@pytest.mark.parametrize(("where", "ranges", "filtered"), RANGES)
def test_ranges(where: str, ranges: list[KeyRange], filtered: bool) -> None:
    """A hash key in every branch is what spares a scan, and the sort key narrows what is read and paid for."""
    read = read_of(where)
    assert read.ranges is not None
    assert [part.keys for part in read.ranges] == ranges
    assert all((part.filter is not None) is filtered for part in read.ranges)


@pytest.mark.parametrize(
    "where",
    [
        "pk > 'a'",
        "pk <> 'a'",
        "begins_with(pk, 'a')",
        "pk BETWEEN 'a' AND 'b'",
        "x = 1",
        "sk = '1'",
        "pk = 'a' OR x = 1",
        "NOT pk = 'a'",
        "pk.n = 'a'",
        "pk = other",
        "pk IN ['a', other]",
        "attribute_exists(pk)",
    ],
)
def test_scans(where: str) -> None:
    """All else reads everything."""
    read = read_of(where)
    assert read.ranges is None
    assert read.filter is not None


def test_a_scan_without_condition() -> None:
    """Nothing to test on items then."""
    read = plan_read(bound(Select, "SELECT * FROM t"), COMPOSITE)
    assert read == Read(None, None, False, ())


@pytest.mark.parametrize(
    "where",
    [
        "pk = 'a' AND x = '1' OR pk = 'a' AND sk = '2'",
        "pk = 'a' AND x <> '1' OR pk = 'a' AND sk = '2'",
        "pk IN ['a', 'a']",
        "pk = 'a' OR pk = 'a'",
        "pk = 'a' AND sk IN ['1', '1']",
        "pk = 'a' AND (sk > '1' OR sk < '2')",
        "pk = 'a' AND (sk BETWEEN '1' AND '3' OR sk = '3')",
        "pk = 'a' AND (begins_with(sk, 'x') OR sk = 'xy')",
    ],
)
def test_overlapping_branches(where: str) -> None:
    """An item in two branches would be read twice; the service refuses that (public conformance suite)."""
    with pytest.raises(ValidationException) as refused:
        read_of(where)
    assert refused.value.message == OVERLAPPING


def test_branches_of_a_hash_table_overlap_in_its_only_item() -> None:
    """Without a sort key, one hash key can be in one branch only, whatever else the branches say."""
    with pytest.raises(ValidationException) as refused:
        read_of("pk = 'a' AND x = 1 OR pk = 'a' AND x = 2", HASH_ONLY)
    assert refused.value.message == OVERLAPPING
    assert len(read_of("pk = 'a' AND (sk = '1' OR sk > '0')", HASH_ONLY).ranges or ()) == 1


def test_touching_ranges_do_not_overlap() -> None:
    """Order is that of the values: 9 is before 10, and what is excluded is not shared."""
    read = read_of("pk = 'a' AND (sk >= 10 OR sk < 10)", NUMBERED)
    assert [part.keys.operator for part in read.ranges or ()] == ["<", ">="]
    assert len(read_of("pk = 'a' AND (sk > 9 AND sk < 10 OR sk = 10)", NUMBERED).ranges or ()) == 2


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("pk = 5", "One or more parameter values were invalid: Condition parameter type does not match schema type"),
        (
            "pk = 'a' AND sk > 5",
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            "pk = ''",
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: pk",
        ),
    ],
)
def test_key_values_fit_the_schema(where: str, message: str) -> None:
    """A key of another type can match nothing, and Query refuses it in these words."""
    with pytest.raises(ValidationException) as refused:
        read_of(where)
    assert refused.value.message == message


def test_a_hash_key_has_at_most_fifty_alternatives() -> None:
    """Other attributes have up to a hundred (developer guide)."""
    members = ", ".join(f"'{number}'" for number in range(51))
    assert read_of(f"pk = 'a' AND x IN [{members}]").ranges is not None
    with pytest.raises(ValidationException, match="too many operands; number of operands: 51"):
        read_of(f"pk IN [{members}]")


def test_branches_are_bounded() -> None:
    """Alternatives multiply: fifty hash keys with a hundred sort keys are not made into thousands of reads."""
    hashes = ", ".join(f"'{number}'" for number in range(50))
    sorts = ", ".join(f"'{number}'" for number in range(100))
    read = read_of(f"sk IN [{sorts}] AND pk IN [{hashes}]")
    assert read.ranges is not None
    assert len(read.ranges) == 50
    assert all(part.filter is not None for part in read.ranges)


# What is selected

_ATOMS = st.sampled_from(
    [
        *[f"pk = '{value}'" for value in "ab"],
        *[f"sk {operator} {value}" for operator in ("=", "<", "<=", ">", ">=", "<>") for value in (1, 2, 10)],
        "pk IN ['a', 'b']",
        "sk IN [2, 10]",
        "sk BETWEEN 2 AND 9",
        "2 <= sk",
        "x = 0",
        "x > 0",
        "x IS MISSING",
        "attribute_exists(pk)",
    ]
)
_CONDITIONS = st.recursive(
    _ATOMS,
    lambda parts: st.one_of(
        st.builds("({} AND {})".format, parts, parts),
        st.builds("({} OR {})".format, parts, parts),
        st.builds("(NOT {})".format, parts),
    ),
    max_leaves=6,
)
_ITEMS: list[Item] = [
    {"pk": {"S": pk}, "sk": {"N": str(sk)}, **({} if x is None else {"x": {"N": str(x)}})}
    for pk in "abc"
    for sk in (1, 2, 5, 10)
    for x in (0, 1, None)
    if (sk + len(pk) + (x or 0)) % 3 or sk > 2
]


def _in_range(item: Item, wanted: KeyRange) -> bool:
    if item["pk"]["S"] != wanted.hash_values[0]:
        return False
    value = int(item["sk"]["N"])
    operands = [int(operand) for operand in (*wanted.range_values, *wanted.operands)]
    match wanted.operator:
        case None:
            return not operands or value == operands[0]
        case "<":
            return value < operands[0]
        case "<=":
            return value <= operands[0]
        case ">":
            return value > operands[0]
        case ">=":
            return value >= operands[0]
        case _:
            return operands[0] <= value <= operands[1]


def _selected(read: Read) -> list[Item]:
    """The items that a plan reads and keeps, in its order; those of one range by sort key."""
    found: list[Item] = []
    for wanted, kept in read.ranges or ():
        within = [item for item in _ITEMS if _in_range(item, wanted) and (kept is None or kept(item))]
        found += sorted(within, key=lambda item: int(item["sk"]["N"]), reverse=read.reverse)
    return found


def _planned(text: str) -> tuple[Select, Read]:
    """The plan of a statement that the service accepts and that is no scan."""
    select = bound(Select, text)
    try:
        read = plan_read(select, NUMBERED)
    except ValidationException as error:
        assert error.message == OVERLAPPING or "ORDER BY" in error.message
        assume(False)
    assume(read.ranges is not None)
    return select, read


@given(_CONDITIONS)
@settings(max_examples=300)
def test_what_is_read_is_what_meets_the_condition(where: str) -> None:
    """Each item that meets it exactly once, and no other."""
    select, read = _planned(f"SELECT * FROM t WHERE pk = 'a' AND {where} OR pk = 'b' AND {where}")
    assert select.filter is not None
    expected = [item for item in _ITEMS if select.filter(item)]
    assert sorted(map(repr, _selected(read))) == sorted(map(repr, expected))


@given(_CONDITIONS, st.sampled_from(["ASC", "DESC"]), st.sampled_from(["ASC", "DESC"]))
@settings(max_examples=100)
def test_items_come_in_the_wanted_order(where: str, hash_way: str, sort_way: str) -> None:
    """By hash key, then by sort key, each up or down."""
    order = f"ORDER BY pk {hash_way}, sk {sort_way}"
    _, read = _planned(f"SELECT * FROM t WHERE pk IN ['b', 'a'] AND {where} {order}")
    found = [(item["pk"]["S"], int(item["sk"]["N"])) for item in _selected(read)]
    by_sort = sorted(found, key=lambda key: key[1], reverse=sort_way == "DESC")
    assert found == sorted(by_sort, key=lambda key: key[0], reverse=hash_way == "DESC")
