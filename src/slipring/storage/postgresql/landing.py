"""A group on its way into the database, and the one statement that writes it, a transaction of its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Any, Protocol

from slipring.storage.contract import WATCHED
from slipring.storage.postgresql.group import Group, Plan, Seen, Value
from slipring.storage.postgresql.parts import COLUMNS, parts_for
from slipring.storage.postgresql.places import VERSION_PLACE, place_of, rest_of
from slipring.storage.postgresql.sessions import Session
from slipring.storage.postgresql.statements import Statements

Columns = list[Sequence[Any]]
"""What one part is given, an array for each column."""

SLOTS = 32
"""In how many rows a counter is kept at most, so that as many writers may count at the same time."""


class Landing:
    """A group on its way into the database."""

    def __init__(self, group: Group, seen: Seen, commit: int, slot: int) -> None:
        self.plan = Plan(group, seen.commits)
        self.commit = commit
        self.touches_watched = any(map(bytes.startswith, group.puts, repeat(WATCHED)))
        if self.touches_watched:
            self.plan.replaced.insert(0, (VERSION_PLACE, self.version))
        self.slot = slot
        """Where its counters go."""

    @property
    def version(self) -> bytes:
        """The version of what is under `WATCHED` that this commit writes if it touches it."""
        return self.commit.to_bytes(8, "big")

    def columns(self) -> dict[str, Columns]:
        """What the parts of `Statements.land` are given that have something to do."""
        plan = self.plan
        columns: dict[str, Columns] = {}
        if plan.held:
            columns["held"] = _seen(plan.held)
        if plan.updated:
            keys, commits, values = zip(*plan.updated, strict=True)
            columns["updated"] = [places_of(keys), commits, values]
        if plan.deleted:
            columns["deleted"] = _seen(plan.deleted)
        if plan.inserted:
            columns["inserted"] = rows_of(plan.inserted)
        if plan.replaced:
            columns["replaced"] = rows_of(plan.replaced)
        if plan.erased:
            columns["erased"] = [places_of(plan.erased)]
        if plan.counted:
            columns["counted"] = self.counted()
        if plan.uncounted:
            columns["uncounted"] = [places_of(plan.uncounted)]
        return columns

    def counted(self) -> Columns:
        keys, pairs = zip(*self.plan.counted, strict=True)
        a, b = zip(*pairs, strict=True)
        return [places_of(keys), _rests(keys), [self.slot] * len(keys), a, b]


def _seen(rows: Sequence[tuple[bytes, int]]) -> Columns:
    keys, commits = zip(*rows, strict=True)
    return [places_of(keys), commits]


def rows_of(rows: Sequence[tuple[bytes, Value]]) -> Columns:
    keys, values = zip(*rows, strict=True)
    return [places_of(keys), _rests(keys), values]


def places_of(keys: Sequence[bytes]) -> list[bytes]:
    return list(map(place_of, keys))


def _rests(keys: Sequence[bytes]) -> list[bytes | None]:
    return list(map(rest_of, keys))


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
