"""What else happens to sessions: time passes, DynamoDB is busy, a page is read too early. Needs Slipring's fixtures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sessions import LIFETIME, SessionGone, Sessions


def test_a_session_expires(ddb: Any, sessions: Sessions) -> None:
    """Deleted, not merely overdue, as soon as the clock says so."""
    ddb.clock.freeze("2026-01-01T00:00:00Z")
    session_id = sessions.open("nina", ddb.clock.now())
    ddb.clock.advance(hours=47)
    assert sessions.user_of(session_id) == "nina"
    ddb.clock.advance(hours=2)
    with pytest.raises(SessionGone):
        sessions.user_of(session_id)


def test_a_visit_prolongs_it(ddb: Any, sessions: Sessions) -> None:
    ddb.clock.freeze("2026-01-01T00:00:00Z")
    session_id = sessions.open("nina", ddb.clock.now())
    ddb.clock.advance(hours=47)
    sessions.visit(session_id, ddb.clock.now())
    ddb.clock.advance((LIFETIME - timedelta(hours=1)).total_seconds())
    assert sessions.user_of(session_id) == "nina"


def test_a_throttled_write_is_tried_again(ddb: Any, sessions: Sessions) -> None:
    rule = ddb.faults.add(operation="PutItem", error="ThrottlingException", times=1)
    assert sessions.user_of(sessions.open("nina", ddb.clock.now())) == "nina"
    assert ddb.faults.struck(rule) == 1


def test_a_lost_answer_counts_a_visit_twice(ddb: Any, sessions: Sessions) -> None:
    """ADD is done again when boto3 repeats it. Whoever minds keeps visits apart, each with an id."""
    session_id = sessions.open("nina", ddb.clock.now())
    ddb.faults.add(operation="UpdateItem", connection="drop-after", times=1)
    assert sessions.visit(session_id, ddb.clock.now()) == 2


def test_a_new_session_may_not_be_listed_yet(ddb: Any, sessions: Sessions) -> None:
    """The index follows its table, so a user may for a moment have one session more than it should."""
    ddb.faults.add(operation="Query", index="by-user", stale_s=1)
    ddb.clock.freeze("2026-01-01T00:00:00Z")
    session_id = sessions.open("nina", ddb.clock.now())
    assert sessions.of("nina") == []
    ddb.clock.advance(seconds=1)
    assert sessions.of("nina") == [session_id]


def test_opening_a_session_is_cheap(ddb: Any, sessions: Sessions) -> None:
    """One unit for the item, one for its index entry, half a one to look for others."""
    sessions.open("nina", ddb.clock.now())
    assert (ddb.capacity.write_units, ddb.capacity.read_units) == (2, 0.5)


def test_trying_something_leaves_nothing(ddb: Any, sessions: Sessions) -> None:
    session_id = sessions.open("nina", ddb.clock.now())
    with ddb.snapshot():
        sessions.close_all("nina")
    assert sessions.of("nina") == [session_id]
