"""Shards split where much is written, and only there.

Developer Guide, "Best practices for designing partition keys": a partition takes 1000 writes a second."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from slipring.clock import ManualClock
from slipring.engine import keyspace, shards
from slipring.engine.shards import HASH_COUNT, encode_head
from slipring.engine.stream_load import LOOK_SECONDS, RECORDS_PER_SECOND_MAX, SHARDS_MAX, ShardLoad
from slipring.storage.contract import Writes
from slipring.storage.memory import MemoryStore
from tests.engine.running import Process

STREAM = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}


class Busy:
    """A table whose shards seem to have taken as many records as a test says."""

    def __init__(self, store: MemoryStore, clock: ManualClock, process: Process) -> None:
        self.process = process
        self._store = store
        self._clock = clock
        self._load = ShardLoad(store, process.engine.catalog, clock)
        self._positions: dict[int, int] = {}

    async def open_shards(self) -> list[dict[str, Any]]:
        table = await self.process.engine.catalog.table("things")
        return [shard for shard in table.record["Journal"]["Shards"] if shards.is_open(shard)]

    async def passes(self, **records_per_second: float) -> None:
        """Time until the next look, while each open shard takes records: `all`, or the one with the range `low`."""
        for shard in await self.open_shards():
            number = shard["Number"]
            rate = records_per_second.get("low" if shard["Low"] == 0 else "others", 0) or records_per_second.get(
                "all", 0
            )
            position = self._positions.get(number, shards.first_position(number)) + int(rate * LOOK_SECONDS)
            self._positions[number] = position
            await self._move(keyspace.journal_head(1, number), encode_head(position, 0))
        self._clock.advance(LOOK_SECONDS)
        assert self._load.is_due
        await self._load.look()

    async def _move(self, key: bytes, head: bytes) -> None:
        await self._store.commit((), lambda _: Writes({key: head}, None, None))


async def busy_table(**more: Any) -> Busy:
    store, clock = MemoryStore(), ManualClock()
    process = Process(store, clock)
    await process.make_table("things", StreamSpecification=STREAM, **more)
    return Busy(store, clock, process)


@pytest.mark.parametrize(("rate", "count"), [(RECORDS_PER_SECOND_MAX, 1), (RECORDS_PER_SECOND_MAX * 1.1, 2)])
def test_a_shard_is_split_beyond_what_a_partition_takes(rate: float, count: int) -> None:
    async def scenario() -> None:
        busy = await busy_table()
        await busy.passes(all=rate)
        await busy.passes(all=rate)
        assert len(await busy.open_shards()) == count

    asyncio.run(scenario())


def test_only_the_busy_shard_is_split_and_its_children_share_its_range() -> None:
    async def scenario() -> None:
        busy = await busy_table()
        for _ in range(2):
            await busy.passes(all=5000)
        for _ in range(2):
            await busy.passes(low=5000)
        ranges = sorted([(shard["Low"], shard["High"]) for shard in await busy.open_shards()])
        assert ranges == [(0, HASH_COUNT // 4), (HASH_COUNT // 4, HASH_COUNT // 2), (HASH_COUNT // 2, HASH_COUNT)]

    asyncio.run(scenario())


def test_there_is_an_end_to_splitting() -> None:
    """However much is written: every shard costs a key in each of the table's commits that touches it."""

    async def scenario() -> None:
        busy = await busy_table()
        for _ in range(24):
            await busy.passes(all=1e6)
        assert len(await busy.open_shards()) == SHARDS_MAX

    asyncio.run(scenario())


def test_a_table_whose_stream_is_off_is_left_alone() -> None:
    async def scenario() -> None:
        busy = await busy_table()
        await busy.passes(all=5000)
        await busy.process.call("UpdateTable", TableName="things", StreamSpecification={"StreamEnabled": False})
        await busy.passes(all=5000)
        assert await busy.open_shards() == []

    asyncio.run(scenario())
