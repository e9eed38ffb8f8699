"""An expression's text as tokens.

A name starts with a letter and goes on with letters, digits and underscores; `#name` and `:value` placeholders may
start with any of these. Every other character that means nothing is a token of its own, so that a syntax error can
name it: the service says `token: "_", near: "set _something"` of a name that starts with an underscore.
"""

from __future__ import annotations

import re
from typing import NamedTuple

END = "<EOF>"
"""What the service calls the end of an expression in a syntax error."""

_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<name>[A-Za-z][A-Za-z0-9_]*)
      | (?P<name_placeholder>\#[A-Za-z0-9_]+)
      | (?P<value_placeholder>:[A-Za-z0-9_]+)
      | (?P<number>[0-9]+)
      | (?P<symbol><>|<=|>=|[=<>+\-().,\[\]])
      | (?P<end>\Z)
      | (?P<unknown>.)
    )""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    kind: str
    text: str
    start: int
    """Where it stands in the expression, in characters."""
    stop: int


def tokenize(text: str) -> list[Token]:
    """All tokens of `text`, the last of kind "end"."""
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        start, stop = match.span(kind)
        if kind == "end":
            tokens.append(Token(kind, END, start, stop))
            break
        tokens.append(Token(kind, match[kind], start, stop))
    return tokens
