"""Whether the archive is what the live data say: every segment against its checksum, and base and journal of each table
against its items.

The archive is some seconds behind. What may differ is therefore what the live journal tells of after the archive's last
position, and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import orjson

from slipring.engine import journal, keyspace
from slipring.engine.archive.destinations import ArchiveError
from slipring.engine.archive.manifests import Manifest, TableArchive
from slipring.engine.archive.moments import TableMoment, newest
from slipring.engine.archive.rebuild import Source
from slipring.engine.scrub.findings import BYTES_PER_READ, KEYS_PER_READ, Finding, Kind, Watch
from slipring.engine.scrub.tables import is_same_item
from slipring.engine.shards import shard_number_of
from slipring.model.keys import successor
from slipring.storage.contract import Reader, Snapshot, Store


async def compare(store: Store, source: Source, manifest: Manifest, scratch: Store, watch: Watch) -> list[Finding]:
    """`scratch` is an empty store, in which the archived items are put together."""
    found: list[Finding] = []
    for table in newest(manifest).tables:
        archived = manifest["Tables"][str(table.table_id)]
        found += await _compare_table(store, source, table, archived, scratch, watch)
    for finding in found:
        watch.found(finding)
    return found


async def _compare_table(
    store: Store, source: Source, table: TableMoment, archived: TableArchive, scratch: Store, watch: Watch
) -> list[Finding]:
    name, table_id = table.record["TableName"], table.table_id
    try:
        await source.replay(scratch, table)
    except ArchiveError as error:
        return [Finding(Kind.ARCHIVE_DAMAGED, name, "", b"", str(error))]
    with contextlib.closing(store.snapshot()) as snapshot:
        if not await _is_there(snapshot, table_id, archived):
            return []
        changed = await _changed_since(snapshot, table_id, archived)
        prefix = keyspace.items(table_id)
        return [
            Finding(Kind.ARCHIVE_DIFFERS, name, "", key)
            async for key in _differing(snapshot, scratch, prefix, watch)
            if key[len(prefix) :] not in changed
        ]


async def _is_there(snapshot: Snapshot, table_id: int, archived: TableArchive) -> bool:
    """A table that was dropped after it was archived has nothing to compare with."""
    stored = await snapshot.get(keyspace.table_record(archived["Namespace"], archived["Record"]["TableName"]))
    record: dict[str, Any] = {} if stored is None else orjson.loads(stored)
    return bool(record.get("Id") == table_id and "Archive" in record)


async def _changed_since(snapshot: Snapshot, table_id: int, archived: TableArchive) -> set[bytes]:
    """The items that were written after what is archived."""
    changed = set()
    prefix = keyspace.journal(table_id)
    async for key, value in _pairs(snapshot, prefix):
        position = int.from_bytes(key[-8:], "big")
        shard = shard_number_of(position)
        if shard >= archived["Bases"][-1]["FirstShard"] and position > archived["Positions"].get(str(shard), 0):
            changed.add(journal.decode(value).item_key)
    return changed


async def _differing(snapshot: Snapshot, scratch: Store, prefix: bytes, watch: Watch) -> AsyncIterator[bytes]:
    """The keys under which the two hold different items, or only one of them holds one."""
    live, archived = _pairs(snapshot, prefix), _pairs(scratch, prefix)
    left, right = await anext(live, None), await anext(archived, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            assert left is not None
            yield left[0]
            left = await anext(live, None)
        elif left is None or right[0] < left[0]:
            yield right[0]
            right = await anext(archived, None)
        else:
            if left[1] != right[1] and not is_same_item(left[1], right[1]):
                yield left[0]
            watch.advanced(1)
            left, right = await anext(live, None), await anext(archived, None)


async def _pairs(reader: Reader, prefix: bytes) -> AsyncIterator[tuple[bytes, bytes]]:
    start = prefix
    while page := await reader.scan(start, successor(prefix), limit=KEYS_PER_READ, bytes_max=BYTES_PER_READ):
        for pair in page:
            yield pair
        await asyncio.sleep(0)
        start = page[-1][0] + b"\x00"
