"""Bases: the items of a table as segments, copied while writes go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from slipring.engine import keyspace
from slipring.engine.archive import segments
from slipring.engine.archive.manifests import TableArchive, bases_of
from slipring.engine.archive.segments import Pairs, Segment
from slipring.model.keys import successor
from slipring.storage.contract import Reader, Store

SEGMENTS_PER_ROUND = 8
"""So that the journals of all tables have their turn while a large base is made."""
COMPACTED_BYTES_MIN = 32 * 1024 * 1024
"""A shorter journal is not worth a new base."""

_KEYS_PER_READ = 256
_BYTES_PER_READ = 1024 * 1024

Write = Callable[[str, Pairs], Awaitable[Segment]]
"""Writes a segment into a folder."""


def new_base(first_shard: int, begun: float = 0.0) -> dict[str, Any]:
    """A base to which the journal from this shard on belongs. Nothing older than the time it was begun can be made of
    it."""
    return {"FirstShard": first_shard, "Segments": [], "Covers": begun, "Place": ""}


def base_of_nothing(created: float) -> dict[str, Any]:
    """The base of a table that has had a journal since it was created."""
    return {"FirstShard": 0, "Segments": [], "Covers": created}


async def advance(store: Store, table_id: int, archived: TableArchive, write: Write) -> None:
    """Go on with the base that is being made, for some segments. Its Place is None once it has everything."""
    base = archived["Next"]
    prefix = keyspace.items(table_id)
    for _ in range(SEGMENTS_PER_ROUND):
        start = bytes.fromhex(base["Place"]) if base["Place"] else prefix
        pairs = await gather(store, start, successor(prefix))
        if pairs:
            base["Segments"].append(await write(f"{table_id}/base", pairs))
            base["Place"] = (pairs[-1][0] + b"\x00").hex()
        if sum(len(value) for _, value in pairs) < segments.BYTES_MAX:
            base["Place"] = None
            return


async def gather(reader: Reader, start: bytes, stop: bytes) -> list[tuple[bytes, bytes]]:
    """The pairs of a range, as many as fit a segment; fewer bytes than that mean that there are no more."""
    gathered: list[tuple[bytes, bytes]] = []
    size = 0
    while size < segments.BYTES_MAX:
        found = await reader.scan(start, stop, limit=_KEYS_PER_READ, bytes_max=_BYTES_PER_READ)
        if not found:
            break
        gathered += found
        size += sum(len(value) for _, value in found)
        start = found[-1][0] + b"\x00"
        await asyncio.sleep(0)
    return gathered


def settle(archived: TableArchive, latest: float = 0.0) -> None:
    """Count a finished base among the complete ones; `latest` is the time of the last record that may be in it."""
    base = archived.pop("Next")
    del base["Place"]
    archived["Bases"].append({**base, "Covers": max(base["Covers"], latest)})


def forget(archived: TableArchive, since: float) -> None:
    """Drop the bases that are not needed to make the table as it was at a time or later, and what of the journal they
    alone needed."""
    kept = archived["Bases"]
    while len(kept) > 1 and kept[1]["Covers"] <= since:
        kept.pop(0)
    if bases_of(archived):
        first = first_shard(archived)
        archived["Journal"] = [segment for segment in archived["Journal"] if segment["Shard"] >= first]
        archived["Positions"] = {
            shard: position for shard, position in archived["Positions"].items() if int(shard) >= first
        }


def first_shard(archived: TableArchive) -> int:
    """The first shard whose records are needed."""
    return min([int(base["FirstShard"]) for base in bases_of(archived)])


def is_compaction_due(archived: TableArchive) -> bool:
    """Whether replaying the journal costs more than the base does."""
    if "Next" in archived:
        return False
    newest = archived["Bases"][-1]
    base = sum(segment["Bytes"] for segment in newest["Segments"])
    journal = sum(segment["Bytes"] for segment in archived["Journal"] if segment["Shard"] >= newest["FirstShard"])
    return bool(journal > max(base, COMPACTED_BYTES_MIN))
