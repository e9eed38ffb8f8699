"""Filling a new index while two processes believe that it is theirs to fill."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from slipring.engine import backfill, keyspace
from slipring.model.keys import successor
from slipring.storage.contract import Store
from slipring.storage.memory import MemoryStore
from tests.engine.running import InterruptedStore, Process

INDEX = {
    "IndexName": "colours",
    "KeySchema": [{"AttributeName": "colour", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}


async def table_with_new_index(store: MemoryStore, items: int) -> Process:
    process = Process(store)
    await process.make_table("things")
    for number in range(items):
        await process.put("things", str(number), colour={"S": "red"})
    await add_index(process)
    return process


async def add_index(process: Process) -> None:
    await process.call(
        "UpdateTable",
        TableName="things",
        AttributeDefinitions=[{"AttributeName": "colour", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": INDEX}],
    )


async def job_of(store: Store) -> tuple[bytes, bytes]:
    [job] = await store.scan(keyspace.BACKFILL_JOBS, successor(keyspace.BACKFILL_JOBS), limit=2, bytes_max=1 << 20)
    return job


async def fill(process: Process) -> None:
    store = process.engine.store
    while await backfill.step(store, process.engine.catalog, *await job_of(store)):
        pass


async def described_index(process: Process) -> dict[str, Any]:
    [index] = (await process.call("DescribeTable", TableName="things"))["Table"]["GlobalSecondaryIndexes"]
    described: dict[str, Any] = index
    return described


def test_the_counters_are_settled_once() -> None:
    """Counting a large index can outlast a lease. Both processes then find the same number missing, and adding it
    twice would leave ItemCount wrong for good."""

    async def scenario() -> None:
        store = InterruptedStore()
        process = await table_with_new_index(store, 3)
        key, filling = await job_of(store)
        assert await backfill.step(store, process.engine.catalog, key, filling)
        key, settling = await job_of(store)
        store.before_commit(lambda: backfill.step(store, Process(store).engine.catalog, key, settling))
        assert await backfill.step(store, process.engine.catalog, key, settling)
        await fill(process)
        index = await described_index(process)
        assert (index["IndexStatus"], index["ItemCount"]) == ("ACTIVE", 3)

    asyncio.run(scenario())


def test_a_step_that_was_overtaken_does_not_set_the_job_back() -> None:
    """The slower process's stretch is done already: its place must not replace the one that is further on."""

    async def scenario() -> None:
        store = InterruptedStore()
        process = await table_with_new_index(store, 100)
        key, first = await job_of(store)
        catalog = process.engine.catalog

        async def overtake() -> None:
            assert await backfill.step(store, Process(store).engine.catalog, key, first)
            _, second = await job_of(store)
            assert await backfill.step(store, Process(store).engine.catalog, key, second)

        store.before_commit(overtake)
        before = await job_of(store)
        assert await backfill.step(store, catalog, *before)
        _, third = await job_of(store)
        assert not await store.scan(
            bytes.fromhex(backfill_place(third)) + b"\x00", successor(b"\x02"), limit=1, bytes_max=1
        )

    asyncio.run(scenario())


def backfill_place(job: bytes) -> str:
    place: str = orjson.loads(job)["After"]
    return place


def test_a_table_that_took_the_name_is_not_taken_for_the_old_one() -> None:
    """Index ids begin anew with each table. Completing the old table's index must not make the new table's one
    readable before it is filled."""

    async def scenario() -> None:
        store = InterruptedStore()
        process = await table_with_new_index(store, 1)
        other = Process(store)

        async def replace_table() -> None:
            await other.call("DeleteTable", TableName="things")
            await other.make_table("things")
            await other.put("things", "new", colour={"S": "blue"})
            await add_index(other)

        for _ in range(2):
            key, value = await job_of(store)
            assert await backfill.step(store, process.engine.catalog, key, value)
        key, value = await job_of(store)
        store.before_commit(replace_table)
        assert await backfill.step(store, process.engine.catalog, key, value)
        assert (await described_index(process))["IndexStatus"] == "CREATING"

    asyncio.run(scenario())
