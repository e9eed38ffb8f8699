"""Two that write to one archive, by mistake or because a lease passed on, spoil nothing of it.

Of two manifests with one number one is written, and a server leaves alone what was not archived from its own store."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from slipring.engine.archive import manifests
from slipring.engine.archive.destinations import Destination, ObjectTaken
from slipring.engine.archive.directory import Directory
from slipring.engine.archive.opening import open_destination
from slipring.storage.contract import Writes
from tests.archive.bucket import bucket
from tests.archive.scene import Scene
from tests.engine.test_recovery import check, seeded

WRITERS = 8


@pytest.fixture(params=["directory", "without links", "refuses", "lacks", "ignores"])
def destination(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Destination]:
    """Directories, on file systems with and without hard links, and buckets, by what they make of conditions."""
    if request.param in ("directory", "without links"):
        if request.param == "without links":
            monkeypatch.setattr(Path, "hardlink_to", _unsupported)
        yield Directory(tmp_path)
        return
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with bucket(request.param) as held:
        yield open_destination(f"s3://backups/slipring?endpoint_url={held.url}")


def _unsupported(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


def test_what_is_there_is_not_overwritten(destination: Destination) -> None:
    """Unless it is the same: an answer may have been lost and the object written."""
    destination.create("manifests/1", b"one")
    destination.create("manifests/1", b"one")
    with pytest.raises(ObjectTaken, match="manifests/1"):
        destination.create("manifests/1", b"two")
    assert destination.get("manifests/1") == b"one"
    destination.create("manifests/2", b"two")
    assert destination.names("") == ["manifests/1", "manifests/2"]


@pytest.mark.parametrize("kind", ["directory", "bucket"])
def test_of_several_at_the_same_moment_one_writes(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All in the same instant, again and again."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    def write(destination: Destination, name: str, writer: int) -> bool:
        try:
            destination.create(name, b"%d" % writer)
        except ObjectTaken:
            return False
        return True

    with bucket() as held, ThreadPoolExecutor(WRITERS) as pool:
        address = str(tmp_path) if kind == "directory" else f"s3://b/x?endpoint_url={held.url}"
        destinations = [open_destination(address) for _ in range(WRITERS)]
        for number in range(20):
            name = f"manifests/{number}"
            done = list(pool.map(lambda writer, name=name: write(destinations[writer], name, writer), range(WRITERS)))
            [winner] = [writer for writer in range(WRITERS) if done[writer]]
            assert destinations[0].get(name) == b"%d" % winner


def test_a_bucket_without_conditions_is_told_of(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, whether it says so or takes the condition and does nothing about it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    for conditions, warnings in (("refuses", 0), ("lacks", 1), ("ignores", 1)):
        caplog.clear()
        with bucket(conditions) as held, caplog.at_level(logging.WARNING, "slipring"):
            destination = open_destination(f"s3://backups/x?endpoint_url={held.url}")
            destination.create("manifests/1", b"one")
            destination.create("manifests/2", b"two")
        assert caplog.text.count("has no conditional writes") == warnings


def test_another_deployments_archive_is_left_alone(destination: Destination, caplog: pytest.LogCaptureFixture) -> None:
    """Two servers on stores of their own get one archive by mistake. Table ids and positions begin at one in both, so
    the second one's records would fit the first one's base."""

    async def scenario() -> None:
        scene, other = Scene(destination, seeded()), Scene(destination, seeded())
        for each in (scene, other):
            await each.history.create()
            await each.write(20)
        for _ in range(3):
            assert await scene.archiver.round()
            assert not await other.archiver.round()
            await scene.write(5)
            await other.write(5)
        assert await scene.archiver.round()
        assert "another deployment archives there" in other.archiver.error
        await check(await scene.rebuilt(), "things", scene.history.items)

    asyncio.run(scenario())
    assert caplog.text.count("another deployment archives there") == 1


def test_of_two_copies_of_a_store_one_goes_on(destination: Destination) -> None:
    """A copied store knows the archive's manifests. Whichever writes the next one has it; the other is refused for
    good."""

    async def scenario() -> None:
        scene, copy = Scene(destination, seeded()), Scene(destination, seeded())
        await scene.history.create()
        await scene.write(20)
        assert await scene.archiver.round()
        pairs = await scene.store.scan(b"\x00", b"\xff", limit=1 << 30, bytes_max=1 << 30)
        await copy.store.commit((), lambda _: Writes(dict(pairs), None, None))
        copy.history.items = dict(scene.history.items)
        copy.clock.advance(100)
        for _ in range(3):
            # So many that some of them change something: without, there is no manifest to write.
            await copy.write(15)
            await scene.write(15)
            assert await copy.archiver.round()
            assert not await scene.archiver.round()
        await check(await copy.rebuilt(), "things", copy.history.items)

    asyncio.run(scenario())


@pytest.mark.parametrize("step", ["put", "create", "get", "names"])
def test_who_lost_the_lease_meanwhile_changes_nothing(tmp_path: Path, step: str) -> None:
    """A process hangs at any call, for so long that another one has taken its work over and gone on, and wakes up."""

    async def scenario() -> None:
        scene = Scene(Directory(tmp_path), seeded())
        await scene.history.create()
        await scene.write(20)
        assert await scene.archiver.round()
        calls = 0
        while True:
            await scene.write(3)
            stalled = _Stalled(scene, step, calls)
            scene.destination = stalled
            sleeper = scene.new_archiver()
            scene.destination = stalled.destination
            scene.clock.advance(100)
            await sleeper.round()
            if not stalled.has_stalled:
                break
            calls += 1
            names = {segment["Name"] for segment in manifests.segments_of(scene.manifest())}
            assert names <= set(scene.destination.names("segments/"))
            await check(await scene.rebuilt(), "things", scene.history.at(scene.manifest()["Time"]))
            scene.clock.advance(100)
            await scene.archiver.round()
        assert calls > 0

    asyncio.run(scenario())


class _Stalled:
    """A destination where another process does two rounds during one of a process's calls."""

    def __init__(self, scene: Scene, step: str, calls: int) -> None:
        self.destination = scene.destination
        self.has_stalled = False
        self._scene = scene
        self._step = step
        self._calls = calls
        self._loop = asyncio.get_running_loop()

    def _call(self, step: str) -> None:
        if step != self._step:
            return
        self._calls -= 1
        if self._calls == -1:
            self.has_stalled = True
            asyncio.run_coroutine_threadsafe(self._others_turn(), self._loop).result()

    async def _others_turn(self) -> None:
        other = self._scene.new_archiver()
        for _ in range(2):
            self._scene.clock.advance(100)
            await self._scene.write(3)
            assert await other.round()

    def put(self, name: str, data: bytes) -> None:
        self._call("put")
        self.destination.put(name, data)

    def create(self, name: str, data: bytes) -> None:
        self._call("create")
        self.destination.create(name, data)

    def get(self, name: str) -> bytes:
        self._call("get")
        return self.destination.get(name)

    def names(self, prefix: str) -> list[str]:
        self._call("names")
        return self.destination.names(prefix)

    def delete(self, name: str) -> None:
        self.destination.delete(name)
