"""What differs between two states of the same tables."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from slipring.engine import keyspace, rows
from slipring.engine.contents import Contents
from slipring.engine.table import Table
from slipring.model.attribute_values import Item
from slipring.model.keys import successor
from slipring.storage.contract import Reader

Kind = Literal["added", "removed", "changed"]

SHOWN_MAX = 100
"""Of how many items of a table the keys are told; all are counted."""

_KEYS_PER_READ = 512
_BYTES_PER_READ = 1024 * 1024
_NOT_COMPARED = ("Archive", "Copies", "Id", "Journal", "Stream", "Version")
"""What of a table's record is no part of its definition, or changes by itself."""


@dataclass(slots=True)
class Difference:
    """Of one table."""

    namespace: str
    table: str
    kind: Kind
    definition_changed: bool = False
    counts: dict[Kind, int] = field(default_factory=lambda: {"added": 0, "removed": 0, "changed": 0})
    """How many items were added, removed and changed."""
    items: list[tuple[Kind, Item]] = field(default_factory=list)
    """The keys of the first of them."""

    def add(self, kind: Kind, table: Table, row: bytes) -> None:
        self.counts[kind] += 1
        if len(self.items) < SHOWN_MAX:
            self.items.append((kind, table.key_item(rows.decode(row))))

    def as_json(self) -> dict[str, Any]:
        return {
            "namespace": self.namespace,
            "table": self.table,
            "change": self.kind,
            "definition_changed": self.definition_changed,
            "items": self.counts,
            "keys": [{"change": kind, "key": key} for kind, key in self.items],
        }


async def differences(before: Reader, old: Contents, after: Reader, new: Contents) -> list[Difference]:
    """By namespace and name, of every table that differs."""
    found = []
    for key in sorted({*old.tables, *new.tables}):
        difference = await _table_difference(before, old.tables.get(key), after, new.tables.get(key), key)
        if difference is not None:
            found.append(difference)
    return found


async def _table_difference(
    before: Reader,
    old: Mapping[str, Any] | None,
    after: Reader,
    new: Mapping[str, Any] | None,
    key: tuple[str, str],
) -> Difference | None:
    kind: Kind = "added" if old is None else "removed" if new is None else "changed"
    difference = Difference(*key, kind)
    if old is not None and new is not None:
        difference.definition_changed = _definition(old) != _definition(new)
    await _compare(difference, _Rows(before, old), _Rows(after, new))
    is_same = kind == "changed" and not difference.definition_changed and not any(difference.counts.values())
    return None if is_same else difference


def _definition(record: Mapping[str, Any]) -> dict[str, Any]:
    stream = record.get("Stream", {})
    view = stream.get("ViewType") if stream.get("Enabled") else None
    return {**{name: value for name, value in record.items() if name not in _NOT_COMPARED}, "ViewType": view}


async def _compare(difference: Difference, old: _Rows, new: _Rows) -> None:
    """Both are in key order, so one walk finds what only one of them has."""
    left, right = await anext(old, None), await anext(new, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            assert left is not None and old.table is not None
            difference.add("removed", old.table, left[1])
            left = await anext(old, None)
        elif left is None or right[0] < left[0]:
            assert new.table is not None
            difference.add("added", new.table, right[1])
            right = await anext(new, None)
        else:
            if left[1] != right[1] and rows.decode(left[1]) != rows.decode(right[1]):
                assert new.table is not None
                difference.add("changed", new.table, right[1])
            left, right = await anext(old, None), await anext(new, None)


class _Rows(AsyncIterator[tuple[bytes, bytes]]):
    """A table's items in key order: the key without the table, and the row."""

    def __init__(self, reader: Reader, record: Mapping[str, Any] | None) -> None:
        self.table = None if record is None else Table(dict(record))
        self._reader = reader
        self._prefix = b"" if record is None else keyspace.items(record["Id"])
        self._start = self._prefix
        self._found: list[tuple[bytes, bytes]] = []

    async def __anext__(self) -> tuple[bytes, bytes]:
        if not self._found:
            await self._read()
        key, row = self._found.pop()
        return key[len(self._prefix) :], row

    async def _read(self) -> None:
        if self.table is None:
            raise StopAsyncIteration
        stop = successor(self._prefix)
        found = await self._reader.scan(self._start, stop, limit=_KEYS_PER_READ, bytes_max=_BYTES_PER_READ)
        if not found:
            raise StopAsyncIteration
        await asyncio.sleep(0)
        self._start = found[-1][0] + b"\x00"
        self._found = found[::-1]
