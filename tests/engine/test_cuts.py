"""A process that dies at any commit of its background work: the next one takes the work up, or clears away what is left
of it, and then everything is right."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from slipring.clock import ManualClock
from slipring.engine import keyspace
from slipring.engine.scrub.findings import Watch
from slipring.engine.scrub.run import scrub
from slipring.engine.snapshots.saved import Snapshots
from slipring.model.errors.tree import ResourceNotFoundException
from slipring.model.keys import successor
from slipring.storage.contract import Store, Writes
from tests.engine.mortal import Died, MortalStore, do_jobs, ids_in_use
from tests.engine.running import Process

ITEMS = 300
"""More than a step of any work."""
CUTS_MAX = 200
LONG_S = 100.0
"""Longer than any lease and any pause between two looks."""

Work = Callable[[Process], Awaitable[Any]]

GROUPS: dict[str, Any] = {
    "IndexName": "groups",
    "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
DEFINITIONS = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "group")]
RECOVERY = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}


async def until_it_is_not_cut(scenario: Callable[[int], Awaitable[bool]]) -> int:
    """Cut at the first commit, the second, and so on, until a scenario says that it came to its end. Returns how many
    cuts there were."""
    for cut in count():
        assert cut < CUTS_MAX
        if not await scenario(cut):
            return cut
    raise AssertionError


async def prepared(store: Store, clock: ManualClock) -> Process:
    """A table, a backup and a snapshot of it."""
    process = Process(store, clock)
    await process.make_table("things")
    await process.call("UpdateContinuousBackups", TableName="things", **RECOVERY)
    for first in range(0, ITEMS, 25):
        items = [
            {"pk": {"S": f"{number:03}"}, "group": {"S": f"{number % 7}"}, "at": {"N": "1"}}
            for number in range(first, first + 25)
        ]
        puts = [{"PutRequest": {"Item": item}} for item in items]
        await process.call("BatchWriteItem", RequestItems={"things": puts})
    await process.call("CreateBackup", TableName="things", BackupName="first")
    await do_jobs(process.engine)
    clock.advance(1)
    return process


async def back_up(process: Process) -> None:
    await process.call("CreateBackup", TableName="things", BackupName="second")


async def restore_backup(process: Process) -> None:
    [backup] = (await process.call("ListBackups"))["BackupSummaries"]
    await process.call("RestoreTableFromBackup", BackupArn=backup["BackupArn"], TargetTableName="copy")


async def restore_to_time(process: Process) -> None:
    now = process.engine.clock.now()
    await process.call(
        "RestoreTableToPointInTime", SourceTableName="things", TargetTableName="copy", RestoreDateTime=now
    )


async def add_index(process: Process) -> None:
    await process.call(
        "UpdateTable",
        TableName="things",
        AttributeDefinitions=DEFINITIONS,
        GlobalSecondaryIndexUpdates=[{"Create": GROUPS}],
    )


async def expire(process: Process) -> None:
    setting = {"Enabled": True, "AttributeName": "at"}
    await process.call("UpdateTimeToLive", TableName="things", TimeToLiveSpecification=setting)


async def drop(process: Process) -> None:
    await process.call("UpdateContinuousBackups", TableName="things", **_without_recovery())
    await process.call("DeleteTable", TableName="things")


def _without_recovery() -> dict[str, Any]:
    return {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False}}


async def count_of(process: Process, table: str, **more: Any) -> int | None:
    """None where there is no such table."""
    with suppress(ResourceNotFoundException):
        return int((await process.call("Scan", TableName=table, Select="COUNT", **more))["Count"])
    return None


@pytest.mark.parametrize("work", [back_up, restore_backup, restore_to_time, add_index, expire, drop])
def test_work_is_taken_up_whichever_commit_was_the_last(work: Work) -> None:
    """A backup, a restore, a new index, a table's entry for time to live, the erasure of a table."""

    async def scenario(cut: int) -> bool:
        clock = ManualClock()
        store = MortalStore()
        process = await prepared(store, clock)
        store.commits_left = cut
        was_cut = True
        with suppress(Died):
            await work(process)
            await do_jobs(process.engine)
            was_cut = False
        store.revive()
        clock.advance(LONG_S)
        process = Process(store, clock)
        await do_jobs(process.engine)
        await _check_all(process)
        return was_cut

    assert asyncio.run(until_it_is_not_cut(scenario)) > 2, "there was something to cut"


