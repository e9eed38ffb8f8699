"""The size of items in DynamoDB's own measure: it decides capacity, pages and the 400 KB limit."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.model import sizes
from slipring.model.attribute_values import normalise_item
from tests.model.strategies import items, values

# From the developer guide's "DynamoDB item sizes and formats".
SIZES: list[tuple[dict[str, Any], int]] = [
    ({"S": ""}, 0),
    ({"S": "abc"}, 3),
    ({"S": "é𝄞"}, 6),
    ({"N": "0"}, 1),
    ({"N": "123.45"}, 4),
    ({"B": ""}, 0),
    ({"B": "YQ=="}, 1),
    ({"B": "YWI="}, 2),
    ({"B": "YWJj"}, 3),
    ({"BOOL": False}, 1),
    ({"NULL": True}, 1),
    ({"SS": ["a", "éa"]}, 4),
    ({"NS": ["0", "1"]}, 3),
    ({"BS": ["YQ==", "YWJj"]}, 4),
    ({"L": []}, 3),
    ({"M": {}}, 3),
    ({"L": [{"S": "ab"}, {"BOOL": True}]}, 3 + (1 + 2) + (1 + 1)),
    ({"M": {"key": {"S": "ab"}}}, 3 + (1 + 3 + 2)),
    ({"L": [{"M": {"k": {"L": []}}}]}, 3 + 1 + (3 + 1 + 1 + 3)),
]


@pytest.mark.parametrize(("value", "size"), SIZES)
def test_value_bytes(value: dict[str, Any], size: int) -> None:
    assert sizes.value_bytes(value) == size


def test_names_count() -> None:
    assert sizes.item_bytes({"näme": {"S": "abc"}}) == 5 + 3


@given(st.binary(max_size=100))
def test_binaries_count_their_raw_bytes(raw: bytes) -> None:
    assert sizes.binary_bytes(base64.b64encode(raw).decode()) == len(raw)


@given(items, items)
def test_items_add_up(first: dict[str, Any], second: dict[str, Any]) -> None:
    """An update adjusts a table's byte count by differences, which is right only if sizes are sums."""
    normalise_item(first)
    normalise_item(second)
    second = {name: value for name, value in second.items() if name not in first}
    assert sizes.item_bytes({**first, **second}) == sizes.item_bytes(first) + sizes.item_bytes(second)


@given(st.lists(values, max_size=4))
def test_lists_add_one_byte_per_member(members: list[dict[str, Any]]) -> None:
    for member in members:
        normalise_item({"member": member})
    total = sum(sizes.value_bytes(member) + 1 for member in members)
    assert sizes.value_bytes({"L": members}) == 3 + total
