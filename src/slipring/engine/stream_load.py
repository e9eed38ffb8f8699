"""Splits the shards of streams that are written much, as the service splits the partitions behind them.

Developer Guide, "Best practices for designing partition keys": a partition takes 1000 writes a second. Shards are
never merged: a child has one parent (Streams API Reference, "Shard"), so a reader would begin with the merged shard
before it had finished all that came before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import orjson

from slipring.clock import Clock
from slipring.engine import keyspace, shards
from slipring.engine.catalog import Catalog
from slipring.engine.shards import decode_head, is_open
from slipring.engine.table import TableRecord
from slipring.model.errors.tree import ResourceNotFoundException
from slipring.model.keys import successor
from slipring.storage.contract import Store

RECORDS_PER_SECOND_MAX = 1000
"""What a shard takes; beyond, it is split."""
SHARDS_MAX = 64
"""A table has no more open shards than this, however much it is written."""
LOOK_SECONDS = 5.0

_JOURNALS_PER_READ = 64

_Place: TypeAlias = tuple[int, int]
"""A table's id and a shard's number."""


class ShardLoad:
    """How much is written to open shards, from one look to the next."""

    def __init__(self, store: Store, catalog: Catalog, clock: Clock) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._looked_s = -LOOK_SECONDS
        self._seen: dict[_Place, int] = {}

    @property
    def is_due(self) -> bool:
        return self._clock.monotonic() - self._looked_s >= LOOK_SECONDS

    async def look(self) -> None:
        """Split the shards that took too much since the last look."""
        now_s = self._clock.monotonic()
        passed_s, self._looked_s = now_s - self._looked_s, now_s
        before, self._seen = self._seen, {}
        start, stop = keyspace.JOURNAL_RECORDS, successor(keyspace.JOURNAL_RECORDS)
        while found := await self._store.scan(start, stop, limit=_JOURNALS_PER_READ, bytes_max=1 << 20):
            for key, value in found:
                journal, table_id = orjson.loads(value), keyspace.parse_journal_record(key)
                busy = await self._busy(table_id, journal, before, passed_s)
                if busy:
                    await self._split(table_id, journal, busy)
            start = found[-1][0] + b"\x00"

    async def _busy(
        self, table_id: int, journal: Mapping[str, Any], before: Mapping[_Place, int], passed_s: float
    ) -> list[int]:
        numbers = [shard["Number"] for shard in journal["Shards"] if is_open(shard)]
        heads = await self._store.get_many([keyspace.journal_head(table_id, number) for number in numbers])
        busy = []
        for number, head in zip(numbers, heads, strict=True):
            # A shard that nobody saw before is as good as empty, wherever its positions begin.
            last = decode_head(head)[0]
            place = (table_id, number)
            self._seen[place] = last
            if place in before and before[place] and last - before[place] > RECORDS_PER_SECOND_MAX * passed_s:
                busy.append(number)
        return busy[: max(0, SHARDS_MAX - len(numbers))]

    async def _split(self, table_id: int, journal: Mapping[str, Any], busy: Sequence[int]) -> None:
        now = self._clock.now()

        def revise(record: TableRecord) -> TableRecord:
            has_stream = record["Id"] == table_id and record.get("Stream", {}).get("Enabled")
            return shards.split(record, busy, now) if has_stream else record

        try:
            await self._catalog.change(journal["TableName"], journal["Namespace"], revise)
        except ResourceNotFoundException:
            # The table is gone; its journal is only read.
            return
