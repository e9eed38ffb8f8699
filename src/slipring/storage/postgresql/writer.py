"""Committing one group after the other on a connection of its own: read, decide, write."""

from __future__ import annotations

import asyncio
from typing import Any

from slipring.clock import Clock, Ids
from slipring.storage.contract import COUNTERS, WATCHED, StoreBusy, StoreError, StoreUnavailable, encode_counts
from slipring.storage.postgresql.bounds import BoundedGroup, GroupIsFull
from slipring.storage.postgresql.buckets.layout import Buckets
from slipring.storage.postgresql.errors import Conflict, ConnectionLost
from slipring.storage.postgresql.group import Group, Seen
from slipring.storage.postgresql.landing import SLOTS, Lander, Landing, OneStatement
from slipring.storage.postgresql.marker import Marker
from slipring.storage.postgresql.noticing import Noticing
from slipring.storage.postgresql.places import VERSION_PLACE, is_counter, place_of
from slipring.storage.postgresql.profiles import Profile
from slipring.storage.postgresql.sessions import Lane
from slipring.storage.postgresql.statements import Statements
from slipring.storage.postgresql.transaction import SeveralStatements, leave
from slipring.storage.postgresql.waiting import Mutation, all_reads

GIVE_UP_SECONDS = 5.0
"""How long a group is tried before its callers are told to try again themselves."""
_ROWS_PER_GROUP = 5_000
"""Of so many rows a group is, or somewhat more."""
_BACKOFF_SECONDS = 0.001
_BACKOFF_DOUBLINGS_MAX = 6
_TRIES_BEFORE_SEIZING = 2
_NEVER_SEIZED = (WATCHED, *COUNTERS)
_TRIES_PER_MARK = 4
"""After so many conflicts the marker is made anew: a server that lost it, a replica that was behind say, would refuse
whatever rests on it."""

Outcome = tuple[Mutation, Any, Exception | None]


