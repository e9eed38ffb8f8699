"""Everything that can be wrong with seeds is found before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slipring.engine.table import Table
from slipring.model.attribute_values import Item, normalise_item
from slipring.model.errors.base import ApiError
from slipring.operations.items.writes import check_item_size, put_action
from slipring.seeds.directory import SeedFile
from slipring.seeds.errors import SeedError
from slipring.seeds.factories import TableToSeed
from slipring.seeds.values import key_value
from slipring.templates.desired import DesiredTable


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file's items, each of which the table would take."""

    file: SeedFile
    items: list[tuple[Item, int]]
    """Normalised, with their sizes in bytes."""


def prepared(file: SeedFile, table: Table) -> Prepared:
    """Raises SeedError, which names the first item that is wrong."""
    keys = dict(table.key_types)
    for index in table.indexes:
        keys |= index.key_types
    items: list[tuple[Item, int]] = []
    places: dict[bytes, str] = {}
    try:
        for place, item in file.items(TableToSeed(table.name, keys)):
            for name in keys.keys() & item.keys():
                item[name] = key_value(item[name], keys[name])
            items.append((item, _checked(place, item, table, places)))
    except SeedError as error:
        raise SeedError(f"{file.path}: {error}") from None
    return Prepared(file, items)


def _checked(place: str, item: Item, table: Table, places: dict[bytes, str]) -> int:
    """The item's size, once it is what PutItem would take."""
    try:
        size = normalise_item(item)
        check_item_size(size)
        key = put_action(table, item, size, None, {}).key
    except ApiError as error:
        raise SeedError(f"{place}: {error.message or error.code}") from None
    if key in places:
        raise SeedError(f"{place}: its key is that of {places[key]}")
    places[key] = place
    return size


def provisional(wanted: DesiredTable) -> Table:
    """A table that is still to be made, good for checking items."""
    definition = wanted.definition
    record: Mapping[str, Any] = {
        **{name: definition[name] for name in ("TableName", "KeySchema", "AttributeDefinitions")},
        **{
            member: [{**index, "Id": 0} for index in definition.get(member, ())]
            for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
        },
        "Id": 0,
        "Version": 0,
    }
    return Table(dict(record))
