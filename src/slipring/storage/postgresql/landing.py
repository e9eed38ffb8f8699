"""A group on its way into the database, and the one statement that writes it, a transaction of its own."""

from __future__ import annotations

from typing import Protocol

from slipring.storage.contract import WATCHED
from slipring.storage.postgresql.group import Group, Plan, Seen
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

    def arguments(self, marker: int, last_commit: int) -> list[object]:
        """What `Statements.land` takes."""
        plan = self.plan
        places = [place_of(key) for key, _, _ in plan.updated]
        return [
            self.commit,
            marker,
            last_commit,
            1 + len(plan.held) + len(plan.updated) + len(plan.deleted),
            [place_of(key) for key, _ in plan.held],
            [commit for _, commit in plan.held],
            places,
            [commit for _, commit, _ in plan.updated],
            [value for _, _, value in plan.updated],
            [place_of(key) for key, _ in plan.deleted],
            [commit for _, commit in plan.deleted],
            [place_of(key) for key, _ in plan.inserted],
            [rest_of(key) for key, _ in plan.inserted],
            [value for _, value in plan.inserted],
            [place_of(key) for key, _ in plan.replaced],
            [rest_of(key) for key, _ in plan.replaced],
            [value for _, value in plan.replaced],
            [place_of(key) for key in plan.erased],
            [place_of(key) for key, _ in plan.counted],
            [rest_of(key) for key, _ in plan.counted],
            [self.slot] * len(plan.counted),
            [a for _, (a, _) in plan.counted],
            [b for _, (_, b) in plan.counted],
            [place_of(key) for key in plan.uncounted],
        ]


class Lander(Protocol):
    """A way to write."""

    async def land(self, session: Session, landing: Landing, marker: int, last_commit: int) -> None:
        """Write a group, after the commit that its committer's marker names.

        Raises Conflict or StoreError, and then nothing was written, or ConnectionLost, and then it may have been."""
        ...


class OneStatement:
    """Lands groups in one round trip."""

    def __init__(self, statements: Statements) -> None:
        self._statement = statements.land

    async def land(self, session: Session, landing: Landing, marker: int, last_commit: int) -> None:
        await session.fetch(self._statement, *landing.arguments(marker, last_commit))