class Writer:
    """Commits groups. What it meets of others' commits makes it decide again."""

    def __init__(
        self, lane: Lane, statements: Statements, profile: Profile, noticing: Noticing, clock: Clock, ids: Ids
    ) -> None:
        self._lane = lane
        self._statements = statements
        self._profile = profile
        self._noticing = noticing
        self._clock = clock
        self._ids = ids
        self._marker = Marker(lane, statements, ids, (0, profile.buckets or 1))
        self._markers = {0: self._marker}
        self._buckets = Buckets(profile.buckets) if profile.buckets else None
        several = SeveralStatements(statements, profile)
        self._lander: Lander = OneStatement(statements) if profile.commits_in_one_statement else several
        self._seizer = several if profile.grasps else None
        self._slot = ids.number() % SLOTS
        self._absences: list[tuple[int, list[bytes]]] = []
        self.commits = 0
        self.groups = 0
        self.conflicts = 0

    async def commit(self, mutations: list[Mutation]) -> list[Mutation]:
        """Commit a group and answer its callers; those of it that have to wait for another one.

        Raises StoreUnavailable if the server is gone; the group was told already."""
        give_up_s = self._clock.monotonic() + GIVE_UP_SECONDS
        tries = 0
        while True:
            try:
                attempt = self._try if tries < _TRIES_BEFORE_SEIZING or self._seizer is None else self._try_alone
                outcomes = await attempt(mutations)
                break
            except (Conflict, ConnectionLost) as error:
                self.conflicts += 1
                tries += 1
                if tries % _TRIES_PER_MARK == 0:
                    await self._marker.forget()
                if self._clock.monotonic() >= give_up_s:
                    return self._failed(mutations, _given_up(error))
                await self._back_off(tries)
            except Exception as error:
                return self._failed(mutations, error)
        for (_, _, future), result, failure in outcomes:
            if future.done():
                continue
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)
        await self._forget_absences()
        return mutations[len(outcomes) :]

    async def close(self) -> None:
        for marker in self._markers.values():
            await marker.forget()

    async def _try(self, mutations: list[Mutation]) -> list[Outcome]:
        """Read, decide and write, as many as fit a transaction.

        Raises Conflict, ConnectionLost (then nothing was written) or StoreError."""
        seen = await self._see(mutations)
        bounds = self._profile.bounds
        group = Group(seen) if bounds is None else BoundedGroup(seen, bounds, self._profile.buckets)
        outcomes: list[Outcome] = []
        for mutation in mutations:
            if outcomes and group.rows() > _ROWS_PER_GROUP:
                break
            reads, decide, _ = mutation
            try:
                outcomes.append((mutation, group.decide(reads, decide), None))
            except GroupIsFull:
                break
            except Exception as error:
                outcomes.append((mutation, None, error))
        if group.puts or group.counts:
            await self._land(Landing(group, seen, self._ids.number(), self._slot), group)
            self.groups += 1
            self.commits += len(outcomes)
        return outcomes

    async def _try_alone(self, mutations: list[Mutation]) -> list[Outcome]:
        """The same, with what the mutations read locked before it is looked at: somebody who is closer to the server,
        or luckier, might else be first again and again."""
        assert self._seizer is not None
        keys = [key for key in all_reads(mutations) if not key.startswith(_NEVER_SEIZED)]
        session = await self._lane.session()
        await self._seizer.seize(session, sorted(map(place_of, keys)))
        try:
            return await self._try(mutations)
        except (Conflict, StoreError):
            await leave(session)
            # Its row may have been made in this transaction.
            await self._marker.forget()
            raise
        finally:
            await leave(session)

    async def _see(self, mutations: list[Mutation]) -> Seen:
        """All that the mutations read, in one view."""
        by_place = {place_of(key): key for key in all_reads(mutations)}
        values: dict[bytes, bytes | None] = {}
        commits: dict[bytes, int] = {}
        if not by_place:
            return Seen(values, commits)
        counters = [place for place in by_place if place.startswith(COUNTERS)]
        places = [place for place in by_place if not is_counter(place)] if counters else list(by_place)
        places.append(VERSION_PLACE)
        by_place[VERSION_PLACE] = VERSION_PLACE
        if counters:
            for place, value, commit, a, b in await self._lane.fetch(self._statements.lookup_all, places, counters):
                key = by_place[place]
                if a is None:
                    values[key], commits[key] = value, commit
                else:
                    values[key] = encode_counts(a, b)
        else:
            for place, value, commit in await self._lane.fetch(self._statements.see, places):
                key = by_place[place]
                values[key], commits[key] = value, commit
        self._noticing.saw(values.pop(VERSION_PLACE, None))
        return Seen(values, commits)

    async def _land(self, landing: Landing, group: Group) -> None:
        self._marker = self._marker_of(landing)
        last = await self._marker.last_commit()
        session = await self._lane.session()
        try:
            await self._lander.land(session, landing, self._marker.name, last)
            self._marker.landed(landing.commit)
        except Conflict:
            # Perhaps over a counter, with a writer that has the same slot.
            self._slot = self._ids.number() % SLOTS
            raise
        except ConnectionLost:
            self._lane.drop()
            if not await self._marker.happened(landing.commit):
                raise
        if landing.touches_watched:
            self._noticing.wrote(landing.version)
        if absences := landing.plan.absences():
            self._absences.append((landing.commit, absences))

    def _marker_of(self, landing: Landing) -> Marker:
        """The row that goes with a commit: in the bucket of one of its rows, where there are buckets."""
        if self._buckets is None:
            return self._marker
        bucket = self._buckets.home(map(place_of, landing.plan.keys()))
        marker = self._markers.get(bucket)
        if marker is None:
            at = bucket, self._buckets.count
            marker = self._markers[bucket] = Marker(self._lane, self._statements, self._ids, at)
        return marker

    async def _forget_absences(self) -> None:
        """Remove the rows that said that a key is absent. One that is left does no harm."""
        absences, self._absences = self._absences, []
        for commit, keys in absences:
            try:
                session = await self._lane.session()
                await session.fetch(self._statements.forget_absent, [place_of(key) for key in keys], commit)
            except (StoreError, Conflict, ConnectionLost):
                return

    async def _back_off(self, tries: int) -> None:
        """Wait for a moment of random length, so that two who are in each other's way do not stay so."""
        if tries > 1:
            longest = _BACKOFF_SECONDS * 2 ** min(tries, _BACKOFF_DOUBLINGS_MAX)
            await asyncio.sleep(longest * (self._ids.number() % 1000) / 1000)

    def _failed(self, mutations: list[Mutation], error: Exception) -> list[Mutation]:
        for mutation in mutations:
            mutation.fail(error)
        if isinstance(error, StoreUnavailable):
            raise error
        return []


def _given_up(error: Exception) -> StoreError:
    if isinstance(error, ConnectionLost):
        return StoreUnavailable(f"PostgreSQL: {error}")
    return StoreBusy(f"PostgreSQL: too many conflicts: {error}")
