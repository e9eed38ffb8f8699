"""ItemCollectionMetrics: how large the items of one partition key are together, in tables with local indexes."""

from __future__ import annotations

from typing import Any

from slipring.engine.changes import Change, collection_key
from slipring.engine.engine import Engine
from slipring.storage.contract import decode_counts

_BYTES_PER_GB = 1 << 30


async def collection_metrics(engine: Engine, change: Change) -> dict[str, Any]:
    """The metrics of the collection that a change belongs to; the estimate is a range one gigabyte wide."""
    item, table = change.key_item, change.table
    _, size_bytes = decode_counts(await engine.store.get(collection_key(table, item)))
    low = float(size_bytes // _BYTES_PER_GB)
    return {
        "ItemCollectionKey": {table.hash_name: item[table.hash_name]},
        "SizeEstimateRangeGB": [low, low + 1.0],
    }
