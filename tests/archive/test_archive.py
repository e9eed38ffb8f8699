"""What is archived comes back: the whole deployment as of the last manifest, from a directory and from a bucket,
whatever was damaged, lost or interrupted on the way; or it is said what is wrong, and nothing comes back."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from slipring.engine import journal_upkeep, keyspace
from slipring.engine.archive import archiver, bases, manifests, moments, segments
from slipring.engine.archive.comparison import compare
from slipring.engine.archive.destinations import ArchiveError, Destination
from slipring.engine.archive.directory import Directory
from slipring.engine.archive.flags import release
from slipring.engine.archive.opening import open_destination
from slipring.engine.archive.rebuild import Source, rebuild
from slipring.engine.archive.segments import SegmentDamaged
from slipring.engine.scrub.findings import Kind, Watch
from slipring.engine.scrub.run import scrub
from slipring.engine.snapshots.saved import Snapshots
from slipring.storage.contract import Writes
from slipring.storage.memory import MemoryStore
from tests.archive.bucket import bucket
from tests.archive.scene import HOUR, Scene
from tests.engine.mortal import Died, MortalStore
from tests.engine.running import Process
from tests.engine.test_cuts import until_it_is_not_cut
from tests.engine.test_recovery import ENABLED, check, finish, seeded


@pytest.fixture(params=["directory", "bucket"])
def destination(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Destination]:
    """Every kind in turn."""
    if request.param == "directory":
        yield open_destination(str(tmp_path / "archive"))
        return
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with bucket() as held:
        yield open_destination(f"s3://backups/slipring?endpoint_url={held.url}")


def test_a_deployment_is_rebuilt(destination: Destination) -> None:
    """With everything: tables, indexes, settings, backups, and what other parts keep in the store."""

    async def scenario() -> None:
        scene = Scene(destination, seeded())
        process = scene.process
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
        await scene.history.create(StreamSpecification=stream, Tags=[{"Key": "k", "Value": "v"}])
        await scene.write(60)
        await process.make_table("other")
        await process.put("other", "a")
        ttl = {"Enabled": True, "AttributeName": "expires"}
        await process.call("UpdateTimeToLive", TableName="other", TimeToLiveSpecification=ttl)
        await process.engine.follow_clock()
        await process.call("UpdateContinuousBackups", TableName="other", PointInTimeRecoverySpecification=ENABLED)
        await process.call("CreateBackup", TableName="things", BackupName="backup")
        backed_up = dict(scene.history.items)
        loose: dict[bytes, bytes | None] = {b"\x10key": b"used", keyspace.CATALOG + b"auser": b"somebody"}
        position: dict[bytes, bytes | None] = {keyspace.trigger_position("t", 1, 0): b"far"}
        await scene.store.commit((), lambda _: Writes({**loose, **position}, None, None))
        for _ in range(4):
            assert await scene.archiver.round()
            await scene.write(20)
        assert await scene.archiver.round()
        archived = dict(scene.history.items)
        await scene.write(5)
        rebuilt = await scene.rebuilt()
        await check(rebuilt, "things", archived)
        assert await rebuilt.get("other", "a") == {"pk": {"S": "a"}}
        assert await rebuilt.engine.store.get_many([*loose]) == [*loose.values()]
        assert await rebuilt.engine.store.get_many([*position]) == [None], "it is one in the old stream"
        record = (await rebuilt.engine.catalog.table("things")).record
        before = (await process.engine.catalog.table("things")).record
        assert record["Journal"]["LastShard"] > before["Journal"]["LastShard"], "shards are numbered on"
        described = (await rebuilt.call("DescribeTable", TableName="things"))["Table"]
        assert described["StreamSpecification"] == stream
        assert (await rebuilt.call("ListTagsOfResource", ResourceArn=described["TableArn"]))["Tags"]
        told = await rebuilt.call("DescribeTimeToLive", TableName="other")
        assert told["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"
        told = await rebuilt.call("DescribeContinuousBackups", TableName="other")
        recovery = told["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
        [backup] = (await rebuilt.call("ListBackups"))["BackupSummaries"]
        await rebuilt.call("RestoreTableFromBackup", BackupArn=backup["BackupArn"], TargetTableName="copy")
        await finish(rebuilt)
        await check(rebuilt, "copy", backed_up)

    asyncio.run(scenario())


def test_rounds_go_on_wherever_they_were_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process dies between any two writes to the archive, another goes on; tables come and go meanwhile, shards
    close, bases are compacted. What the newest manifest tells is one moment of the whole deployment, always."""
    random = seeded()
    monkeypatch.setattr(bases, "COMPACTED_BYTES_MIN", 2000)
    monkeypatch.setattr(segments, "BYTES_MAX", 1500)
    monkeypatch.setattr(archiver, "_ROUNDS_PER_TIDYING", 1)
    destination = _Failing(Directory(tmp_path), random)

    async def scenario() -> None:
        scene = Scene(destination, random)
        await scene.history.create()
        await scene.write(50)
        manifest = manifests.empty()
        states: dict[float, Any] = {}
        for number in range(60):
            await scene.write(random.randrange(6))
            scene.clock.advance(random.choice((1, 60, HOUR)))
            states[scene.clock.now()] = dict(scene.history.items)
            destination.calls_left = random.choice((None, random.randrange(30)))
            await scene.archiver.round()
            destination.calls_left = None
            if random.random() < 0.3:
                await journal_upkeep.keep(scene.store, scene.process.engine.catalog, scene.clock.now())
            if random.random() < 0.2:
                scene.archiver = scene.new_archiver()
                scene.clock.advance(100)
            if number % 10 == 0:
                await scene.process.make_table(f"table{number}")
                await scene.process.put(f"table{number}", "a")
            before, manifest = manifest["Generation"], scene.manifest()
            if manifest["Generation"] > before and not moments.newest(manifest).left_out:
                await check(await scene.rebuilt(), "things", states[manifest["Time"]])
        assert manifest["Generation"] > 10
        assert manifest["Tables"]["1"]["Bases"][-1]["FirstShard"] > 0, "nothing was compacted"
        for _ in range(3):
            scene.clock.advance(100)
            assert await scene.archiver.round()
        left = [name for name in manifests.needless(destination) if not name.startswith("manifests/")]
        assert left == [], "what nobody needs takes no space"

    asyncio.run(scenario())


