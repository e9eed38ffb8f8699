"""Backups, restores, the archive and the scrub on every backend: what they ask of a store, each one does."""

from __future__ import annotations

from pathlib import Path
from random import Random

from slipring.clock import Ids, ManualClock
from slipring.engine.archive import manifests, moments
from slipring.engine.archive.archiver import Archiver
from slipring.engine.archive.directory import Directory
from slipring.engine.archive.rebuild import rebuild
from slipring.engine.scrub.findings import Watch
from slipring.engine.scrub.run import scrub
from slipring.storage.contract import Store
from slipring.storage.memory import MemoryStore
from tests.engine.running import Process
from tests.engine.test_recovery import ENABLED, History, check, finish
from tests.storage.conftest import Backend


def test_what_was_copied_is_what_was_there(backend: Backend, tmp_path: Path) -> None:
    """And an archive of one kind of store is rebuilt on another."""
    random = Random(11)

    async def scenario(store: Store) -> None:
        await store.start()
        clock = ManualClock()
        process = Process(store, clock)
        history = History(process, clock, random, "things")
        archiver = Archiver(store, process.engine.catalog, clock, Ids(), Directory(tmp_path / "archive"), 10.0, 1)
        await history.create()
        await process.call("UpdateContinuousBackups", TableName="things", PointInTimeRecoverySpecification=ENABLED)
        for number in range(60):
            clock.advance(1)
            await history.write()
            if number == 30:
                await process.call("CreateBackup", TableName="things", BackupName="backup")
                backed_up, backed_up_at = dict(history.items), clock.now()
                assert await archiver.round()
        await finish(process)
        [backup] = (await process.call("ListBackups"))["BackupSummaries"]
        await process.call("RestoreTableFromBackup", BackupArn=backup["BackupArn"], TargetTableName="from-backup")
        moment = clock.now() - 17
        target = {"TargetTableName": "to-time", "RestoreDateTime": moment}
        await process.call("RestoreTableToPointInTime", SourceTableName="things", **target)
        await finish(process)
        await check(process, "from-backup", backed_up)
        await check(process, "to-time", history.at(moment))
        assert (await scrub(store, Watch(lambda _: None, lambda _: None))).findings == []
        clock.advance(1)
        assert await archiver.round()
        rebuilt = Process(MemoryStore(), clock)
        archive = Directory(tmp_path / "archive")
        newest = moments.newest(manifests.newest(archive).manifest)
        await rebuild(rebuilt.engine.store, archive, newest, clock.now(), lambda _: None)
        await check(rebuilt, "things", history.items)
        await check(rebuilt, "to-time", history.at(moment))
        earlier = moments.at(manifests.newest(archive).manifest, backed_up_at + 5)
        rebuilt = Process(MemoryStore(), clock)
        await rebuild(rebuilt.engine.store, archive, earlier, clock.now(), lambda _: None)
        await check(rebuilt, "things", history.at(earlier.time))

    backend.run(scenario)
