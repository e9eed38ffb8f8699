"""A stream record: an entry of the journal as GetRecords tells it (Streams API Reference, "Record", "StreamRecord")."""

from __future__ import annotations

from hashlib import md5
from typing import Any

import orjson

from slipring.engine import rows
from slipring.engine.journal import Entry, Origin, decode
from slipring.engine.shards import US_PER_SECOND
from slipring.engine.streams import StreamRecord, sequence_number
from slipring.model.attribute_values import Item
from slipring.model.sizes import item_bytes

_HAS_NEW_IMAGE = ("NEW_IMAGE", "NEW_AND_OLD_IMAGES")
_HAS_OLD_IMAGE = ("OLD_IMAGE", "NEW_AND_OLD_IMAGES")
_TIME_TO_LIVE = b'"userIdentity":{"PrincipalId":"dynamodb.amazonaws.com","Type":"Service"},'
"""Who deletes expired items (Developer Guide, "DynamoDB Streams and Time to Live"). The API's model capitalises the
members; Lambda's event does not."""


def render(key: bytes, value: bytes, stream: StreamRecord, region: str) -> bytes:
    """The record's JSON. `key` and `value` are those of the entry. Raises StoreDamaged."""
    entry = decode(value)
    view_type = stream["ViewType"]
    keys = _keys(entry, stream)
    size = item_bytes(keys)
    images: list[bytes] = []
    if view_type in _HAS_NEW_IMAGE and entry.new_row is not None:
        images += (b'"NewImage":', rows.json(entry.new_row), b",")
        size += rows.item_bytes(entry.new_row)
    if view_type in _HAS_OLD_IMAGE and entry.old_row is not None:
        images += (b'"OldImage":', rows.json(entry.old_row), b",")
        size += rows.item_bytes(entry.old_row)
    head: dict[str, Any] = {
        "awsRegion": region,
        "eventID": md5(key, usedforsecurity=False).hexdigest(),
        "eventName": _event_name(entry),
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
    }
    details = {
        "ApproximateCreationDateTime": entry.time_us // US_PER_SECOND,
        "SequenceNumber": sequence_number(int.from_bytes(key[-8:], "big")),
        "SizeBytes": size,
        "StreamViewType": view_type,
    }
    return b"".join(
        (
            orjson.dumps(head)[:-1],
            b",",
            _TIME_TO_LIVE if entry.origin is Origin.TIME_TO_LIVE else b"",
            b'"dynamodb":{"Keys":',
            orjson.dumps(keys),
            b",",
            *images,
            orjson.dumps(details)[1:],
            b"}",
        )
    )


def _keys(entry: Entry, stream: StreamRecord) -> Item:
    row = entry.new_row or entry.old_row
    assert row is not None, "an entry tells of an item"
    item = rows.decode(row)
    return {name: item[name] for name in [element["AttributeName"] for element in stream["KeySchema"]]}


def _event_name(entry: Entry) -> str:
    if entry.is_insert:
        return "INSERT"
    return "REMOVE" if entry.new_row is None else "MODIFY"
