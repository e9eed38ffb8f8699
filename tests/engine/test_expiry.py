"""Time to live between processes: what was refreshed stays, what was there before is found, what is off leaves nothing.

Developer Guide, "Using time to live (TTL) in DynamoDB"."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from slipring.clock import Ids, ManualClock
from slipring.engine import erasure, expiry_backfill, keyspace, time_to_live
from slipring.engine.expiry import EXPIRED_SECONDS_MAX, ExpiryIndex
from slipring.engine.time_to_live import Pace, TimeToLive
from slipring.model.keys import successor
from slipring.storage.contract import Store
from slipring.storage.memory import MemoryStore
from tests.engine.running import InterruptedStore, Process

NOW = 1_700_000_000
INDEX = ExpiryIndex(1, 1, "at")


@pytest.mark.parametrize(
    ("value", "expires_at"),
    [
        ({"N": "1700000000"}, 1_700_000_000),
        ({"N": "1700000000.999"}, 1_700_000_000),
        ({"N": "0"}, 0),
        ({"N": "0.5"}, 0),
        ({"N": "-1"}, None),
        ({"N": "1" + "0" * 37}, None),
        ({"S": "1700000000"}, None),
        ({"NULL": True}, None),
        ({"L": [{"N": "1"}]}, None),
    ],
)
def test_only_a_number_is_a_time(value: dict[str, Any], expires_at: int | None) -> None:
    assert INDEX.expires_at({"pk": {"S": "a"}, "at": value}) == expires_at


@pytest.mark.parametrize(
    ("now", "expired"),
    [
        (NOW - 1, False),
        (NOW, False),
        (NOW + 0.5, True),
        (NOW + 1, True),
        (NOW + EXPIRED_SECONDS_MAX, True),
        (NOW + EXPIRED_SECONDS_MAX + 0.5, False),
    ],
)
def test_the_range_of_the_expired_holds_what_is_expired(now: float, expired: bool) -> None:
    """The sweep looks for entries, the decision at the item. If they disagreed on a second, one would wait for the
    other for ever."""
    item = {"at": {"N": str(NOW)}}
    entry = INDEX.entry_key(item, keyspace.items(1) + b"key")
    start, stop = INDEX.expired_range(now)
    assert entry is not None
    assert (start <= entry < stop) == INDEX.is_expired(item, now) == expired
    assert INDEX.item_key(entry) == keyspace.items(1) + b"key"


async def expiring_table(store: MemoryStore, items: dict[str, int], clock: ManualClock | None = None) -> Process:
    """A table that has had its items for longer than time to live."""
    process = Process(store, clock or ManualClock(NOW))
    await process.make_table("things")
    for pk, at in items.items():
        await process.put("things", pk, at={"N": str(at)})
    await switch(process, on=True)
    return process


async def switch(process: Process, *, on: bool, attribute: str = "at") -> None:
    wanted = {"Enabled": on, "AttributeName": attribute}
    await process.call("UpdateTimeToLive", TableName="things", TimeToLiveSpecification=wanted)


async def keys_under(store: Store, prefix: bytes) -> list[bytes]:
    return [key for key, _ in await store.scan(prefix, successor(prefix), limit=1000, bytes_max=1 << 20)]


async def job_of(store: Store, prefix: bytes) -> tuple[bytes, bytes]:
    [job] = await store.scan(prefix, successor(prefix), limit=2, bytes_max=1 << 20)
    return job


def test_an_item_that_is_refreshed_after_it_was_found_stays() -> None:
    """A session that is used in its last moment must not be lost to a sweep that saw it before."""

    async def scenario() -> None:
        store = InterruptedStore()
        process = await expiring_table(store, {"used": NOW - 10, "left": NOW - 10})
        await expiry_backfill.finish(store, process.engine.catalog)
        other = Process(store, ManualClock(NOW))
        store.before_commit(lambda: other.put("things", "used", at={"N": str(NOW + 3600)}))
        assert await process.engine.time_to_live.run_now() == 1
        assert await process.get("things", "used") is not None
        assert await process.get("things", "left") is None

    asyncio.run(scenario())


def test_an_item_whose_time_is_taken_away_stays() -> None:
    async def scenario() -> None:
        store = MemoryStore()
        process = await expiring_table(store, {"kept": NOW - 10})
        await process.put("things", "kept")
        assert await process.engine.time_to_live.run_now() == 0
        assert await keys_under(store, keyspace.all_index_entries(1)) == []

    asyncio.run(scenario())


def test_items_that_were_there_before_are_found_though_two_processes_enter_them() -> None:
    """Switching it on for a full table enters what is there, step by step; a lease that ran out lets a second process
    at the same step, and writers go on meanwhile."""

    async def scenario() -> None:
        store = InterruptedStore()
        process = await expiring_table(store, {f"k{number}": NOW - 1 for number in range(200)})
        catalog, other = process.engine.catalog, Process(store, ManualClock(NOW))
        key, first = await job_of(store, keyspace.EXPIRY_JOBS)

        async def overtake() -> None:
            assert await expiry_backfill.step(store, other.engine.catalog, key, first)
            await other.put("things", "k1", at={"N": str(NOW + 1000)})

        store.before_commit(overtake)
        assert await expiry_backfill.step(store, catalog, key, first)
        assert await job_of(store, keyspace.EXPIRY_JOBS) != (key, first)
        assert await process.engine.time_to_live.run_now() == 199
        assert await keys_under(store, keyspace.EXPIRY_JOBS) == []
        assert len(await keys_under(store, keyspace.items(1))) == 1

    asyncio.run(scenario())


def test_switched_off_it_leaves_nothing_and_deletes_nothing() -> None:
    """Entries that stayed would delete items by an attribute that nobody means any more, should it be switched on
    again."""

    async def scenario() -> None:
        store, clock = MemoryStore(), ManualClock(NOW)
        process = await expiring_table(store, {"a": NOW + 10}, clock)
        await expiry_backfill.finish(store, process.engine.catalog)
        await switch(process, on=False)
        await switch(process, on=True, attribute="other")
        drop, _ = await job_of(store, keyspace.DROP_JOBS)
        while await erasure.step(store, drop):
            pass
        assert await keys_under(store, keyspace.all_index_entries(1)) == []
        clock.advance(100)
        assert await process.engine.time_to_live.run_now() == 0
        assert await process.get("things", "a") is not None

    asyncio.run(scenario())


def test_a_table_that_is_dropped_is_swept_no_more() -> None:
    async def scenario() -> None:
        store = MemoryStore()
        process = await expiring_table(store, {"a": NOW - 10})
        await process.call("DeleteTable", TableName="things")
        await process.make_table("things")
        await process.put("things", "a", at={"N": str(NOW - 10)})
        assert await process.engine.time_to_live.run_now() == 0
        drop, _ = await job_of(store, keyspace.DROP_JOBS)
        while await erasure.step(store, drop):
            pass
        assert await keys_under(store, keyspace.EXPIRING_TABLES) == []

    asyncio.run(scenario())


def test_deletions_have_a_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million items that expire at midnight must not take the store for themselves: between two commits the sweep
    waits so long that it keeps to its rate."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(time_to_live, "asyncio", SimpleNamespace(sleep=sleep))

    async def scenario() -> None:
        store = MemoryStore()
        process = await expiring_table(store, {f"k{number}": NOW - 1 for number in range(100)})
        await expiry_backfill.finish(store, process.engine.catalog)
        engine, pace = process.engine, Pace(deletions_per_s=50)
        paced = TimeToLive(store, engine.catalog, engine.clock, Ids(), engine.write_all, pace)
        await paced._sweep()
        assert (await process.call("Scan", TableName="things"))["Count"] == 0
        assert sum(waited) == 100 / 50

    asyncio.run(scenario())


def test_one_process_at_a_time_sweeps() -> None:
    """The other goes on when the first one's lease has ended, dead or not."""

    async def scenario() -> None:
        store, clock = MemoryStore(), ManualClock(NOW)
        process = await expiring_table(store, {"first": NOW - 1}, clock)
        await expiry_backfill.finish(store, process.engine.catalog)
        one, other = process.engine.time_to_live, Process(store, clock).engine.time_to_live
        await one._sweep()
        assert await process.get("things", "first") is None
        await process.put("things", "second", at={"N": str(NOW - 1)})
        await other._sweep()
        assert await process.get("things", "second") is not None, "somebody else has the lease"
        clock.advance(10)
        await other._sweep()
        assert await process.get("things", "second") is None

    asyncio.run(scenario())


