"""What a trigger follows: the shards of its table's streams, read from the store.

A table's streams are followed one after the other, in one namespace or in every one that has a table of the name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from slipring.engine import journal, keyspace, stream_records, streams
from slipring.engine.shards import decode_head, first_position, is_open, position_value
from slipring.engine.streams import StreamRecord
from slipring.iam.isolation import place_of
from slipring.model.keys import successor
from slipring.storage.contract import Reader, Store
from slipring.triggers.batches import Record
from slipring.triggers.events import as_lambda_gets_it

_STREAMS_PER_READ = 256


class Shard(NamedTuple):
    """A shard of a stream that is followed."""

    stream: StreamRecord
    record: Mapping[str, Any]
    region: str
    stream_arn: str

    @property
    def place(self) -> tuple[int, int]:
        """Its table's id and its own number: what tells it from all others."""
        return self.stream["TableId"], self.record["Number"]

    @property
    def first(self) -> int:
        return first_position(self.record["Number"])

    @property
    def beyond(self) -> int:
        """The position after any that it can have; who stands there is done with it."""
        return first_position(self.record["Number"] + 1)

    @property
    def is_open(self) -> bool:
        return is_open(self.record)

    def precedes(self, other: Shard) -> bool:
        """Whether changes of an item that `other` tells may come after changes that this one tells."""
        mine, others = self.record, other.record
        overlap = mine["Low"] < others["High"] and others["Low"] < mine["High"]
        return self.place[0] == other.place[0] and mine["Number"] < others["Number"] and overlap


async def shards_of(store: Reader, table: str, region: str, now: float, within: str | None = None) -> list[Shard]:
    """All shards of the streams of the tables of this name, in all namespaces or `within` one."""
    found: list[Shard] = []
    async for namespace, stream in _streams(store, table, within):
        stored = await store.get(keyspace.journal_record(stream["TableId"]))
        if stored is None:
            continue
        account, place = place_of(namespace, region)
        arn = f"arn:aws:dynamodb:{place}:{account}:table/{table}/stream/{stream['Label']}"
        of_stream = streams.shards_of(stream, orjson.loads(stored), now)
        found += [Shard(stream, record, place, arn) for record in of_stream]
    return found


async def _streams(store: Reader, table: str, within: str | None) -> AsyncIterator[tuple[str, StreamRecord]]:
    start = keyspace.STREAM_RECORDS if within is None else keyspace.stream(within, table, "")
    stop = successor(start)
    while found := await store.scan(start, stop, limit=_STREAMS_PER_READ, bytes_max=1 << 20):
        for key, value in found:
            namespace, name, _ = keyspace.parse_stream(key)
            if name == table:
                yield namespace, orjson.loads(value)
        start = found[-1][0] + b"\x00"


async def namespaces_of(store: Reader, table: str, within: str | None = None) -> list[str]:
    """The namespaces that have a table of this name, of all or of one."""
    if within is not None:
        return [] if await store.get(keyspace.table_record(within, table)) is None else [within]
    namespaces: list[str] = []
    start, stop = keyspace.TABLE_RECORDS, successor(keyspace.TABLE_RECORDS)
    while found := await store.scan(start, stop, limit=_STREAMS_PER_READ, bytes_max=1 << 20):
        names = [keyspace.parse_table_record(key) for key, _ in found]
        namespaces += [namespace for namespace, name in names if name == table]
        start = found[-1][0] + b"\x00"
    return namespaces


async def last_positions(store: Reader, shards: Sequence[Shard]) -> list[int]:
    """The position of each shard's last record; 0 where it has none."""
    heads = await store.get_many([keyspace.journal_head(*shard.place) for shard in shards])
    return [decode_head(head)[0] for head in heads]


class Lane(NamedTuple):
    """The part of a shard that is handed over one batch at a time: the items of some partition keys."""

    shard: Shard
    number: int
    parallel: int
    """How many lanes the shard has."""

    def has(self, value: bytes) -> bool:
        """Whether a stored record is of one of its items."""
        return self.parallel == 1 or journal.partition_hash_of(value) % self.parallel == self.number


async def records_of(
    store: Store, lane: Lane, position: int, *, stop: int = 0, limit: int, bytes_max: int
) -> tuple[list[Record], int]:
    """The next records of a lane, and the position beyond the last one that was looked at; all before `stop`, if that
    is given."""
    shard = lane.shard
    prefix = keyspace.journal(shard.place[0])
    end = prefix + position_value(stop or shard.beyond)
    found = await store.scan(prefix + position_value(position), end, limit=limit, bytes_max=bytes_max)
    beyond = _position(found[-1][0]) + 1 if found else position
    return [_record(shard, *pair) for pair in found if lane.has(pair[1])], beyond


def _record(shard: Shard, key: bytes, value: bytes) -> Record:
    told = orjson.loads(stream_records.render(key, value, shard.stream, shard.region))
    time_s = told["dynamodb"]["ApproximateCreationDateTime"]
    return Record(_position(key), time_s, as_lambda_gets_it(told, shard.stream_arn))


def _position(key: bytes) -> int:
    return int.from_bytes(key[-8:], "big")
