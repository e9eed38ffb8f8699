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
from slipring.engine.scrub.findings import Watch
from slipring.engine.scrub.run import scrub
from slipring.engine.snapshots.saved import Snapshots
from slipring.model.errors.tree import ResourceNotFoundException
from slipring.storage.contract import Store
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

    async def until_it_is_not_cut() -> int:
        for cut in count():
            assert cut < CUTS_MAX
            if not await scenario(cut):
                return cut
        raise AssertionError

    assert asyncio.run(until_it_is_not_cut()) > 2, "there was something to cut"


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

    async def until_it_is_not_cut() -> int:
        for cut in count():
            assert cut < CUTS_MAX
            if not await scenario(cut):
                return cut
        raise AssertionError

    assert asyncio.run(until_it_is_not_cut()) > 3, "there was something to cut"
