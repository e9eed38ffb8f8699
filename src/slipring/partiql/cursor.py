"""The cursor that all of the grammar moves."""

from __future__ import annotations

from collections.abc import Callable

from slipring.model.errors import partiql as errors
from slipring.partiql.lexer import Token, tokenize
from slipring.partiql.syntax import Node


class Cursor:
    """Steps over the tokens of one statement."""

    __slots__ = ("_next", "_token", "_tokens")

    def __init__(self, text: str) -> None:
        """Raises ValidationException for what is no token."""
        self._tokens = tokenize(text)
        self._token = self._tokens[0]
        self._next = 1

    def _advance(self) -> Token:
        """Step over the current token and return it."""
        token = self._token
        if token.kind != "end":
            self._token = self._tokens[self._next]
            self._next += 1
        return token

    def _peek(self) -> Token:
        """The token after the current one."""
        return self._tokens[min(self._next, len(self._tokens) - 1)]

    def _at(self, symbol: str) -> bool:
        return self._token.kind == "symbol" and self._token.text == symbol

    def _at_star(self) -> bool:
        return self._token.kind == "operator" and self._token.text == "*"

    def _accept(self, symbol: str) -> bool:
        if not self._at(symbol):
            return False
        self._advance()
        return True

    def _expect(self, symbol: str, name: str) -> None:
        if not self._accept(symbol):
            raise errors.malformed(f"Expected {name}")

    def _at_word(self, word: str) -> bool:
        """Whether the current token is this keyword, clause word or operator."""
        return self._token.text == word and self._token.kind in ("keyword", "clause", "operator")

    def _accept_word(self, word: str) -> bool:
        if not self._at_word(word):
            return False
        self._advance()
        return True

    def _list(self, item: Callable[[], Node]) -> tuple[Node, ...]:
        """One or more items with commas between them."""
        items = [item()]
        while self._accept(","):
            items.append(item())
        return tuple(items)
