"""Query: the items of one partition key, in order of their sort key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slipring.engine.engine import Engine
from slipring.engine.table import Index, KeyAttribute, Table
from slipring.expressions import KeyRange as BoundKeys
from slipring.iam.caller import Caller
from slipring.model.errors import reads as errors
from slipring.model.keys import encode, escape, partition_hash, successor
from slipring.operations.reads.page import KeyRange, answer_read
from slipring.operations.reads.planning import plan_query
from slipring.operations.reads.selection import ReadPlan, find_index, select
from slipring.operations.reads.start_keys import store_key


async def query(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    plan, key_condition = plan_query(request)
    table = await engine.catalog.table(request["TableName"], caller.namespace)
    index = find_index(table, request)
    schema = table if index is None else index
    keys = key_condition.bind(
        request.get("ExpressionAttributeValues"), schema.hash_names, schema.range_names, schema.key_types
    )
    _check_filter(schema.keys, request, plan)
    selection = select(table, index, request, plan)
    wanted = key_range(table, index, keys, reverse=not request.get("ScanIndexForward", True))
    if "ExclusiveStartKey" in request:
        _resume(wanted, keys, request)
    return await answer_read(engine.store, request, wanted, selection)


def _check_filter(keys: Sequence[KeyAttribute], request: dict[str, Any], plan: ReadPlan) -> None:
    """A filter may not look at the keys that the query already chose by."""
    for name, _ in keys:
        if name in plan.filter_attributes:
            raise errors.legacy_filter_on_key(name) if "QueryFilter" in request else errors.filter_on_key(name)


def key_range(table: Table, index: Index | None, keys: BoundKeys, *, reverse: bool) -> KeyRange:
    """The keys of the store that a key condition covers."""
    schema = table if index is None else index
    prefix = partition_prefix(table, index, keys.hash_values)
    for (_, type_), value in zip(schema.ranges, keys.range_values, strict=False):
        prefix += encode(type_, value)
    start, stop = prefix, successor(prefix)
    if keys.operator is not None:
        _, type_ = schema.ranges[len(keys.range_values)]
        operands = [prefix + encode(type_, operand) for operand in keys.operands]
        if keys.operator == "<":
            stop = operands[0]
        elif keys.operator == "<=":
            stop = successor(operands[0])
        elif keys.operator == ">":
            start = successor(operands[0])
        elif keys.operator == ">=":
            start = operands[0]
        elif keys.operator == "BETWEEN":
            start, stop = operands[0], successor(operands[1])
        else:
            assert type_ != "N", "begins_with is refused for numbers"
            start = prefix + escape(type_, keys.operands[0])
            stop = successor(start)
    return KeyRange(table, index, start, stop, reverse=reverse)


def partition_prefix(table: Table, index: Index | None, hash_values: Sequence[str]) -> bytes:
    """What the keys of all items, or entries, with these hash attributes begin with."""
    schema = table if index is None else index
    if len(hash_values) == 1:
        encoded = encode(schema.hashes[0][1], hash_values[0])
    else:
        parts = [encode(type_, value) for (_, type_), value in zip(schema.hashes, hash_values, strict=True)]
        encoded = b"".join(parts)
    return schema.prefix + partition_hash(encoded) + encoded


def _resume(wanted: KeyRange, keys: BoundKeys, request: dict[str, Any]) -> None:
    after = store_key(wanted.table, wanted.index, request["ExclusiveStartKey"], errors.start_key_invalid)
    prefix = partition_prefix(wanted.table, wanted.index, keys.hash_values)
    if not after.startswith(prefix):
        raise errors.start_key_outside_query()
    if not wanted.start <= after < wanted.stop:
        raise errors.start_key_outside_range()
    wanted.resume(after)
