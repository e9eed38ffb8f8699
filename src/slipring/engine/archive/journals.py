"""Journals: what was written since a base was begun, as segments, as of one snapshot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from slipring.engine import journal, keyspace
from slipring.engine.archive import segments
from slipring.engine.archive.bases import Write, first_shard, gather
from slipring.engine.archive.destinations import ArchiveError, Destination
from slipring.engine.archive.manifests import TableArchive
from slipring.engine.archive.segments import Pairs, Segment
from slipring.engine.shards import US_PER_SECOND, JournalRecord, decode_head, first_position, is_open, position_value
from slipring.storage.contract import Snapshot

_log = logging.getLogger(__name__)


class Gap(Exception):
    """Part of a journal was trimmed before it was archived. The table needs a new base."""


class Journals:
    """Archives journals, each segment by `write`."""

    def __init__(self, destination: Destination, write: Write) -> None:
        self._destination = destination
        self._write = write

    async def advance(self, snapshot: Snapshot, table_id: int, record: JournalRecord, archived: TableArchive) -> float:
        """Archive the records that are new in the snapshot, shard by shard. Returns the time of the last one of all
        that there are. Raises Gap."""
        first = first_shard(archived)
        shards = {shard["Number"]: shard for shard in record["Shards"] if shard["Number"] >= first}
        _check_all_seen(archived, shards, first, record["LastShard"])
        latest_us = 0
        for number in sorted(shards):
            latest_us = max(latest_us, await self._advance_shard(snapshot, table_id, number, archived))
        archived["LastShard"] = record["LastShard"]
        archived["Open"] = [number for number, shard in shards.items() if is_open(shard)]
        return latest_us / US_PER_SECOND

    async def _advance_shard(self, snapshot: Snapshot, table_id: int, number: int, archived: TableArchive) -> int:
        last, time_us = decode_head(await snapshot.get(keyspace.journal_head(table_id, number)))
        position = archived["Positions"].get(str(number), first_position(number) - 1)
        prefix = keyspace.journal(table_id)
        while position < last:
            pairs = await gather(snapshot, prefix + position_value(position + 1), prefix + position_value(last + 1))
            if not pairs or int.from_bytes(pairs[0][0][-8:], "big") != position + 1:
                raise Gap
            await self._append(f"{table_id}/journal", number, pairs, archived["Journal"])
            position += len(pairs)
        if last:
            archived["Positions"][str(number)] = position
        return time_us

    async def _append(self, folder: str, number: int, pairs: Pairs, archived: list[Segment]) -> None:
        """Add records to those of their shard, in one segment with those before them that are not much longer.

        So of many short segments a few long ones become, and a record is written again no more often than the length
        of its segment can double."""
        size = sum([len(value) for _, value in pairs])
        while (before := _last_of(archived, number)) is not None and before["Size"] <= 2 * size:
            if before["Size"] + size > segments.BYTES_MAX:
                break
            try:
                earlier = await asyncio.to_thread(segments.read, self._destination, before)
            except ArchiveError as error:
                _log.error("segments of the archive cannot be joined: %s", error)
                break
            archived.remove(before)
            pairs = [*earlier, *pairs]
            size += before["Size"]
        since = journal.time_us_of(pairs[0][1]) / US_PER_SECOND
        archived.append({**await self._write(folder, pairs), "Shard": number, "Since": since, "Size": size})


def _last_of(archived: list[Segment], number: int) -> Segment | None:
    return next((segment for segment in reversed(archived) if segment["Shard"] == number), None)


def _check_all_seen(archived: TableArchive, shards: Mapping[int, Any], first: int, last: int) -> None:
    """A shard leaves a table's record a day after it was closed. None may do so before it was read to its end."""
    unread = set(archived.get("Open", ())) | set(range(max(first, archived.get("LastShard", first - 1) + 1), last + 1))
    if not unread <= shards.keys():
        raise Gap
