"""When a request says it was signed, and whether that counts.

Source: IAM user guide, "Elements of an AWS API request signature": X-Amz-Date counts before Date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from slipring.edge.authorization import Presented, Query
from slipring.edge.request import Request
from slipring.model.errors.edge import (
    malformed_expiry,
    malformed_moment,
    signature_expired,
    signature_not_yet_current,
)

SKEW_S = 15 * 60
"""How far a client's clock may be off in either direction."""

_EXPIRY_MAX_S = 7 * 24 * 3600
"""The longest term of a signed query."""

_BASIC = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_FORMAT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Moment:
    """When a request was signed and how long that counts; times in seconds since the Unix epoch."""

    text: str
    """As it stands in what is signed."""
    at: float
    term_s: int

    @property
    def earliest(self) -> float:
        """When the signature begins to count."""
        return self.at - SKEW_S

    @property
    def latest(self) -> float:
        """When it ends to count."""
        return self.at + self.term_s

    def require(self, now: float) -> None:
        """Raises InvalidSignatureException if the signature does not count now."""
        if now > self.latest:
            raise signature_expired(self.text, _text(now - self.term_s), _text(now), _term(self.term_s))
        if now < self.earliest:
            raise signature_not_yet_current(self.text, _text(now + SKEW_S), _text(now), _term(SKEW_S))


def moment_of(request: Request, found: Presented) -> Moment:
    """Raises IncompleteSignatureException."""
    if found.query is not None:
        return Moment(found.query["X-Amz-Date"], _at(found.query["X-Amz-Date"]), _expiry_s(found.query))
    given = request.header(b"x-amz-date")
    if given is not None:
        text = given.decode("latin-1").strip()
        return basic_moment(text)
    at = _at_date((request.header(b"date") or b"").decode("latin-1").strip())
    return Moment(_text(at), at, SKEW_S)


def basic_moment(text: str) -> Moment:
    """The moment that `text`, such as 20260101T000000Z, tells. Raises IncompleteSignatureException."""
    return Moment(text, _at(text), SKEW_S)


def _at(text: str) -> float:
    try:
        if _BASIC.fullmatch(text):
            return datetime.fromisoformat(text).timestamp()
    except ValueError:
        pass
    raise malformed_moment(text)


def _at_date(text: str) -> float:
    """The moment in a Date header, which may be written as HTTP does."""
    if _BASIC.fullmatch(text):
        return _at(text)
    try:
        date = parsedate_to_datetime(text)
        at = date.replace(tzinfo=date.tzinfo or UTC).timestamp()
        datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError):
        raise malformed_moment(text) from None
    return at


def _expiry_s(query: Query) -> int:
    text = query.get("X-Amz-Expires")
    if text is None:
        return SKEW_S
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= _EXPIRY_MAX_S):
        raise malformed_expiry(text, _EXPIRY_MAX_S)
    return int(text)


def _text(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime(_FORMAT)


def _term(seconds: int) -> str:
    return f"{seconds} sec." if seconds % 60 else f"{seconds // 60} min."
