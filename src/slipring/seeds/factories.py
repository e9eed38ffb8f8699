"""Seeds that are programs: a file of Python with a function `items(table)`."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipring.seeds.errors import SeedError
from slipring.seeds.formats import KeyTypes, Placed
from slipring.seeds.values import attributes

ITEMS_MAX = 1_000_000
"""A factory may go on for ever."""


@dataclass(frozen=True, slots=True)
class TableToSeed:
    """What a factory is told of its table."""

    name: str
    keys: KeyTypes
    """The types (S, N, B) of the attributes that are keys, also of indexes, by name."""


def from_factory(path: Path, text: str, table: TableToSeed) -> Iterator[Placed]:
    """What `items` yields, in values as boto3's resources take them. Raises SeedError."""
    module: dict[str, Any] = {"__name__": f"slipring_seed_{table.name}", "__file__": str(path)}
    try:
        exec(compile(text, str(path), "exec"), module)
        if not callable(module.get("items")):
            raise SeedError("it has no function items(table)")
        for number, item in enumerate(module["items"](table), start=1):
            if number > ITEMS_MAX:
                raise SeedError(f"it yields more than {ITEMS_MAX} items")
            yield f"item {number}", _plain(f"item {number}", item)
    except SeedError:
        raise
    except SyntaxError as error:
        raise SeedError(f"line {error.lineno}: {error.msg}") from None
    except Exception as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        where = f"line {lines[-1]}: " if lines else ""
        raise SeedError(f"{where}{type(error).__name__}: {' '.join(str(error).split())}") from None


def _plain(place: str, item: object) -> Any:
    try:
        return attributes(item)
    except ValueError as error:
        raise SeedError(f"{place}: {error}") from None
