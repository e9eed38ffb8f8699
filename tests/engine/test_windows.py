"""What point-in-time recovery promises, whatever it is made of: any second of a window of 1 to 35 days, and no other; a
deleted table's last state; a journal that is no longer than its window, and whose space is told."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from slipring.clock import ManualClock
from slipring.engine import journal, journal_upkeep, keyspace
from slipring.model.errors.tree import InvalidRestoreTimeException
from slipring.model.keys import successor
from slipring.storage.memory import MemoryStore
from tests.admin.prometheus import Page, parse
from tests.admin_api import move_clock
from tests.conftest import make_client, s, table_definition
from tests.edge.wire import Client
from tests.engine.running import Process
from tests.engine.test_recovery import HOUR, History, check, finish, refused, restored, seeded
from tests.servers import ServerThread

DAY = 24 * HOUR
GRACE_S = 120.0
"""How much longer the journal is kept for restores that were asked for and have not begun."""


def enabled(days: int) -> dict[str, object]:
    return {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}


async def lived(process: Process, clock: ManualClock, random: Random, days: int) -> History:
    """A table with recovery over so many days, written for three days longer, and looked after meanwhile."""
    history = History(process, clock, random, "things")
    await history.create()
    await process.call("UpdateContinuousBackups", TableName="things", PointInTimeRecoverySpecification=enabled(days))
    for _ in range((days + 3) * 6):
        clock.advance(4 * HOUR + random.randrange(60))
        await history.write()
        await journal_upkeep.keep(process.engine.store, process.engine.catalog, clock.now())
    return history


@pytest.mark.parametrize("days", [1, 7, 35])
def test_any_second_of_the_window_and_no_other(days: int) -> None:
    """Exact at both ends, and at the second of a write as well as between two."""
    random = seeded()

    async def scenario() -> None:
        clock = ManualClock()
        process = Process(MemoryStore(), clock)
        history = await lived(process, clock, random, days)
        begins = clock.now() - days * DAY
        within = [time for time, _ in history.states if time >= begins]
        seconds = [float(random.randrange(int(begins) + 1, int(clock.now()))) for _ in range(2)]
        for number, time in enumerate([begins, *random.sample(within, 2), *seconds, clock.now()]):
            await restored(process, f"copy{number}", SourceTableName="things", RestoreDateTime=time)
            await check(process, f"copy{number}", history.at(time))
        for time in (begins - 1, clock.now() + 1):
            request = {"SourceTableName": "things", "TargetTableName": "nothing", "RestoreDateTime": time}
            await refused(process, InvalidRestoreTimeException, "RestoreTableToPointInTime", **request)

    asyncio.run(scenario())


@pytest.mark.parametrize("days", [1, 35])
def test_the_journal_is_no_longer_than_the_window(days: int) -> None:
    """Its records, its bytes, and what is told of them."""
    random = seeded()

    async def scenario() -> None:
        clock = ManualClock()
        store = MemoryStore()
        process = Process(store, clock)
        await lived(process, clock, random, days)
        sizes = await journal_upkeep.keep(store, process.engine.catalog, clock.now())
        prefix = keyspace.journal((await process.engine.catalog.table("things")).id)
        kept = await store.scan(prefix, successor(prefix), limit=1 << 20, bytes_max=1 << 40)
        assert sizes == {"things": (len(kept), sum(len(value) for _, value in kept))}
        oldest_us = min(journal.time_us_of(value) for _, value in kept)
        assert oldest_us / 1e6 >= clock.now() - days * DAY - GRACE_S

    asyncio.run(scenario())


def test_a_deleted_tables_last_state_comes_back() -> None:
    """From the system backup that it leaves, with its indexes, for 35 days."""
    random = seeded()

    async def scenario() -> None:
        clock = ManualClock()
        process = Process(MemoryStore(), clock)
        history = await lived(process, clock, random, 1)
        await process.call("DeleteTable", TableName="things")
        clock.advance(34 * DAY)
        await process.engine.background.keep_now()
        [backup] = (await process.call("ListBackups", BackupType="SYSTEM"))["BackupSummaries"]
        await process.call("RestoreTableFromBackup", BackupArn=backup["BackupArn"], TargetTableName="again")
        await finish(process)
        await check(process, "again", history.items)
        clock.advance(2 * DAY)
        await process.engine.background.keep_now()
        assert (await process.call("ListBackups", BackupType="SYSTEM"))["BackupSummaries"] == []

    asyncio.run(scenario())


def test_its_space_is_told_on_the_metrics_page() -> None:
    """So that an operator sees what recovery costs, and that it goes when the window has passed."""

    def page(server: ServerThread) -> Page:
        with Client(server.port) as connection:
            return parse(connection.ask(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").body.decode())

    with ServerThread(test_mode=True) as server:
        client = make_client(server.url)
        move_clock(server.port, freeze="2026-01-01T00:00:00Z")
        client.create_table(**table_definition("things", ("pk", "S")))
        client.update_continuous_backups(TableName="things", PointInTimeRecoverySpecification=enabled(1))
        for number in range(10):
            client.put_item(TableName="things", Item={"pk": s(f"{number}"), "text": s("x" * 1000)})
        move_clock(server.port, advance="1h")
        told = page(server)
        assert told.value("slipring_journal_records", table="things") == 10
        assert 10_000 < told.value("slipring_journal_bytes", table="things") < 20_000
        move_clock(server.port, advance="2d")
        assert page(server).labels("slipring_journal_bytes", "table") == set()
        client.close()
