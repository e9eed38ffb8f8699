"""Journals: what was written since a base was begun, as segments, as of one snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipring.engine import keyspace
from slipring.engine.archive.bases import Write, gather
from slipring.engine.archive.manifests import TableArchive
from slipring.engine.shards import decode_head, first_position, position_value
from slipring.storage.contract import Snapshot


class Gap(Exception):
    """Part of a journal was trimmed before it was archived. The table needs a new base."""


async def advance(
    snapshot: Snapshot, table_id: int, record: Mapping[str, Any], archived: TableArchive, write: Write
) -> None:
    """Archive the records that are new in the snapshot, shard by shard. Raises Gap."""
    shards = sorted(shard["Number"] for shard in record["Journal"]["Shards"])
    first = _first_shard(archived)
    _check_all_seen(archived, [number for number in shards if number >= first], first, record["Journal"]["LastShard"])
    for number in shards:
        if number >= first:
            await _advance_shard(snapshot, table_id, number, archived, write)
    archived["LastShard"] = record["Journal"]["LastShard"]
    archived["Open"] = [
        shard["Number"] for shard in record["Journal"]["Shards"] if "Closed" not in shard and shard["Number"] >= first
    ]


def _first_shard(archived: TableArchive) -> int:
    bases = [base for base in (archived.get("Base"), archived.get("Next")) if base is not None]
    return min(int(base["FirstShard"]) for base in bases)


def _check_all_seen(archived: TableArchive, shards: list[int], first: int, last: int) -> None:
    """A shard leaves a table's record a day after it was closed. None may do so before it was read to its end."""
    unread = set(archived.get("Open", ())) | set(range(max(first, archived.get("LastShard", first - 1) + 1), last + 1))
    if not unread <= set(shards):
        raise Gap


async def _advance_shard(snapshot: Snapshot, table_id: int, number: int, archived: TableArchive, write: Write) -> None:
    last, _ = decode_head(await snapshot.get(keyspace.journal_head(table_id, number)))
    position = archived["Positions"].get(str(number), first_position(number) - 1)
    prefix = keyspace.journal(table_id)
    while position < last:
        pairs = await gather(snapshot, prefix + position_value(position + 1), prefix + position_value(last + 1))
        if not pairs or int.from_bytes(pairs[0][0][-8:], "big") != position + 1:
            raise Gap
        segment = await write(f"{table_id}/journal", pairs)
        archived["Journal"].append({**segment, "Shard": number})
        position += len(pairs)
    if last:
        archived["Positions"][str(number)] = position
