"""Reads and writes of items over a store: one path for every write."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

from slipring.clock import Clock, Ids
from slipring.engine.actions import Action
from slipring.engine.background import Background
from slipring.engine.catalog import Catalog, CatalogChanged
from slipring.engine.changes import Change
from slipring.engine.journal import Appender, Origin
from slipring.engine.shards import OpenShard
from slipring.engine.time_to_live import Pace, TimeToLive
from slipring.engine.write_set import WriteSet
from slipring.storage.contract import Store, Writes


class Engine:
    """A store, the tables in it, and the clock they live by."""

    __slots__ = ("background", "catalog", "clock", "encrypted", "ids", "store", "time_to_live")

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: Ids,
        pace: Pace | None = None,
        tables_max: int | None = None,
        *,
        encrypted: bool = False,
    ) -> None:
        """What `store` writes is `encrypted`, or is not; only descriptions of tables tell."""
        self.store = store
        self.clock = clock
        self.ids = ids
        self.encrypted = encrypted
        self.catalog = Catalog(store, tables_max)
        self.background = Background(store, self.catalog, clock, ids)
        self.time_to_live = TimeToLive(store, self.catalog, clock, ids, self.write_all, pace or Pace())

    def start(self) -> None:
        """Begin what goes on beside the requests, in the running event loop."""
        self.background.start()
        self.time_to_live.start()

    async def stop(self) -> None:
        """Stop it. Idempotent."""
        await self.time_to_live.stop()
        await self.background.stop()

    async def follow_clock(self) -> int:
        """Do everything that has come up by now, after the clock was moved; how many items expired."""
        deleted = await self.time_to_live.run_now()
        await self.background.keep_now()
        return deleted

    def over(self, store: Store) -> Engine:
        """This engine, with reads and writes of items going to another view of its store."""
        other = copy(self)
        other.store = store
        return other

    async def write(self, action: Action) -> Change:
        """Commit one action. Raises what it raises, or CatalogChanged if its table is no longer what it was."""
        table = action.table
        if table.has_local_indexes:
            return (await self.write_all((action,)))[0]
        if table.shards is not None:
            return await self._write_journaled(action, table.shards.shard_of(action.key))

        def decide(old: Sequence[bytes | None]) -> Writes[Change]:
            if old[0] != table.guard:
                raise CatalogChanged
            change = action.decide(old[1])
            puts: dict[bytes, bytes | None] = {}
            counts: dict[bytes, tuple[int, int]] = {}
            change.write(puts, counts)
            return Writes(puts, counts, change)

        return await self.store.commit((table.guard_key, action.key), decide)

    async def _write_journaled(self, action: Action, shard: OpenShard) -> Change:
        """Commit one action and its record in the journal."""
        table, now = action.table, self.clock.now()

        def decide(old: Sequence[bytes | None]) -> Writes[Change]:
            if old[0] != table.guard:
                raise CatalogChanged
            change = action.decide(old[1])
            puts: dict[bytes, bytes | None] = {}
            counts: dict[bytes, tuple[int, int]] = {}
            change.write(puts, counts)
            Appender((shard,), old[2:], now, Origin.CLIENT).add(change, puts, counts)
            return Writes(puts, counts, change)

        return await self.store.commit((table.guard_key, action.key, shard.head_key), decide)

    async def write_all(self, actions: Sequence[Action], origin: Origin = Origin.CLIENT) -> list[Change]:
        """Commit several actions on different items together. The first error of any of them is raised."""
        write_set = WriteSet(actions, self.clock.now(), origin)

        def decide(old: Sequence[bytes | None]) -> Writes[list[Change]]:
            opened = write_set.open(old)
            changes = [action.decide(row) for action, row in zip(actions, opened.rows, strict=True)]
            for change in changes:
                opened.add(change)
            return Writes(opened.puts, opened.counts, changes)

        return await self.store.commit(write_set.reads, decide)
