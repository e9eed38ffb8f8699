"""Background jobs fail one by one: what cannot go on waits, and everything else is done."""

from __future__ import annotations

import asyncio

import pytest

from slipring.clock import Ids, SystemClock
from slipring.engine import keyspace
from slipring.engine.engine import Engine
from slipring.storage.backends import open_store
from slipring.storage.contract import Store, Writes


async def _erased(store: Store, key: bytes) -> bool:
    for _ in range(1000):
        if await store.get(key) is None:
            return True
        await asyncio.sleep(0)
    return False


def test_a_job_that_fails_does_not_hold_up_those_after_it(caplog: pytest.LogCaptureFixture) -> None:
    """A damaged job comes first in order of keys; a dropped table behind it must still be erased."""

    async def scenario() -> None:
        store = open_store("memory:")
        damaged, good = keyspace.backfill_job(1, 1), keyspace.drop_job(2, keyspace.TABLE_ITSELF)
        puts: dict[bytes, bytes | None] = {damaged: b"not a job", good: b"", keyspace.items(2) + b"left": b"over"}
        await store.commit((), lambda _: Writes(puts, None, None))
        engine = Engine(store, SystemClock(), Ids())
        engine.background.start()
        assert await _erased(store, good)
        assert await store.get(keyspace.items(2) + b"left") is None
        assert await store.get(damaged) is not None, "what failed is kept for later"
        await engine.background.stop()
        await store.close()

    asyncio.run(scenario())
    assert "a background job failed" in caplog.text
