"""Bases: the items of a table as segments, copied while writes go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from slipring.engine import keyspace
from slipring.engine.archive import segments
from slipring.engine.archive.manifests import TableArchive
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


def new_base(first_shard: int) -> dict[str, Any]:
    """A base to which the journal from this shard on belongs."""
    return {"FirstShard": first_shard, "Segments": [], "Place": ""}


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


def settle(archived: TableArchive) -> None:
    """Put a finished base in the place of the one before it, and drop what of the journal it makes needless."""
    base = archived.pop("Next")
    archived["Base"] = base
    archived["Journal"] = [segment for segment in archived.get("Journal", []) if segment["Shard"] >= base["FirstShard"]]
    archived["Positions"] = {
        shard: position for shard, position in archived.get("Positions", {}).items() if int(shard) >= base["FirstShard"]
    }


def is_compaction_due(archived: TableArchive) -> bool:
    """Whether replaying the journal costs more than the base does."""
    if "Next" in archived:
        return False
    base = sum(segment["Bytes"] for segment in archived["Base"]["Segments"])
    journal = sum(segment["Bytes"] for segment in archived["Journal"])
    return bool(journal > max(base, COMPACTED_BYTES_MIN))
