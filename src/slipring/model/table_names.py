"""Table names, and the ARNs that may stand for them.

Members of the shape TableArn take a name or a table's ARN. A name keeps the rules of the shape TableName whatever the
operation (observed: an item operation reports 255 as a name's greatest length, and the pattern). Source: API
reference, `TableName` of each operation.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from slipring.model.errors import validation as errors
from slipring.model.limits import TABLE_ARN_CHARACTERS_MAX, TABLE_NAME_CHARACTERS_MAX, TABLE_NAME_CHARACTERS_MIN

NAME_PATTERN = "[a-zA-Z0-9_.-]+"

_ARN_PREFIX = "arn:"
_NAME = re.compile(f"[a-zA-Z0-9_.-]{{{TABLE_NAME_CHARACTERS_MIN},{TABLE_NAME_CHARACTERS_MAX}}}")
_ARN = re.compile(rf"arn:aws[a-z-]*:dynamodb:([^:]+):([0-9]{{12}}):table/({_NAME.pattern})")


class TableName(NamedTuple):
    """A table's name; region and account where an ARN gave them."""

    name: str
    region: str | None
    account: str | None


def parse_table_name(value: str) -> TableName:
    """What a `TableName` member names. Raises ValidationException for anything but a name or a table's ARN."""
    parsed = _parse(value) if len(value) <= TABLE_ARN_CHARACTERS_MAX else None
    if parsed is None:
        raise (
            errors.invalid_table_arn(value)
            if is_arn(value)
            else errors.constraints_failed(
                [errors.failure(value, "tableName", constraint) for constraint in broken_constraints(value)]
            )
        )
    return parsed


def is_table_name(value: str) -> bool:
    """Whether `parse_table_name` accepts it."""
    return len(value) <= TABLE_ARN_CHARACTERS_MAX and _parse(value) is not None


def is_arn(value: str) -> bool:
    """Whether a value is meant as an ARN rather than a name (a name has no colon)."""
    return value.startswith(_ARN_PREFIX)


def broken_constraints(value: str) -> list[str]:
    """The framework's words for each rule that a name (not an ARN) breaks.

    An empty one breaks the least length of TableArn and nothing else is said of it (observed).
    """
    if not value:
        return [errors.at_least("length", 1)]
    broken = []
    if re.fullmatch(NAME_PATTERN, value) is None:
        broken.append(errors.matches(NAME_PATTERN))
    if len(value) > TABLE_NAME_CHARACTERS_MAX:
        broken.append(errors.at_most("length", TABLE_NAME_CHARACTERS_MAX))
    if len(value) < TABLE_NAME_CHARACTERS_MIN:
        broken.append(errors.at_least("length", TABLE_NAME_CHARACTERS_MIN))
    return broken


# A server sees the same few names again and again.
@lru_cache(maxsize=4096)
def _parse(value: str) -> TableName | None:
    if _NAME.fullmatch(value) is not None:
        return TableName(value, None, None)
    match = _ARN.fullmatch(value)
    if match is None:
        return None
    region, account, name = match.groups()
    return TableName(name, region, account)