async def _check_all(process: Process) -> None:
    """Everything that is there is whole; nothing is under way, and nothing lies about."""
    assert await count_of(process, "things") in (ITEMS, None)
    assert await count_of(process, "copy") in (ITEMS, None)
    for name in (await process.call("ListTables"))["TableNames"]:
        described = (await process.call("DescribeTable", TableName=name))["Table"]
        assert described["TableStatus"] == "ACTIVE"
        assert described["ItemCount"] == ITEMS
        for index in described.get("GlobalSecondaryIndexes", ()):
            assert (index["IndexStatus"], index["ItemCount"]) == ("ACTIVE", ITEMS)
    backups = (await process.call("ListBackups"))["BackupSummaries"]
    assert {backup["BackupStatus"] for backup in backups} == {"AVAILABLE"}
    assert (await scrub(process.engine.store, Watch(lambda _: None, lambda _: None))).findings == []
    tables = [table for _, table in await process.engine.catalog.everywhere()]
    assert not any(table.record.get("Copies") for table in tables)
    assert len(await ids_in_use(process.engine.store)) == len(tables) + len(backups)


@pytest.mark.parametrize("kind", ["save", "load"])
def test_a_snapshot_is_saved_or_loaded_whole_or_not_at_all(kind: str) -> None:
    """Cut at every commit. What a load had copied is cleared away by the next server; a save leaves an incomplete
    snapshot, which can be deleted."""

    async def scenario(cut: int) -> bool:
        clock = ManualClock()
        store = MortalStore()
        process = await prepared(store, clock)
        if kind == "load":
            await Snapshots(process.engine).save("before")
            await process.call("DeleteItem", TableName="things", Key={"pk": {"S": "000"}})
            await process.put("things", "other")
            await process.put("things", "another")
        store.commits_left = cut
        was_cut = True
        with suppress(Died):
            await getattr(Snapshots(process.engine), kind)("before")
            was_cut = False
        store.revive()
        clock.advance(LONG_S)
        process = Process(store, clock)
        await process.engine.background.keep_now()
        await do_jobs(process.engine)
        snapshots = Snapshots(process.engine)
        found = await snapshots.all()
        if kind == "save":
            is_done = any(each.is_complete for each in found)
            if found and not is_done:
                await snapshots.delete("before")
                await do_jobs(process.engine)
            assert await count_of(process, "things") == ITEMS
        else:
            is_done = await count_of(process, "things") == ITEMS
            if not is_done:
                assert await count_of(process, "things") == ITEMS + 1
            assert [each.name for each in found] == ["before"]
        assert is_done or was_cut
        assert len(await ids_in_use(store)) == (2 if kind == "save" and not is_done else 3)
        assert (await scrub(store, Watch(lambda _: None, lambda _: None))).findings == []
        return was_cut

    assert asyncio.run(until_it_is_not_cut(scenario)) > 3, "there was something to cut"


def test_a_repair_goes_on_whichever_commit_was_the_last() -> None:
    """Entries that are missing, stray and wrong, counters that are off: the next scrub repairs the rest."""

    async def damaged() -> tuple[MortalStore, Process]:
        store = MortalStore()
        process = await prepared(store, ManualClock())
        await add_index(process)
        await do_jobs(process.engine)
        table = await process.engine.catalog.table("things")
        prefix = keyspace.all_index_entries(table.id)
        entries = await store.scan(prefix, successor(prefix), limit=ITEMS, bytes_max=1 << 30)
        puts: dict[bytes, bytes | None] = {key: None for key, _ in entries[:40]}
        puts.update({key: entries[0][1] for key, _ in entries[40:80]})
        puts.update({key + b"stray": value for key, value in entries[80:120]})
        await store.commit((), lambda _: Writes(puts, {table.indexes[0].count_key: (7, 70)}, None))
        return store, process

    async def scenario(cut: int) -> bool:
        store, _ = await damaged()
        store.commits_left = cut
        was_cut = True
        with suppress(Died):
            await scrub(store, Watch(lambda _: None, lambda _: None), repairs=True)
            was_cut = False
        store.revive()
        await scrub(store, Watch(lambda _: None, lambda _: None), repairs=True)
        assert (await scrub(store, Watch(lambda _: None, lambda _: None))).findings == []
        process = Process(store, ManualClock())
        assert await count_of(process, "things") == ITEMS
        assert await count_of(process, "things", IndexName="groups") == ITEMS
        return was_cut

    assert asyncio.run(until_it_is_not_cut(scenario)) > 1, "there was something to cut"
