"""Restores and backups against a model: whatever was written before, meanwhile and after, a copy is the table as it
was at its moment."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest

from slipring.clock import ManualClock
from slipring.engine import journal_upkeep, keyspace
from slipring.model.errors.base import ApiError
from slipring.model.errors.tree import BackupInUseException, ResourceInUseException, ResourceNotFoundException
from slipring.model.keys import successor
from slipring.storage.memory import MemoryStore
from tests.engine.running import Process

Items = dict[str, dict[str, Any]]

DEFINITIONS = [
    {"AttributeName": name, "AttributeType": type_} for name, type_ in (("pk", "S"), ("sk", "N"), ("group", "S"))
]
GROUPS = {
    "IndexName": "groups",
    "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["expires", "text"]},
}
LOCAL = {
    "IndexName": "local",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "group", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "ALL"},
}
KEY_SCHEMA = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
HOUR = 3600.0
ENABLED = {"PointInTimeRecoveryEnabled": True}


class History:
    """A table that is written at random, and what it held at each moment."""

    def __init__(self, process: Process, clock: ManualClock, random: Random, name: str, keys: int = 30) -> None:
        self.process = process
        self.clock = clock
        self.random = random
        self.name = name
        self.keys = keys
        self.items: Items = {}
        self.states: list[tuple[float, Items]] = []
        """What there was from each time on."""

    async def create(self, **more: Any) -> None:
        await self.process.call(
            "CreateTable",
            TableName=self.name,
            KeySchema=KEY_SCHEMA,
            AttributeDefinitions=DEFINITIONS,
            BillingMode="PAY_PER_REQUEST",
            GlobalSecondaryIndexes=[GROUPS],
            LocalSecondaryIndexes=[LOCAL],
            **more,
        )

    async def write(self) -> None:
        """One write, alone or of several items, at a moment that is noted."""
        actions = [self._action() for _ in range(self.random.choice((1, 1, 1, 5)))]
        keyed = {_name(action): action for action in actions}
        await self.process.call("TransactWriteItems", TransactItems=list(keyed.values()))
        for name, action in keyed.items():
            if "Put" in action:
                self.items[name] = action["Put"]["Item"]
            else:
                self.items.pop(name, None)
        self.states.append((self.clock.now(), dict(self.items)))

    def _action(self) -> dict[str, Any]:
        random = self.random
        number = random.randrange(self.keys)
        key = {"pk": {"S": f"p{number % 7}"}, "sk": {"N": str(number)}}
        if random.random() < 0.3:
            return {"Delete": {"TableName": self.name, "Key": key}}
        item = {**key, "text": {"S": f"{random.random()}"}}
        if random.random() < 0.7:
            item["group"] = {"S": f"group {random.randrange(3)}"}
        return {"Put": {"TableName": self.name, "Item": item}}

    def at(self, time: float) -> Items:
        """What there was when everything of that time had happened."""
        return next((items for since, items in reversed(self.states) if since <= time), {})


def _name(action: dict[str, Any]) -> str:
    [(_, details)] = action.items()
    key = details.get("Key") or details["Item"]
    return f"{key['pk']['S']} {key['sk']['N']}"


async def restored(process: Process, target: str, **request: Any) -> None:
    await process.call("RestoreTableToPointInTime", TargetTableName=target, **request)
    await finish(process)


async def finish(process: Process) -> None:
    """Let the background work on copies be done, step by step."""
    store = process.engine.store
    for prefix in (keyspace.BACKUP_JOBS, keyspace.RESTORE_JOBS):
        while jobs := await store.scan(prefix, successor(prefix), limit=1, bytes_max=1):
            await process.engine.background.advance(jobs[0][0])


async def check(process: Process, table: str, expected: Items) -> None:
    """The table, its indexes and its counters are what these items make."""
    scanned = (await process.call("Scan", TableName=table))["Items"]
    assert _sorted(scanned) == _sorted(expected.values())
    grouped = [item for item in expected.values() if "group" in item]
    in_groups = (await process.call("Scan", TableName=table, IndexName="groups"))["Items"]
    assert _sorted(in_groups) == _sorted(grouped)
    assert _sorted((await process.call("Scan", TableName=table, IndexName="local"))["Items"]) == _sorted(grouped)
    described = (await process.call("DescribeTable", TableName=table))["Table"]
    assert described["ItemCount"] == len(expected)
    indexes = described["GlobalSecondaryIndexes"] + described["LocalSecondaryIndexes"]
    assert [index["ItemCount"] for index in indexes] == [len(grouped), len(grouped)]


def _sorted(items: Any) -> list[Any]:
    return sorted(items, key=lambda item: (item["pk"]["S"], int(item["sk"]["N"])))


def seeded() -> Random:
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    return Random(seed)


@pytest.mark.parametrize("run", range(4))
def test_a_table_is_restored_as_it_was_at_any_second(run: int) -> None:
    """The promise of point-in-time recovery. Times between writes, of writes, and of several writes at one time."""
    random = seeded()

    async def scenario() -> None:
        clock = ManualClock()
        process = Process(MemoryStore(), clock)
        history = History(process, clock, random, "things")
        await history.create()
        for _ in range(random.randrange(30)):
            await history.write()
        await process.call("UpdateContinuousBackups", TableName="things", PointInTimeRecoverySpecification=ENABLED)
        earliest = clock.now()
        for _ in range(150):
            clock.advance(random.choice((0, 0.25, 1, 3)))
            await history.write()
            if random.random() < 0.02:
                clock.advance(HOUR)
                await journal_upkeep.keep(process.engine.store, process.engine.catalog, clock.now())
            if random.random() < 0.02:
                await _toggle_stream(process)
        times = [earliest, clock.now(), *[time for time, _ in random.sample(history.states[-150:], 3)]]
        times += [float(random.randrange(int(earliest) + 1, int(clock.now()))) for _ in range(5)]
        for number, time in enumerate(times):
            await restored(process, f"restored{number}", SourceTableName="things", RestoreDateTime=time)
            await check(process, f"restored{number}", history.at(time))

    asyncio.run(scenario())


async def _toggle_stream(process: Process) -> None:
    """A stream is another reader of the same journal, and begins and ends with its shards."""
    table = await process.engine.catalog.table("things")
    is_on = table.record.get("Stream", {}).get("Enabled", False)
    wanted = {"StreamEnabled": False} if is_on else {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    await process.call("UpdateTable", TableName="things", StreamSpecification=wanted)


@pytest.mark.parametrize("kind", ["backup", "restore"])
def test_a_copy_is_the_table_as_it_was_whatever_is_written_meanwhile(kind: str) -> None:
    """Copying goes on for hours on a large table, and writes do not wait for it. Here every step of the copy lies
    between two writes; the time stands still, so that nothing but the order tells what was before."""
    random = seeded()

    async def scenario() -> None:
        clock = ManualClock()
        process = Process(MemoryStore(), clock)
        history = History(process, clock, random, "things", keys=6000)
        await history.create()
        await _fill(history)
        if kind == "restore":
            await process.call("UpdateContinuousBackups", TableName="things", PointInTimeRecoverySpecification=ENABLED)
            for _ in range(20):
                await history.write()
        expected = dict(history.items)
        with put_off(process) as begun:
            await BEGIN[kind](process)
        clock.advance(1)
        while (value := await process.engine.store.get(begun[0])) is not None:
            for _ in range(4):
                await history.write()
            await process.engine.background._step(begun[0], value)
        if kind == "backup":
            await _restore_from_backup(process)
            await finish(process)
        assert expected != history.items
        await check(process, "copy", expected)
        await check(process, "things", history.items)
        record = (await process.engine.catalog.table("things")).record
        assert not record["Copies"], "the source is let go"

    asyncio.run(scenario())


@contextmanager
def put_off(process: Process) -> Iterator[list[bytes]]:
    """Copies that are asked for are only begun: their jobs' keys gather in what this yields."""
    begun: list[bytes] = []

    async def advance(job_key: bytes) -> None:
        begun.append(job_key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process.engine.background, "advance", advance)
        yield begun


