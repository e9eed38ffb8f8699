"""What stands in the JSON of every item that meets a condition.

Items are stored as JSON without blanks. Where a condition wants an attribute to equal a value, the bytes
`"attribute":{"S":"value"}` are in each item that meets it, and looking for them costs a tenth of decoding the item. An
item that has them may still not meet the condition; one that lacks them does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from slipring.expressions.syntax import And, Comparison, Path, Value
from slipring.expressions.syntax import Condition as ConditionNode
from slipring.model.attribute_values import AttributeValue

_PLAIN = re.compile(r"[ !#-\[\]-~]*")
"""Text that JSON spells in one way only."""
_PLAIN_TYPES = ("S", "N", "B")


def equalities(node: ConditionNode) -> Iterator[tuple[str, str]]:
    """The attributes that must equal a value for the condition to hold, each with the value's placeholder."""
    for part in node.conditions if isinstance(node, And) else (node,):
        if isinstance(part, Comparison) and part.operator == "=":
            path, value = (part.right, part.left) if isinstance(part.left, Value) else (part.left, part.right)
            if isinstance(path, Path) and isinstance(value, Value) and len(path.elements) == 1:
                yield path.attribute, value.placeholder


def trace(attribute: str, value: AttributeValue) -> bytes | None:
    """What is in the JSON of an item whose attribute has this (normalised) value; None if that can't be told."""
    [(kind, content)] = value.items()
    if kind not in _PLAIN_TYPES or not (_PLAIN.fullmatch(attribute) and _PLAIN.fullmatch(content)):
        return None
    return f'"{attribute}":{{"{kind}":"{content}"}}'.encode()


def traces(equal: tuple[tuple[str, str], ...], values: Mapping[str, AttributeValue]) -> tuple[bytes, ...]:
    """All that can be told of `equalities`, with a request's values."""
    found = [trace(attribute, values[placeholder]) for attribute, placeholder in equal]
    return tuple([each for each in found if each is not None])
