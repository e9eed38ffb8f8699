"""Work in the background ends when it is told to, whatever happens at that moment."""

from __future__ import annotations

import asyncio

from slipring.clock import ManualClock
from slipring.engine.leases import Lease
from slipring.engine.recurring import Recurring
from slipring.storage.memory import MemoryStore


def test_it_stops_though_it_was_woken_at_the_same_moment() -> None:
    """A write that wakes the background just as the server stops must not keep it from stopping."""

    async def scenario() -> int:
        done = 0

        async def work() -> None:
            nonlocal done
            done += 1

        recurring = Recurring("test", 60.0, Lease(MemoryStore(), ManualClock(), "test", "me", 1.0), work)
        recurring.start()
        await asyncio.sleep(0)
        recurring.wake()
        async with asyncio.timeout(5):
            await recurring.stop()
        return done

    assert asyncio.run(scenario()) == 1
