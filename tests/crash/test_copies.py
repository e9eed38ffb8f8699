"""kill -9 while a table is backed up, restored and archived, all at once and under writes: each is taken up again, and
ends with exactly what there was at its moment."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from slipring.engine.scrub.findings import Watch
from slipring.engine.scrub.run import scrub
from slipring.storage.backends import open_store
from tests.cli.processes import Serving
from tests.crash import tables
from tests.crash.api import Api, Item, Unanswered, wire_key
from tests.crash.load import Load
from tests.crash.rebuilding import rebuilt
from tests.edge.wire import eventually
from tests.engine.running import Process

COPIED = tables.MAIN
RESTORED = "restored"
FROM_BACKUP = "from-backup"

ITEMS = 8000
"""More than a request copies itself."""

KILLS = 2
KILL_AFTER_S = 0.15
TAKEN_UP_WITHIN_S = 20


class Vandal:
    """Overwrites, deletes and adds items of the table that is being copied."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def step(self, api: Api) -> None:
        number = self._random.randrange(ITEMS + 1000)
        if number % 3:
            api.call("PutItem", TableName=COPIED, Item={**_item(number), "text": {"S": "spoilt"}})
        else:
            api.call("DeleteItem", TableName=COPIED, Key=wire_key(_key(number)))

    def settle(self, api: Api) -> None:
        pass

    def check(self, items: tables.Items) -> None:
        pass


def _key(number: int) -> tuple[str, int]:
    return f"partition {number % 50}", number


def _item(number: int) -> Item:
    """Every third is not in the index."""
    grouped = {"group": {"S": f"group {number % 7}"}, "size": {"N": str(number % 100)}} if number % 3 else {}
    return {**wire_key(_key(number)), **grouped}


@dataclass
class Recovered:
    """What is left after the kills, once nothing is being copied any more."""

    api: Api
    store: Path
    archive: Path


@pytest.fixture(scope="module")
def recovered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recovered]:
    directory = tmp_path_factory.mktemp("crash")
    store, archive = directory / "store", directory / "archive"
    flags = ("--store", str(store), "--archive", str(archive), "--archive-interval-s", "0.02")
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    random = Random(seed)
    vandals = [Vandal(random), Vandal(random)]
    with ThreadPoolExecutor(len(vandals)) as pool:
        for number in range(KILLS):
            with Serving(*flags) as serving, Api(serving.port) as api:
                load = None
                if not number:
                    moment = _prepare(api)
                    load = Load(pool, serving.port, vandals)
                    _begin(api, moment)
                load = load or Load(pool, serving.port, vandals)
                time.sleep(random.uniform(0, KILL_AFTER_S))
                serving.send(signal.SIGKILL)
                load.stop()
                assert serving.ended()[0] == -signal.SIGKILL
        with Serving(*flags) as serving, Api(serving.port) as api:
            load = Load(pool, serving.port, vandals)
            done = eventually(lambda: _is_done(api), TAKEN_UP_WITHIN_S)
            load.stop()
            assert done, "nobody took the copies up"
            yield Recovered(api, store, archive)


def _prepare(api: Api) -> float:
    """The moment to restore to."""
    tables.create(api)
    enabled = {"PointInTimeRecoveryEnabled": True}
    api.call("UpdateContinuousBackups", TableName=COPIED, PointInTimeRecoverySpecification=enabled)
    for first in range(0, ITEMS, 25):
        puts = [{"PutRequest": {"Item": _item(number)}} for number in range(first, first + 25)]
        api.call("BatchWriteItem", RequestItems={COPIED: puts})
    api.call("CreateBackup", TableName=COPIED, BackupName="backup")
    moment = time.time()
    time.sleep(0.01)
    return moment


def _begin(api: Api, moment: float) -> None:
    request = {"SourceTableName": COPIED, "TargetTableName": RESTORED, "RestoreDateTime": moment}
    try:
        api.call("RestoreTableToPointInTime", **request)
        [backup] = api.call("ListBackups", TableName=COPIED)["BackupSummaries"]
        if backup["BackupStatus"] == "AVAILABLE":
            api.call("RestoreTableFromBackup", BackupArn=backup["BackupArn"], TargetTableName=FROM_BACKUP)
    except Unanswered:
        raise AssertionError("nothing kills the server yet") from None


def _is_done(api: Api) -> bool:
    names = api.call("ListTables")["TableNames"]
    [backup] = api.call("ListBackups", TableName=COPIED)["BackupSummaries"]
    if backup["BackupStatus"] != "AVAILABLE":
        return False
    if FROM_BACKUP not in names:
        api.call("RestoreTableFromBackup", BackupArn=backup["BackupArn"], TargetTableName=FROM_BACKUP)
        return False
    return all(_status(api, name) == "ACTIVE" for name in (RESTORED, FROM_BACKUP))


def _status(api: Api, table: str) -> str:
    status: str = api.call("DescribeTable", TableName=table)["Table"]["TableStatus"]
    return status


@pytest.mark.parametrize("table", [RESTORED, FROM_BACKUP])
def test_the_copy_is_the_table_as_it_was(recovered: Recovered, table: str) -> None:
    """None of the vandals' writes is in it, before the kill or after it; its indexes and counts agree."""
    expected = [_item(number) for number in range(ITEMS)]
    assert tables.by_key(recovered.api.scan(table)) == tables.by_key(expected)
    grouped = [item for item in expected if "group" in item]
    assert tables.by_key(recovered.api.scan(table, IndexName=tables.GROUPS)) == tables.by_key(grouped)
    assert tables.counts(recovered.api, table) == {
        table: ITEMS,
        tables.GROUPS: len(grouped),
        tables.SIZES: len(grouped),
    }


def test_nothing_holds_the_source(recovered: Recovered) -> None:
    """A copy that was cut off must not keep its table from being deleted, nor its journal from being trimmed. Seen
    from a second process on the store, which also finds everything in agreement."""

    async def look() -> None:
        store = open_store(str(recovered.store))
        await store.start()
        try:
            record = (await Process(store).engine.catalog.table(COPIED)).record
            assert not record["Copies"]
            assert (await scrub(store, Watch(lambda _: None, lambda _: None))).findings == []
        finally:
            await store.close()

    asyncio.run(look())


def test_the_archive_is_the_deployment_as_it_was(recovered: Recovered) -> None:
    """The archiver was killed twice, wherever it stood; a last write shows that it caught up."""
    recovered.api.call("PutItem", TableName=tables.OTHER, Item=wire_key(("mark", 1)))
    there = tables.everything(recovered.api)
    found: Any = None

    def holds() -> bool:
        nonlocal found
        found = rebuilt(recovered.archive)
        return bool(found.get(tables.OTHER))

    assert eventually(holds, TAKEN_UP_WITHIN_S)
    assert {name: tables.by_key(items) for name, items in found.items()} == {
        **{name: tables.by_key(list(items.values())) for name, items in there.items()},
        RESTORED: tables.by_key(recovered.api.scan(RESTORED)),
        FROM_BACKUP: tables.by_key(recovered.api.scan(FROM_BACKUP)),
    }
