"""Shard iterators: where in a shard a reader stands, as an opaque text of its own.

An iterator is the stream's ARN, the shard's number, the next position to read and the time it was made. It lives for
15 minutes (Streams API Reference, "GetShardIterator")."""

from __future__ import annotations

from base64 import b64encode
from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import Any, NamedTuple

import orjson

from slipring.engine import keyspace
from slipring.engine.engine import Engine
from slipring.engine.shards import POSITION_MAX, decode_head, first_position, microseconds
from slipring.engine.streams import SEQUENCE_BASE, StreamRecord
from slipring.iam.caller import Caller
from slipring.model.errors import streams as errors
from slipring.operations.answers import answer
from slipring.operations.streams.lookup import find_shard, find_stream
from slipring.operations.streams.retention import first_position_since, oldest_position

ITERATOR_SECONDS = 15 * 60
_NUMBERED = ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")
"""The types that begin at a sequence number."""


class ShardIterator(NamedTuple):
    arn: str
    shard_number: int
    position: int
    """The first position to read."""
    made_at: float

    def encode(self) -> str:
        return f"{self.arn}|1|{b64encode(orjson.dumps(list(self[1:]))).decode()}"

    @classmethod
    def decode(cls, text: str, now: float) -> ShardIterator:
        """Raises ValidationException for what is no iterator, ExpiredIteratorException."""
        arn, _, rest = text.partition("|1|")
        try:
            shard_number, position, made_at = orjson.loads(a2b_base64(rest, strict_mode=True))
            decoded = cls(arn, int(shard_number), int(position), float(made_at))
        except (Base64Error, orjson.JSONDecodeError, OverflowError, TypeError, ValueError):
            raise errors.invalid_iterator() from None
        if not 0 <= decoded.position <= POSITION_MAX:
            raise errors.invalid_iterator()
        if now - decoded.made_at > ITERATOR_SECONDS:
            raise errors.iterator_expired()
        return decoded


async def get_shard_iterator(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    arn = request["StreamArn"]
    stream = await find_stream(engine, arn, caller)
    shard = find_shard(stream, request["ShardId"], arn)
    position = await _position(engine, stream, shard, request)
    iterator = ShardIterator(arn, shard["Number"], position, engine.clock.now())
    return answer({"ShardIterator": iterator.encode()})


async def _position(engine: Engine, stream: StreamRecord, shard: dict[str, Any], request: dict[str, Any]) -> int:
    kind = request["ShardIteratorType"]
    _check_members(kind, request)
    if kind == "TRIM_HORIZON":
        return await oldest_position(engine, stream, shard)
    if kind == "AT_TIMESTAMP":
        return await _at_timestamp(engine, stream, shard, request["Timestamp"])
    first = first_position(shard["Number"])
    if kind == "LATEST":
        last, _ = decode_head(await engine.store.get(keyspace.journal_head(stream["TableId"], shard["Number"])))
        return last + 1 if last else first
    given = request["SequenceNumber"]
    if not given.isascii() or not given.isdigit():
        raise errors.invalid_sequence_number()
    position: int = int(given) - SEQUENCE_BASE + (1 if kind == "AFTER_SEQUENCE_NUMBER" else 0)
    if not first <= position <= first_position(shard["Number"] + 1):
        raise errors.invalid_sequence_number()
    if position < await oldest_position(engine, stream, shard):
        raise errors.records_trimmed()
    return position


def _check_members(kind: str, request: dict[str, Any]) -> None:
    """SequenceNumber and Timestamp are there for the types that use them, and for no other."""
    if kind in _NUMBERED:
        if "SequenceNumber" not in request:
            raise errors.sequence_number_missing()
    elif "SequenceNumber" in request:
        raise errors.sequence_number_refused()
    if kind == "AT_TIMESTAMP":
        if "Timestamp" not in request:
            raise errors.timestamp_missing()
    elif "Timestamp" in request:
        raise errors.timestamp_refused()


async def _at_timestamp(engine: Engine, stream: StreamRecord, shard: dict[str, Any], timestamp: float) -> int:
    """The first record that is not older, of those that are still shown; a time to come is refused (Streams API
    Reference, "GetShardIterator"). Records tell their time in whole seconds; here their exact time counts, so that
    none is passed over that was written after the timestamp."""
    if timestamp > engine.clock.now():
        raise errors.timestamp_in_the_future()
    return await first_position_since(engine, stream, shard, microseconds(timestamp))
