"""Counts the units that requests consume, table by table, whether or not they ask what they cost.

The tables and indexes are those that the catalog hands out: their counters outlive them."""

from __future__ import annotations

from slipring.capacity.units import index_write_units, read_units, table_write_units
from slipring.engine import rows
from slipring.engine.changes import Change
from slipring.engine.table import Index, Table

_SURELY_ONE_UNIT_BYTES = 4096
"""A row is longer than its item, so one no longer than this needs no closer look."""


def count_read(table: Table, row: bytes | None, *, consistent: bool, factor: int = 1) -> None:
    """Count the read of one item, or of none; `factor` is 2 in a transaction."""
    if row is None or len(row) <= _SURELY_ONE_UNIT_BYTES:
        units = 1.0 if consistent else 0.5
    else:
        units = read_units(rows.item_bytes(row), consistent=consistent)
    table.usage.read_units += units * factor


def count_page(read: Table | Index, size_bytes: int, items: int, *, consistent: bool) -> None:
    """Count a page of a table or an index, of which so many items passed the filter."""
    usage = read.usage
    usage.read_units += read_units(size_bytes, consistent=consistent)
    usage.returned_items += items


def count_change(change: Change, factor: int = 1) -> None:
    """Count a write; `factor` is 2 in a transaction."""
    change.table.usage.write_units += table_write_units(change) * factor
    for write in change.index_writes:
        write[0].usage.write_units += index_write_units(write) * factor
