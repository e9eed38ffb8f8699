"""Capacity units from item sizes.

Developer Guide, "DynamoDB read and write operations": a write unit covers 1 KB, a read unit 4 KB read consistently or
8 KB read eventually; transactions cost double. Sizes are rounded up; nothing costs less than one unit, or half a unit
for an eventually consistent read.
"""

from __future__ import annotations

from slipring.engine.changes import Change, IndexWrite

WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096
"""What is read consistently for one unit."""


def read_units(size_bytes: int, *, consistent: bool) -> float:
    """Units for reading so many bytes in one go: one item, or the items of a page added up."""
    units = ((size_bytes + READ_UNIT_BYTES - 1) // READ_UNIT_BYTES) or 1
    return float(units) if consistent else units / 2


def write_units(size_bytes: int) -> float:
    """Units for writing an item of this size; 1 for deleting nothing."""
    return float(((size_bytes + WRITE_UNIT_BYTES - 1) // WRITE_UNIT_BYTES) or 1)


def table_write_units(change: Change) -> float:
    """Units a change costs its table: the larger of the item before and after."""
    return write_units(max(change.old_bytes, change.new_bytes))


def index_write_units(write: IndexWrite) -> float:
    """Units a change costs an index: an entry that moves is deleted and put."""
    _index, before_bytes, after_bytes = write
    units = 0.0
    if before_bytes:
        units += write_units(before_bytes)
    if after_bytes:
        units += write_units(after_bytes)
    return units
