"""A store that cannot be opened: one line that says which and why, a code for scripts, and the store left as it was."""

from __future__ import annotations

import fcntl
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.processes import COMMAND, Serving, environment
from tests.crash import tables
from tests.crash.api import Api, wire_key

CONFINED = [sys.executable, str(Path(__file__).parent / "confined.py")]

MARK = "where the damage will be"
ITEMS = 20


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("written") / "store"
    with Serving("--store", str(path)) as serving, Api(serving.port) as api:
        api.call("CreateTable", TableName=tables.MAIN, **tables.PLAIN)
        for number in range(ITEMS):
            api.call("PutItem", TableName=tables.MAIN, Item={**wire_key((MARK, number)), "more": {"S": "x" * 500}})
        serving.send(signal.SIGTERM)
        assert serving.ended() == (0, "")
    return path


@pytest.fixture
def store(written: Path, tmp_path: Path) -> Path:
    """A store whose journal has some items that nothing else has."""
    return Path(shutil.copytree(written, tmp_path / "store"))


def contents(path: Path) -> dict[Path, bytes]:
    """Every file but LMDB's table of readers, which is made anew by whoever opens it first."""
    return {each: each.read_bytes() for each in path.rglob("*") if each.is_file() and each.name != "base.mdb-lock"}


def refusal(path: Path, *more: str, within: list[str] | None = None) -> str:
    """The one line that `slipring serve` ends with, having changed nothing."""
    before = contents(path.parent)
    command = [*(within or []), *COMMAND, "serve", "--port", "0", "--store", str(path), *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment())
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert contents(path.parent) == before
    begin = f"slipring: cannot open the store: {path}"
    assert done.stderr.startswith(begin)
    return done.stderr[len(begin) :]


@pytest.fixture
def unwritable(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "unwritable"
    place.mkdir(mode=0o555)
    yield place
    place.chmod(0o755)


def test_a_place_that_may_not_be_written(unwritable: Path) -> None:
    confined = [*CONFINED, "permissions"]
    assert refusal(unwritable, within=confined).endswith(": Permission denied\n")
    assert refusal(unwritable / "store", within=confined).endswith(": Permission denied\n")


def test_a_store_whose_files_may_not_be_written(store: Path) -> None:
    """As after a copy by root, or a restore to a read-only volume."""
    for file in store.iterdir():
        file.chmod(0o444)
    assert refusal(store, within=[*CONFINED, "permissions"]).endswith(": Permission denied\n")


def test_a_disk_that_is_full_from_the_start(tmp_path: Path) -> None:
    """It leaves what it had begun, and that is a good beginning once there is room."""
    path = tmp_path / "store"
    command = [*CONFINED, "files-of", "1000", *COMMAND, "serve", "--port", "0", "--store", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment())
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"slipring: cannot open the store: {path}")
    assert done.stderr.endswith("File too large\n")
    with Serving("--store", str(path)) as serving, Api(serving.port) as api:
        api.call("CreateTable", TableName=tables.MAIN, **tables.PLAIN)


@pytest.mark.parametrize("below", ["", "below"])
def test_a_file_where_the_store_should_be(tmp_path: Path, below: str) -> None:
    file = tmp_path / "file"
    file.write_text("no store")
    assert refusal(file / below) == ": not a directory, which a file store is\n"


def test_a_directory_that_is_something_else(tmp_path: Path) -> None:
    """A mistyped path must not fill somebody's directory with our files."""
    place = tmp_path / "thesis"
    place.mkdir()
    (place / "chapter 1").write_text("years of work")
    assert refusal(place) == ": not a store: it holds chapter 1 and no FORMAT file\n"


def make_newer(store: Path) -> None:
    (store / "FORMAT").write_text("slipring file store, format 1000\n")


def flip_bits(store: Path) -> None:
    """In the middle of the journal: acknowledged groups follow."""
    journal = max(store.glob("journal-*"))
    data = bytearray(journal.read_bytes())
    at = [place for place in range(len(data)) if data.startswith(MARK.encode(), place)][ITEMS // 2]
    data[at : at + 4] = bytes(byte ^ 0x20 for byte in data[at : at + 4])
    journal.write_bytes(data)


def lose_journal(store: Path) -> None:
    """And with it everything acknowledged since the last checkpoint."""
    max(store.glob("journal-*")).unlink()


def scribble_over_base(store: Path) -> None:
    (store / "base.mdb").write_bytes(b"\xa5" * 8192)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    ("harm", "complaint"),
    [
        (make_newer, ": store format 1000 is newer than this version's 1"),
        (flip_bits, "/journal-0000000000000001: group "),
        (lose_journal, "/journal-0000000000000001: missing"),
        (scribble_over_base, "/base.mdb: "),
    ],
)
def test_a_store_that_cannot_be_trusted(
    store: Path, harm: Callable[[Path], None], complaint: str, workers: str
) -> None:
    """It is left as it is: with another version, a backup or an expert it may be saved."""
    harm(store)
    assert refusal(store, "--workers", workers).startswith(complaint)


def test_a_store_that_somebody_keeps_locked(store: Path) -> None:
    """A process that was stopped in the middle of a commit, say. It is waited for, but not for ever."""
    with (store / "commit.lock").open("rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "another process has held this lock" in refusal(store)
    with Serving("--store", str(store)) as serving, Api(serving.port) as api:
        assert len(api.scan(tables.MAIN)) == ITEMS
