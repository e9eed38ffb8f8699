"""Filter patterns: which records a trigger wants.

The language is that of Lambda's event filtering, which is EventBridge's (Lambda Developer Guide, "Control which events
Lambda sends to your function", and EventBridge User Guide, "Comparison operators"). A pattern is an object like the
record; where the record has a value, it has a list of what that value may be. Numbers in DynamoDB's JSON are texts, so
`numeric` serves only what is a number there, such as SizeBytes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Match: TypeAlias = Callable[[Any], bool]

_ABSENT = object()
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compiled(pattern: Any) -> Match:
    """Whether a record matches. Raises ValueError for what is no pattern."""
    if not isinstance(pattern, dict) or not pattern:
        raise ValueError(f"has a filter that is no object: {pattern!r}")
    matches = [
        _any_of([compiled(each) for each in _listed(value, name)])
        if name == "$or"
        else _at(name, compiled(value) if isinstance(value, dict) else _leaf(_listed(value, name)))
        for name, value in pattern.items()
    ]
    return lambda value: all(match(value) for match in matches)


def _listed(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"has a filter that gives no list for {name!r}")
    return value


def _any_of(matches: list[Match]) -> Match:
    return lambda value: any(match(value) for match in matches)


def _at(name: str, match: Match) -> Match:
    return lambda value: match(value.get(name, _ABSENT) if isinstance(value, dict) else _ABSENT)


def _leaf(wanted: list[Any]) -> Match:
    """One of `wanted` is so of the value, or of one of the values in a list."""
    match = _any_of([_operator(each) if isinstance(each, dict) else _equal(each) for each in wanted])
    return lambda value: any(map(match, value)) if isinstance(value, list) else match(value)


def _equal(wanted: Any) -> Match:
    if isinstance(wanted, list):
        raise ValueError(f"has a filter with a list in a list: {wanted!r}")
    return lambda value: _is(value, wanted)


def _is(value: Any, wanted: Any) -> bool:
    # To Python, true is 1.
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)


def _operator(wanted: dict[str, Any]) -> Match:
    if len(wanted) != 1:
        raise ValueError(f"has a filter with other than one operator: {wanted!r}")
    [(name, operand)] = wanted.items()
    if name == "exists":
        if not isinstance(operand, bool):
            raise ValueError(f"has a filter with exists, but neither true nor false: {operand!r}")
        return lambda value: (value is not _ABSENT and not isinstance(value, dict)) == operand
    if name == "numeric":
        return _numeric(operand)
    if name == "anything-but":
        return _anything_but(operand)
    return _text(name, operand)


def _text(name: str, operand: Any) -> Match:
    """prefix, suffix and equals-ignore-case; the first two may disregard case too."""
    folds = name == "equals-ignore-case"
    if name in ("prefix", "suffix") and isinstance(operand, dict) and operand.keys() == {"equals-ignore-case"}:
        folds, operand = True, operand["equals-ignore-case"]
    tests: Mapping[str, Callable[[str, str], bool]] = {
        "prefix": str.startswith,
        "suffix": str.endswith,
        "equals-ignore-case": operator.eq,
    }
    if name not in tests:
        raise ValueError(f"has a filter with an unknown operator: {name!r}")
    if not isinstance(operand, str):
        raise ValueError(f"has a filter with {name}, but no text: {operand!r}")
    test = tests[name]
    if folds:
        folded = operand.casefold()
        return lambda value: isinstance(value, str) and test(value.casefold(), folded)
    return lambda value: isinstance(value, str) and test(value, operand)


def _anything_but(operand: Any) -> Match:
    if isinstance(operand, dict):
        [(name, values)] = operand.items() if len(operand) == 1 else [("", None)]
        refused = _any_of([_text(name, each) for each in (values if isinstance(values, list) else [values])])
    else:
        refused = _any_of([_equal(each) for each in (operand if isinstance(operand, list) else [operand])])
    return lambda value: value is not _ABSENT and not isinstance(value, dict) and not refused(value)


def _numeric(operand: Any) -> Match:
    """One comparison, or two that both hold."""
    pairs = list(zip(operand[::2], operand[1::2], strict=False)) if isinstance(operand, list) else []
    if len(pairs) not in (1, 2) or len(operand) != 2 * len(pairs):
        raise ValueError(f"has a filter with numeric, but no comparison: {operand!r}")
    for name, bound in pairs:
        if name not in _COMPARISONS or not _is_number(bound):
            raise ValueError(f"has a filter with numeric, but no comparison: {operand!r}")
    return lambda value: _is_number(value) and all(_COMPARISONS[name](value, bound) for name, bound in pairs)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
