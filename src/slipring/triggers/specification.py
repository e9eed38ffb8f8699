"""Triggers as their user writes them: `orders=./handler.py batch=10 window=1s`, or a `[[trigger]]` of slipring.toml.

The text is a table, what to call, and options, split as a shell splits words. The names of the options are short; what
they mean is what Lambda's event source mappings have (Lambda API Reference, "CreateEventSourceMapping").
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from slipring.triggers.batches import Policy
from slipring.triggers.patterns import Match, compiled

BATCH_RECORDS_MAX = 10_000
WINDOW_SECONDS_MAX = 300.0
PARALLEL_MAX = 10
RETRIES_MAX = 10_000

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
VIEW_TYPES = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")
STARTS = ("TRIM_HORIZON", "LATEST")


@dataclass(frozen=True, slots=True)
class Trigger:
    """What is called for a table's changes, and how."""

    name: str
    """Under which its positions are kept."""
    table: str
    target: str
    batch: int = 100
    window_s: float = 0.0
    parallel: int = 1
    """How many batches of one shard are handed over at the same time."""
    timeout_s: float = 60.0
    policy: Policy = field(default_factory=Policy)
    partial: bool = False
    """Whether the answer may name the records that failed."""
    filters: tuple[Match, ...] = ()
    on_failure: str = ""
    start: str = "TRIM_HORIZON"
    enables: str = ""
    """The view type of the stream to turn on where the table has none."""
    namespace: str | None = None
    """Where the table is; None for every namespace that has one of the name."""
    written: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """The options as they were given."""

    def wants(self, record: Mapping[str, Any]) -> bool:
        """Whether it is called for a record: no filter, or one that matches."""
        return not self.filters or any(match(record) for match in self.filters)


def read_triggers(value: object) -> tuple[Trigger, ...]:
    """The setting's value, from texts and tables. Raises ValueError with what is wrong."""
    given = value.splitlines() if isinstance(value, str) else value
    if not isinstance(given, list | tuple):
        raise ValueError("is not a list of triggers")
    triggers = tuple([_from(each) for each in given if each != ""])
    names = [trigger.name for trigger in triggers]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"has two triggers {name!r}: give each a name=… of its own")
    return triggers


def _from(given: object) -> Trigger:
    if isinstance(given, Trigger):
        return given
    if isinstance(given, str):
        return _made(_parsed(given))
    if isinstance(given, dict):
        return _made({name: list(each) if isinstance(each, list) else [each] for name, each in given.items()})
    raise ValueError("is not a list of triggers")


def _parsed(text: str) -> dict[str, list[Any]]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ValueError(f"has a trigger that cannot be split into words: {error}") from None
    options: dict[str, list[Any]] = {}
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if not name or not equals or not value:
            raise ValueError(f"has {word!r}, where {'TABLE=TARGET' if place == 0 else 'OPTION=VALUE'} is expected")
        if place == 0:
            options.update(table=[name], target=[value])
        else:
            options.setdefault(name, []).append(value)
    return options


def _made(options: dict[str, list[Any]]) -> Trigger:
    for name, values in options.items():
        if name not in _OPTIONS:
            raise ValueError(f"has an option {name!r}; there are {', '.join(_OPTIONS)}")
        if name != "filter" and len(values) != 1:
            raise ValueError(f"has {name} more than once")
    for name in ("table", "target"):
        if name not in options:
            raise ValueError(f"has a trigger without its {name}")
    read = {name: [_OPTIONS[name](name, value) for value in values] for name, values in options.items()}
    one = {name: values[0] for name, values in read.items()}
    table, target = one["table"], one["target"]
    return Trigger(
        name=one.get("name", f"{table}={target}"),
        table=table,
        target=target,
        batch=one.get("batch", 100),
        window_s=one.get("window", 0.0),
        parallel=one.get("parallel", 1),
        timeout_s=one.get("timeout", 60.0),
        policy=Policy(one.get("retries"), one.get("bisect", False), one.get("max_age")),
        partial=one.get("partial", False),
        filters=tuple(read.get("filter", ())),
        on_failure=one.get("on_failure", ""),
        start=one.get("start", "TRIM_HORIZON"),
        enables=one.get("stream", ""),
        written={name: values for name, values in options.items() if name not in ("table", "target")},
    )


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value or "\x00" in value:
        raise ValueError(f"has a {name} that is no text: {value!r}")
    return value


def _whole(least: int, most: int) -> Callable[[str, object], int]:
    def read(name: str, value: object) -> int:
        if isinstance(value, str) and value.isascii() and value.isdecimal():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"has a {name} that is not a whole number from {least} to {most}: {value!r}")
        return value

    return read


def _duration(most_s: float) -> Callable[[str, object], float]:
    def read(name: str, value: object) -> float:
        found = _DURATION.fullmatch(value) if isinstance(value, str) else None
        seconds = float(found[1]) * _SECONDS[found[2]] if found else value
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds <= most_s:
            raise ValueError(f"has a {name} that is no duration like 500ms, 10s or 1h up to {most_s:g}s: {value!r}")
        return float(seconds)

    return read


def _yes(name: str, value: object) -> bool:
    if value in ("true", "false"):
        return value == "true"
    if not isinstance(value, bool):
        raise ValueError(f"has a {name} that is neither true nor false: {value!r}")
    return value


def _one_of(*choices: str) -> Callable[[str, object], str]:
    def read(name: str, value: object) -> str:
        chosen = value.upper() if isinstance(value, str) else ""
        if chosen not in choices:
            raise ValueError(f"has a {name} that is not one of {', '.join(choices)}: {value!r}")
        return chosen

    return read


def _filter(_name: str, value: object) -> Match:
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError as error:
            raise ValueError(f"has a filter that is no JSON: {error}") from None
    return compiled(value)


_OPTIONS: Mapping[str, Callable[[str, object], Any]] = {
    "table": _text,
    "target": _text,
    "name": _text,
    "batch": _whole(1, BATCH_RECORDS_MAX),
    "window": _duration(WINDOW_SECONDS_MAX),
    "parallel": _whole(1, PARALLEL_MAX),
    "timeout": _duration(900.0),
    "retries": _whole(0, RETRIES_MAX),
    "max_age": _duration(86400.0),
    "bisect": _yes,
    "partial": _yes,
    "filter": _filter,
    "on_failure": _text,
    "start": _one_of(*STARTS),
    "stream": _one_of(*VIEW_TYPES),
}