async def _back_up(process: Process) -> None:
    await process.call("CreateBackup", TableName="things", BackupName="backup")


async def _restore_to_now(process: Process) -> None:
    now = process.engine.clock.now()
    await process.call(
        "RestoreTableToPointInTime", SourceTableName="things", TargetTableName="copy", RestoreDateTime=now
    )


async def _restore_from_backup(process: Process) -> str:
    [backup] = (await process.call("ListBackups"))["BackupSummaries"]
    assert backup["BackupStatus"] == "AVAILABLE"
    arn: str = backup["BackupArn"]
    await process.call("RestoreTableFromBackup", BackupArn=arn, TargetTableName="copy")
    return arn


BEGIN = {"backup": _back_up, "restore": _restore_to_now}


def test_what_is_being_copied_can_neither_be_used_nor_deleted() -> None:
    """Half a table must not be read as a whole one, nor written to, changed or deleted; and what it is made from must
    stay."""

    async def scenario() -> None:
        process = Process(MemoryStore(), ManualClock())
        history = History(process, ManualClock(), Random(1), "things")
        await history.create()
        await history.write()
        with put_off(process):
            await _back_up(process)
            [backup] = (await process.call("ListBackups"))["BackupSummaries"]
            assert backup["BackupStatus"] == "CREATING"
            arn = backup["BackupArn"]
            await refused(process, BackupInUseException, "DeleteBackup", BackupArn=arn)
            again = {"BackupArn": arn, "TargetTableName": "copy"}
            await refused(process, BackupInUseException, "RestoreTableFromBackup", **again)
            await refused(process, ResourceInUseException, "DeleteTable", TableName="things")
        await finish(process)
        with put_off(process) as begun:
            await _restore_from_backup(process)
        job = await process.engine.store.get(begun[0])
        assert job is not None
        await process.engine.background._step(begun[0], job)
        described = (await process.call("DescribeTable", TableName="copy"))["Table"]
        assert described["TableStatus"] == "CREATING"
        assert described["RestoreSummary"]["RestoreInProgress"] is True
        await refused(process, ResourceNotFoundException, "Scan", TableName="copy")
        item = next(iter(history.items.values()))
        await refused(process, ResourceNotFoundException, "PutItem", TableName="copy", Item=item)
        await refused(process, ResourceInUseException, "DeleteTable", TableName="copy")
        await refused(process, ResourceInUseException, "UpdateTable", TableName="copy", DeletionProtectionEnabled=True)
        await refused(process, BackupInUseException, "DeleteBackup", BackupArn=arn)
        await finish(process)
        await check(process, "copy", history.items)
        await process.call("DeleteBackup", BackupArn=arn)
        await process.call("DeleteTable", TableName="copy")
        await process.call("DeleteTable", TableName="things")

    asyncio.run(scenario())


