"""kill -9 while an index is being filled and a deleted table erased: both are taken up again, and end right."""

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

import pytest

from slipring.engine import keyspace
from slipring.model.keys import successor
from slipring.storage.backends import open_store
from tests.cli.processes import Serving
from tests.crash import tables
from tests.crash.api import Api, Item, wire_key
from tests.crash.lanes import Lane, Puts, Versions
from tests.crash.load import Load
from tests.edge.wire import eventually

FILLED = tables.MAIN
DELETED = "deleted"

ITEMS = 8000
"""So many that filling and erasing are still going on when the kill comes."""

KILL_AFTER_S = 0.05

TAKEN_UP_WITHIN_S = 10
"""A dead process's lease lasts some seconds; then the work itself is quick."""


@dataclass
class Recovered:
    """A server on the store of one that was killed."""

    api: Api
    store: Path
    lanes: list[Lane]
    """Writers to the table whose index was being filled; they wrote before the kill and wrote on after it."""


@pytest.fixture(scope="module")
def recovered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recovered]:
    store = tmp_path_factory.mktemp("crash") / "store"
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    random = Random(seed)
    lanes: list[Lane] = [Puts("puts 0", random), Puts("puts 1", random), Versions("versions", random)]
    with ThreadPoolExecutor(len(lanes)) as pool:
        with Serving("--store", str(store)) as serving, Api(serving.port) as api:
            _prepare(api)
            load = Load(pool, serving.port, lanes)
            _begin_work(api)
            time.sleep(random.uniform(0, KILL_AFTER_S))
            serving.send(signal.SIGKILL)
            load.stop()
            assert serving.ended() == (-signal.SIGKILL, "")
        with Serving("--store", str(store)) as serving, Api(serving.port) as api:
            _settle(api, lanes)
            load = Load(pool, serving.port, lanes)
            filled = eventually(lambda: _is_filled(api), TAKEN_UP_WITHIN_S)
            load.stop()
            assert filled, "nobody took the filling up"
            yield Recovered(api, store, lanes)


def _prepare(api: Api) -> None:
    api.call("CreateTable", TableName=FILLED, **tables.PLAIN)
    api.call("CreateTable", TableName=tables.OTHER, **tables.PLAIN)
    api.call("CreateTable", TableName=DELETED, **tables.INDEXED)
    for first in range(0, ITEMS, 25):
        numbers = range(first, first + 25)
        for table in (FILLED, DELETED):
            api.call("BatchWriteItem", RequestItems={table: [{"PutRequest": {"Item": _item(n)}} for n in numbers]})


def _item(number: int) -> Item:
    """Every third is not in the index."""
    grouped = {"group": {"S": f"group {number % 7}"}, "size": {"N": str(number % 100)}} if number % 3 else {}
    return {**wire_key((f"partition {number % 50}", number)), **grouped}


def _begin_work(api: Api) -> None:
    api.call("DeleteTable", TableName=DELETED)
    api.call(
        "UpdateTable",
        TableName=FILLED,
        AttributeDefinitions=tables.INDEXED["AttributeDefinitions"],
        GlobalSecondaryIndexUpdates=[{"Create": tables.BY_GROUP}],
    )


def _settle(api: Api, lanes: list[Lane]) -> None:
    items = tables.everything(api)
    for lane in lanes:
        lane.check(items)


def _is_filled(api: Api) -> bool:
    (index,) = api.call("DescribeTable", TableName=FILLED)["Table"]["GlobalSecondaryIndexes"]
    return bool(index["IndexStatus"] == "ACTIVE")


def test_the_index_holds_what_the_table_says(recovered: Recovered) -> None:
    """What was there before, and what was written before, during and after the crash: once each, and counted right."""
    _settle(recovered.api, recovered.lanes)
    main = recovered.api.scan(FILLED)
    grouped = [item for item in main if "group" in item and "size" in item]
    assert tables.by_key(recovered.api.scan(FILLED, IndexName=tables.GROUPS)) == tables.by_key(grouped)
    assert tables.counts(recovered.api, FILLED) == {FILLED: len(main), tables.GROUPS: len(grouped)}
    assert len(main) > ITEMS


def test_the_name_of_the_deleted_table_is_free_and_nothing_shows(recovered: Recovered) -> None:
    """Whatever of the old table is not erased yet."""
    recovered.api.call("CreateTable", TableName=DELETED, **tables.INDEXED)
    assert recovered.api.scan(DELETED) == []
    assert recovered.api.scan(DELETED, IndexName=tables.GROUPS) == []
    assert set(tables.counts(recovered.api, DELETED).values()) == {0}


def test_the_deleted_table_is_erased_to_the_last_key(recovered: Recovered) -> None:
    """Its space is wanted back. Seen from a second process on the store, for the API shows nothing of it."""
    assert asyncio.run(_keys_left(recovered.store, _TABLE_IDS[FILLED])) > ITEMS
    assert asyncio.run(_keys_left(recovered.store, _TABLE_IDS[DELETED])) == 0


_TABLE_IDS = {FILLED: 1, tables.OTHER: 2, DELETED: 3}
"""Ids are given out in order."""


async def _keys_left(path: Path, table_id: int) -> int:
    """How many keys of a table there are, once no work waits."""
    store = open_store(str(path))
    deadline_s = time.monotonic() + TAKEN_UP_WITHIN_S
    try:
        while await store.scan(keyspace.JOBS, successor(keyspace.JOBS), limit=1, bytes_max=1):
            assert time.monotonic() < deadline_s
            await asyncio.sleep(0.01)
        found = []
        for of_table in (keyspace.items, keyspace.all_index_entries, keyspace.all_counts, keyspace.collections):
            prefix = of_table(table_id)
            found += await store.scan(prefix, successor(prefix), limit=2 * ITEMS, bytes_max=1 << 30)
        return len(found)
    finally:
        await store.close()
