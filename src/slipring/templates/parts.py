"""Parts of definitions as every kind of template has them, brought to the types of DynamoDB's API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slipring.templates.desired import Definition, TemplateError

_INTEGERS = frozenset(
    (
        "MaxReadRequestUnits",
        "MaxWriteRequestUnits",
        "ReadCapacityUnits",
        "ReadUnitsPerSecond",
        "RecoveryPeriodInDays",
        "WriteCapacityUnits",
        "WriteUnitsPerSecond",
    )
)
_BOOLEANS = frozenset(("DeletionProtectionEnabled", "Enabled", "PointInTimeRecoveryEnabled", "SSEEnabled"))
_TABLE_KINDS = ("HASH", "RANGE")


def typed(value: Any, member: str = "") -> Any:
    """`value` with the numbers and truth values that templates may write as text. A policy's document is no part of
    DynamoDB's API, and is left as it is. Raises TemplateError."""
    if member == "ResourcePolicy":
        return value
    if isinstance(value, dict):
        return {name: typed(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [typed(each) for each in value]
    if member in _INTEGERS:
        return _integer(member, value)
    if member in _BOOLEANS:
        return boolean(member, value)
    return value if value is None or isinstance(value, bool) else str(value)


def _integer(member: str, value: Any) -> int:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if isinstance(value, bool) or not text.removeprefix("-").isdecimal() or not text.isascii() or len(text) > 18:
        raise TemplateError(f"{member}: {text[:40]!r} is not a whole number")
    return int(text)


def boolean(member: str, value: Any) -> bool:
    """Raises TemplateError."""
    found = {"true": True, "false": False}.get(str(value).lower())
    if found is None:
        raise TemplateError(f"{member}: {str(value)[:40]!r} is neither true nor false")
    return found


def key_schema(names: Iterable[str]) -> list[dict[str, str]]:
    """Of a partition key, and perhaps a sort key."""
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, _TABLE_KINDS, strict=False)]


def capacity(read_units: Any, write_units: Any) -> dict[str, int]:
    """ProvisionedThroughput. Raises TemplateError."""
    return {
        "ReadCapacityUnits": _integer("ReadCapacityUnits", read_units),
        "WriteCapacityUnits": _integer("WriteCapacityUnits", write_units),
    }


def completed(definition: Definition) -> Definition:
    """A definition with what it leaves to defaults, and without what an on-demand table does not have.

    Templates keep capacities that count only in the other mode; CreateTable would refuse them."""
    found = {name: value for name, value in definition.items() if value is not None and value != []}
    found.setdefault("BillingMode", "PROVISIONED")
    unused = "ProvisionedThroughput" if found["BillingMode"] == "PAY_PER_REQUEST" else "OnDemandThroughput"
    found.pop(unused, None)
    if "GlobalSecondaryIndexes" in found:
        found["GlobalSecondaryIndexes"] = [
            {name: value for name, value in index.items() if name != unused and value is not None}
            for index in found["GlobalSecondaryIndexes"]
        ]
    for member in ("TableName", "KeySchema", "AttributeDefinitions"):
        if member not in found:
            raise TemplateError(f"{member} is missing")
    return found


def objects(value: Any, where: str) -> list[dict[str, Any]]:
    """`value`, which must be a list of objects, or nothing at all. Raises TemplateError."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise TemplateError(f"{where} is not a list of objects")
    return value


def mapping(value: Any, where: str) -> Mapping[str, Any]:
    """`value`, which must be an object, or nothing at all. Raises TemplateError."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TemplateError(f"{where} is not an object")
    return value
