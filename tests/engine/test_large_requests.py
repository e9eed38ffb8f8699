"""Requests that name very much: what they cost may grow with their length, not with its square.

One request is worked on at a time, so what it costs is what everybody else waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import process_time
from typing import Any

import pytest

from slipring.model.errors.tree import ValidationException
from slipring.storage.memory import MemoryStore
from tests.engine.running import Process

NAMES = 100_000
"""Two megabytes of a request's sixteen. Comparing each with each would take minutes."""
SECONDS_MAX = 10.0
ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/things"


def names(make: Callable[[str], Any]) -> list[Any]:
    return [make(f"name{number}") for number in range(NAMES)]


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("GetItem", {"TableName": "things", "Key": {"pk": {"S": "a"}}, "AttributesToGet": names(str)}),
        ("BatchGetItem", {"RequestItems": {"things": {"Keys": [{"pk": {"S": "a"}}], "AttributesToGet": names(str)}}}),
        (
            "UpdateItem",
            {
                "TableName": "things",
                "Key": {"pk": {"S": "a"}},
                "AttributeUpdates": dict(names(lambda name: (name, {"Value": {"S": ""}}))),
            },
        ),
        ("TagResource", {"ResourceArn": ARN, "Tags": names(lambda name: {"Key": name, "Value": ""})}),
    ],
    ids=["AttributesToGet", "AttributesToGet of a batch", "AttributeUpdates", "Tags"],
)
def test_many_names_in_one_request(operation: str, request_: dict[str, Any]) -> None:
    async def scenario() -> float:
        process = Process(MemoryStore())
        await process.make_table("things")
        started = process_time()
        try:
            await process.call(operation, **request_)
        except ValidationException:
            assert operation in ("TagResource", "UpdateItem"), "too many tags, too large an item"
        return process_time() - started

    assert asyncio.run(scenario()) < SECONDS_MAX
