"""Values of every type come back as they were stored, or in their normal form.

Developer Guide, "Supported data types and naming rules in Amazon DynamoDB".
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.values.conftest import Store
from tests.conftest import Client, n, s, unique

DEEP: dict[str, Any] = {
    "M": {
        "list": {"L": [s(""), n("-0.5"), {"NULL": True}, {"L": []}, {"M": {}}, {"BS": [b"", b"\x00"]}]},
        "map": {"M": {"inner": {"M": {"x": {"BOOL": False}}}, " odd .name[0]#:": s("x")}},
    }
}
SAME: list[dict[str, Any]] = [
    s(""),
    s("a"),
    s('é😀\x00\x1f"\\/\u2028\ufeff'),
    s("x" * 100_000),
    n("0"),
    n("-1.5"),
    {"B": b""},
    {"B": bytes(range(256))},
    {"BOOL": True},
    {"BOOL": False},
    {"NULL": True},
    {"L": []},
    {"L": [s("a"), n("1"), {"B": b"x"}, {"BOOL": True}, {"NULL": True}, {"SS": ["a"]}, s("a")]},
    {"M": {}},
    {"M": {"a": s("x"), "A": s("y"), "é": n("1")}},
    {"SS": ["", "a", "b"]},
    {"NS": ["-1", "0", "2.5"]},
    {"BS": [b"", b"\x00", b"\xff"]},
    DEEP,
]


@pytest.mark.parametrize("value", SAME, ids=lambda value: str(value)[:30])
def test_values_come_back_as_they_were(store: Store, value: dict[str, Any]) -> None:
    """Whatever way they were written; lists keep their order, names their case."""
    assert store(value) == value


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"SS": ["b", "a", "é", "B", ""]}, {"SS": ["", "B", "a", "b", "é"]}),
        ({"NS": ["10", "9", "-3", "0.1"]}, {"NS": ["-3", "0.1", "9", "10"]}),
        ({"BS": [b"b", b"\xff", b"", b"\x00"]}, {"BS": [b"", b"\x00", b"b", b"\xff"]}),
    ],
)
def test_sets_come_back_in_order(store: Store, given: dict[str, Any], told: dict[str, Any]) -> None:
    """Strings and binaries by bytes, numbers by value (observed; no order is promised)."""
    assert store(given) == told


NORMAL = [
    ("1.0", "1"),
    ("3.1400", "3.14"),
    ("00042", "42"),
    ("+5", "5"),
    ("-0", "0"),
    ("0.000", "0"),
    (".5", "0.5"),
    ("5.", "5"),
    ("1e2", "100"),
    ("1.5E2", "150"),
    ("1E-3", "0.001"),
    ("-12.50e1", "-125"),
    ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
    ("0.12345678901234567890123456789012345678", "0.12345678901234567890123456789012345678"),
    ("9.9999999999999999999999999999999999999E+125", "9" * 38 + "0" * 88),
    ("-9.9999999999999999999999999999999999999E+125", "-" + "9" * 38 + "0" * 88),
    ("1E-130", "0." + "0" * 129 + "1"),
    ("0" * 60 + "1", "1"),
    ("1" + "0" * 60, "1" + "0" * 60),
]


@pytest.mark.parametrize(("given", "told"), NORMAL, ids=[given[:20] for given, _ in NORMAL])
def test_numbers_come_back_in_normal_form(store: Store, given: str, told: str) -> None:
    """As text, with all their digits and none that mean nothing (public conformance suite for DynamoDB)."""
    assert store(n(given)) == n(told)
    assert store({"L": [{"M": {"x": n(given)}}]}) == {"L": [{"M": {"x": n(told)}}]}
    if told != "0":
        assert store({"NS": [given]}) == {"NS": [told]}


def test_attribute_names_of_every_kind(ddb: Client, hash_table: str) -> None:
    """Any text of 1 to 65535 bytes (Developer Guide, "Naming rules")."""
    names = ["a b", "a.b", "a[0]", "#a", ":a", "é", "😀", "\x00", '"', "size", "x" * 65_535]
    for name in names:
        item = {"pk": s(unique()), name: n(1)}
        ddb.put_item(TableName=hash_table, Item=item)
        assert ddb.get_item(TableName=hash_table, Key={"pk": item["pk"]})["Item"] == item


def test_many_attributes(ddb: Client, hash_table: str) -> None:
    """There is no bound on their number but the item's size."""
    item = {"pk": s(unique()), **{f"a{i}": n(i) for i in range(5000)}}
    ddb.put_item(TableName=hash_table, Item=item)
    assert ddb.get_item(TableName=hash_table, Key={"pk": item["pk"]})["Item"] == item
