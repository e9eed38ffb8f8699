"""How far back a shard can be read: for a day, even where somebody else needs the journal for longer."""

from __future__ import annotations

from typing import Any

from slipring.engine import keyspace
from slipring.engine.engine import Engine
from slipring.engine.journal import time_us_of
from slipring.engine.shards import decode_head, first_position, microseconds, position_value
from slipring.engine.streams import RETENTION_SECONDS, StreamRecord


async def oldest_position(engine: Engine, stream: StreamRecord, shard: dict[str, Any]) -> int:
    """The first position of a shard whose record is still shown; the next one to be given where none is."""
    return await first_position_since(engine, stream, shard, 0)


async def first_position_since(engine: Engine, stream: StreamRecord, shard: dict[str, Any], since_us: int) -> int:
    """The first position of a shard whose record is still shown and not older; the next one to be given where none
    is."""
    since_us = max(since_us, microseconds(engine.clock.now() - RETENTION_SECONDS))
    prefix = keyspace.journal(stream["TableId"])
    first, beyond = first_position(shard["Number"]), first_position(shard["Number"] + 1)
    # First the head: what is written after it was read, and so beyond it, is not taken for trimmed.
    last, _ = decode_head(await engine.store.get(keyspace.journal_head(stream["TableId"], shard["Number"])))
    oldest = await engine.store.scan(
        prefix + position_value(first), prefix + position_value(beyond), limit=1, bytes_max=1
    )
    if not oldest:
        return last + 1 if last else first
    position = int.from_bytes(oldest[0][0][-8:], "big")
    if time_us_of(oldest[0][1]) >= since_us:
        return position
    return await _first_since(engine, prefix, position, last, since_us)


async def _first_since(engine: Engine, prefix: bytes, low: int, last: int, since_us: int) -> int:
    """The first position whose record is not older: positions have no gaps, and times never go back."""
    high = last + 1
    while low < high:
        middle = (low + high) // 2
        value = await engine.store.get(prefix + position_value(middle))
        # What is trimmed meanwhile is older.
        if value is None or time_us_of(value) < since_us:
            low = middle + 1
        else:
            high = middle
    return low
