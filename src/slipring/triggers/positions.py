"""How far a trigger has come in each shard: kept in the store, so that whoever goes on begins where the last one was.

A position only moves forwards. Two processes that believe for a moment to hold the same lease may hand a record over
twice; neither sets the other back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from slipring.engine import keyspace
from slipring.model.keys import successor
from slipring.storage.contract import Store, Writes

Place: TypeAlias = tuple[int, int]
"""A table's id and a shard's number."""

_PER_READ = 1024


async def positions_of(store: Store, trigger: str) -> dict[Place, int]:
    """The next position to hand over, of every shard where the trigger has begun."""
    found: dict[Place, int] = {}
    prefix = keyspace.trigger_positions(trigger)
    start, stop = prefix, successor(prefix)
    while pairs := await store.scan(start, stop, limit=_PER_READ, bytes_max=1 << 20):
        found.update({keyspace.parse_trigger_position(key): int.from_bytes(value, "big") for key, value in pairs})
        start = pairs[-1][0] + b"\x00"
    return found


async def advance(store: Store, trigger: str, place: Place, position: int) -> None:
    """Everything before `position` is handed over."""
    key = keyspace.trigger_position(trigger, *place)

    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        if old[0] is not None and int.from_bytes(old[0], "big") >= position:
            return Writes({}, None, None)
        return Writes({key: position.to_bytes(8, "big")}, None, None)

    await store.commit([key], decide)


async def forget(store: Store, trigger: str, places: Iterable[Place]) -> None:
    """Of shards that nobody follows any more."""
    keys = [keyspace.trigger_position(trigger, *place) for place in places]
    if keys:
        await store.commit((), lambda _: Writes(dict.fromkeys(keys), None, None))
