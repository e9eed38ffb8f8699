"""Texts to items, each with the place it stands at: JSON, JSON Lines, CSV, DynamoDB JSON."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from slipring.model.attribute_values import Item
from slipring.seeds.errors import SeedError
from slipring.seeds.values import Number, attributes, is_number

KeyTypes: TypeAlias = Mapping[str, str]
"""The types (S, N, B) of all attributes that are keys of the table or of an index of it."""
Placed: TypeAlias = tuple[str, Item]
"""Where an item stands, and what it is."""

_SPACE = re.compile(r"\s*")
_ITEMS = re.compile(r'\s*\{\s*"Items"\s*:\s*\[')
_DECODER = json.JSONDecoder(parse_int=Number, parse_float=Number)


def from_json(text: str, *, in_dynamodb_json: bool) -> Iterator[Placed]:
    """A list of items; or what `aws dynamodb scan` prints, whose items are in DynamoDB JSON. Raises SeedError."""
    scanned = _ITEMS.match(text)
    begin = _SPACE.match(text)
    place = 0 if begin is None else begin.end()
    if scanned is not None:
        place = scanned.end() - 1
    if text[place : place + 1] != "[":
        raise SeedError('line 1: it is neither a list of items nor {"Items": [...]}')
    for line, item in _elements(text, place):
        yield f"line {line}", _item(f"line {line}", item, in_dynamodb_json or scanned is not None)


def from_json_lines(text: str, *, in_dynamodb_json: bool) -> Iterator[Placed]:
    """An item in each line; or {"Item": {...}} in DynamoDB JSON, as exports to S3 have it. Raises SeedError."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            place = f"line {number}"
            try:
                item = _DECODER.decode(line)
            except (ValueError, RecursionError) as error:
                raise SeedError(f"{place}: {_words(error)}") from None
            is_exported = isinstance(item, dict) and item.keys() == {"Item"}
            yield place, _item(place, item["Item"] if is_exported else item, in_dynamodb_json or is_exported)


def from_csv(text: str, types: KeyTypes) -> Iterator[Placed]:
    """Columns named in the first line. A key has its type; another column holds numbers if every cell of it that is
    not empty is one, else strings. An empty cell is an attribute that the item does not have. Raises SeedError."""
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        names = next(reader, [])
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise SeedError(f"line {reader.line_num}: {error}") from None
    if len(set(names)) < len(names) or "" in names:
        raise SeedError("line 1: a column has no name, or the name of another")
    for line, row in rows:
        if len(row) != len(names):
            raise SeedError(f"line {line}: it has {len(row)} cells, and there are {len(names)} columns")
    kinds = [
        types.get(name) or ("N" if all(is_number(row[column]) for _, row in rows if row[column]) else "S")
        for column, name in enumerate(names)
    ]
    for line, row in rows:
        yield f"line {line}", {name: {kind: cell} for name, kind, cell in zip(names, kinds, row, strict=True) if cell}


def _elements(text: str, place: int) -> Iterator[tuple[int, Any]]:
    """The elements of the JSON list that begins at `place`, each with its line."""
    line, counted = 1, 0
    place = _after_space(text, place + 1)
    while text[place : place + 1] != "]":
        line, counted = line + text.count("\n", counted, place), place
        try:
            element, place = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            raise SeedError(f"line {getattr(error, 'lineno', line)}: {_words(error)}") from None
        yield line, element
        place = _after_space(text, place)
        if text[place : place + 1] == ",":
            place = _after_space(text, place + 1)
        elif text[place : place + 1] != "]":
            raise SeedError(f"line {line + text.count(chr(10), counted, place)}: a comma or the list's end is missing")


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return place if found is None else found.end()


def _words(error: Exception) -> str:
    return str(getattr(error, "msg", None) or error)


def _item(place: str, item: Any, is_dynamodb_json: bool) -> Item:
    if is_dynamodb_json:
        if not isinstance(item, dict) or not all(isinstance(value, dict) for value in item.values()):
            raise SeedError(f"{place}: it is no item in DynamoDB JSON")
        return item
    try:
        return attributes(item)
    except ValueError as error:
        raise SeedError(f"{place}: {error}") from None