async def refused(process: Process, error: type[ApiError], operation: str, **request: Any) -> None:
    with pytest.raises(error):
        await process.call(operation, **request)


async def _fill(history: History) -> None:
    for first in range(0, history.keys // 2, 25):
        items = {}
        for number in range(first, first + 25):
            key = {"pk": {"S": f"p{number % 7}"}, "sk": {"N": str(number)}}
            items[f"p{number % 7} {number}"] = {**key, "text": {"S": "first"}, "group": {"S": "first"}}
        puts = [{"PutRequest": {"Item": item}} for item in items.values()]
        await history.process.call("BatchWriteItem", RequestItems={history.name: puts})
        history.items.update(items)


def test_the_journal_is_trimmed_to_its_window() -> None:
    """Recovery over a day must not keep more than a day, and a table without readers keeps nothing at all."""

    async def scenario() -> None:
        clock = ManualClock()
        store = MemoryStore()
        process = Process(store, clock)
        history = History(process, clock, Random(1), "things")
        await history.create()
        await process.call(
            "UpdateContinuousBackups",
            TableName="things",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 1},
        )
        for _ in range(72):
            clock.advance(HOUR)
            await history.write()
            await journal_upkeep.keep(store, process.engine.catalog, clock.now())
        table = await process.engine.catalog.table("things")
        kept = await store.scan(
            keyspace.journal(table.id), successor(keyspace.journal(table.id)), limit=1000, bytes_max=1 << 30
        )
        assert 0 < len(kept) <= 26 * 5
        described = await process.call("DescribeContinuousBackups", TableName="things")
        told = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        earliest = told["EarliestRestorableDateTime"]
        assert earliest == clock.now() - 24 * HOUR
        await restored(process, "oldest", SourceTableName="things", RestoreDateTime=earliest)
        await check(process, "oldest", history.at(earliest))
        await process.call(
            "UpdateContinuousBackups",
            TableName="things",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False},
        )
        clock.advance(1)
        await journal_upkeep.keep(store, process.engine.catalog, clock.now())
        assert not await store.scan(
            keyspace.journal(table.id), successor(keyspace.journal(table.id)), limit=1, bytes_max=1
        )

    asyncio.run(scenario())


