"""What a projection leaves of an item."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from slipring.expressions import compile_projection

ITEM: dict[str, Any] = {
    "pk": {"S": "key"},
    "n": {"N": "1"},
    "m": {"M": {"x": {"S": "deep"}, "y": {"N": "42"}, "z": {"M": {"w": {"BOOL": True}, "v": {"NULL": True}}}}},
    "l": {
        "L": [{"S": "0"}, {"M": {"a": {"S": "1a"}, "b": {"S": "1b"}}}, {"S": "2"}, {"L": [{"S": "30"}, {"S": "31"}]}]
    },
    "ss": {"SS": ["a", "b"]},
}

CASES: list[tuple[str, dict[str, Any]]] = [
    ("pk", {"pk": {"S": "key"}}),
    ("n, pk, gone", {"n": {"N": "1"}, "pk": {"S": "key"}}),
    ("gone", {}),
    # Maps keep their nesting, and only what was asked for (public suite)
    ("m.x", {"m": {"M": {"x": {"S": "deep"}}}}),
    ("m.x, pk, m.z.w", {"m": {"M": {"x": {"S": "deep"}, "z": {"M": {"w": {"BOOL": True}}}}}, "pk": {"S": "key"}}),
    # A list element stands in a list of its own (public suite), several side by side by index, however written
    ("l[0]", {"l": {"L": [{"S": "0"}]}}),
    ("l[2], l[0]", {"l": {"L": [{"S": "0"}, {"S": "2"}]}}),
    ("l[1].b, l[2]", {"l": {"L": [{"M": {"b": {"S": "1b"}}}, {"S": "2"}]}}),
    ("l[3][1], l[1].a", {"l": {"L": [{"M": {"a": {"S": "1a"}}}, {"L": [{"S": "31"}]}]}}),
    # What is not there leaves nothing behind, not even an empty map or list
    ("m.gone", {}),
    ("l[9]", {}),
    ("l[0], l[9]", {"l": {"L": [{"S": "0"}]}}),
    ("m.z.gone, n", {"n": {"N": "1"}}),
    ("m[0], l.x, pk.x, ss[0], n.x", {}),
    ("l[0].x, l[1].gone, l[3][5]", {}),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_projection(text: str, expected: dict[str, Any]) -> None:
    before = copy.deepcopy(ITEM)
    assert compile_projection(text, None).apply(ITEM) == expected
    assert before == ITEM


def test_what_a_projection_tells_of_itself() -> None:
    """Whether an index covers a projection, and whether an item must be decoded deeply, hangs on these."""
    flat = compile_projection("pk, #n", {"#n": "status"})
    assert flat.top_level == ("pk", "status")
    assert flat.attributes == {"pk", "status"}
    assert flat.names_used == {"#n"}
    assert flat.values_used == frozenset()
    nested = compile_projection("m.x, m.y[2], pk", None)
    assert nested.top_level is None
    assert nested.attributes == {"m", "pk"}
    assert [str(path) for path in nested.paths] == ["[m, x]", "[m, y, [2]]", "[pk]"]
