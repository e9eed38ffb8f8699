"""Every member of every operation's request with JSON of the wrong kind: a client error, each time.

The operations and their members are read from the service model, so none can be forgotten.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from slipring.model.service import Shape, operations
from slipring.operations.registry import HANDLERS
from tests.api.bad_input.good_requests import GOOD, TABLE, prepare
from tests.api.bad_input.raw import RawClient

WRONG: dict[str, list[Any]] = {
    "structure": ["x", 1, True, [], [{}]],
    "map": ["x", 1, True, [], ["x"]],
    "list": ["x", 1, True, {}, {"0": "x"}],
    "string": [1, 1.5, True, [], {}, ["x"]],
    "boolean": ["true", 1, [], {}],
    "integer": ["1", True, [], {}, 1 << 40],
    "long": ["1", True, [], {}, 1 << 70],
    "double": ["1", True, [], {}],
    "timestamp": ["now", True, [], {}],
    "blob": [1, True, [], {}, "no base64"],
}


def test_there_is_a_good_request_for_every_operation() -> None:
    """Without one an operation would escape these tests and the fuzzing."""
    assert GOOD.keys() == HANDLERS.keys()


@pytest.fixture(scope="module", autouse=True)
def _table(raw: RawClient) -> Iterator[None]:
    """The table that the good requests name."""
    prepare(raw)
    yield
    raw.call("DeleteTable", {"TableName": TABLE})


def spoilt(shape: Shape, request: Any) -> Iterator[Any]:
    """The request with one member after the other, at any depth, of a wrong kind."""
    if shape.kind == "structure":
        for name, member in shape.members.items():
            if name not in request:
                continue
            for wrong in WRONG[member.kind]:
                yield {**request, name: wrong}
            for inner in spoilt(member, request[name]):
                yield {**request, name: inner}
    elif shape.kind == "list" and request:
        for wrong in WRONG[shape.element.kind]:
            yield [*request[:-1], wrong]
        for inner in spoilt(shape.element, request[-1]):
            yield [*request[:-1], inner]
    elif shape.kind == "map" and request:
        key = next(iter(request))
        for wrong in WRONG[shape.value.kind]:
            yield {**request, key: wrong}
        for inner in spoilt(shape.value, request[key]):
            yield {**request, key: inner}


@pytest.mark.parametrize("operation", sorted(GOOD))
def test_members_of_the_wrong_kind(raw: RawClient, operation: str) -> None:
    for request in GOOD[operation]:
        for bad in spoilt(operations()[operation].input, copy.deepcopy(request)):
            answer = raw.call(operation, bad)
            assert (answer.status, answer.code) == (400, "SerializationException"), bad
