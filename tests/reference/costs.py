"""ConsumedCapacity and ItemCollectionMetrics, added up over a request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.reference.tables import Write
from tests.reference.world import World


class Costs:
    """Units by table and index, as ConsumedCapacity tells them."""

    def __init__(self, factor: int = 1, side: str = "") -> None:
        self._factor = factor
        self._side = side
        self._table: dict[str, float] = {}
        self._indexes: dict[str, dict[str, float]] = {}

    def add(self, table: str, units: float, by_index: dict[str, float] | None = None) -> None:
        self._table[table] = self._table.get(table, 0.0) + units * self._factor
        indexes = self._indexes.setdefault(table, {})
        for name, of_index in (by_index or {}).items():
            indexes[name] = indexes.get(name, 0.0) + of_index * self._factor

    def told(self, world: World) -> list[dict[str, Any]]:
        """ConsumedCapacity for INDEXES, a table each."""
        return [self._of(world, table) for table in self._table]

    def _of(self, world: World, table: str) -> dict[str, Any]:
        indexes = self._indexes[table]
        told: dict[str, Any] = {
            "TableName": world.name(table),
            **self._units(self._table[table] + sum(indexes.values())),
            "Table": self._units(self._table[table]),
        }
        for name, units in indexes.items():
            member = "GlobalSecondaryIndexes" if world.tables[table].index(name).is_global else "LocalSecondaryIndexes"
            told.setdefault(member, {})[name] = self._units(units)
        return told

    def _units(self, units: float) -> dict[str, float]:
        return {"CapacityUnits": units, **({f"{self._side}CapacityUnits": units} if self._side else {})}


def collections(world: World, writes: Sequence[Write]) -> dict[str, list[dict[str, Any]]]:
    """ItemCollectionMetrics; no collection here is near a gigabyte."""
    told: dict[str, list[dict[str, Any]]] = {}
    for wanted in writes:
        table = world.tables[wanted.table]
        if table.has_collections:
            name = table.keys[0]
            metrics = {"ItemCollectionKey": {name: wanted.item[name]}, "SizeEstimateRangeGB": [0.0, 1.0]}
            of_table = told.setdefault(world.name(wanted.table), [])
            if metrics not in of_table:
                of_table.append(metrics)
    return told
