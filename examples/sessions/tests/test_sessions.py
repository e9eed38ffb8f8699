"""What sessions do, on any server that speaks DynamoDB's API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sessions import SESSIONS_MAX, SessionGone, Sessions, TooManySessions

NOON = datetime(2099, 5, 1, 12, tzinfo=UTC)
"""In the future, or a server that deletes what has expired would do so."""


def test_a_session_is_somebodys(sessions: Sessions) -> None:
    session_id = sessions.open("nina", NOON)
    assert sessions.user_of(session_id) == "nina"


def test_an_unknown_session_is_gone(sessions: Sessions) -> None:
    with pytest.raises(SessionGone):
        sessions.user_of("nobody's")


def test_every_session_has_an_id_of_its_own(sessions: Sessions) -> None:
    assert sessions.open("nina", NOON) != sessions.open("nina", NOON)


def test_a_users_sessions_come_in_order(sessions: Sessions) -> None:
    later = sessions.open("nina", NOON + timedelta(hours=1))
    first = sessions.open("nina", NOON)
    sessions.open("ella", NOON)
    assert sessions.of("nina") == [first, later]


def test_nobody_has_too_many(sessions: Sessions) -> None:
    for _ in range(SESSIONS_MAX):
        sessions.open("nina", NOON)
    with pytest.raises(TooManySessions):
        sessions.open("nina", NOON)
    sessions.open("ella", NOON)


def test_a_closed_session_is_gone(sessions: Sessions) -> None:
    session_id = sessions.open("nina", NOON)
    sessions.close(session_id)
    with pytest.raises(SessionGone):
        sessions.user_of(session_id)
    assert sessions.of("nina") == []


def test_all_sessions_of_a_user_are_closed(sessions: Sessions) -> None:
    for _ in range(3):
        sessions.open("nina", NOON)
    other = sessions.open("ella", NOON)
    assert sessions.close_all("nina") == 3
    assert sessions.of("nina") == []
    assert sessions.of("ella") == [other]


def test_visits_are_counted(sessions: Sessions) -> None:
    session_id = sessions.open("nina", NOON)
    assert [sessions.visit(session_id, NOON) for _ in range(3)] == [1, 2, 3]


def test_who_is_gone_visits_no_more(sessions: Sessions) -> None:
    """A visit must not make a session that was closed."""
    session_id = sessions.open("nina", NOON)
    sessions.close(session_id)
    with pytest.raises(SessionGone):
        sessions.visit(session_id, NOON)
    with pytest.raises(SessionGone):
        sessions.user_of(session_id)
