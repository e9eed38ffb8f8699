"""Moments as policies write them: the W3C profile of ISO 8601, or seconds since 1970. Years 1 to 9999."""

from __future__ import annotations

import re
from decimal import Decimal

_DATE = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?)?)?", re.ASCII
)
_EPOCH = re.compile(r"-?\d{5,15}(?:\.\d{1,9})?|0", re.ASCII)
_DAY_S = 86_400
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def seconds(text: str) -> Decimal | None:
    """Seconds since 1970; None if the text is no moment. Four digits are a year."""
    if _EPOCH.fullmatch(text):
        return Decimal(text)
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(found[place + 1] or low) for place, low in enumerate("011000"))
    if not (year and 1 <= month <= 12 and 1 <= day <= _days_of(year, month)):
        return None
    if hour > 23 or minute > 59 or second > 59:
        return None
    offset = _offset_s(found[8])
    if offset is None:
        return None
    whole = _days(year, month, day) * _DAY_S + hour * 3600 + minute * 60 + second - offset
    return whole + Decimal(found[7] or 0)


def printed(epoch_s: int) -> str:
    """As `aws:CurrentTime` has it, such as 2026-01-31T09:00:00Z."""
    days, rest = divmod(epoch_s, _DAY_S)
    year = 1970 + days // 366
    while _days(year + 1, 1, 1) <= days:
        year += 1
    month, left = 1, days - _days(year, 1, 1)
    while left >= _days_of(year, month):
        left -= _days_of(year, month)
        month += 1
    return f"{year:04}-{month:02}-{left + 1:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}Z"


def _offset_s(zone: str | None) -> int | None:
    if zone is None or zone == "Z":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[4:])
    if hours > 23 or minutes > 59:
        return None
    return (hours * 3600 + minutes * 60) * (-1 if zone[0] == "-" else 1)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_of(year: int, month: int) -> int:
    return 29 if month == 2 and _leap(year) else _MONTH_DAYS[month - 1]


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01."""
    before = year - 1
    leaps = before // 4 - before // 100 + before // 400
    return before * 365 + leaps + sum(_days_of(year, each) for each in range(1, month)) + day - 719_163
