"""Splitting a stream's shards over HTTP: what much load does by and by, at once, for those who test a consumer."""

from __future__ import annotations

from slipring.admin.calls import AdminCalls, AdminRefusal, Body
from slipring.engine import shards, streams
from slipring.engine.engine import Engine
from slipring.engine.table import TableRecord
from slipring.model.errors.tree import ResourceNotFoundException


def add_stream_calls(calls: AdminCalls, engine: Engine) -> None:
    async def split(body: Body) -> Body:
        """Close every open shard of a table's stream and have two children follow each."""
        name = body.get("table")
        if not isinstance(name, str) or len(body) != 1:
            raise AdminRefusal('Say {"table": NAME}.')
        now = engine.clock.now()

        def revise(record: TableRecord) -> TableRecord:
            if not record.get("Stream", {}).get("Enabled"):
                raise AdminRefusal(f"Table {name} has no stream.")
            return shards.split(record, shards.open_numbers(record), now)

        try:
            table = await engine.catalog.change(name, "", revise)
        except ResourceNotFoundException:
            raise AdminRefusal(f"There is no table {name}.", 404) from None
        told = streams.shards_of(table.record["Stream"], table.record["Journal"], now)
        return {"open_shards": [shard["Id"] for shard in told if shards.is_open(shard)]}

    calls.add("POST", "/_slipring/streams/split", split, test_mode_only=True)
