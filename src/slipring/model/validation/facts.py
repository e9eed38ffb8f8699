"""What the service does and its model doesn't say.

Observed, most of it by the public conformance suite for DynamoDB, which was checked against the service.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

ATTRIBUTE_NAME = "AttributeName"
"""Strings of this shape are held to a length in bytes, by the service itself and in words of its own."""

ATTRIBUTE_VALUE = "AttributeValue"
"""Structures of this shape are checked by `model.attribute_values`."""

TABLE_ARN = "TableArn"
"""Strings of this shape are table names or ARNs; see `model.table_names`."""

LENGTHS_MAX = {
    ("CreateTableInput", "KeySchema"): 2,
    ("LocalSecondaryIndex", "KeySchema"): 2,
}
"""Bounds of a list by structure and member. The model has left them out since a global secondary index may have up to
eight key attributes; for tables and local indexes they hold."""

CHECKED_BY_HAND = {("QueryInput", "Limit"), ("KeysAndAttributes", "Keys")}
"""Members whose bounds the service checks after all others, without printing the value."""

REQUEST_ITEMS = {("BatchGetItemInput", "RequestItems"), ("BatchWriteItemInput", "RequestItems")}
"""Maps that must not be empty, with a message of their own."""

PARAMETER_REQUIRED = {
    (f"{operation}Input", "TableName")
    for operation in ("CreateTable", "DeleteTable", "DescribeTable", "DescribeTimeToLive", "UpdateTable")
}
"""Members that are missed before anything else is looked at, with a message of their own."""

NEWER_NESTING_LEVELS_MAX = 62
"""A request with a value nested deeper than this is left to the older layer."""

CONDITIONAL_OPERATOR_FIRST = frozenset({"Query"})
"""Operations that look at ConditionalOperator before anything else, in words of their own."""

PRINTED_AS_JSON = frozenset({"BatchGetRequestMap"})
"""Shapes that messages show as JSON, where others are shown as Java prints them."""

MAP_KEYS_CHECKED_LAST = frozenset({"BatchWriteItemRequestMap"})
"""Maps whose keys are only looked at once nothing else is wrong."""

REQUIRED_BY_THE_OPERATION = {("Tag", "Key"), ("Tag", "Value")}
"""Members that the model requires, and whose absence is left to the operation to tell."""

LENGTH_FIRST = frozenset({"IndexName"})
"""Strings whose length is told of before their pattern; of others it is the other way round."""

_ENUM_BUCKETS = 32
_MEMBER_BUCKETS_MIN = 16


def member_order(names: Iterable[str]) -> list[str]:
    """The members of a structure in the order in which the framework looks at them.

    It is the iteration order of a Java hash map of their names as messages have them: every pair of failures seen in
    a message comes out in this order.
    """
    members = {member_name(name): name for name in names}
    buckets = _MEMBER_BUCKETS_MIN
    while 4 * len(members) > 3 * buckets:
        buckets *= 2
    ordered = sorted(members, key=lambda name: _spread(_java_hash(name)) % buckets)
    return [members[name] for name in ordered]


def member_name(name: str) -> str:
    """A member's name in messages: its first letter is a small one."""
    return name[:1].lower() + name[1:]


def _spread(code: int) -> int:
    """Java's `HashMap` mixes the upper half of a hash into the lower."""
    return code ^ (code >> 16)


def enum_order(values: Sequence[str]) -> list[str]:
    """The values of an enum in the order of the service's messages.

    It is the iteration order of a hash set of 32 buckets: every set seen in a message, up to the thirteen comparison
    operators, comes out in this order; of two values in one bucket, the later one comes first.
    """
    latest_first = values[::-1]
    return sorted(latest_first, key=lambda value: _java_hash(value) % _ENUM_BUCKETS)


def _java_hash(text: str) -> int:
    """Java's `String.hashCode`, modulo 2**32 (the sign doesn't matter for a power of two of buckets)."""
    code = 0
    for character in text:
        code = (31 * code + ord(character)) & 0xFFFFFFFF
    return code


def python_pattern(pattern: str) -> str:
    """A pattern of the model, which is Java's dialect, for Python's `re`."""
    return pattern.replace(r"\p{Print}", r"[\x20-\x7E]").replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
