"""Calls as values: whoever plans yields them and is sent the answers, whoever drives decides how they travel."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Call:
    """An operation of DynamoDB and its parameters."""

    operation: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait before the next call."""

    seconds: float


class Refused(Exception):
    """The API answered with an error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


Asking: TypeAlias = Generator[Call | Pause, dict[str, Any], R]
"""Yields calls, is sent their answers or thrown Refused, and returns what it found out."""


def unless(call: Call, code: str) -> Asking[dict[str, Any] | None]:
    """The answer, or None where the API refuses with `code`."""
    try:
        return (yield call)
    except Refused as refused:
        if refused.code != code:
            raise
        return None
