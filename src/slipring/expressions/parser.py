"""What the grammars of conditions, updates and projections share: the token cursor, document paths and operands.

Parsing keeps no part of its state on Python's stack, so the nesting of an expression is bounded by its size alone.

A syntax error is raised where it stands. What is wrong beyond syntax is noted while parsing goes on, because the
service looks for one kind of mistake in the whole expression before it looks for the next; `finish` raises the one
that the service would report.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, auto
from typing import ClassVar

from slipring.expressions.lexer import Token, tokenize
from slipring.expressions.syntax import Function, Operand, Path, Value
from slipring.model.errors import expressions as errors
from slipring.model.errors.tree import ValidationException
from slipring.model.limits import EXPRESSION_BYTES_MAX, EXPRESSION_OPERATORS_MAX, NESTING_LEVELS_MAX
from slipring.model.reserved_words import is_reserved

_LIST_INDEX_MAX = 2**31 - 1
"""The service parses an index into a 32-bit integer (observed with a[99999999999999])."""


class Check(IntEnum):
    """Kinds of mistakes, in the order in which the service looks for them."""

    PARENTHESES = auto()
    SECTIONS = auto()
    FUNCTION_NAME = auto()
    FUNCTION_PLACE = auto()
    RESERVED_WORD = auto()
    NAME = auto()
    PATH = auto()
    OPERATORS = auto()
    OPERAND_COUNT = auto()
    OPERANDS = auto()


class Parser:
    """A cursor over the tokens of one expression. Each grammar is a subclass with one public method, `parse`."""

    __slots__ = (
        "_names",
        "_next",
        "_operators",
        "_problems",
        "_text",
        "_token",
        "_tokens",
        "attributes",
        "names_used",
        "parameter",
        "values_used",
    )

    keywords: ClassVar[frozenset[str]] = frozenset()
    """Words, in capitals, that this grammar takes for keywords in any case; they cannot be names."""

    def __init__(self, parameter: str, text: str, names: Mapping[str, str]) -> None:
        """`names` are the ExpressionAttributeNames. Raises ValidationException for text empty or too large."""
        size_bytes = len(text.encode())
        if size_bytes > EXPRESSION_BYTES_MAX:
            raise errors.expression_too_large(parameter, size_bytes)
        self._tokens = tokenize(text)
        if len(self._tokens) == 1:
            raise errors.empty_expression(parameter)
        self.parameter = parameter
        self.attributes: dict[str, None] = {}
        """Names of the attributes at the root of every path, in order of appearance."""
        self.names_used: dict[str, None] = {}
        """Name placeholders in order of appearance; below, value placeholders."""
        self.values_used: dict[str, None] = {}
        self._text = text
        self._names = names
        self._problems: dict[Check, ValidationException] = {}
        self._operators = 0
        self._token = self._tokens[0]
        self._next = 1

    # The cursor

    def _advance(self) -> Token:
        """Step over the current token and return it."""
        token = self._token
        self._token = self._tokens[self._next]
        self._next += 1
        return token

    def _at(self, symbol: str) -> bool:
        return self._token.kind == "symbol" and self._token.text == symbol

    def _accept(self, symbol: str) -> bool:
        if not self._at(symbol):
            return False
        self._advance()
        return True

    def _expect(self, symbol: str) -> None:
        if not self._accept(symbol):
            raise self._syntax_error()

    def _keyword(self) -> str | None:
        """The keyword at the cursor, in capitals."""
        word = self._token.text.upper()
        return word if word in self.keywords and self._token.kind == "name" else None

    def _accept_keyword(self, word: str) -> bool:
        if self._keyword() != word:
            return False
        self._advance()
        return True

    def _syntax_error(self) -> ValidationException:
        """Names the token at the cursor; "near" runs from the token before it to the one after it, as written."""
        at = self._next - 1
        start = self._tokens[max(at - 1, 0)].start
        last = self._tokens[min(at + 1, len(self._tokens) - 1)]
        if last.kind == "end":
            last = self._tokens[len(self._tokens) - 2]
        return errors.syntax_error(self.parameter, self._token.text, self._text[start : last.stop])

    # Mistakes beyond syntax

    def _note(self, check: Check, problem: ValidationException) -> None:
        self._problems.setdefault(check, problem)

    def _count_operator(self) -> None:
        self._operators += 1

    def _finish(self) -> None:
        """Raises ValidationException unless the expression ends here and nothing is wrong with it."""
        if self._token.kind != "end":
            raise self._syntax_error()
        if self._operators > EXPRESSION_OPERATORS_MAX:
            self._note(Check.OPERATORS, errors.too_many_operators(self.parameter, self._operators))
        if self._problems:
            raise self._problems[min(self._problems)]

    # Paths and operands

    def _path(self) -> Path:
        attribute = self._name()
        self.attributes[attribute] = None
        elements: list[str | int] = [attribute]
        while True:
            if self._accept("."):
                elements.append(self._name())
            elif self._accept("["):
                elements.append(self._index())
                self._expect("]")
            else:
                break
        if len(elements) > NESTING_LEVELS_MAX:
            self._note(Check.PATH, errors.path_too_deep(self.parameter, len(elements)))
        return Path(tuple(elements))

    def _name(self) -> str:
        text = self._token.text
        if self._token.kind == "name_placeholder":
            self._advance()
            self.names_used[text] = None
            name = self._names.get(text)
            if name is None:
                self._note(Check.NAME, errors.undefined_name(self.parameter, text))
                return text
            return name
        if self._token.kind != "name" or self._keyword():
            raise self._syntax_error()
        self._advance()
        if is_reserved(text):
            self._note(Check.RESERVED_WORD, errors.reserved_keyword(self.parameter, text))
        return text

    def _index(self) -> int:
        if self._token.kind != "number":
            raise self._syntax_error()
        index = int(self._advance().text)
        if index > _LIST_INDEX_MAX:
            self._note(Check.PATH, errors.list_index_out_of_range(self.parameter, str(index)))
        return index

    def _operand(self) -> Operand:
        """A path, a value placeholder or a function call, perhaps in parentheses."""
        calls: list[tuple[str, list[Operand], int]] = []
        while True:
            opened = self._open_parentheses()
            if self._at_call():
                calls.append((self._advance().text, [], opened))
                self._advance()
                continue
            operand = self._path_or_value()
            self._close_parentheses(opened)
            while calls:
                name, arguments, opened = calls[-1]
                arguments.append(operand)
                if self._accept(","):
                    break
                self._expect(")")
                calls.pop()
                operand = self._call(name, tuple(arguments))
                self._close_parentheses(opened)
            else:
                return operand

    def _at_call(self) -> bool:
        if self._token.kind != "name" or self._keyword():
            return False
        following = self._tokens[self._next]
        return following.kind == "symbol" and following.text == "("

    def _path_or_value(self) -> Operand:
        if self._token.kind == "value_placeholder":
            return self._value()
        return self._path()

    def _value(self) -> Value:
        if self._token.kind != "value_placeholder":
            raise self._syntax_error()
        placeholder = self._advance().text
        self.values_used[placeholder] = None
        return Value(placeholder)

    def _open_parentheses(self) -> int:
        opened = 0
        while self._accept("("):
            opened += 1
        if opened > 1:
            self._note_redundant_parentheses()
        return opened

    def _close_parentheses(self, opened: int) -> None:
        for _ in range(opened):
            self._expect(")")

    def _note_redundant_parentheses(self) -> None:
        self._note(Check.PARENTHESES, errors.redundant_parentheses(self.parameter))

    def _call(self, name: str, arguments: tuple[Operand, ...]) -> Function:
        """A call that is complete; a grammar with functions notes here what is wrong with it."""
        self._count_operator()
        return Function(name, arguments)

    def _note_operand_count(self, function: str, arguments: tuple[Operand, ...]) -> None:
        problem = errors.wrong_operand_count(self.parameter, function, len(arguments))
        self._note(Check.OPERAND_COUNT, problem)
