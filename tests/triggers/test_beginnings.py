"""Where a trigger begins: at the end of what was written before it, and there once only."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from slipring.clock import ManualClock
from slipring.engine import journal_upkeep
from slipring.storage.memory import MemoryStore
from slipring.triggers.specification import read_triggers
from slipring.triggers.targets import Opened
from slipring.triggers.triggers import Following
from tests.engine.running import Process

HOUR = 3600.0


class Noting:
    """A target that keeps what it is handed."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def call(self, payload: bytes, request_id: str, timeout_s: float) -> Any:
        self.keys += [record["dynamodb"]["Keys"]["pk"]["S"] for record in orjson.loads(payload)["Records"]]


async def look(following: Following) -> None:
    """Let it look once, and hand over what it finds."""
    await following.look()
    await asyncio.gather(*following._deliveries.values())
    await asyncio.sleep(0)


def test_a_trigger_that_was_idle_for_a_day_does_not_begin_anew() -> None:
    """All shards that it has read have expired. What comes into the open one must not be taken for older than it."""

    async def scenario() -> None:
        clock, target = ManualClock(), Noting()
        process = Process(MemoryStore(), clock)
        [trigger] = read_triggers(["things=command start=LATEST"])
        following = Following(process.engine, Opened(trigger, target, None), "us-east-1")
        stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
        await process.make_table("things", StreamSpecification=stream)
        await process.put("things", "before")
        await look(following)
        await process.put("things", "a")
        await look(following)
        assert target.keys == ["a"]
        clock.advance(5 * HOUR)
        await journal_upkeep.keep(process.engine.store, process.engine.catalog, clock.now())
        await look(following)
        clock.advance(25 * HOUR)
        await look(following)
        await process.put("things", "b")
        await look(following)
        assert target.keys == ["a", "b"]

    asyncio.run(scenario())