class _Failing:
    """A destination that fails after some calls, as when a process dies or the disk is full."""

    def __init__(self, destination: Destination, random: Random) -> None:
        self._destination = destination
        self.calls_left: int | None = None

    def _count(self) -> None:
        if self.calls_left is not None:
            self.calls_left -= 1
            if self.calls_left < 0:
                raise ArchiveError("no space left")

    def put(self, name: str, data: bytes) -> None:
        self._count()
        self._destination.put(name, data)

    def create(self, name: str, data: bytes) -> None:
        self._count()
        self._destination.create(name, data)

    def get(self, name: str) -> bytes:
        self._count()
        return self._destination.get(name)

    def names(self, prefix: str) -> list[str]:
        self._count()
        return self._destination.names(prefix)

    def delete(self, name: str) -> None:
        self._count()
        self._destination.delete(name)


def test_a_damaged_segment_is_named_and_nothing_restored(tmp_path: Path) -> None:
    """Whichever segment, whichever byte: a restore that silently lacks an item is worse than none."""
    random = seeded()

    async def scenario() -> None:
        scene = Scene(Directory(tmp_path), random)
        await scene.history.create()
        await scene.write(30)
        await scene.archiver.round()
        await scene.write(10)
        await scene.archiver.round()
        names = {segment["Name"] for segment in manifests.segments_of(scene.manifest())}
        assert len(names) > 1
        for name in names:
            path = tmp_path / name
            whole = path.read_bytes()
            damaged = bytearray(whole)
            damaged[random.randrange(len(damaged))] ^= 1 << random.randrange(8)
            for content in (bytes(damaged), whole[: random.randrange(len(whole))]):
                path.write_bytes(content)
                process = Process(MemoryStore(), scene.clock)
                newest = moments.newest(scene.manifest())
                with pytest.raises(SegmentDamaged, match=name):
                    await rebuild(process.engine.store, scene.destination, newest, 0.0, lambda _: None)
                assert (await process.call("ListTables"))["TableNames"] == []
            path.unlink()
            with pytest.raises(ArchiveError, match=name):
                await rebuild(process.engine.store, scene.destination, newest, 0.0, lambda _: None)
            path.write_bytes(whole)
        [*_, last] = scene.destination.names("manifests/")
        (tmp_path / last).write_bytes((tmp_path / last).read_bytes()[:-1])
        with pytest.raises(ArchiveError, match=last):
            scene.manifest()

    asyncio.run(scenario())


