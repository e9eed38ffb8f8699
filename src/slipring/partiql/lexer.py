"""A statement's text as tokens.

Words are told apart here: keywords in any case come in small letters, names as written. Source of the rules: the
PartiQL specification; of what is refused without a reason: the public conformance suite.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from slipring.model.errors import partiql as errors
from slipring.partiql.words import CLAUSE_WORDS, KEYWORDS, WORD_OPERATORS

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n\v\f]+|--[^\r\n]*|/\*.*?\*/)
  | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]*)?)
  | (?P<word>[A-Za-z_$][A-Za-z0-9_$]*)
  | (?P<string>'(?:[^']|'')*+')
  | (?P<quoted>"(?:[^"]|"")*+")
  | (?P<operator>\|\||[<>!]=|<>|<(?!<)|>(?!>)|[-+*%=@]|/(?!\*))
  | (?P<symbol><<|>>|[()\[\]{}:,;?.])
    """,
    re.VERBOSE | re.DOTALL,
)
_LINE_END = re.compile(r"\r\n?|\n")

_KIND_BY_WORD = {"null": "null", "missing": "missing", "true": "boolean", "false": "boolean"}
_INT32_MAX = 2**31 - 1
_INT32_DIGITS = len(str(_INT32_MAX))


class Token(NamedTuple):
    kind: str
    """name, quoted, string, number, boolean, null, missing, keyword, clause, operator, symbol or end."""
    text: str
    """Words other than names in small letters, strings and quoted names without their quotes."""
    start: int
    """Where it stands in the statement, in characters."""
    length: int


def tokenize(text: str) -> list[Token]:
    """All tokens of `text`, the last of kind "end". Raises ValidationException for what is no token."""
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise errors.malformed("")
        if match.lastgroup != "space":
            tokens.append(_token(match.lastgroup or "", match[0], at))
        at = match.end()
    tokens.append(Token("end", "", at, 0))
    return tokens


def position(text: str, start: int, length: int) -> str:
    """A place in a statement as the service prints it: line, column and length, each from 1, in characters."""
    line, line_start = 1, 0
    for match in _LINE_END.finditer(text, 0, start):
        line += 1
        line_start = match.end()
    return f"{line}:{start - line_start + 1}:{length}"


def _token(kind: str, written: str, start: int) -> Token:
    if kind == "word":
        kind, content = _word(written)
    elif kind == "string":
        content = written[1:-1].replace("''", "'")
    elif kind == "quoted":
        content = written[1:-1].replace('""', '"')
    else:
        if kind == "number" and not _is_decimal(written):
            raise errors.malformed("")
        content = written
    return Token(kind, content, start, len(written))


def _word(written: str) -> tuple[str, str]:
    word = written.lower()
    if word in WORD_OPERATORS:
        return "operator", word
    if word in _KIND_BY_WORD:
        return _KIND_BY_WORD[word], word
    if word in CLAUSE_WORDS:
        return "clause", word
    return ("keyword", word) if word in KEYWORDS else ("name", written)


def _is_decimal(written: str) -> bool:
    """Whether a number has all its digits, and an exponent and a scale that fit 32 bits (observed)."""
    mantissa, exponent_mark, exponent = written.lower().partition("e")
    if not exponent_mark:
        return True
    digits = exponent.lstrip("+-")
    magnitude = digits.lstrip("0")
    if not digits or len(magnitude) > _INT32_DIGITS or int(magnitude or "0") > _INT32_MAX:
        return False
    return abs(len(mantissa.partition(".")[2]) - int(exponent)) <= _INT32_MAX
