"""An archive lets one go back: to any second that it covers, exactly, and to no other."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from slipring.clock import iso_time
from slipring.engine import journal_upkeep
from slipring.engine.archive import archiver, bases, flags, moments, segments
from slipring.engine.archive.destinations import ArchiveError
from slipring.engine.archive.directory import Directory
from slipring.engine.snapshots.saved import Snapshots
from tests.archive.scene import HOUR, Scene
from tests.engine.test_recovery import ENABLED, History, check, finish, seeded

DAY = 24 * HOUR


@dataclass
class Life:
    """A table of some name, from when it was created to when it was dropped."""

    history: History
    created: float
    dropped: float = math.inf
    is_archived: bool = False


class Town:
    """Tables that are born, written and dropped at random, under a few names that are used again."""

    def __init__(self, scene: Scene, random: Random) -> None:
        self.scene = scene
        self.random = random
        self.lives: list[Life] = []

    async def step(self) -> None:
        living = self.living()
        if living and self.random.random() < 0.9:
            await self.random.choice(living).history.write()
        elif self.random.random() < 0.5:
            await self.create()
        elif archived := [life for life in living if life.is_archived]:
            # The archive knows nothing of a table that was there between two rounds only.
            await self.drop(self.random.choice(archived))

    async def archive(self) -> None:
        if await self.scene.archiver.round():
            for life in self.living():
                life.is_archived = True

    def living(self) -> list[Life]:
        return self.at(self.scene.clock.now())

    def at(self, time: float) -> list[Life]:
        return [life for life in self.lives if life.created <= time < life.dropped]

    async def create(self) -> None:
        names = {f"table{number}" for number in range(3)} - {life.history.name for life in self.living()}
        if names:
            name = self.random.choice(sorted(names))
            history = History(self.scene.process, self.scene.clock, self.random, name)
            await history.create()
            self.lives.append(Life(history, self.scene.clock.now()))

    async def drop(self, life: Life) -> None:
        await self.scene.process.call("DeleteTable", TableName=life.history.name)
        life.dropped = self.scene.clock.now()
        # A table that lived for no time was never there, as far as anybody can tell afterwards.
        self.scene.clock.advance(0.001)


@pytest.mark.parametrize("run", range(3))
def test_a_deployment_is_rebuilt_as_it_was_at_any_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: int
) -> None:
    """Times between writes, of writes, of several writes at one time, of the birth and death of tables; from before a
    compaction and after it; whichever process archived, and wherever it was cut off."""
    monkeypatch.setattr(bases, "COMPACTED_BYTES_MIN", 2000)
    monkeypatch.setattr(segments, "BYTES_MAX", 1500)
    monkeypatch.setattr(archiver, "_ROUNDS_PER_TIDYING", 3)
    random = seeded()

    async def scenario() -> None:
        scene = Scene(Directory(tmp_path), random)
        town = Town(scene, random)
        for _ in range(random.randrange(20)):
            await town.step()
        for _ in range(250):
            scene.clock.advance(random.choice((0, 0.25, 1, 3, 60)))
            await town.step()
            if random.random() < 0.2:
                await town.archive()
            if random.random() < 0.02:
                scene.archiver = scene.new_archiver()
                scene.clock.advance(10)
            if random.random() < 0.03:
                scene.clock.advance(2 * HOUR)
                await journal_upkeep.keep(scene.store, scene.process.engine.catalog, scene.clock.now())
        scene.clock.advance(10)
        assert await scene.archiver.round()
        manifest = scene.manifest()
        since, until = manifest["Since"], manifest["Time"]
        edges = [time for life in town.lives for time in (life.created, life.dropped)]
        writes = [time for life in town.lives for time, _ in life.history.states]
        known = sorted({time for time in (*edges, *writes) if since <= time <= until})
        seconds = [float(random.randrange(int(since) + 1, int(until))) for _ in range(3)]
        for time in [since, until, *random.sample(known, min(5, len(known))), *seconds]:
            moment = moments.at(manifest, time)
            assert not moment.left_out
            rebuilt = await scene.rebuilt(moment)
            there = town.at(time)
            names = (await rebuilt.call("ListTables"))["TableNames"]
            assert names == sorted(life.history.name for life in there)
            for life in there:
                await check(rebuilt, life.history.name, life.history.at(time))

    asyncio.run(scenario())


def test_what_is_not_covered_is_refused(tmp_path: Path) -> None:
    """Rather than a deployment that nearly is what was asked for. The message says what there is."""

    async def scenario() -> None:
        scene = Scene(Directory(tmp_path))
        await scene.history.create()
        assert await scene.archiver.round()
        await scene.write(10)
        assert await scene.archiver.round()
        manifest = scene.manifest()
        since, until = manifest["Since"], manifest["Time"]
        for time in (since - 0.001, until + 0.001):
            with pytest.raises(ArchiveError, match=rf"covers the time from {iso_time(since)} to"):
                moments.at(manifest, time)
        with pytest.raises(ArchiveError, match="covers no time yet"):
            moments.at({**manifest, "Since": None}, since)

    asyncio.run(scenario())


def test_bases_are_kept_for_as_long_as_somebody_may_go_back_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A compaction takes away nothing of the days that were promised; after these its space is free again."""
    monkeypatch.setattr(bases, "COMPACTED_BYTES_MIN", 0)

    async def scenario() -> None:
        scene = Scene(Directory(tmp_path), seeded())
        await scene.history.create()
        await scene.write(5)
        assert await scene.archiver.round()
        begun = scene.manifest()["Since"]
        for _ in range(4):
            await scene.write(300)
            assert await scene.archiver.round()
        manifest = scene.manifest()
        [archived] = manifest["Tables"].values()
        assert len(archived["Bases"]) > 1, "it was compacted"
        assert manifest["Since"] == begun
        before = moments.at(manifest, archived["Bases"][1]["Covers"] - 10)
        await check(await scene.rebuilt(before), "things", scene.history.at(before.time))
        scene.clock.advance(DAY)
        assert await scene.archiver.round()
        manifest = scene.manifest()
        [archived] = manifest["Tables"].values()
        assert len(archived["Bases"]) == 1
        assert manifest["Since"] == scene.clock.now() - DAY
        with pytest.raises(ArchiveError, match="covers the time from"):
            moments.at(manifest, before.time)
        await check(await scene.rebuilt(), "things", scene.history.items)

    asyncio.run(scenario())


