"""Texts of a policy in which variables stand for values of the request.

Source: "IAM policy elements: Variables and tags" in the IAM User Guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from slipring.iam.policies.wildcards import holds_marks, marked

Values: TypeAlias = str | tuple[str, ...]
"""What a request says for a key of its context: a text for a single-valued key, a tuple for a multivalued one."""
Lookup: TypeAlias = Callable[[str], Values | None]
"""Tells a request's value for a key, named in lower case; None if the request does not have it."""

_VARIABLE = re.compile(r"\$\{([^{}$]*|\$)\}")
_DEFAULTED = re.compile(r"(?P<key>[^,']*?)\s*(?:,\s*'(?P<default>[^']*)')?\s*")
_SPECIAL = {"*", "?", "$"}


class MalformedVariable(Exception):
    """A variable is empty, or is written in no way that the language knows."""


@dataclass(frozen=True, slots=True)
class Variable:
    key: str
    """In lower case."""
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A text cut into what is fixed, already with its wildcards marked, and what a request tells."""

    parts: tuple[str | Variable, ...]

    @property
    def fixed(self) -> str | None:
        """The whole text, if no request changes it."""
        return "".join(map(str, self.parts)) if all(isinstance(part, str) for part in self.parts) else None

    def resolved(self, lookup: Lookup) -> str | None:
        """The text for one request; None if a variable has no value in it, or several.

        A value stands for itself: an asterisk in it is no wildcard.
        """
        texts = []
        for part in self.parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            value = lookup(part.key)
            if value is None:
                value = part.default
            if not isinstance(value, str) or holds_marks(value):
                return None
            texts.append(value)
        return "".join(texts)


def template(text: str, *, variables: bool, wildcards: bool) -> Template:
    """Reads a text. Raises MalformedVariable."""
    fixed = marked if wildcards else str
    if not variables or "${" not in text:
        return Template((fixed(text),))
    parts: list[str | Variable] = []
    position = 0
    for found in _VARIABLE.finditer(text):
        parts.append(fixed(text[position : found.start()]))
        parts.append(_variable(found.group(1)))
        position = found.end()
    parts.append(fixed(text[position:]))
    if any("${" in part for part in parts[::2] if isinstance(part, str)):
        raise MalformedVariable(text)
    return Template(_merged(parts))


def _variable(inside: str) -> str | Variable:
    if inside in _SPECIAL:
        return inside
    found = _DEFAULTED.fullmatch(inside)
    if found is None or not found["key"]:
        raise MalformedVariable(inside)
    return Variable(found["key"].lower(), found["default"])


def _merged(parts: list[str | Variable]) -> tuple[str | Variable, ...]:
    merged: list[str | Variable] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return tuple(merged) or ("",)
