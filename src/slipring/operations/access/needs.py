"""What a request needs to be allowed, and the condition keys that DynamoDB tells policies of it.

Sources: "Using IAM policy conditions for fine-grained access control" in the Developer Guide, and the table of
condition keys on the Service Authorization Reference's page on DynamoDB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from slipring.engine.table import Table
from slipring.iam.policies.templates import Values
from slipring.model.attribute_values import AttributeValue, Item, normalise_value
from slipring.model.keys import KeyType
from slipring.operations.access.resources import table_of

Request: TypeAlias = dict[str, Any]
Partition: TypeAlias = tuple[str, ...]
"""The values of an item's hash attributes, in the order of the key schema; a binary one in base64."""
Keys: TypeAlias = Callable[[str, Table | None], Values | None]
"""Tells the value of a condition key, named in lower case, given the table if there is one."""

_PLACES = {
    "dynamodb:leadingkeys": 0,
    "dynamodb:firstpartitionkeyvalues": 0,
    "dynamodb:secondpartitionkeyvalues": 1,
    "dynamodb:thirdpartitionkeyvalues": 2,
    "dynamodb:fourthpartitionkeyvalues": 3,
}


@dataclass(frozen=True, slots=True)
class Need:
    """One action on one resource."""

    action: str
    """Without the service's prefix."""
    resource: str
    keys: Keys

    @property
    def table_name(self) -> str | None:
        """The table that the resource is, or is a part of."""
        return table_of(self.resource)


def no_keys(key: str, table: Table | None) -> Values | None:
    """Of an operation that is on no items."""
    return None


class ItemKeys:
    """The condition keys of a request on items. Nothing is worked out before a policy asks for it."""

    __slots__ = ("_attributes", "_parameters", "_partitions")

    def __init__(
        self,
        attributes: Callable[[], Iterable[str]],
        partitions: Callable[[Table], Sequence[Partition]],
        parameters: Mapping[str, str],
    ) -> None:
        """`partitions` may raise what the operation itself raises for keys that are none."""
        self._attributes = attributes
        self._partitions = partitions
        self._parameters = parameters

    def __call__(self, key: str, table: Table | None) -> Values | None:
        place = _PLACES.get(key)
        if place is not None:
            found = () if table is None else self._partitions(table)
            return tuple([values[place] for values in found if len(values) > place]) or None
        if key == "dynamodb:attributes":
            return tuple(sorted(set(self._attributes())))
        return self._parameters.get(key)


def partition(table: Table, item: Item) -> list[Partition]:
    """Of one item or key; none if it has no proper hash key, which the operation is going to refuse."""
    values = [_text(item.get(name), type_) for name, type_ in table.hashes]
    return [tuple(values)] if all(values) else []


def _text(value: AttributeValue | None, type_: KeyType) -> str:
    """The value of a key attribute, empty if it is none. Raises what is wrong with it in itself."""
    if value is None:
        return ""
    normalise_value(value)
    found = value.get(type_)
    return found if isinstance(found, str) else ""


def write_parameters(request: Request, enclosing: str = "") -> dict[str, str]:
    """Of a write. The service sets `dynamodb:ReturnValues` where a request does not; what a failed condition returns
    counts as returned (Developer Guide, "Using IAM with DynamoDB transactions", example 4)."""
    returned = request.get("ReturnValues", "NONE")
    if request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
        returned = "ALL_OLD"
    return {"dynamodb:returnvalues": returned, **parameters(request, enclosing)}


def read_parameters(request: Request, enclosing: str = "", *, all_attributes: str = "ALL_ATTRIBUTES") -> dict[str, str]:
    """Of a read, or one table's part of a batch. `dynamodb:Select` always has a value: `all_attributes` unless some
    are asked for. A client may add members that the operation does not have, so only those it has are looked at."""
    some = "ProjectionExpression" in request or "AttributesToGet" in request
    return {"dynamodb:select": "SPECIFIC_ATTRIBUTES" if some else all_attributes, **parameters(request, enclosing)}


def parameters(request: Request, enclosing: str = "") -> dict[str, str]:
    """`enclosing` is the transaction that a single action is part of."""
    told = {"dynamodb:returnconsumedcapacity": request.get("ReturnConsumedCapacity", "NONE")}
    if enclosing:
        told["dynamodb:enclosingoperation"] = enclosing
    return told