def test_many_short_rounds_make_few_segments(tmp_path: Path) -> None:
    """A table that gets one write a round must not fill the manifest, which is written every time."""

    async def scenario() -> None:
        scene = Scene(Directory(tmp_path), seeded())
        await scene.history.create()
        for _ in range(200):
            await scene.write(1)
            assert await scene.archiver.round()
        [archived] = scene.manifest()["Tables"].values()
        assert len(archived["Journal"]) < 16
        await check(await scene.rebuilt(), "things", scene.history.items)

    asyncio.run(scenario())


def test_settings_and_backups_are_those_of_the_time(tmp_path: Path) -> None:
    """As of the last round at or before it; a backup is there from when it was asked for, and a system backup takes the
    place of its table."""

    async def scenario() -> None:
        scene = Scene(Directory(tmp_path))
        process = scene.process
        await scene.history.create()
        await scene.write(10)
        assert await scene.archiver.round()
        scene.clock.advance(10)
        plain = scene.clock.now()
        scene.clock.advance(10)
        await process.call("UpdateContinuousBackups", TableName="things", PointInTimeRecoverySpecification=ENABLED)
        await process.call("UpdateTable", TableName="things", DeletionProtectionEnabled=True)
        await process.call("CreateBackup", TableName="things", BackupName="backup")
        await finish(process)
        assert await scene.archiver.round()
        protected = scene.clock.now()
        scene.clock.advance(10)
        await process.call("UpdateTable", TableName="things", DeletionProtectionEnabled=False)
        await process.call("DeleteTable", TableName="things")
        scene.clock.advance(10)
        for _ in range(2):
            # Backups are copied in a round of their own.
            assert await scene.archiver.round()
        told = []
        for time in (plain, protected, scene.clock.now()):
            rebuilt = await scene.rebuilt(moments.at(scene.manifest(), time))
            tables = (await rebuilt.call("ListTables"))["TableNames"]
            described = [(await rebuilt.call("DescribeTable", TableName=name))["Table"] for name in tables]
            backups = (await rebuilt.call("ListBackups", BackupType="ALL"))["BackupSummaries"]
            kinds = sorted(each["BackupType"] for each in backups)
            told.append(([each["DeletionProtectionEnabled"] for each in described], kinds))
        assert told == [([False], []), ([True], ["USER"]), ([], ["SYSTEM", "USER"])]

    asyncio.run(scenario())


def test_a_loaded_snapshot_begins_a_new_history(tmp_path: Path) -> None:
    """Its tables have other ids and no journal: times before it are told by the old ones, and times from its first base
    on by the new ones. In between the tables are named as missing."""

    async def scenario() -> None:
        scene = Scene(Directory(tmp_path), seeded())
        snapshots = Snapshots(scene.process.engine)
        await scene.history.create()
        await scene.write(20)
        await snapshots.save("before")
        saved = dict(scene.history.items)
        await scene.write(20)
        assert await scene.archiver.round()
        overwritten, at = dict(scene.history.items), scene.clock.now()
        scene.clock.advance(100)
        await snapshots.load("before")
        between = scene.clock.now()
        scene.clock.advance(100)
        assert await scene.archiver.round()
        manifest = scene.manifest()
        await check(await scene.rebuilt(moments.at(manifest, at)), "things", overwritten)
        await check(await scene.rebuilt(moments.at(manifest, scene.clock.now())), "things", saved)
        [missing] = moments.at(manifest, between).left_out
        assert missing == f"table things is not in the archive before {iso_time(scene.clock.now())}"

    asyncio.run(scenario())


def test_a_table_that_was_not_archived_for_a_while_is_not_made_of_what_is_left(tmp_path: Path) -> None:
    """Archiving is turned off, the table is written, and archiving is turned on again: the journal has a hole, over
    which nothing may be replayed."""

    async def scenario() -> None:
        scene = Scene(Directory(tmp_path), seeded())
        await scene.history.create()
        await scene.write(20)
        assert await scene.archiver.round()
        await flags.release(scene.store, scene.process.engine.catalog, scene.clock.now())
        await scene.write(20)
        hole = scene.clock.now()
        scene.archiver = scene.new_archiver()
        scene.clock.advance(100)
        assert await scene.archiver.round()
        await scene.write(20)
        assert await scene.archiver.round()
        await check(await scene.rebuilt(), "things", scene.history.items)
        assert len(moments.at(scene.manifest(), hole).left_out) == 1

    asyncio.run(scenario())
