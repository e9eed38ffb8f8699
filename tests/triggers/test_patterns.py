"""Filter patterns match what Lambda's do.

Lambda Developer Guide, "Control which events Lambda sends to your function"; EventBridge User Guide, "Comparison
operators for use in event patterns"."""

from __future__ import annotations

from typing import Any

import pytest

from slipring.triggers.patterns import compiled

RECORD: dict[str, Any] = {
    "eventName": "INSERT",
    "dynamodb": {
        "NewImage": {
            "state": {"S": "Open"},
            "tags": {"SS": ["red", "blue"]},
            "price": {"N": "30"},
            "sold": {"BOOL": False},
            "note": {"NULL": True},
            "empty": {"S": ""},
        },
        "SizeBytes": 59,
    },
}


def image(name: str, pattern: Any) -> dict[str, Any]:
    return {"dynamodb": {"NewImage": {name: pattern}}}


def size(*pattern: Any) -> dict[str, Any]:
    return {"dynamodb": {"SizeBytes": list(pattern)}}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"eventName": ["INSERT"]}, True),
        ({"eventName": ["MODIFY", "INSERT"]}, True),
        ({"eventName": ["insert"]}, False),
        ({"eventName": ["INSERT"], **size(1)}, False),
        (image("state", {"S": ["Open"]}), True),
        (image("state", {"S": [{"prefix": "Op"}]}), True),
        (image("state", {"S": [{"prefix": "op"}]}), False),
        (image("state", {"S": [{"prefix": {"equals-ignore-case": "op"}}]}), True),
        (image("state", {"S": [{"suffix": "en"}]}), True),
        (image("state", {"S": [{"suffix": {"equals-ignore-case": "EN"}}]}), True),
        (image("state", {"S": [{"equals-ignore-case": "oPEN"}]}), True),
        (image("state", {"S": [{"anything-but": "Closed"}]}), True),
        (image("state", {"S": [{"anything-but": ["Closed", "Open"]}]}), False),
        (image("state", {"S": [{"anything-but": {"prefix": "Op"}}]}), False),
        (image("state", {"S": [{"anything-but": {"suffix": ["x", "y"]}}]}), True),
        (image("state", {"S": [{"exists": True}]}), True),
        (image("state", {"S": [{"exists": False}]}), False),
        (image("state", {"N": [{"exists": False}]}), True),
        (image("absent", {"S": [{"exists": False}]}), True),
        (image("absent", {"S": [{"anything-but": "x"}]}), False),
        ({"dynamodb": {"OldImage": {"state": {"S": [{"exists": False}]}}}}, True),
        ({"dynamodb": {"NewImage": {"state": [{"exists": True}]}}}, False),
        (image("tags", {"SS": ["blue"]}), True),
        (image("tags", {"SS": ["green"]}), False),
        (image("price", {"N": ["30"]}), True),
        (image("price", {"N": [{"numeric": [">", 20]}]}), False),
        (image("sold", {"BOOL": [False]}), True),
        (image("sold", {"BOOL": [0]}), False),
        (image("note", {"NULL": [True]}), True),
        (image("empty", {"S": [""]}), True),
        (size({"numeric": ["=", 59]}), True),
        (size({"numeric": [">", 0, "<=", 59]}), True),
        (size({"numeric": [">", 0, "<", 59]}), False),
        (size(59.0), True),
        ({"$or": [{"eventName": ["REMOVE"]}, size(59)]}, True),
        ({"$or": [{"eventName": ["REMOVE"]}, size(1)]}, False),
        ({"eventName": ["REMOVE"], "$or": [size(59)]}, False),
    ],
)
def test_a_pattern_matches_or_not(pattern: Any, expected: bool) -> None:
    assert compiled(pattern)(RECORD) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        {},
        [],
        "INSERT",
        {"eventName": "INSERT"},
        {"eventName": []},
        {"eventName": [["INSERT"]]},
        {"eventName": [{}]},
        {"eventName": [{"prefix": "a", "suffix": "b"}]},
        {"eventName": [{"prefix": 1}]},
        {"eventName": [{"wildcard": "a*"}]},
        {"eventName": [{"exists": "yes"}]},
        {"eventName": [{"numeric": []}]},
        {"eventName": [{"numeric": [">"]}]},
        {"eventName": [{"numeric": [">", "1"]}]},
        {"eventName": [{"numeric": ["~", 1]}]},
        {"eventName": [{"anything-but": {}}]},
        {"eventName": [{"anything-but": {"exists": True}}]},
        {"$or": {"eventName": ["INSERT"]}},
    ],
)
def test_what_is_no_pattern_is_refused(pattern: Any) -> None:
    """A filter that was misunderstood would drop records in silence."""
    with pytest.raises(ValueError, match="has a filter"):
        compiled(pattern)
