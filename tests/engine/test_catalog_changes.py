"""Tables that change while requests are on their way."""

from __future__ import annotations

import asyncio

import pytest

from slipring.engine import rows
from slipring.engine.actions import Put
from slipring.engine.catalog import CatalogChanged
from slipring.engine.table import Table
from slipring.model.sizes import item_bytes
from tests.engine.running import InterruptedStore, Process


def test_statements_of_a_batch_that_were_done_are_not_done_again() -> None:
    """A table that changes during the batch has its statement planned anew, and only that one: the ones before it
    have landed, and doing them again would add twice or report an item as its own duplicate."""

    async def scenario() -> None:
        store = InterruptedStore()
        process = Process(store)
        await process.make_table("things")
        await process.put("things", "counter", n={"N": "0"})
        store.before_commit(lambda: process.tag("things"), skipped=2)
        answer = await process.call(
            "BatchExecuteStatement",
            Statements=[
                {"Statement": "UPDATE things SET n = n + 1 WHERE pk = 'counter'"},
                {"Statement": "INSERT INTO things VALUE {'pk': 'a'}"},
                {"Statement": "INSERT INTO things VALUE {'pk': 'b'}"},
            ],
        )
        assert answer["Responses"] == [{"TableName": "things"}] * 3
        assert (await process.get("things", "counter"))["n"] == {"N": "1"}

    asyncio.run(scenario())


def test_a_table_that_changes_while_it_is_looked_up_is_looked_up_again() -> None:
    """The record that was read before the change must not stay in the cache: nothing would ever correct it."""

    async def scenario() -> None:
        store = InterruptedStore()
        process, other = Process(store), Process(store)
        await process.make_table("things")
        store.during_read(lambda: other.tag("things"))
        await process.engine.catalog.table("things")
        found = await process.engine.catalog.table("things")
        assert found.record["Version"] == 2
        assert await process.engine.catalog.table("things") is found

    asyncio.run(scenario())


def test_a_table_is_the_same_under_all_its_arns() -> None:
    """Any region and account may stand in an ARN; a cache entry for each would let a client fill the memory, and
    one request that names a table in two ways would see two of it."""

    async def scenario() -> None:
        process = Process(InterruptedStore())
        await process.make_table("things")
        table = await process.engine.catalog.table("things")
        for account in ("000000000000", "123456789012"):
            assert await process.engine.catalog.table(f"arn:aws:dynamodb:r:{account}:table/things") is table

    asyncio.run(scenario())


def test_a_write_relies_on_every_version_of_a_table_it_was_planned_with() -> None:
    """A request whose table changed between two of its look-ups has actions for both; the older must not get by."""

    async def scenario() -> None:
        process = Process(InterruptedStore())
        await process.make_table("things")
        old = await process.engine.catalog.table("things")
        await process.tag("things")
        new = await process.engine.catalog.table("things")
        for actions in ([put_in(old, "a"), put_in(new, "b")], [put_in(new, "b"), put_in(old, "a")]):
            with pytest.raises(CatalogChanged):
                await process.engine.write_all(actions)

    asyncio.run(scenario())


def put_in(table: Table, pk: str) -> Put:
    item = {"pk": {"S": pk}}
    return Put(table, table.key_in(item), item, rows.encode(item, item_bytes(item)))
