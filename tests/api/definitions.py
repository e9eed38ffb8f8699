"""Parts of CreateTable and UpdateTable requests, in few words."""

from __future__ import annotations

from typing import Any

Part = dict[str, Any]


def defined(*attributes: str) -> list[Part]:
    """AttributeDefinitions from texts like `pk:S`; the type is S where none is given."""
    pairs = [attribute.partition(":") for attribute in attributes]
    return [{"AttributeName": name, "AttributeType": type_ or "S"} for name, _, type_ in pairs]


def key_schema(hashes: str, ranges: str = "") -> list[Part]:
    """A KeySchema from names with blanks between them."""
    elements = [(name, "HASH") for name in hashes.split()] + [(name, "RANGE") for name in ranges.split()]
    return [{"AttributeName": name, "KeyType": kind} for name, kind in elements]


def projection(kind: str = "ALL", *included: str) -> Part:
    return {"ProjectionType": kind, **({"NonKeyAttributes": list(included)} if included else {})}


def index(name: str, hashes: str, ranges: str = "", projected: Part | None = None, **more: Any) -> Part:
    """A secondary index, projecting everything unless told otherwise."""
    return {
        "IndexName": name,
        "KeySchema": key_schema(hashes, ranges),
        "Projection": projection() if projected is None else projected,
        **more,
    }


def units(read: int, write: int) -> Part:
    """A ProvisionedThroughput."""
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}
