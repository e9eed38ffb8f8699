"""Writing what a group decided, in a transaction of several statements, for servers that cannot do it in one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from slipring.storage.contract import StoreError
from slipring.storage.postgresql.errors import Conflict, ConnectionLost
from slipring.storage.postgresql.landing import Landing, places_of, rows_of
from slipring.storage.postgresql.places import place_of
from slipring.storage.postgresql.profiles import Profile
from slipring.storage.postgresql.sessions import Session
from slipring.storage.postgresql.statements import Statements


async def leave(session: Session) -> None:
    """End a transaction, if one is under way, without what it did."""
    if session.is_in_transaction:
        with suppress(Conflict, ConnectionLost, StoreError):
            await session.execute("ROLLBACK")


class SeveralStatements:
    """Lands groups by looking at the rows that they rest on once more, within the transaction that writes."""

    def __init__(self, statements: Statements, profile: Profile) -> None:
        self._statements = statements
        self._profile = profile

    async def land(self, session: Session, landing: Landing, marker: int, last_commit: int) -> None:
        """Raises Conflict or StoreError, and then nothing was written, or ConnectionLost."""
        try:
            if not session.is_in_transaction:
                await self.begin(session)
            await self._mark(session, landing.commit, marker, last_commit)
            await self._check(session, landing)
            await self._write(session, landing)
            await session.execute("COMMIT")
        except (Conflict, StoreError):
            await leave(session)
            raise

    async def seize(self, session: Session, places: Sequence[bytes]) -> None:
        """Begin the transaction before anything is read, with those of the rows locked that are there.

        Raises what `land` raises. `leave` ends it, if nothing is landed in it."""
        try:
            await self.begin(session)
            await session.fetch(self._statements.grasp, places)
        except (Conflict, StoreError):
            await leave(session)
            raise

    async def begin(self, session: Session) -> None:
        """Begin a transaction. Raises what `land` raises."""
        await session.execute(self._profile.begin)
        if self._profile.after_begin:
            # By itself: Citus passes on the text that it came in.
            await session.execute(self._profile.after_begin)

    async def _mark(self, session: Session, commit: int, marker: int, last_commit: int) -> None:
        if not await session.fetch(self._statements.raise_mark, commit, marker, last_commit):
            raise Conflict("the committer was replaced")

    async def _check(self, session: Session, landing: Landing) -> None:
        """See that the rows are of the commits that they were of, and will be so until the end. Raises Conflict."""
        plan = landing.plan
        written = {place_of(key): commit for key, commit in plan.deleted}
        written |= {place_of(key): commit for key, commit, _ in plan.updated}
        held = {place_of(key): commit for key, commit in plan.held}
        if self._profile.holds is None:
            written |= held
        else:
            for place, commit in held.items():
                if await session.fetch(self._statements.hold, place) != [(commit,)]:
                    raise Conflict("a row is no longer what it was")
        if written:
            statement = self._statements.grasp if self._profile.grasps else self._statements.versions
            found = await session.fetch(statement, list(written))
            if dict(found) != written:
                raise Conflict("a row is no longer what it was")

    async def _write(self, session: Session, landing: Landing) -> None:
        plan, statements = landing.plan, self._statements
        if plan.inserted:
            await session.fetch(statements.insert, landing.commit, *rows_of(plan.inserted))
        if puts := [*[(key, value) for key, _, value in plan.updated], *plan.replaced]:
            await session.fetch(statements.replace, landing.commit, *rows_of(puts))
        if gone := [*[key for key, _ in plan.deleted], *plan.erased]:
            await session.fetch(statements.erase, places_of(gone))
        if plan.counted:
            await session.fetch(statements.count, *landing.counted())
        if plan.uncounted:
            await session.fetch(statements.uncount, places_of(plan.uncounted))
