"""Reading to the end: every page of a Query or Scan, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Item = dict[str, dict[str, Any]]

PAGES_MAX = 10_000
"""More pages than any test has: a start key that leads nowhere must not hang the suite."""


def pages(call: Callable[..., Any], **request: Any) -> Iterator[dict[str, Any]]:
    """The answers of a Query or Scan, page after page."""
    for _ in range(PAGES_MAX):
        page = call(**request)
        yield page
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
    raise AssertionError(f"more than {PAGES_MAX} pages")


def items(call: Callable[..., Any], **request: Any) -> list[Item]:
    """All items of a Query or Scan."""
    return [item for page in pages(call, **request) for item in page["Items"]]


def equals(name: str, value: dict[str, Any]) -> dict[str, Any]:
    """The key condition `name = value` as parameters of a Query."""
    return {
        "KeyConditionExpression": "#key = :key",
        "ExpressionAttributeNames": {"#key": name},
        "ExpressionAttributeValues": {":key": value},
    }
