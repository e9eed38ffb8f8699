"""How far a trigger has come in each shard: kept in the store, so that whoever goes on begins where the last one was.

A shard is handed over in lanes, one beside the other, each with the items of some partition keys. A lane's position
only moves forwards. Two processes that believe for a moment to hold the same lease may hand a record over twice;
neither sets the other back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

import orjson

from slipring.engine import keyspace
from slipring.model.keys import successor
from slipring.storage.contract import Store, Writes

Place: TypeAlias = tuple[int, int]
"""A table's id and a shard's number."""

_PER_READ = 1024


class Reached(NamedTuple):
    """How far a lane has come."""

    position: int
    """The next one to hand over."""
    tries: Sequence[tuple[int, int]] = ()
    """What is being tried again from there on: of each batch the last position, and how often it has failed."""


Lanes: TypeAlias = Sequence[Reached]


async def positions_of(store: Store, trigger: str) -> dict[Place, Lanes]:
    """Of every shard where the trigger has begun."""
    found: dict[Place, Lanes] = {}
    prefix = keyspace.trigger_positions(trigger)
    start, stop = prefix, successor(prefix)
    while pairs := await store.scan(start, stop, limit=_PER_READ, bytes_max=1 << 20):
        found.update({keyspace.parse_trigger_position(key): _decoded(value) for key, value in pairs})
        start = pairs[-1][0] + b"\x00"
    return found


def spread(lanes: Lanes | None, first: int, parallel: int) -> Lanes:
    """The lanes of a shard whose positions begin at `first`. Where there were fewer or more before, all begin where
    the last of them was: some records are handed over again, and none is left out."""
    if lanes is not None and len(lanes) == parallel:
        return lanes
    begin = min([lane.position for lane in lanes]) if lanes else first
    return [Reached(begin)] * parallel


async def advance(store: Store, trigger: str, place: Place, lane: int, reached: Reached, before: Lanes) -> None:
    """Everything before a position is handed over, or it is noted how often what comes next has failed. `before` is
    how far all lanes had come at the least."""
    key = keyspace.trigger_position(trigger, *place)

    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        lanes = list(before if old[0] is None else spread(_decoded(old[0]), 0, len(before)))
        if lanes[lane].position > reached.position or lanes[lane] == reached:
            return Writes({}, None, None)
        lanes[lane] = reached
        return Writes({key: _encoded(lanes)}, None, None)

    await store.commit([key], decide)


async def begin(store: Store, trigger: str, places: Iterable[tuple[Place, int]], parallel: int) -> dict[Place, Lanes]:
    """Have the trigger begin at a position of each shard, unless it has begun."""
    begun = {place: [Reached(position)] * parallel for place, position in places}
    keys = {keyspace.trigger_position(trigger, *place): lanes for place, lanes in begun.items()}

    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        puts: dict[bytes, bytes | None] = {
            key: _encoded(lanes) for (key, lanes), value in zip(keys.items(), old, strict=True) if value is None
        }
        return Writes(puts, None, None)

    await store.commit([*keys], decide)
    return dict(begun)


async def forget(store: Store, trigger: str, places: Iterable[Place]) -> None:
    """Of shards that nobody follows any more."""
    keys = [keyspace.trigger_position(trigger, *place) for place in places]
    if keys:
        await store.commit((), lambda _: Writes(dict.fromkeys(keys), None, None))


def _encoded(lanes: Lanes) -> bytes:
    return orjson.dumps([[lane.position, [list(each) for each in lane.tries]] for lane in lanes])


def _decoded(value: bytes) -> Lanes:
    return [
        Reached(position, [(last, failures) for last, failures in tries]) for position, tries in orjson.loads(value)
    ]
