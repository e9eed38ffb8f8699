"""Reads of several rows at one moment, for servers that have no view of several places at once.

A transaction locks all the rows against changes and then reads them. A row that is not there is put in as one that says
so, which waits for whoever is about to put it; and nothing of the transaction stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from slipring.clock import Clock, Ids
from slipring.storage.contract import StoreBusy, StoreUnavailable
from slipring.storage.postgresql.buckets.layout import Buckets
from slipring.storage.postgresql.errors import Conflict, ConnectionLost
from slipring.storage.postgresql.noticing import Noticing
from slipring.storage.postgresql.places import VERSION_PLACE, is_counter, place_of
from slipring.storage.postgresql.pool import Pool
from slipring.storage.postgresql.profiles import Profile
from slipring.storage.postgresql.sessions import Rows, Session
from slipring.storage.postgresql.statements import Statements
from slipring.storage.postgresql.transaction import SeveralStatements, leave

_GIVE_UP_SECONDS = 5.0
_PAUSE_SECONDS = 0.01


class LockedReads:
    """Reads over a pool's lanes."""

    def __init__(
        self, pool: Pool, statements: Statements, profile: Profile, noticing: Noticing, clock: Clock, ids: Ids
    ) -> None:
        self._pool = pool
        self._transactions = SeveralStatements(statements, profile)
        self._statements = statements
        self._buckets = Buckets(profile.buckets)
        self._noticing = noticing
        self._clock = clock
        self._ids = ids

    def concern(self, keys: Sequence[bytes]) -> bool:
        """Whether these keys are to be read so: values, in more than one bucket."""
        return len({self._buckets.home([key]) for key in keys}) > 1 and not any(map(is_counter, keys))

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """Their values. Raises StoreError."""
        places = [place_of(key) for key in keys]
        give_up_s = self._clock.monotonic() + _GIVE_UP_SECONDS
        async with self._pool.lent() as lane:
            while True:
                try:
                    rows = await self._read(await lane.session(), sorted(set(places)))
                    break
                except Conflict as error:
                    if self._clock.monotonic() >= give_up_s:
                        raise StoreBusy(f"PostgreSQL: too many conflicts: {error}") from None
                    await asyncio.sleep(_PAUSE_SECONDS * (self._ids.number() % 1000) / 1000)
                except ConnectionLost as error:
                    lane.drop()
                    if self._clock.monotonic() >= give_up_s:
                        raise StoreUnavailable(f"PostgreSQL: {error}") from None
        found = {place: value for place, value, _ in rows}
        self._noticing.saw(found.get(VERSION_PLACE))
        return [found.get(place) for place in places]

    async def _read(self, session: Session, places: list[bytes]) -> Rows:
        await self._transactions.begin(session)
        try:
            held = {place for place, _ in await session.fetch(self._statements.hold_all, places)}
            absent = [place for place in places if place not in held]
            if absent:
                nothing = [None] * len(absent)
                await session.fetch(self._statements.insert, self._ids.number(), absent, nothing, nothing)
            return await session.fetch(self._statements.see, [*places, VERSION_PLACE])
        finally:
            await leave(session)
