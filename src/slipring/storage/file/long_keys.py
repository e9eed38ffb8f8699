"""Keys longer than LMDB takes (511 bytes), kept in order at any length and number.

A key of more than `DIRECT_BYTES` stands under a node: an entry that maps its first `DIRECT_BYTES` bytes, followed by
one zero byte, to an 8-byte id. The rest of the key, behind that id, is an entry of a second database; there the same
rule holds again. Only nodes have physical keys of `DIRECT_BYTES` + 1, so they are told apart by length alone, and one
stands exactly where the keys below it belong in the order.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple, TypeAlias

import lmdb

DIRECT_BYTES = 480

_ID = Struct(">Q")
_NODES = b"nodes"
_MARK = b"\0"


class Databases(NamedTuple):
    """Where the base keeps what."""

    entries: lmdb._Database
    tails: lmdb._Database
    meta: lmdb._Database


Transaction: TypeAlias = "lmdb.Transaction[bytes]"


def has_nodes(txn: Transaction, databases: Databases) -> bool:
    """Whether any long key was ever put."""
    return txn.get(_NODES, db=databases.meta) is not None


def get(txn: Transaction, databases: Databases, key: bytes) -> bytes | None:
    """The value of a key of any length."""
    db = databases.entries
    while len(key) > DIRECT_BYTES:
        node = txn.get(key[:DIRECT_BYTES] + _MARK, db=db)
        if node is None:
            return None
        key = node + key[DIRECT_BYTES:]
        db = databases.tails
    return txn.get(key, db=db)


def put(txn: Transaction, databases: Databases, key: bytes, value: bytes) -> None:
    """Put a value under a key of any length."""
    db = databases.entries
    while len(key) > DIRECT_BYTES:
        place = key[:DIRECT_BYTES] + _MARK
        node = txn.get(place, db=db)
        if node is None:
            node = _new_id(txn, databases)
            txn.put(place, node, db=db)
        key = node + key[DIRECT_BYTES:]
        db = databases.tails
    txn.put(key, value, db=db)


def delete(txn: Transaction, databases: Databases, key: bytes) -> None:
    """Delete a key of any length, and the nodes that it leaves empty."""
    db = databases.entries
    nodes: list[tuple[bytes, lmdb._Database, bytes]] = []
    while len(key) > DIRECT_BYTES:
        place = key[:DIRECT_BYTES] + _MARK
        node = txn.get(place, db=db)
        if node is None:
            return
        nodes.append((place, db, node))
        key = node + key[DIRECT_BYTES:]
        db = databases.tails
    txn.delete(key, db=db)
    for place, place_db, node in reversed(nodes):
        cursor = txn.cursor(db=databases.tails)
        if cursor.set_range(node) and cursor.key().startswith(node):
            return
        txn.delete(place, db=place_db)


def walk(
    txn: Transaction, databases: Databases, start: bytes, stop: bytes, *, reverse: bool
) -> Iterator[tuple[bytes, bytes]]:
    """The pairs with start <= key < stop, in order."""
    return _walk(txn, databases, databases.entries, b"", (start, stop), reverse)


def _walk(
    txn: Transaction, databases: Databases, db: lmdb._Database, node: bytes, bounds: tuple[bytes, bytes], reverse: bool
) -> Iterator[tuple[bytes, bytes]]:
    """The pairs below a node, their keys without what leads to it. Bounds begin with the node's id, as entries do."""
    start, stop = bounds
    first = start if len(start) <= DIRECT_BYTES else start[:DIRECT_BYTES] + _MARK
    end = stop if len(stop) <= DIRECT_BYTES else stop[:DIRECT_BYTES] + _MARK + _MARK
    for key, value in _entries(txn.cursor(db=db), first, end, reverse):
        if len(key) <= DIRECT_BYTES:
            yield key[len(node) :], value
            continue
        stem = key[:DIRECT_BYTES]
        lower = value + start[DIRECT_BYTES:] if start.startswith(stem) else value
        upper = value + stop[DIRECT_BYTES:] if stop.startswith(stem) else _ID.pack(_ID.unpack(value)[0] + 1)
        for tail, found in _walk(txn, databases, databases.tails, value, (lower, upper), reverse):
            yield stem[len(node) :] + tail, found


def _entries(cursor: lmdb.Cursor[bytes], first: bytes, end: bytes, reverse: bool) -> Iterator[tuple[bytes, bytes]]:
    """The physical entries with first <= key < end, in order."""
    if not place(cursor, end if reverse else first, reverse=reverse):
        return
    for key, value in cursor.iterprev() if reverse else cursor.iternext():
        if key < first if reverse else key >= end:
            return
        yield key, value


def place(cursor: lmdb.Cursor[bytes], bound: bytes, *, reverse: bool) -> bool:
    """Set a cursor on the first entry not below `bound`, or in reverse on the last one below it, if there is one."""
    if not reverse:
        return cursor.set_range(bound) if bound else cursor.first()
    if not bound:
        return False
    return cursor.prev() if cursor.set_range(bound) else cursor.last()


def _new_id(txn: Transaction, databases: Databases) -> bytes:
    last = txn.get(_NODES, db=databases.meta)
    node = _ID.pack(_ID.unpack(last)[0] + 1 if last else 1)
    txn.put(_NODES, node, db=databases.meta)
    return node
