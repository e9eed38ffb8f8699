"""Counts the units that requests consume, table by table, whether or not they ask what they cost.

The tables and indexes are those that the catalog hands out: their counters outlive them."""

from __future__ import annotations

from slipring.capacity.units import WRITE_UNIT_BYTES, index_write_units, read_units, write_units
from slipring.engine import rows
from slipring.engine.changes import Change
from slipring.engine.table import Index, Table
from slipring.model.errors.tree import ConditionalCheckFailedException


def count_read(table: Table, row: bytes | None, *, consistent: bool, factor: int = 1) -> None:
    """Count the read of one item, or of none; `factor` is 2 in a transaction."""
    size_bytes = 0 if row is None else rows.item_bytes(row)
    table.usage.read_units += read_units(size_bytes, consistent=consistent) * factor


def count_page(read: Table | Index, size_bytes: int, items: int, *, consistent: bool) -> None:
    """Count a page of a table or an index, of which so many items passed the filter."""
    usage = read.usage
    usage.read_units += read_units(size_bytes, consistent=consistent)
    usage.returned_items += items


def count_failed_write(table: Table, error: ConditionalCheckFailedException) -> None:
    """Count a write whose condition failed: it costs what the item that is there would (Developer Guide, "Working with
    items and attributes", "Conditional writes")."""
    table.usage.write_units += write_units(error.item_bytes)


def count_change(change: Change, factor: int = 1) -> None:
    """Count a write; `factor` is 2 in a transaction."""
    size_bytes = change.new_bytes
    if change.old_bytes > size_bytes:
        size_bytes = change.old_bytes
    # Most items are small, and calls would cost more than all the rest.
    change.table.usage.write_units += factor if size_bytes <= WRITE_UNIT_BYTES else write_units(size_bytes) * factor
    for write in change.index_writes:
        write[0].usage.write_units += index_write_units(write) * factor