def test_a_scrub_compares_the_archive_with_the_tables(tmp_path: Path) -> None:
    """What was written after the last round may differ. What differs otherwise was changed behind the journal's back,
    on either side; a damaged segment is named."""

    async def compared(scene: Scene) -> set[tuple[Kind, bytes]]:
        manifest = scene.manifest()
        source = Source(scene.destination, moments.newest(manifest).until_us, lambda _: None)
        watch = Watch(lambda _: None, lambda _: None)
        found = await compare(scene.store, source, manifest, MemoryStore(), watch)
        return {(finding.kind, finding.key) for finding in found}

    async def scenario() -> None:
        scene = Scene(Directory(tmp_path), seeded())
        await scene.history.create()
        await scene.write(40)
        await scene.archiver.round()
        await scene.write(40)
        await scene.archiver.round()
        await scene.write(20)
        assert await compared(scene) == set()
        await scene.archiver.round()
        table = await scene.process.engine.catalog.table("things")
        (key, row), *_, (last, _) = await scene.store.scan(table.prefix, b"\x03", limit=1000, bytes_max=1 << 30)
        await scene.store.commit((), lambda _: Writes({key + b"x": row, last: None}, None, None))
        assert await compared(scene) == {(Kind.ARCHIVE_DIFFERS, key + b"x"), (Kind.ARCHIVE_DIFFERS, last)}
        [segment, *_] = scene.manifest()["Tables"][str(table.id)]["Journal"]
        (tmp_path / segment["Name"]).write_bytes(b"damaged")
        assert await compared(scene) == {(Kind.ARCHIVE_DAMAGED, b"")}

    asyncio.run(scenario())


def test_what_was_written_wrong_is_noticed_when_it_is_written(tmp_path: Path) -> None:
    """A disk that forgets is found out on the day, not on the day of the restore."""

    class Forgetful(Directory):
        def put(self, name: str, data: bytes) -> None:
            super().put(name, data[:-1] if name.startswith("segments/") else data)

    async def scenario() -> None:
        scene = Scene(Forgetful(tmp_path))
        await scene.history.create()
        await scene.write(3)
        assert not await scene.archiver.round()
        assert scene.archiver.failures == 1
        assert scene.destination.names("manifests/") == []

    asyncio.run(scenario())


