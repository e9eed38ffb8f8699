"""A group on its way into the database, and the one statement that writes it, a transaction of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from slipring.storage.contract import WATCHED
from slipring.storage.postgresql.group import Group, Plan, Seen, Value
from slipring.storage.postgresql.parts import COLUMNS, parts_for
from slipring.storage.postgresql.places import VERSION_PLACE, place_of, rest_of
from slipring.storage.postgresql.sessions import Session
from slipring.storage.postgresql.statements import Statements

SLOTS = 32
"""In how many rows a counter is kept at most, so that as many writers may count at the same time."""


class Landing:
    """A group on its way into the database."""

    def __init__(self, group: Group, seen: Seen, commit: int, slot: int) -> None:
        self.plan = Plan(group, seen.commits)
        self.commit = commit
        self.touches_watched = any(key.startswith(WATCHED) for key in group.puts)
        if self.touches_watched:
            self.plan.replaced.insert(0, (VERSION_PLACE, self.version))
        self.slot = slot
        """Where its counters go."""

    @property
    def version(self) -> bytes:
        """The version of what is under `WATCHED` that this commit writes if it touches it."""
        return self.commit.to_bytes(8, "big")

    def columns(self) -> dict[str, list[list[Any]]]:
        """What the parts of `Statements.land` are given that have something to do."""
        plan, slot = self.plan, self.slot
        columns: dict[str, list[list[Any]]] = {}
        if plan.held:
            columns["held"] = _seen(plan.held)
        if plan.updated:
            places = [place_of(key) for key, _, _ in plan.updated]
            columns["updated"] = [places, [n for _, n, _ in plan.updated], [value for _, _, value in plan.updated]]
        if plan.deleted:
            columns["deleted"] = _seen(plan.deleted)
        if plan.inserted:
            columns["inserted"] = _rows(plan.inserted)
        if plan.replaced:
            columns["replaced"] = _rows(plan.replaced)
        if plan.erased:
            columns["erased"] = [[place_of(key) for key in plan.erased]]
        if counted := plan.counted:
            a, b = [a for _, (a, _) in counted], [b for _, (_, b) in counted]
            places, rests = [place_of(key) for key, _ in counted], [rest_of(key) for key, _ in counted]
            columns["counted"] = [places, rests, [slot] * len(counted), a, b]
        if plan.uncounted:
            columns["uncounted"] = [[place_of(key) for key in plan.uncounted]]
        return columns


def _seen(rows: Sequence[tuple[bytes, int]]) -> list[list[Any]]:
    return [[place_of(key) for key, _ in rows], [commit for _, commit in rows]]


def _rows(rows: Sequence[tuple[bytes, Value]]) -> list[list[Any]]:
    return [[place_of(key) for key, _ in rows], [rest_of(key) for key, _ in rows], [value for _, value in rows]]


class Lander(Protocol):
    """A way to write."""

    async def land(self, session: Session, landing: Landing, marker: int, last_commit: int) -> None:
        """Write a group, after the commit that its committer's marker names.

        Raises Conflict or StoreError, and then nothing was written, or ConnectionLost, and then it may have been."""
        ...


class OneStatement:
    """Lands groups in one round trip."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def land(self, session: Session, landing: Landing, marker: int, last_commit: int) -> None:
        columns, plan = landing.columns(), landing.plan
        parts = parts_for(columns)
        given = [column for part in parts for column in columns.get(part) or [[]] * COLUMNS[part]]
        found = 1 + len(plan.held) + len(plan.updated) + len(plan.deleted)
        await session.fetch(self._statements.land(parts), landing.commit, marker, last_commit, found, *given)
