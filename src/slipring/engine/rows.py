"""An item as it is stored: a header of nine bytes, then its DynamoDB JSON as it goes on the wire.

The header holds the format's version, the item's size in DynamoDB's own measure, and a CRC-32 of the JSON. A read
that returns whole items splices the JSON into its answer; only filters, projections and updates decode it.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct

import orjson
from isal.isal_zlib import crc32

from slipring.model.attribute_values import Item
from slipring.storage.contract import StoreDamaged

_HEADER = Struct(">BII")
HEADER_BYTES = _HEADER.size
VERSION = 1
_unpack = _HEADER.unpack_from


def encode(item: Item, item_bytes: int) -> bytes:
    """The stored form of a normalised item of a known size."""
    json = orjson.dumps(item)
    return _HEADER.pack(VERSION, item_bytes, crc32(json)) + json


def item_bytes(row: bytes) -> int:
    """The item's size in DynamoDB's measure."""
    size: int = _unpack(row)[1]
    return size


def json(row: bytes) -> bytes:
    """The item's JSON, its checksum verified. Raises StoreDamaged."""
    _version, _size, checksum = _unpack(row)
    body = row[HEADER_BYTES:]
    if crc32(body) != checksum:
        raise _damaged()
    return body


def read_up_to(size_bytes: int, pairs: Iterable[tuple[bytes, bytes]]) -> tuple[list[bytes], int]:
    """The JSON of the first rows of these pairs of key and row, checksums verified, and their items' sizes together:
    as many as bring the sum to `size_bytes`, or all. Raises StoreDamaged.

    It is `json` and `item_bytes` in one: for a page of rows, calls would cost as much as the rest."""
    bodies: list[bytes] = []
    size = 0
    for _, row in pairs:
        _version, item_size, checksum = _unpack(row)
        body = row[HEADER_BYTES:]
        if crc32(body) != checksum:
            raise _damaged()
        bodies.append(body)
        size += item_size
        if size >= size_bytes:
            break
    return bodies, size


def decode(row: bytes) -> Item:
    """The item, its checksum verified. Raises StoreDamaged."""
    item: Item = orjson.loads(json(row))
    return item


def _damaged() -> StoreDamaged:
    return StoreDamaged("an item's checksum does not match its contents")
