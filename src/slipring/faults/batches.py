"""Batches of which a part is left unprocessed."""

from __future__ import annotations

import math
from typing import Any

import orjson

from slipring.faults.calls import Call

LEFT_IN = {"BatchGetItem": "UnprocessedKeys", "BatchWriteItem": "UnprocessedItems"}
"""The operations, and the member of the answer that holds what was left."""


def split(call: Call, share: float) -> tuple[bytes, dict[str, Any]] | None:
    """The request for the part to process, and the rest; None if the request is no batch at all.

    Of n keys or writes share * n, rounded up, are left, from the end. A part with nothing in it is empty."""
    requested = call.request.get("RequestItems")
    if call.operation not in LEFT_IN or not isinstance(requested, dict):
        return None
    try:
        entries = [(name, entry) for name, part in requested.items() for entry in _entries(part)]
        done_count = len(entries) - math.ceil(share * len(entries))
        done, left = ({name: _like(requested[name]) for name in requested} for _ in range(2))
        for place, (name, entry) in enumerate(entries):
            _entries((done if place < done_count else left)[name]).append(entry)
    except (KeyError, TypeError):
        return None
    done, left = ({name: part for name, part in each.items() if _entries(part)} for each in (done, left))
    return orjson.dumps({**call.request, "RequestItems": done}) if done else b"", left


def joined(operation: str, answer: list[bytes], left: dict[str, Any]) -> list[bytes]:
    """The answer for the part, with the rest as unprocessed."""
    told = orjson.loads(b"".join(answer))
    unprocessed = told.setdefault(LEFT_IN[operation], {})
    for name, part in left.items():
        if name in unprocessed:
            _entries(unprocessed[name]).extend(_entries(part))
        else:
            unprocessed[name] = part
    return [orjson.dumps(told)]


def nothing_done(operation: str, left: dict[str, Any]) -> list[bytes]:
    """The answer where all is left."""
    told: dict[str, Any] = {"Responses": {}} if operation == "BatchGetItem" else {}
    return [orjson.dumps({**told, LEFT_IN[operation]: left})]


def _entries(part: Any) -> list[Any]:
    entries: list[Any] = part["Keys"] if isinstance(part, dict) else part
    if not isinstance(entries, list):
        raise TypeError
    return entries


def _like(part: Any) -> Any:
    """A part of the same table with nothing in it."""
    return {**part, "Keys": []} if isinstance(part, dict) else []
