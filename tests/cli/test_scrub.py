"""`slipring scrub`, on a store on disk."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from slipring.cli.commands import slipring
from slipring.clock import SystemClock
from slipring.engine import keyspace
from slipring.model.keys import successor
from slipring.storage.backends import open_store
from slipring.storage.contract import Writes
from tests.engine.running import Process
from tests.engine.test_recovery import GROUPS

INDEXED = {
    "AttributeDefinitions": [{"AttributeName": "group", "AttributeType": "S"}],
    "GlobalSecondaryIndexes": [{**GROUPS, "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}]}],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with a table of a hundred items and an index."""

    async def fill() -> None:
        store = open_store(str(tmp_path / "store"))
        process = Process(store, SystemClock())
        await process.make_table("things", **INDEXED)
        for number in range(100):
            await process.put("things", str(number), group={"S": str(number % 7)})
        await store.close()

    asyncio.run(fill())
    return tmp_path / "store"


def lose_entry(path: Path) -> None:
    async def lose() -> None:
        store = open_store(str(path))
        prefix = keyspace.index_entries(1, 1)
        [(key, _)] = await store.scan(prefix, successor(prefix), limit=1, bytes_max=1)
        await store.commit((), lambda _: Writes({key: None}, None, None))
        await store.close()

    asyncio.run(lose())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(slipring, ["scrub", *arguments])


def test_a_sound_store_is_said_to_be_sound(path: Path) -> None:
    """Exit code 0, for scripts that run it every night."""
    result = run("--store", str(path))
    assert (result.exit_code, result.stdout) == (0, "everything agrees\n")
    assert "scrubbing" in result.stderr


def test_what_differs_is_printed_and_repaired_on_request(path: Path) -> None:
    """Exit code 1 as long as anything is wrong, and a line for each difference that says where."""
    lose_entry(path)
    result = run("--store", str(path))
    assert result.exit_code == 1
    assert result.stdout.startswith("index entry missing: things index groups: 03")
    assert "1 differences, 0 of them repaired; --repair" in result.stderr
    result = run("--store", str(path), "--repair")
    assert result.exit_code == 0
    assert result.stdout.endswith("1 differences, all of them repaired\n")
    assert run("--store", str(path)).exit_code == 0


def test_a_store_that_is_not_one_is_a_line_not_a_traceback(tmp_path: Path) -> None:
    """The wrong path is the commonest mistake."""
    (tmp_path / "store").write_text("not a store")
    result = run("--store", str(tmp_path / "store"))
    assert result.exit_code == 1
    assert result.stderr.startswith("slipring: cannot scrub ")
