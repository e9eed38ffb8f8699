"""What comes up with time: old stream records, the places of old shards, expired tokens."""

from __future__ import annotations

import asyncio

from slipring.clock import ManualClock
from slipring.engine import journal_upkeep, keyspace, tokens
from slipring.model.keys import successor
from slipring.storage.memory import MemoryStore
from tests.engine.running import Process

HOUR = 3600.0
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}


class CountingStore(MemoryStore):
    """Counts the bytes that scans read."""

    bytes_read = 0

    async def scan(
        self, start: bytes, stop: bytes, *, limit: int, bytes_max: int, reverse: bool = False
    ) -> list[tuple[bytes, bytes]]:
        pairs = await super().scan(start, stop, limit=limit, bytes_max=bytes_max, reverse=reverse)
        self.bytes_read += sum(len(value) for _, value in pairs)
        return pairs


def test_an_expired_shard_leaves_nothing() -> None:
    """A stream goes through half a dozen shards a day for as long as its table lives: what one leaves adds up."""

    async def scenario() -> None:
        store, clock = MemoryStore(), ManualClock()
        process = Process(store, clock)
        await process.make_table("things", StreamSpecification=STREAM)
        for _ in range(12):
            await process.put("things", "a", at={"N": str(int(clock.now()))})
            clock.advance(5 * HOUR)
            await journal_upkeep.keep(store, process.engine.catalog, clock.now())
        table = await process.engine.catalog.table("things")
        heads = await store.scan(b"\x09h", b"\x09i", limit=100, bytes_max=10_000)
        assert 0 < len(heads) <= len(table.record["Journal"]["Shards"])

    asyncio.run(scenario())


def test_records_that_stay_cost_little_to_look_at() -> None:
    """Every stream is looked at every minute, between requests: reading the records that stay would hold those up."""

    async def scenario() -> None:
        store, clock = CountingStore(), ManualClock()
        process = Process(store, clock)
        await process.make_table("things", StreamSpecification=STREAM)
        for number in range(100):
            await process.put("things", str(number), text={"S": "x" * 1000})
        store.bytes_read = 0
        await journal_upkeep.keep(store, process.engine.catalog, clock.now())
        assert store.bytes_read < 5000

    asyncio.run(scenario())


def test_others_have_their_turn_while_tokens_are_looked_through() -> None:
    """Ten minutes of transactions are many tokens; looking through them must not be one long stop."""

    async def scenario() -> None:
        store = MemoryStore()
        process = Process(store)
        await process.make_table("things")
        for number in range(600):
            put = {"Put": {"TableName": "things", "Item": {"pk": {"S": "a"}}}}
            await process.call("TransactWriteItems", TransactItems=[put], ClientRequestToken=str(number))
        looking = asyncio.ensure_future(tokens.forget_expired(store, 0.0))
        await asyncio.sleep(0)
        assert not looking.done()
        await looking
        assert len(await store.scan(keyspace.TOKENS, successor(keyspace.TOKENS), limit=1000, bytes_max=1 << 20)) == 600

    asyncio.run(scenario())
