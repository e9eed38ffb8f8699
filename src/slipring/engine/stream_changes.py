"""Changes of a stream's record, which its table's record holds too while the stream is the table's latest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import orjson

from slipring.engine import keyspace
from slipring.engine.streams import StreamRecord
from slipring.engine.table import TableRecord, guard_value
from slipring.model.errors import tables as errors
from slipring.storage.contract import Store, Writes


async def change_stream(
    store: Store, table_name: str, label: str, namespace: str, revise: Callable[[StreamRecord], StreamRecord]
) -> StreamRecord:
    """Replace a stream's record by `revise` of it. Raises ResourceNotFoundException, or what `revise` raises."""
    record_key, stream_key = keyspace.table_record(namespace, table_name), keyspace.stream(namespace, table_name, label)

    def decide(old: Sequence[bytes | None]) -> Writes[StreamRecord]:
        stored_table, stored_stream = old
        if stored_stream is None:
            raise errors.table_not_found()
        after = revise(orjson.loads(stored_stream))
        puts: dict[bytes, bytes | None] = {stream_key: orjson.dumps(after)}
        table: TableRecord = {} if stored_table is None else orjson.loads(stored_table)
        if table.get("Stream", {}).get("Label") == label:
            changed = {**table, "Stream": after, "Version": table["Version"] + 1}
            puts[record_key] = orjson.dumps(changed)
            puts[keyspace.table_guard(table["Id"])] = guard_value(changed)
        return Writes(puts, None, after)

    return await store.commit([record_key, stream_key], decide)
