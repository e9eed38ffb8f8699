"""The two wordings in which the service refuses the same request.

In 2026 the service moved its operations, one by one and region by region, to a newer layer of checks that has other
words for a few mistakes. What each operation says in either layer was recorded from the service by the public
conformance suite: its snapshot of early 2026 holds PutItem and UpdateItem to the older words, its files of October
2026 to the newer ones. Both are what real regions answer, so an operator chooses (`--wording`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slipring.model.errors import validation as errors
from slipring.model.errors.attribute_values import in_newer_words
from slipring.model.errors.tree import ValidationException

_IN_ENVELOPE = frozenset({"DeleteItem", "PutItem", "UpdateItem"})
"""Operations whose errors, in the newer layer, begin as the framework's own do."""

_NEWER_NESTING_LEVELS_MAX = 62
"""A request with a value nested deeper than this is left to the older layer."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Which operations speak the newer words."""

    newer_checks: frozenset[str]
    """Operations whose parameters go through the newer layer."""
    newer_constraints: frozenset[str]
    """Operations for whose request maps the framework's generic constraint has replaced a message of their own."""

    def of_constraint(self, operation: str, error: ValidationException) -> ValidationException:
        """`error`, which the framework raised, in the operation's words."""
        return in_newer_words(error) if operation in self.newer_constraints else error

    def of(self, operation: str, request: dict[str, Any], error: ValidationException) -> ValidationException:
        """`error`, which the operation raised, in its words."""
        if operation not in self.newer_checks:
            return error
        if operation not in _IN_ENVELOPE or not error.precedes_table:
            return in_newer_words(error)
        return error if past_newer_layer(request) else errors.in_envelope(in_newer_words(error))


_ALWAYS_NEWER = frozenset({"BatchGetItem", "DeleteItem", "GetItem", "Query"})

WORDINGS: Mapping[str, Wording] = {
    "2025": Wording(newer_checks=_ALWAYS_NEWER, newer_constraints=frozenset()),
    "2026": Wording(
        newer_checks=_ALWAYS_NEWER | {"PutItem", "UpdateItem"}, newer_constraints=frozenset({"BatchGetItem"})
    ),
}
"""By the year in which most regions spoke so."""


def past_newer_layer(request: dict[str, Any]) -> bool:
    """Whether any attribute value in a request's parameters is nested deeper than the newer layer reads."""
    # A value that is nested in another lies two levels of JSON further down, a parameter's own one or two.
    levels: list[Any] = [request]
    for _ in range(2 * _NEWER_NESTING_LEVELS_MAX + 2):
        levels = [member for value in levels for member in _members(value)]
    return bool(levels)


def _members(value: Any) -> list[Any]:
    if type(value) is dict:
        return list(value.values())
    return value if type(value) is list else []
