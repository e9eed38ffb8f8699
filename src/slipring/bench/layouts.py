"""The tables that loads run on, and the items in them: 1 KB and ten attributes each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slipring.model.attribute_values import Item
from slipring.model.sizes import item_bytes

ITEM_BYTES = 1024
"""An item's size in DynamoDB's own measure, names included."""
ATTRIBUTES = 10
GROUP = 20
"""How many items share a partition, where there are sort keys, or a value of the global index."""
YCSB_GROUP = 200
YCSB_FIELDS = 10
YCSB_FIELD_BYTES = 100
"""Source: Cooper et al., 2010: records of ten fields of 100 bytes."""

INDEX = "by-group"
KINDS = ("even", "odd")
FIRST_VERSION = "1"

_LETTERS = "".join(chr(33 + number * 7919 % 93) for number in range(8191)).replace('"', "'").replace("\\", "/")


def text(number: int, length: int) -> str:
    """Printable text that differs from number to number."""
    start = number * 131 % (len(_LETTERS) - length)
    return _LETTERS[start : start + length]


@dataclass(frozen=True, slots=True)
class Layout:
    """A table's definition and contents."""

    keys: tuple[str, ...]
    """The partition key and, if there is one, the sort key; all are strings."""
    key: Callable[[int], Item]
    """The key of the item of this number."""
    item: Callable[[int, int], Item]
    """The item of this number; the second number makes its contents differ from those it had before."""
    indexed: bool = False

    def definition(self, table: str) -> dict[str, Any]:
        """CreateTable's parameters."""
        names = [*self.keys, *(["group"] if self.indexed else [])]
        definition: dict[str, Any] = {
            "TableName": table,
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": _schema(*self.keys),
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in names],
        }
        if self.indexed:
            index = {"IndexName": INDEX, "KeySchema": _schema("group", "pk"), "Projection": {"ProjectionType": "ALL"}}
            definition["GlobalSecondaryIndexes"] = [index]
        return definition


def _schema(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]


def plain_key(number: int) -> Item:
    return {"pk": {"S": f"item-{number:010d}"}}


def grouped_key(number: int, group: int = GROUP) -> Item:
    return {"pk": {"S": f"group-{number // group:010d}"}, "sk": {"S": f"item-{number % group:05d}"}}


def group_of(number: int) -> str:
    """The value of the global index that an item has at first."""
    return f"group-{number // GROUP:010d}"


def filled(key: Item, number: int, change: int = 0) -> Item:
    """An item with this key, filled up to its size."""
    item = {
        **key,
        "kind": {"S": KINDS[number % len(KINDS)]},
        "version": {"N": FIRST_VERSION},
        "hits": {"N": "0"},
    }
    names = [f"text{place}" for place in range(ATTRIBUTES - len(item))]
    left = ITEM_BYTES - item_bytes(item) - sum(map(len, names))
    for place, name in enumerate(names, 1):
        length = left if place == len(names) else left // len(names) if place == 1 else len(item["text0"]["S"])
        item[name] = {"S": text(number + change * 7 + place, length)}
        left -= length
    return item


def field(number: int) -> str:
    """A value of one field of YCSB's record."""
    return text(number, YCSB_FIELD_BYTES)


def record(key: Item, number: int) -> Item:
    """YCSB's record."""
    return {**key, **{f"field{place}": {"S": field(number + place)} for place in range(YCSB_FIELDS)}}


def _ycsb_scanned_key(number: int) -> Item:
    return grouped_key(number, YCSB_GROUP)


PLAIN = Layout(("pk",), plain_key, lambda number, change: filled(plain_key(number), number, change))
GROUPED = Layout(("pk", "sk"), grouped_key, lambda number, change: filled(grouped_key(number), number, change))
INDEXED = Layout(
    ("pk",),
    plain_key,
    lambda number, change: filled({**plain_key(number), "group": {"S": group_of(number + change)}}, number, change),
    indexed=True,
)
YCSB = Layout(("pk",), plain_key, lambda number, change: record(plain_key(number), number + change))
YCSB_SCANNED = Layout(
    ("pk", "sk"), _ycsb_scanned_key, lambda number, change: record(_ycsb_scanned_key(number), number + change)
)