class SlowScans(MemoryStore):
    """A store where much that was deleted lies in the way of scans from far back, for which time passes."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._time = clock
        self.slow_scans = 0

    async def scan(
        self, start: bytes, stop: bytes, *, limit: int, bytes_max: int, reverse: bool = False
    ) -> list[tuple[bytes, bytes]]:
        if start.startswith(keyspace.all_index_entries(1)) and start < INDEX.expired_range(NOW, NOW - 60)[0]:
            self.slow_scans += 1
            self._time.advance(0.1)
        return await super().scan(start, stop, limit=limit, bytes_max=bytes_max, reverse=reverse)


def test_full_looks_are_the_more_seldom_the_longer_they_take() -> None:
    """After a mass deletion each full look may take a tenth of a second, in which no request is answered. What
    expires meanwhile is found all the same, each second; what is written when it is long expired, some looks later."""

    async def scenario() -> None:
        clock = ManualClock(NOW)
        store = SlowScans(clock)
        process = await expiring_table(store, {}, clock)
        await expiry_backfill.finish(store, process.engine.catalog)
        await process.put("things", "late", at={"N": str(NOW + 10)})
        sweep = process.engine.time_to_live._sweep
        for second in range(15):
            await sweep()
            clock.advance(1)
            if second == 2:
                await process.put("things", "long expired", at={"N": str(NOW - 3600)})
        assert store.slow_scans <= 2
        assert await process.get("things", "late") is None
        for _ in range(10):
            clock.advance(1)
            await sweep()
        assert await process.get("things", "long expired") is None

    asyncio.run(scenario())
