"""Group commit over a network: mutations that wait are read for, decided and written together."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

from slipring.clock import Clock, Ids
from slipring.storage.contract import Decide, R, StoreBusy, StoreError, StoreUnavailable, encode_counts
from slipring.storage.postgresql.errors import Conflict, ConnectionLost
from slipring.storage.postgresql.group import Group, Seen
from slipring.storage.postgresql.landing import SLOTS, Lander, Landing, OneStatement
from slipring.storage.postgresql.marker import Marker
from slipring.storage.postgresql.noticing import Noticing
from slipring.storage.postgresql.places import VERSION_PLACE, is_counter, place_of
from slipring.storage.postgresql.profiles import Profile
from slipring.storage.postgresql.sessions import Lane
from slipring.storage.postgresql.statements import Statements
from slipring.storage.postgresql.transaction import SeveralStatements

_GROUP_MUTATIONS_MAX = 256
"""More would keep the loop from serving reads for more than a few milliseconds."""
_GROUP_READS_MAX = 4096
_WAITING_MAX = 100_000
_GIVE_UP_SECONDS = 5.0
"""How long a group is tried before its callers are told to try again themselves."""
_BACKOFF_SECONDS = 0.001
_BACKOFF_DOUBLINGS_MAX = 6


class Mutation(NamedTuple):
    """One that waits."""

    reads: Sequence[bytes]
    decide: Decide[Any]
    future: asyncio.Future[Any]


Outcome = tuple[Mutation, Any, Exception | None]


class Committer:
    """Forms groups: while one lands, the next one gathers."""

    def __init__(
        self, lane: Lane, statements: Statements, profile: Profile, noticing: Noticing, clock: Clock, ids: Ids
    ) -> None:
        self._lane = lane
        self._statements = statements
        self._profile = profile
        self._noticing = noticing
        self._clock = clock
        self._ids = ids
        self._marker = Marker(lane, statements, ids)
        self._lander: Lander = (
            OneStatement(statements) if profile.commits_in_one_statement else SeveralStatements(statements, profile)
        )
        self._slot = ids.number() % SLOTS
        self._waiting: deque[Mutation] = deque()
        self._task: asyncio.Task[None] | None = None
        self._absences: list[tuple[int, list[bytes]]] = []
        self.commits = 0
        self.groups = 0
        self.conflicts = 0

    def commit(self, reads: Sequence[bytes], decide: Decide[R]) -> asyncio.Future[R]:
        """See `contract.Store.commit`. Raises StoreBusy at once."""
        if len(self._waiting) >= _WAITING_MAX:
            raise StoreBusy(f"{_WAITING_MAX} commits are waiting")
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.get_loop() is not loop:
            # What waited on a loop that ended is waited for no longer.
            self._waiting.clear()
            self._task = loop.create_task(self._work())
        future: asyncio.Future[R] = loop.create_future()
        self._waiting.append(Mutation(reads, decide, future))
        return future

    async def drain(self) -> None:
        """Return when nothing waits any more."""
        if self._task is not None and self._task.get_loop() is asyncio.get_running_loop():
            await self._task

    async def close(self) -> None:
        await self.drain()
        await self._marker.close()

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._commit_group(self._take())
                # The requests that were answered run before the next group is decided, and may join it.
                await asyncio.sleep(0)
        finally:
            self._task = None

    def _take(self) -> list[Mutation]:
        """The next mutations, as many as make a group."""
        group: list[Mutation] = []
        reads = 0
        while self._waiting and len(group) < _GROUP_MUTATIONS_MAX and reads < _GROUP_READS_MAX:
            mutation = self._waiting.popleft()
            if not mutation.future.done():
                group.append(mutation)
                reads += len(mutation.reads)
        return group

    async def _commit_group(self, mutations: list[Mutation]) -> None:
        give_up_s = self._clock.monotonic() + _GIVE_UP_SECONDS
        tries = 0
        while mutations:
            try:
                outcomes = await self._try(mutations)
                break
            except (Conflict, ConnectionLost) as error:
                self.conflicts += 1
                tries += 1
                if self._clock.monotonic() >= give_up_s:
                    self._fail(mutations, _given_up(error))
                    return
                await self._back_off(tries)
            except Exception as error:
                self._fail(mutations, error)
                if isinstance(error, StoreUnavailable):
                    self._fail_waiting(error)
                return
        else:
            return
        for mutation, result, failure in outcomes:
            if mutation.future.done():
                continue
            if failure is None:
                mutation.future.set_result(result)
            else:
                mutation.future.set_exception(failure)
        await self._forget_absences()

    async def _try(self, mutations: list[Mutation]) -> list[Outcome]:
        """Read, decide and write. Those that do not fit the transaction wait again, ahead of all others.

        Raises Conflict, ConnectionLost (then nothing was written) or StoreError."""
        seen = await self._see(mutations)
        group = Group(seen)
        outcomes: list[Outcome] = []
        for mutation in mutations:
            if outcomes and group.rows() > self._profile.rows_per_commit // 2:
                break
            outcomes.append(_decided(group, mutation))
        if group.puts or group.counts:
            await self._land(Landing(group, seen, self._ids.number(), self._slot), group)
            self.groups += 1
            self.commits += len(outcomes)
        self._waiting.extendleft(reversed(mutations[len(outcomes) :]))
        return outcomes

    async def _see(self, mutations: list[Mutation]) -> Seen:
        """All that the mutations read, in one view."""
        keys = dict.fromkeys([key for mutation in mutations for key in mutation.reads])
        by_place = {place_of(key): key for key in keys}
        counters = [place for place in by_place if is_counter(place)]
        values = [VERSION_PLACE, *(by_place if not counters else (p for p in by_place if not is_counter(p)))]
        seen = Seen()
        if not keys:
            return seen
        version = None
        for place, value, commit, a, b in await self._lane.fetch(self._statements.lookup_all, values, counters):
            if place == VERSION_PLACE:
                version = value
            elif a is not None:
                seen.values[by_place[place]] = encode_counts(a, b)
            else:
                key = by_place[place]
                seen.values[key] = value
                seen.commits[key] = commit
        self._noticing.saw(version)
        return seen

    async def _land(self, landing: Landing, group: Group) -> None:
        last = await self._marker.last_commit()
        session = await self._lane.session()
        try:
            await self._lander.land(session, landing, self._marker.name, last)
            self._marker.landed(landing.commit)
        except Conflict:
            # Perhaps over a counter, with a process that has the same slot.
            self._slot = self._ids.number() % SLOTS
            raise
        except ConnectionLost:
            self._lane.drop()
            if not await self._marker.happened(landing.commit):
                raise
        if landing.touches_watched:
            self._noticing.wrote(landing.version, group.puts)
        if absences := landing.plan.absences():
            self._absences.append((landing.commit, absences))

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

    def _fail(self, mutations: Sequence[Mutation], error: Exception) -> None:
        for mutation in mutations:
            if not mutation.future.done():
                mutation.future.set_exception(error)

    def _fail_waiting(self, error: Exception) -> None:
        waiting = list(self._waiting)
        self._waiting.clear()
        self._fail(waiting, error)


def _decided(group: Group, mutation: Mutation) -> Outcome:
    try:
        return mutation, group.decide(mutation.reads, mutation.decide), None
    except Exception as error:
        return mutation, None, error


def _given_up(error: Exception) -> StoreError:
    if isinstance(error, ConnectionLost):
        return StoreUnavailable(f"PostgreSQL: {error}")
    return StoreBusy(f"PostgreSQL: too many conflicts: {error}")
