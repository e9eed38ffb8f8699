"""kill -9 while an archive is compacted, a deployment rebuilt from it, and a snapshot loaded: what was archived comes
back, and what was begun is begun again or gone."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from slipring.engine.archive import manifests
from tests.cli.processes import COMMAND, Serving, environment, slipring
from tests.crash import tables
from tests.crash.api import Api, Item, wire_key
from tests.crash.lanes import Lane, Puts, Versions
from tests.crash.load import Load, check
from tests.crash.rebuilding import newest_manifest, rebuilt
from tests.edge.wire import eventually
from tests.engine.test_recovery import seeded

ROOT = Path(__file__).parents[2]
HASTY = [COMMAND[0], "-m", "tests.crash.hasty"]
PATHS = {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
ITEMS = 1500
KILLS = 4
WITHIN_S = 60
TIDY_ROUNDS = 10
"""So many that everything needless was looked at twice."""


def _fill(api: Api) -> None:
    tables.create(api)
    for first in range(0, ITEMS, 25):
        puts = [{"PutRequest": {"Item": _item(number)}} for number in range(first, first + 25)]
        api.call("BatchWriteItem", RequestItems={tables.MAIN: puts})


def _item(number: int) -> Item:
    return {**wire_key((f"filler {number % 50}", number)), "text": {"S": f"{number}" * 20}}


def _write_and_wait(api: Api, archive: Path, mark: int) -> None:
    """Write something, and wait until it is archived."""
    generation = newest_manifest(archive)["Generation"]
    api.call("PutItem", TableName=tables.OTHER, Item=wire_key(("mark", mark)))
    assert eventually(lambda: newest_manifest(archive)["Generation"] > generation, WITHIN_S)


def _is_compacting(archive: Path) -> bool:
    return any("Next" in table and table["Bases"] for table in newest_manifest(archive)["Tables"].values())


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, tables.Items]]:
    """An archive whose server was killed again and again in the midst of a compaction, and what it must hold."""
    directory = tmp_path_factory.mktemp("crash")
    archive = directory / "archive"
    flags = ("--store", str(directory / "store"), "--archive", str(archive), "--archive-interval-s", "0.02")
    random = seeded()
    lanes: list[Lane] = [Puts("puts 0", random), Puts("puts 1", random), Versions("versions", random)]
    with ThreadPoolExecutor(len(lanes)) as pool:
        for number in range(KILLS + 1):
            with Serving(*flags, command=HASTY, more=PATHS) as serving, Api(serving.port) as api:
                if not number:
                    _fill(api)
                check(api, lanes)
                load = Load(pool, serving.port, lanes)
                assert eventually(lambda: _is_compacting(archive), WITHIN_S), "there was nothing to cut"
                if number < KILLS:
                    time.sleep(random.uniform(0, 0.1))
                    serving.send(signal.SIGKILL)
                    load.stop()
                    assert serving.ended()[0] == -signal.SIGKILL
                    continue
                load.stop()
                assert eventually(lambda: not _is_compacting(archive), WITHIN_S), "it is taken up and finished"
                for mark in range(1, TIDY_ROUNDS):
                    _write_and_wait(api, archive, mark)
                assert eventually(lambda: len(rebuilt(archive)[tables.OTHER]) >= TIDY_ROUNDS, WITHIN_S)
                check(api, lanes)
                there = tables.everything(api)
                serving.send(signal.SIGTERM)
                assert serving.ended()[0] == 0
    yield archive, there


def test_the_archive_is_the_deployment_as_it_was(archived: tuple[Path, tables.Items]) -> None:
    archive, there = archived
    found = {name: tables.by_key(items) for name, items in rebuilt(archive).items()}
    assert found == {name: tables.by_key(list(items.values())) for name, items in there.items()}


def test_what_the_kills_left_is_cleared_away(archived: tuple[Path, tables.Items]) -> None:
    """What no process ever named takes no space; what the newest manifests no longer name, not for long."""
    archive, _ = archived
    named = {segment["Name"] for segment in manifests.segments_of(newest_manifest(archive))}
    there = {path.relative_to(archive).as_posix() for path in (archive / "segments").rglob("*") if path.is_file()}
    assert named <= there
    assert len(there - named) < 2 * TIDY_ROUNDS
    assert not any((archive / "partial").iterdir())


def test_a_restore_that_is_killed_is_begun_anew(archived: tuple[Path, tables.Items], tmp_path: Path) -> None:
    """Wherever it was: the store is empty, or whole."""
    archive, there = archived
    random = seeded()
    new = tmp_path / "new"
    command = [*COMMAND, "restore", "--from", str(archive), "--store", str(new)]
    for _ in range(KILLS):
        restoring = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        eventually(lambda process=restoring: process.poll() is not None, random.uniform(0.2, 1.0))
        restoring.kill()
        restoring.communicate()
        if restoring.returncode == 0:
            break
    else:
        done = slipring(*command[len(COMMAND) :])
        # The last one may have been killed when all was done.
        assert done.returncode == 0 or "the store is not empty" in done.stderr, done.stderr
    with Serving("--store", str(new)) as serving, Api(serving.port) as api:
        assert tables.everything(api) == there
        tables.check_agreement(api, there)


def test_a_snapshots_load_that_is_killed_leaves_what_was_there_or_what_was_saved(tmp_path: Path) -> None:
    random = seeded()
    store = str(tmp_path / "store")
    with Serving("--store", store) as serving, Api(serving.port) as api:
        _fill(api)
        saved = tables.everything(api)
    assert slipring("snapshot", "save", "before", "--store", store).returncode == 0
    with Serving("--store", store) as serving, Api(serving.port) as api:
        for number in range(20):
            api.call("DeleteItem", TableName=tables.MAIN, Key=wire_key((f"filler {number}", number)))
        api.call("PutItem", TableName=tables.OTHER, Item=wire_key(("later", 1)))
        changed = tables.everything(api)
    for _ in range(2):
        command = [*COMMAND, "snapshot", "load", "before", "--store", store]
        loading = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        eventually(lambda process=loading: process.poll() is not None, random.uniform(0.2, 0.8))
        loading.kill()
        loading.communicate()
        with Serving("--store", store) as serving, Api(serving.port) as api:
            found = tables.everything(api)
            assert found in (saved, changed)
            tables.check_agreement(api, found)
        if found == saved:
            break
    assert slipring("snapshot", "load", "before", "--store", store).returncode == 0
    with Serving("--store", store) as serving, Api(serving.port) as api:
        assert tables.everything(api) == saved
        tables.check_agreement(api, saved)
