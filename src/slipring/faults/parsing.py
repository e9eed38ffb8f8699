"""Rules as a user writes them: as a JSON object in a file or an admin call, or as keywords of a fixture."""

from __future__ import annotations

import base64
import difflib
import math
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from slipring.faults.effects import (
    CONNECTION_FATES,
    STORE_FATES,
    BrokenConnection,
    Effect,
    FailingStore,
    PartialBatch,
    Refusal,
    StaleRead,
)
from slipring.faults.rules import Pattern, Rule, Timing
from slipring.model.attribute_values import Item, normalise_item
from slipring.model.errors.base import ApiError
from slipring.model.errors.throttles import REASONS_MEMBERS
from slipring.model.service import operations

EFFECTS = ("error", "unprocessed", "connection", "store", "stale_s")
"""Of these a rule has one at the most."""
MEMBERS = (
    *("operation", "table", "index", "key", "access_key", "namespace"),
    *("probability", "nth", "times"),
    *EFFECTS,
    *("message", "reasons", "latency_s"),
)
_SECONDS_MAX = 24 * 60 * 60


class RuleInvalid(Exception):
    """A rule says what no rule can; the message is one line that says which member, and what it may be."""


def parse_rule(told: Mapping[str, Any]) -> Rule:
    """The rule that an object describes. Raises RuleInvalid."""
    for name in told:
        _one_of("a rule", name, MEMBERS)
    given = {name: value for name, value in told.items() if value is not None}
    effect = _effect(given)
    latency_s = _latency(given.get("latency_s", 0))
    if effect is None and latency_s[1] == 0:
        raise RuleInvalid(f"a rule does something: one of {', '.join(EFFECTS)}, latency_s")
    return Rule(_pattern(given), _timing(given), effect, latency_s)


def _pattern(given: Mapping[str, Any]) -> Pattern:
    named = given.get("operation", ())
    names = [named] if isinstance(named, str) else list(named)
    for name in names:
        _one_of("operation", name, operations())
    return Pattern(
        operations=frozenset(names),
        table=_text(given, "table"),
        index=_text(given, "index"),
        key=_key(given.get("key", {})),
        access_key=_text(given, "access_key"),
        namespace=_text(given, "namespace"),
    )


def _timing(given: Mapping[str, Any]) -> Timing:
    return Timing(
        probability=_number("probability", given.get("probability", 1.0), 0.0, 1.0),
        nth=_count("nth", given.get("nth")),
        times=_count("times", given.get("times")),
    )


def _effect(given: Mapping[str, Any]) -> Effect | None:
    named = [name for name in EFFECTS if name in given]
    if len(named) > 1:
        raise RuleInvalid(f"a rule does one thing, not both {named[0]} and {named[1]}")
    for name in ("message", "reasons"):
        if name in given and named != ["error"]:
            raise RuleInvalid(f"{name} goes with error")
    if not named:
        return None
    value = given[named[0]]
    match named[0]:
        case "error":
            return _refusal(value, given)
        case "unprocessed":
            return PartialBatch(_number("unprocessed", value, 0.0, 1.0))
        case "connection":
            return BrokenConnection(_one_of("connection", value, CONNECTION_FATES))
        case "store":
            return FailingStore(_one_of("store", value, STORE_FATES))
    return StaleRead(_number("stale_s", value, 0.0, _SECONDS_MAX))


def _refusal(code: Any, given: Mapping[str, Any]) -> Refusal:
    _one_of("error", code, ApiError.registry)
    told = given.get("reasons", ())
    reasons = (told,) if isinstance(told, str) else tuple(map(str, told))
    if reasons and code not in REASONS_MEMBERS and code != "TransactionCanceledException":
        raise RuleInvalid(f"{code} has no reasons")
    return Refusal(code, _text(given, "message") or "", reasons)


def _key(told: Any) -> Item:
    if not isinstance(told, Mapping):
        raise RuleInvalid("key is an object of attributes")
    key = {name: _attribute_value(value) for name, value in told.items()}
    try:
        normalise_item(key)
    except ApiError as error:
        raise RuleInvalid(f"key: {error.message}") from None
    return key


def _attribute_value(value: Any) -> dict[str, Any]:
    """A value in the API's own form, or the plain one that boto3's resources take."""
    match value:
        case dict():
            return value
        case str():
            return {"S": value}
        case bytes() | bytearray():
            return {"B": base64.b64encode(value).decode()}
        case int() | float() | Decimal() if not isinstance(value, bool):
            return {"N": str(value)}
    raise RuleInvalid(f"key: {value!r} is no value of a key")


def _latency(told: Any) -> tuple[float, float]:
    low, high = told if isinstance(told, list | tuple) and len(told) == 2 else (told, told)
    least, most = (_number("latency_s", each, 0.0, _SECONDS_MAX) for each in (low, high))
    if most < least:
        raise RuleInvalid("latency_s goes from the least to the most")
    return least, most


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise RuleInvalid(f"{name} is a text, not {value!r}")
    return value


def _number(name: str, value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RuleInvalid(f"{name} is a number, not {value!r}")
    if not least <= value <= most:
        raise RuleInvalid(f"{name} goes from {least:g} to {most:g}")
    return float(value)


def _count(name: str, value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise RuleInvalid(f"{name} is a whole number from 1 on, not {value!r}")
    return value


def _one_of(what: str, value: Any, choices: Collection[str]) -> Any:
    if value in choices:
        return value
    close = difflib.get_close_matches(str(value), choices, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(sorted(choices))}"
    raise RuleInvalid(f"{what} has no {value!r}; {hint}")
