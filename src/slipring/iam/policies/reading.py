"""The JSON of a policy document, read with the care that a text from anywhere needs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

_ALLOWED = re.compile(r"[\t\n\r\x20-\xff]*")
"""What a document may be written with ("IAM and AWS STS quotas" in the IAM User Guide)."""
_CONTROL_OR_SURROGATE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_WHITE_SPACE = re.compile(r"[\t\n\r ]+")


class InvalidPolicy(Exception):
    """What is wrong with a document, in words for its writer."""

    @property
    def reason(self) -> str:
        return str(self.args[0])


class InvalidPrincipal(InvalidPolicy):
    """A principal is none; services have words of their own for that."""


SYNTAX_ERRORS = "Syntax errors in policy."


class _Number(str):
    """A number as the document writes it: it may stand where a condition's value may."""

    __slots__ = ()


def read(document: str) -> dict[str, Any]:
    """The outermost object. Raises InvalidPolicy, for a member that is there twice too."""
    if not _ALLOWED.fullmatch(document):
        raise InvalidPolicy("The policy document contains invalid characters.")
    try:
        found = json.loads(
            document, object_pairs_hook=_once, parse_int=_Number, parse_float=_Number, parse_constant=_refuse
        )
    except (ValueError, RecursionError):
        raise InvalidPolicy("This policy contains invalid Json") from None
    return dict(as_object(found))


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise InvalidPolicy(SYNTAX_ERRORS)
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def as_object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidPolicy(SYNTAX_ERRORS)
    return value


def as_text(value: Any) -> str:
    """A text that no control character is in; patterns use two of those."""
    if not isinstance(value, str) or isinstance(value, _Number) or _CONTROL_OR_SURROGATE.search(value):
        raise InvalidPolicy(SYNTAX_ERRORS)
    return value


def as_texts(value: Any) -> tuple[str, ...]:
    """One text, or a list of some."""
    return tuple(map(as_text, as_list(value)))


def as_condition_values(value: Any) -> tuple[str, ...]:
    """Quotation marks are optional for numeric and Boolean values ("Grammar of the IAM JSON policy language")."""
    return tuple(_condition_value(each) for each in as_list(value))


def _condition_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, _Number) else as_text(value)


def as_list(value: Any) -> Sequence[Any]:
    """A list with something in it, or the one thing that stands for a list of it."""
    if not isinstance(value, list):
        return (value,)
    if not value:
        raise InvalidPolicy(SYNTAX_ERRORS)
    return value


def characters(document: str) -> int:
    """The size of a document as IAM measures it, without white space; DynamoDB counts every byte."""
    return len(_WHITE_SPACE.sub("", document))
