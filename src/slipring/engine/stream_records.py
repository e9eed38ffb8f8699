"""A stream record: one item's change, as GetRecords tells it (Streams API Reference, "Record" and "StreamRecord")."""

from __future__ import annotations

from hashlib import md5
from typing import Any

import orjson

from slipring.engine import rows
from slipring.engine.changes import Change
from slipring.engine.shards import OpenShard, position_value
from slipring.engine.streams import sequence_number
from slipring.model.sizes import item_bytes

_HAS_NEW_IMAGE = ("NEW_IMAGE", "NEW_AND_OLD_IMAGES")
_HAS_OLD_IMAGE = ("OLD_IMAGE", "NEW_AND_OLD_IMAGES")


def is_recorded(change: Change) -> bool:
    """Whether anything changed: a put of an equal item, whatever the order of its attributes, is no change."""
    return change.old_row != change.new_row and change.old_item != change.new_item


def record(change: Change, shard: OpenShard, position: int, view_type: str, now: float) -> tuple[bytes, bytes]:
    """The key and value of the record of a change. The value lacks awsRegion, which is the reader's."""
    key = shard.prefix + position_value(position)
    keys = change.table.key_item(change.key_item)
    size = item_bytes(keys)
    images: list[bytes] = []
    if view_type in _HAS_NEW_IMAGE and change.new_row is not None:
        images += (b'"NewImage":', rows.json(change.new_row), b",")
        size += change.new_bytes
    if view_type in _HAS_OLD_IMAGE and change.old_row is not None:
        images += (b'"OldImage":', rows.json(change.old_row), b",")
        size += change.old_bytes
    details = {
        "ApproximateCreationDateTime": int(now),
        "SequenceNumber": sequence_number(position),
        "SizeBytes": size,
        "StreamViewType": view_type,
    }
    head: dict[str, Any] = {
        "eventID": md5(key, usedforsecurity=False).hexdigest(),
        "eventName": _event_name(change),
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
    }
    value = b"".join(
        (
            orjson.dumps(head)[:-1],
            b',"dynamodb":{"Keys":',
            orjson.dumps(keys),
            b",",
            *images,
            orjson.dumps(details)[1:],
            b"}",
        )
    )
    return key, value


def _event_name(change: Change) -> str:
    if change.old_row is None:
        return "INSERT"
    return "REMOVE" if change.new_row is None else "MODIFY"
