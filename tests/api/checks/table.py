"""How a table of checks is made.

A table is one operation's stages in the service's order. What a stage refuses is told before anything that a later
stage refuses; within a stage the checks exclude each other, or look at several things in the order of the request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Request = dict[str, Any]

ABSENT = object()
"""In a spoil: leave this member out. Also of members that are absent anyway, where a mistake needs them to be."""


@dataclass(frozen=True)
class Body:
    """A spoil that replaces the whole body."""

    raw: bytes


Spoil = dict[Any, Any] | Body
"""What to change in a good request. Dicts go into the request's own, with positions as keys into its lists; anything
else, and an attribute value, takes the place of what is there."""

_TYPES = frozenset({"S", "N", "B", "SS", "NS", "BS", "L", "M", "BOOL", "NULL"})


@dataclass(frozen=True)
class Check:
    """One mistake, and what is said of it."""

    constructor: str
    """Of the error, as module.function in slipring.model.errors."""
    spoil: Spoil
    message: str
    source: str
    code: str = "ValidationException"
    begins: str = ""
    """What the message begins with whatever else the request has, where the rest lists that too."""

    def is_told(self, code: str, message: str, named: Callable[[str], str] = str) -> bool:
        """Whether this is what an answer says, whatever else the request has."""
        return code == self.code and (
            message.startswith(self.begins) if self.begins else message == named(self.message)
        )


@dataclass(frozen=True)
class Stage:
    """Checks of equal rank."""

    title: str
    checks: Sequence[Check]
    apart: str = ""
    """Why no mistake of this stage can stand beside one of the stage before it; empty where one can."""


_EXPRESSIONS = frozenset(
    {
        "ConditionExpression",
        "FilterExpression",
        "KeyConditionExpression",
        "ProjectionExpression",
        "UpdateExpression",
    }
)
_LEGACY = frozenset(
    {
        "AttributeUpdates",
        "AttributesToGet",
        "ConditionalOperator",
        "Expected",
        "KeyConditions",
        "QueryFilter",
        "ScanFilter",
    }
)


def mixes(request: Request) -> bool:
    """Whether a request has both expressions and legacy parameters."""
    return not _EXPRESSIONS.isdisjoint(request) and not _LEGACY.isdisjoint(request)


@dataclass(frozen=True)
class Operation:
    """An operation's checks."""

    name: str
    good: Request
    stages: Sequence[Stage]
    combination: Callable[[Request], object] = mixes
    """What is wrong with the parts of a request standing together, falsy if nothing: two mistakes that make a third of
    this kind say nothing of their own order."""


def spoilt(request: Any, spoil: Any) -> Any:
    """The request with the spoil's changes; neither is changed itself."""
    if not _goes_into(spoil) or not isinstance(request, dict | list):
        return _made(spoil)
    changed: Any = dict(request) if isinstance(request, dict) else list(request)
    for key, value in spoil.items():
        if value is ABSENT and isinstance(changed, list):
            del changed[key:]
        elif value is ABSENT:
            changed.pop(key, None)
        elif isinstance(changed, list):
            changed[key : key + 1] = [spoilt(changed[key], value) if key < len(changed) else _made(value)]
        else:
            changed[key] = spoilt(changed.get(key), value)
    return changed


def clash(first: Any, second: Any) -> bool:
    """Whether two spoils would change the same place differently."""
    if not _goes_into(first) or not _goes_into(second):
        return bool(first != second)
    return any(clash(first[key], second[key]) for key in first.keys() & second.keys())


def _goes_into(spoil: Any) -> bool:
    return isinstance(spoil, dict) and bool(spoil) and not spoil.keys() <= _TYPES


def _made(spoil: Any) -> Any:
    """A spoil where there is nothing to go into."""
    if not _goes_into(spoil):
        return spoil
    if all(isinstance(key, int) for key in spoil):
        return [_made(spoil[key]) for key in sorted(spoil)]
    return {key: _made(value) for key, value in spoil.items() if value is not ABSENT}


SEEN = "seen"
"""Told by the service itself: recorded by the public conformance suite for DynamoDB, in its snapshot of early 2026 or
its files of October 2026, or quoted in reports that agree with each other."""
GUIDE = "Developer Guide"
REPORT = "reported"
"""Quoted by clients in an issue or a question."""
MODEL = "service model"
OWN = "Slipring's own"
"""Of what Slipring does not have yet."""
OURS = "unconfirmed"
"""The exception is the service's; its words are nowhere documented and were never seen by us."""

INVALID = "One or more parameter values were invalid: "
MIXED = "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
NOT_VALID = "One or more parameter values are not valid. "


def s(text: str) -> Request:
    return {"S": text}


def n(number: int | str) -> Request:
    return {"N": str(number)}


def constraint(value: str | None, place: str, words: str) -> str:
    """One broken constraint of the model, as the framework tells it."""
    printed = "null" if value is None else f"'{value}'"
    return f"Value {printed} at '{place}' failed to satisfy constraint: {words}"


def broken(*constraints: str) -> str:
    """The framework's message."""
    errors = "validation error" if len(constraints) == 1 else "validation errors"
    return f"{len(constraints)} {errors} detected: {'; '.join(constraints)}"


NOT_NULL = "Member must not be null"
CAPACITY = constraint("BOGUS", "returnConsumedCapacity", "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]")


def json_stage(member: str = "TableName") -> Stage:
    """What every operation refuses first: a body that is not its input's JSON."""
    return Stage(
        "The body is JSON of the input's shape",
        [
            Check("requests.malformed_json", Body(b'{"'), "", REPORT, "SerializationException"),
            Check("serialization.not_an_object", Body(b"[]"), "", REPORT, "SerializationException"),
            Check(
                "serialization.string_expected",
                {member: 1},
                "NUMBER_VALUE cannot be converted to String",
                REPORT,
                "SerializationException",
            ),
        ],
    )


def absent_table(spoil: Spoil, code: str = "ResourceNotFoundException") -> Stage:
    return Stage(
        "The table exists",
        [Check("tables.table_not_found", spoil, "Requested resource not found", SEEN, code)],
    )
