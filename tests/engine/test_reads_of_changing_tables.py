"""Reads of an index and of the items behind it while somebody else deletes them."""

from __future__ import annotations

import asyncio

from slipring.engine import erasure, keyspace
from slipring.model.keys import successor
from tests.engine.running import InterruptedStore, Process

KEYS_ONLY = {"ProjectionType": "KEYS_ONLY"}
SELECT = """SELECT weight FROM "things"."colours" WHERE pk = 'a'"""


async def table_with_local_index(process: Process) -> None:
    await process.call(
        "CreateTable",
        TableName="things",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "colour")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        LocalSecondaryIndexes=[
            {
                "IndexName": "colours",
                "KeySchema": [
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "colour", "KeyType": "RANGE"},
                ],
                "Projection": KEYS_ONLY,
            }
        ],
    )
    item = {"pk": {"S": "a"}, "sk": {"S": "b"}, "colour": {"S": "red"}, "weight": {"N": "1"}}
    await process.call("PutItem", TableName="things", Item=item)


def test_a_select_fetches_items_from_the_view_that_had_their_entries() -> None:
    """An item that another process deletes after its entry was read would be missed, and the request fail."""

    async def scenario() -> None:
        store = InterruptedStore()
        process, other = Process(store), Process(store)
        await table_with_local_index(process)
        key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
        store.during_read(lambda: other.call("DeleteItem", TableName="things", Key=key))
        answer = await process.call("ExecuteStatement", Statement=SELECT)
        assert answer["Items"] == [{"weight": {"N": "1"}}]

    asyncio.run(scenario())


def test_entries_of_a_dropped_table_go_before_their_items() -> None:
    """Whoever still reads an index of a table that was just dropped may find less, but no entry without an item."""

    async def scenario() -> None:
        store = InterruptedStore()
        process = Process(store)
        await table_with_local_index(process)
        table = await process.engine.catalog.table("things")
        await process.call("DeleteTable", TableName="things")
        assert await erasure.step(store, keyspace.drop_job(table.id, keyspace.TABLE_ITSELF))
        left = [
            len(await store.scan(prefix, successor(prefix), limit=2, bytes_max=1000))
            for prefix in (keyspace.all_index_entries(table.id), keyspace.items(table.id))
        ]
        assert left == [0, 1]

    asyncio.run(scenario())