def test_a_commit_from_before_the_moment_that_comes_late_is_not_found_in_part() -> None:
    """A transaction was decided at the moment, in a process that had to wait, and commits while the copy is made."""

    async def scenario() -> None:
        clock = ManualClock()
        process = Process(MemoryStore(), clock)
        await process.make_table("things")
        await process.call("UpdateContinuousBackups", TableName="things", PointInTimeRecoverySpecification=ENABLED)
        for number in range(400):
            await process.put("things", f"{number}")
        with put_off(process) as begun:
            await _restore_to_now(process)
        steps = 0
        while (value := await process.engine.store.get(begun[0])) is not None:
            steps += 1
            if steps == 3:
                puts = [
                    {"Put": {"TableName": "things", "Item": {"pk": {"S": f"{number}"}, "late": {"BOOL": True}}}}
                    for number in range(50)
                ]
                await process.call("TransactWriteItems", TransactItems=puts)
            await process.engine.background._step(begun[0], value)
        found = (await process.call("Scan", TableName="copy"))["Items"]
        assert len(found) == 400
        assert not [item for item in found if "late" in item]

    asyncio.run(scenario())


@pytest.mark.parametrize("gap", ["recovery was off", "the journal was trimmed"])
def test_a_restore_whose_journal_has_a_gap_is_given_up(gap: str) -> None:
    """The process stops between the request and the first step. What was written meanwhile cannot be taken back; a
    table that has it would be another one than was asked for."""

    async def scenario() -> None:
        clock = ManualClock()
        process = Process(MemoryStore(), clock)
        await process.make_table("things")
        enabled = {**ENABLED, "RecoveryPeriodInDays": 1}
        await process.call("UpdateContinuousBackups", TableName="things", PointInTimeRecoverySpecification=enabled)
        await process.put("things", "a", of={"S": "then"})
        clock.advance(1)
        with put_off(process):
            await _restore_to_now(process)
        clock.advance(1)
        if gap == "recovery was off":
            disabled = {"PointInTimeRecoveryEnabled": False}
            await process.call("UpdateContinuousBackups", TableName="things", PointInTimeRecoverySpecification=disabled)
            await process.put("things", "a", of={"S": "later"})
            await process.call("UpdateContinuousBackups", TableName="things", PointInTimeRecoverySpecification=enabled)
        else:
            await process.put("things", "a", of={"S": "later"})
            clock.advance(25 * HOUR)
            await journal_upkeep.keep(process.engine.store, process.engine.catalog, clock.now())
        await finish(process)
        assert (await process.call("ListTables"))["TableNames"] == ["things"]

    asyncio.run(scenario())
