"""Handlers that tests call through triggers: they note what they get, by table."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import Any

Event = dict[str, Any]

events: dict[str, list[Event]] = defaultdict(list)
"""The events that were handed over, those included that failed."""

contexts: list[Any] = []
refused: set[str] = set()
"""The partition keys over which `strict` fails."""


def table_of(event: Event) -> str:
    arn: str = event["Records"][0]["eventSourceARN"]
    return arn.split("/")[1]


def keys_of(event: Event) -> list[str]:
    return [record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"]]


def noted(table: str) -> list[str]:
    """The keys in the order in which they came."""
    return [key for event in events[table] for key in keys_of(event)]


def note(event: Event, context: Any) -> None:
    contexts.append(context)
    events[table_of(event)].append(event)


async def note_later(event: Event, context: Any) -> None:
    note(event, context)


def strict(event: Event, _context: Any) -> None:
    note(event, _context)
    if refused & set(keys_of(event)):
        raise ValueError("not this one")


def partial(event: Event, _context: Any) -> Event:
    note(event, _context)
    failed = [
        {"itemIdentifier": record["dynamodb"]["SequenceNumber"]}
        for record in event["Records"]
        if record["dynamodb"]["Keys"]["pk"]["S"] in refused
    ]
    return {"batchItemFailures": failed}


_calls = threading.Condition()
_running: dict[str, int] = defaultdict(int)
overlapped: set[str] = set()
"""The tables of which two batches were handed over at the same time."""


def together(event: Event, context: Any) -> None:
    """Does not return before a second call is there, the first time."""
    table = table_of(event)
    with _calls:
        _running[table] += 1
        if _running[table] > 1:
            overlapped.add(table)
            _calls.notify_all()
        _calls.wait_for(lambda: table in overlapped, timeout=20)
        note(event, context)
        _running[table] -= 1
