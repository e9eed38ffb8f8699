"""The clock over HTTP: what time it is, and, in test mode, moving it.

`POST /_slipring/clock` takes an object with one member:

- `{"freeze": TIME}`: stand still at a time; `{"freeze": true}`: stand still now;
- `{"travel": TIME}`: go to a time, and on from there;
- `{"advance": DURATION}`: move on, or back, and stand still or run as before;
- `{"reset": true}`: go with the machine's clock again.

A time is ISO 8601 text or seconds since the Unix epoch; a duration is seconds, or text like `49h` or `1d 30m`. Before
the call returns, everything that has come up by the new time is done.
"""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from slipring.admin.calls import AdminCalls, AdminRefusal, Body
from slipring.clock import Clock, MovableClock, iso_time, seconds_of

FollowClock = Callable[[], Awaitable[Body]]
"""Does what has come up by now, and tells what that was."""

_EPOCH_MAX = datetime(9000, 1, 1, tzinfo=UTC).timestamp()
_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_DURATION = re.compile(r"(-?)((?:\s*\d+(?:\.\d+)?[dhms])+)\s*")


def add_clock_calls(calls: AdminCalls, clock: Clock, follow: FollowClock) -> None:
    async def tell(_body: Body) -> Body:
        return _told(clock)

    async def move(body: Body) -> Body:
        assert isinstance(clock, MovableClock), "test mode comes with a clock that can be moved"
        _move(clock, body)
        return {**_told(clock), **await follow()}

    path = "/_slipring/clock"
    calls.add("GET", path, tell)
    calls.add("POST", path, move, test_mode_only=True)


def _told(clock: Clock) -> Body:
    now = clock.now()
    return {"now": iso_time(now), "epoch_s": now, "frozen": isinstance(clock, MovableClock) and clock.is_frozen}


def _move(clock: MovableClock, body: Body) -> None:
    match body:
        case {"freeze": True, **rest} if not rest:
            clock.freeze(clock.now())
        case {"freeze": at, **rest} if not rest:
            clock.freeze(_time(at))
        case {"travel": to, **rest} if not rest:
            clock.travel(_time(to))
        case {"advance": by, **rest} if not rest:
            seconds = _duration(by)
            _check(clock.now() + seconds)
            clock.advance(seconds)
        case {"reset": True, **rest} if not rest:
            clock.reset()
        case _:
            raise AdminRefusal('Say one of {"freeze": TIME}, {"travel": TIME}, {"advance": DURATION}, {"reset": true}.')


def _time(told: Any) -> float:
    if isinstance(told, str):
        try:
            at = datetime.fromisoformat(told)
        except ValueError:
            raise AdminRefusal(f"{told!r} is no ISO 8601 time.") from None
        return _check(seconds_of(at))
    return _check(_number(told, "a time"))


def _check(at: float) -> float:
    if not 0 <= at < _EPOCH_MAX:
        raise AdminRefusal("The clock goes from 1970 to 9000.")
    return at


def _duration(told: Any) -> float:
    if not isinstance(told, str):
        return _number(told, "a duration")
    found = _DURATION.fullmatch(told)
    if found is None:
        raise AdminRefusal(f"{told!r} is no duration; one is like '49h' or '1d 30m'.")
    parts = re.findall(r"([\d.]+)([dhms])", found[2])
    return math.copysign(sum(float(count) * _UNITS[unit] for count, unit in parts), -1 if found[1] else 1)


def _number(told: Any, what: str) -> float:
    if not isinstance(told, int | float) or isinstance(told, bool):
        raise AdminRefusal(f"{told!r} is not {what}.")
    return float(told)
