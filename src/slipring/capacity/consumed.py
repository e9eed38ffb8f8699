"""ConsumedCapacity as the API returns it (API Reference, "ConsumedCapacity")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from slipring.capacity.units import index_write_units, table_write_units
from slipring.engine.changes import Change
from slipring.engine.table import Index

Side = Literal["", "Read", "Write"]
"""Which of ReadCapacityUnits and WriteCapacityUnits a transaction reports beside CapacityUnits."""


class Tally:
    """Units consumed on one table and its indexes, added up over a request."""

    __slots__ = ("index_units", "table_name", "table_units")

    def __init__(self, table_name: str) -> None:
        self.table_name = table_name
        """As the request named the table; an ARN is echoed as an ARN."""
        self.table_units = 0.0
        self.index_units: dict[Index, float] = {}

    def add_change(self, change: Change, factor: int = 1) -> None:
        """Add a write; `factor` is 2 in a transaction."""
        self.table_units += table_write_units(change) * factor
        for write in change.index_writes:
            self.add_index(write[0], index_write_units(write) * factor)

    def add_index(self, index: Index, units: float) -> None:
        self.index_units[index] = self.index_units.get(index, 0.0) + units

    def describe(self, mode: str, side: Side = "") -> dict[str, Any]:
        """The ConsumedCapacity for ReturnConsumedCapacity TOTAL or INDEXES."""
        total = self.table_units + sum(self.index_units.values())
        told: dict[str, Any] = {"TableName": self.table_name, **_capacity(total, side)}
        if mode == "INDEXES":
            told["Table"] = _capacity(self.table_units, side)
            for member, is_global in (("LocalSecondaryIndexes", False), ("GlobalSecondaryIndexes", True)):
                per_index = {
                    index.name: _capacity(units, side)
                    for index, units in self.index_units.items()
                    if index.is_global is is_global
                }
                if per_index:
                    told[member] = per_index
        return told


def _capacity(units: float, side: Side) -> dict[str, float]:
    told = {"CapacityUnits": units}
    if side:
        told[f"{side}CapacityUnits"] = units
    return told


def tally_changes(named_changes: Iterable[tuple[str, Change]], factor: int = 1) -> list[Tally]:
    """One tally per table, in order of first appearance; each change comes with its table as the request named it."""
    tallies: dict[str, Tally] = {}
    for name, change in named_changes:
        tally = tallies.get(name)
        if tally is None:
            tally = tallies[name] = Tally(name)
        tally.add_change(change, factor)
    return list(tallies.values())
