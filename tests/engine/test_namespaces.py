"""A namespace is erased whole, whatever happens at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from slipring.engine import keyspace, namespaces
from slipring.engine.contents import everything
from slipring.storage.contract import StoreBusy
from tests.engine.mortal import do_jobs
from tests.engine.running import InterruptedStore, Process

Meanwhile = Callable[[Process], Coroutine[Any, Any, Any]]


async def made(process: Process) -> None:
    await process.make_table("more")


async def changed(process: Process) -> None:
    await process.tag("things")


async def replaced(process: Process) -> None:
    await process.call("DeleteTable", TableName="things")
    await process.make_table("things")
    await process.put("things", "b")


@pytest.mark.parametrize("meanwhile", [made, changed, replaced])
def test_a_table_that_changes_at_the_same_moment_goes_too(meanwhile: Meanwhile) -> None:
    """Between the look at what there is and the commit that removes it. Nothing is left under any id either."""

    async def scenario() -> None:
        store = InterruptedStore()
        process = Process(store)
        await process.make_table("things")
        await process.put("things", "a")
        store.before_commit(lambda: meanwhile(process))
        await namespaces.erase(process.engine, "")
        await do_jobs(process.engine)
        for prefix in (keyspace.TABLE_RECORDS, keyspace.TABLE_GUARDS, keyspace.ITEMS):
            assert await everything(store, prefix) == []

    asyncio.run(scenario())


def test_tables_that_keep_coming_are_not_waited_for_without_end() -> None:
    async def scenario() -> None:
        store = InterruptedStore()
        process = Process(store)

        async def again() -> None:
            await process.make_table(f"table-{process.engine.catalog.generation}")
            store.before_commit(again)

        await process.make_table("things")
        store.before_commit(again)
        with pytest.raises(StoreBusy):
            await namespaces.erase(process.engine, "")

    asyncio.run(scenario())
