"""Time to live over stores of every kind, with two processes that sweep and others that refresh at the same time."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress

from slipring.clock import ManualClock
from slipring.engine import journal, keyspace
from slipring.engine.journal import Origin
from slipring.model.errors.tree import ConditionalCheckFailedException
from slipring.model.keys import successor
from slipring.storage.contract import Store
from tests.engine.running import Process
from tests.storage.conftest import Backend

NOW = 1_700_000_000
ITEMS = 120


async def refresh(process: Process, number: int) -> int | None:
    """Put an item's end off, if it is still there."""
    with suppress(ConditionalCheckFailedException):
        await process.call(
            "UpdateItem",
            TableName="things",
            Key={"pk": {"S": f"{number}"}},
            UpdateExpression="SET #at = :later",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames={"#at": "at"},
            ExpressionAttributeValues={":later": {"N": str(NOW + 3600)}},
        )
        return number
    return None


def test_what_expired_goes_once_and_what_was_refreshed_stays(one_of_each: Backend) -> None:
    """An acknowledged refresh is kept, whichever sweeper had seen the item before; the journal tells each deletion
    once, and by whom it was."""

    async def scenario(store: Store) -> None:
        # Other kinds let a process have them once.
        other_store = one_of_each.open() if one_of_each.address.startswith("postgresql:") else store
        clock = ManualClock(NOW - 1)
        one, other = Process(store, clock), Process(other_store, clock)
        stream = {"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"}
        await one.make_table("things", StreamSpecification=stream)
        setting = {"Enabled": True, "AttributeName": "at"}
        await one.call("UpdateTimeToLive", TableName="things", TimeToLiveSpecification=setting)
        for first in range(0, ITEMS, 20):
            items = [{"pk": {"S": f"{number}"}, "at": {"N": str(NOW)}} for number in range(first, first + 20)]
            puts = [{"PutRequest": {"Item": item}} for item in items]
            await one.call("BatchWriteItem", RequestItems={"things": puts})
        clock.advance(2)
        sweeping = asyncio.gather(*[process.engine.time_to_live.run_now() for process in (one, other)])
        refreshing = [refresh(one if number % 2 else other, number) for number in range(0, ITEMS, 3)]
        refreshed = await asyncio.gather(*refreshing)
        deleted = await sweeping
        kept = {f"{number}" for number in refreshed if number is not None}
        there = (await other.call("Scan", TableName="things", ConsistentRead=True))["Items"]
        assert {item["pk"]["S"] for item in there} == kept
        assert sum(deleted) == ITEMS - len(kept)
        prefix = keyspace.journal((await one.engine.catalog.table("things")).id)
        found = await store.scan(prefix, successor(prefix), limit=10 * ITEMS, bytes_max=1 << 30)
        removals = Counter(entry.item_key for _, value in found if (entry := journal.decode(value)).new_row is None)
        assert set(removals.values()) <= {1}
        assert len(removals) == ITEMS - len(kept)
        origins = {entry.origin for _, value in found if (entry := journal.decode(value)).new_row is None}
        assert origins == {Origin.TIME_TO_LIVE}
        if other_store is not store:
            await other_store.close()

    one_of_each.run(scenario)
