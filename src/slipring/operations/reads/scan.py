"""Scan: a table or index from end to end, or one of its segments."""

from __future__ import annotations

from typing import Any

from slipring.engine.engine import Engine
from slipring.engine.table import Index, Table
from slipring.iam.caller import Caller
from slipring.model.errors import reads as errors
from slipring.model.keys import successor
from slipring.operations.reads.page import KeyRange, answer_read
from slipring.operations.reads.planning import plan_scan
from slipring.operations.reads.selection import find_index, select
from slipring.operations.reads.start_keys import store_key

_HASHES = 1 << 16
"""The partition hash has 16 bits; with more segments than that, some are empty."""


async def scan(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    _check_segments(request)
    plan = plan_scan(request)
    table = await engine.catalog.table(request["TableName"], caller.namespace)
    index = find_index(table, request)
    selection = select(table, index, request, plan)
    wanted = _segment(table, index, request)
    return await answer_read(engine.store, request, wanted, selection)


def _check_segments(request: dict[str, Any]) -> None:
    segment, total = request.get("Segment"), request.get("TotalSegments")
    if segment is None and total is None:
        return
    if total is None:
        raise errors.total_segments_missing()
    if segment is None:
        raise errors.segment_missing()
    if segment >= total:
        raise errors.segment_too_large(segment, total)


def _segment(table: Table, index: Index | None, request: dict[str, Any]) -> KeyRange:
    prefix = table.prefix if index is None else index.prefix
    start, stop = prefix, successor(prefix)
    total = request.get("TotalSegments")
    if total is not None:
        segment = request["Segment"]
        low, high = segment * _HASHES // total, (segment + 1) * _HASHES // total
        start = prefix + low.to_bytes(2, "big")
        if high < _HASHES:
            stop = prefix + high.to_bytes(2, "big")
    wanted = KeyRange(table, index, start, stop)
    if "ExclusiveStartKey" in request:
        mismatch = errors.start_key_not_of_table if index is None else errors.start_key_invalid
        after = store_key(table, index, request["ExclusiveStartKey"], mismatch)
        if total is not None and not start <= after < stop:
            raise errors.start_key_of_other_segment(total, request["Segment"])
        wanted.resume(after)
    return wanted
