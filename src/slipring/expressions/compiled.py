"""Compiling expressions, once for all requests that use the same text and names.

A cache holds two generations: what is used moves to the young one, and when that is full the old one is dropped.
So a hit costs one look-up in a dict, and what is in use stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Generic, TypeVar

from slipring.expressions.conditions import Condition, parse_condition
from slipring.expressions.key_conditions import KeyCondition, parse_key_condition
from slipring.expressions.placeholders import check_names
from slipring.expressions.projections import Projection, parse_projection
from slipring.expressions.updates import Update, parse_update

C = TypeVar("C")

_Key = str | tuple[str, tuple[tuple[str, str], ...]]

_GENERATION_ENTRIES = 2048
_ENTRY_CHARACTERS_MAX = 16 * 1024
"""Larger expressions are compiled anew each time, so that a cache cannot be made to fill the memory."""


class _Cache(Generic[C]):
    """Compiled expressions of one kind, by text and names."""

    __slots__ = ("_compile", "_old", "_young")

    def __init__(self, compile: Callable[[str, Mapping[str, str]], C]) -> None:
        self._compile = compile
        self._young: dict[_Key, C] = {}
        self._old: dict[_Key, C] = {}

    def get(self, text: str, names: Mapping[str, str] | None) -> C:
        """The compiled expression. Raises ValidationException where it, or a name placeholder, is wrong."""
        key = text if names is None else (text, tuple(names.items()))
        compiled = self._young.get(key)
        return self._renew(key, text, names) if compiled is None else compiled

    def _renew(self, key: _Key, text: str, names: Mapping[str, str] | None) -> C:
        compiled = self._old.get(key)
        if compiled is None:
            if names is not None:
                check_names(names)
            compiled = self._compile(text, names or {})
            size = len(text) + sum(len(placeholder) + len(name) for placeholder, name in (names or {}).items())
            if size > _ENTRY_CHARACTERS_MAX:
                return compiled
        if len(self._young) >= _GENERATION_ENTRIES:
            self._old, self._young = self._young, {}
        self._young[key] = compiled
        return compiled


_CONDITIONS = {
    parameter: _Cache(partial(parse_condition, parameter)) for parameter in ("ConditionExpression", "FilterExpression")
}
_PROJECTIONS = _Cache(parse_projection)
_UPDATES = _Cache(parse_update)
_KEY_CONDITIONS = _Cache(parse_key_condition)


def compile_condition(text: str, names: Mapping[str, str] | None, parameter: str = "ConditionExpression") -> Condition:
    """A ConditionExpression, or a FilterExpression where `parameter` says so.

    This and the other functions here raise ValidationException where the text or a name placeholder is wrong.
    """
    return _CONDITIONS[parameter].get(text, names)


def compile_filter(text: str, names: Mapping[str, str] | None) -> Condition:
    """A FilterExpression."""
    return _CONDITIONS["FilterExpression"].get(text, names)


def compile_projection(text: str, names: Mapping[str, str] | None) -> Projection:
    """A ProjectionExpression."""
    return _PROJECTIONS.get(text, names)


def compile_update(text: str, names: Mapping[str, str] | None) -> Update:
    """An UpdateExpression."""
    return _UPDATES.get(text, names)


def compile_key_condition(text: str, names: Mapping[str, str] | None) -> KeyCondition:
    """A KeyConditionExpression."""
    return _KEY_CONDITIONS.get(text, names)