def test_a_full_disk_stops_archiving_and_nothing_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Serving goes on, the log says once what is wrong, and archiving goes on by itself. However often it was tried,
    the table has not been cut into more shards than the first try needed."""
    destination = _Failing(Directory(tmp_path), Random(1))

    async def scenario() -> None:
        scene = Scene(destination)
        await scene.history.create()
        destination.calls_left = 3
        for _ in range(20):
            assert not await scene.archiver.round()
            await scene.write(2)
        assert scene.archiver.failures == 20
        record = (await scene.process.engine.catalog.table("things")).record
        assert len(record["Journal"]["Shards"]) == 1
        destination.calls_left = None
        assert await scene.archiver.round()
        await check(await scene.rebuilt(), "things", scene.history.items)

    asyncio.run(scenario())
    assert caplog.text.count("archiving stops: no space left") == 1
    assert caplog.text.count("archiving goes on") == 1


def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    """Whoever can read an archive can read every item, and its directory may have been there for all to look into."""
    mask = os.umask(0o022)
    try:
        Directory(tmp_path).put("manifest", b"all that there is")
    finally:
        os.umask(mask)
    assert (tmp_path / "manifest").stat().st_mode & 0o777 == 0o600


def test_an_archive_that_was_away_for_long_begins_anew(tmp_path: Path) -> None:
    """The journal is kept for it for a day, not for ever. What was trimmed before it was archived is made up for by a
    new base."""

    async def scenario() -> None:
        scene = Scene(Directory(tmp_path))
        await scene.history.create()
        await scene.write(20)
        await scene.archiver.round()
        for _ in range(30):
            scene.clock.advance(HOUR)
            await scene.write(2)
            await journal_upkeep.keep(scene.store, scene.process.engine.catalog, scene.clock.now())
        for _ in range(3):
            await scene.write(1)
            assert await scene.archiver.round()
        await check(await scene.rebuilt(), "things", scene.history.items)

    asyncio.run(scenario())


def test_tables_are_let_go_when_archiving_is_turned_off(tmp_path: Path) -> None:
    """Otherwise their journals would be written for nobody."""

    async def scenario() -> None:
        scene = Scene(Directory(tmp_path))
        await scene.history.create()
        await scene.archiver.round()
        table = await scene.process.engine.catalog.table("things")
        assert table.shards is not None
        await release(scene.store, scene.process.engine.catalog, scene.clock.now())
        table = await scene.process.engine.catalog.table("things")
        assert table.shards is None
        await scene.archiver.round()
        await scene.write(5)
        await scene.archiver.round()
        await check(await scene.rebuilt(), "things", scene.history.items)

    asyncio.run(scenario())


def test_snapshots_are_not_archived_by_name_alone(tmp_path: Path) -> None:
    """Their rows are not in the archive. A snapshot that names rows that are not there would be loaded as empty tables,
    and deleting it would erase the tables that were given its ids since."""

    async def scenario() -> None:
        scene = Scene(Directory(tmp_path))
        await scene.history.create()
        await scene.write(20)
        record = {"Format": 1, "Name": "before", "Namespace": None, "Created": 0.0, "Ids": [2], "IsComplete": True}
        value = orjson.dumps({**record, "Tables": [], "Streams": [], "Journals": []})
        await scene.store.commit((), lambda _: Writes({keyspace.snapshot("before"): value}, None, None))
        await scene.archiver.round()
        store = MemoryStore()
        manifest = scene.manifest()
        await rebuild(store, scene.destination, moments.newest(manifest), scene.clock.now(), lambda _: None)
        process = Process(store, scene.clock)
        await check(process, "things", scene.history.items)
        assert await Snapshots(process.engine).all() == []

    asyncio.run(scenario())


def test_what_a_snapshot_brought_back_is_archived(tmp_path: Path) -> None:
    """Loading gives tables other ids and takes no part in any journal: it is new bases that tell. A round that has
    seen the load tells nothing of what was before it, also where a table was made or dropped meanwhile."""

    async def scenario() -> None:
        scene = Scene(Directory(tmp_path / "archive"))
        process, snapshots = scene.process, Snapshots(scene.process.engine)
        for table in ("things", "dropped"):
            await process.make_table(table)
            await process.put(table, "a")
        assert await scene.archiver.round()
        await snapshots.save("before")
        await process.put("things", "b")
        await process.call("DeleteTable", TableName="dropped")
        await process.make_table("made")
        assert await scene.archiver.round()
        for written in ("c", "d"):
            await snapshots.load("before")
            await process.put("things", written)
            assert await scene.archiver.round()
            await process.put("dropped", written)
            assert await scene.archiver.round()
            rebuilt = await scene.rebuilt()
            assert (await rebuilt.call("ListTables"))["TableNames"] == ["dropped", "things"]
            for table in ("things", "dropped"):
                found = (await rebuilt.call("Scan", TableName=table))["Items"]
                assert sorted(item["pk"]["S"] for item in found) == ["a", written]

    asyncio.run(scenario())


def test_a_deployment_is_rebuilt_on_an_empty_store_only(tmp_path: Path) -> None:
    """Two deployments' tables must not be mixed; what an interrupted rebuild left is no deployment, and is erased."""

    async def scenario() -> None:
        scene = Scene(Directory(tmp_path))
        await scene.history.create()
        await scene.write(100)
        await scene.archiver.round()
        manifest = scene.manifest()
        with pytest.raises(ArchiveError, match="not empty"):
            await rebuild(scene.store, scene.destination, moments.newest(manifest), 0.0, lambda _: None)
        store = MortalStore()
        store.commits_left = 3
        with pytest.raises(Died):
            await rebuild(store, scene.destination, moments.newest(manifest), 0.0, lambda _: None)
        store.revive()
        await store.commit((), lambda _: Writes({keyspace.CATALOG + b"auser": b"somebody"}, None, None))
        await store.commit((), lambda _: Writes({b"\x02\x00\x00\x00\x01left over": b"x"}, None, None))
        await rebuild(store, scene.destination, moments.newest(manifest), scene.clock.now(), lambda _: None)
        await check(Process(store, scene.clock), "things", scene.history.items)
        assert await store.get(keyspace.CATALOG + b"auser") is None

    asyncio.run(scenario())


def test_a_rebuild_is_begun_anew_whichever_commit_was_the_last(tmp_path: Path) -> None:
    """Killed at every commit in turn: nothing shows of a rebuild that was not finished, and the next one is whole."""

    async def scenario() -> None:
        scene = Scene(Directory(tmp_path), seeded())
        await scene.history.create()
        await scene.write(300)
        await scene.archiver.round()
        moment = moments.newest(scene.manifest())

        async def is_cut(cut: int) -> bool:
            store = MortalStore()
            store.commits_left = cut
            was_cut = True
            with suppress(Died):
                await rebuild(store, scene.destination, moment, scene.clock.now(), lambda _: None)
                was_cut = False
            store.revive()
            if was_cut:
                assert (await Process(store, scene.clock).call("ListTables"))["TableNames"] == []
                await rebuild(store, scene.destination, moment, scene.clock.now(), lambda _: None)
            await check(Process(store, scene.clock), "things", scene.history.items)
            assert (await scrub(store, Watch(lambda _: None, lambda _: None))).findings == []
            return was_cut

        assert await until_it_is_not_cut(is_cut) > 3

    asyncio.run(scenario())


@pytest.mark.parametrize("address", ["s3://", "ftp://host/path", "s3://bucket/x?unknown=1"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ArchiveError, match="an archive is a directory or s3://"):
        open_destination(address)
