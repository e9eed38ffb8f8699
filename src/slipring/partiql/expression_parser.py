"""The grammar of PartiQL's expressions, as wide as the language has it.

The service parses all of PartiQL and then refuses what it doesn't do, so what it says of a mistake depends on the
whole grammar: `SLECT * FROM t` is a multiplication that breaks off. Operator precedence and the words of every
mistake are those of PartiQL's reference implementation (the public conformance suite shows that the service uses
them).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from slipring.model.errors import partiql as errors
from slipring.model.errors.attribute_values import nested_too_deep
from slipring.partiql.cursor import Cursor
from slipring.partiql.lexer import Token
from slipring.partiql.syntax import Node
from slipring.partiql.words import (
    AGGREGATES,
    FUNCTION_KEYWORDS,
    NOT_PRECEDENCE,
    OPERATION_BY_OPERATOR,
    PRECEDENCES,
    TYPE_NAMES,
)

NESTING_MAX = 48
"""Levels of parentheses, lists, maps, calls and NOTs around a term. DynamoDB's values have 32 levels; the rest is
what Python's stack comfortably holds."""

_LITERALS = {"string": "String", "number": "Number", "boolean": "Bool", "null": "Null", "missing": "Missing"}
_NEGATABLE = frozenset({"in", "between", "like"})
_SECOND_TYPE_WORDS = {"double": "precision", "character": "varying"}
_CHAINS = frozenset({"and", "or"})
_SET_OPERATORS = frozenset({"union", "except", "intersect"})


class ExpressionParser(Cursor):
    __slots__ = ("_nesting", "_parameters")

    statement_keywords: ClassVar[frozenset[str]] = frozenset()
    """Keywords that begin a statement, which the grammar allows as a term."""

    def __init__(self, text: str) -> None:
        """Raises ValidationException for what is no token."""
        super().__init__(text)
        self._nesting = 0
        self._parameters = 0

    @property
    def parameter_count(self) -> int:
        """How many `?` were read."""
        return self._parameters

    def _statement(self) -> Node:
        """The statement at the cursor, which begins with one of `statement_keywords`."""
        raise NotImplementedError

    # Operators

    def _expression(self, precedence: int = -1) -> Node:
        """An expression whose operators bind tighter than `precedence`."""
        self._nesting += 1
        if self._nesting > NESTING_MAX:
            raise nested_too_deep()
        left = self._unary()
        while (operator := self._infix()) and PRECEDENCES[operator] > precedence:
            left = self._chain(left, operator) if operator in _CHAINS else self._operation(left, operator)
        self._nesting -= 1
        return left

    def _chain(self, first: Node, operator: str) -> Node:
        """`first`, ANDed or ORed with all that follows, as one flat node."""
        token = self._token
        parts = [first]
        while self._infix() == operator:
            self._advance()
            parts.append(self._right(operator))
        return Node(OPERATION_BY_OPERATOR[operator], "", tuple(parts), token.start, token.length)

    def _infix(self) -> str | None:
        """The infix operator at the cursor; that of its negation for NOT IN and the like."""
        if self._token.kind != "operator":
            return None
        word = self._token.text
        if word == "not" and self._peek().kind == "operator" and self._peek().text in _NEGATABLE:
            return self._peek().text
        return word if word in PRECEDENCES else None

    def _operation(self, left: Node, operator: str) -> Node:
        """The operation with `left` on its left; the cursor is at its operator, perhaps at a NOT before that."""
        token = self._advance()
        if operator != token.text:
            self._advance()
        if operator == "is":
            return self._type_test(token, left)
        if operator in _SET_OPERATORS:
            self._accept_word("all")
        right = self._members() if operator == "in" and self._at_members() else self._right(operator)
        children: tuple[Node, ...] = (left, right)
        if operator == "between":
            children = (*children, self._upper_bound())
        node = Node(OPERATION_BY_OPERATOR[operator], "", children, token.start, token.length)
        return Node("Not", "", (node,), token.start, token.length) if operator != token.text else node

    def _at_members(self) -> bool:
        return self._at("(") and self._peek().text not in ("select", "values")

    def _members(self) -> Node:
        """What is in parentheses after IN: a list even if there is only one."""
        opening = self._advance()
        members = self._list(self._expression)
        self._expect(")", "RIGHT_PAREN")
        return Node("List", "", members, opening.start, opening.length)

    def _right(self, operator: str) -> Node:
        if self._token.kind == "end":
            raise errors.malformed("Missing right-hand side expression of infix operator")
        return self._expression(PRECEDENCES[operator])

    def _upper_bound(self) -> Node:
        if not self._accept_word("and"):
            raise errors.malformed("Expected AND keyword")
        if self._token.kind == "end" or (self._at(";") and self._peek().kind == "end"):
            raise errors.malformed("Expected expression after AND")
        return self._expression(PRECEDENCES["between"])

    def _type_test(self, operator: Token, left: Node) -> Node:
        negated = self._accept_word("not")
        token = self._token
        name = token.text.lower()
        if token.kind not in ("name", "keyword", "null", "missing") or name not in TYPE_NAMES:
            raise errors.malformed("Expected type name")
        self._advance()
        self._accept_word(_SECOND_TYPE_WORDS.get(name, ""))
        test = Node("IsType", name.upper(), (left,), token.start, token.length)
        return Node("Not", "", (test,), operator.start, operator.length) if negated else test

    def _unary(self) -> Node:
        token = self._token
        if token.kind != "operator" or token.text not in ("not", "+", "-"):
            return self._path()
        self._advance()
        if token.text == "not":
            return Node("Not", "", (self._expression(NOT_PRECEDENCE),), token.start, token.length)
        self._nesting += 1
        if self._nesting > NESTING_MAX:
            raise nested_too_deep()
        term = self._unary()
        self._nesting -= 1
        if term.kind == "Number":
            return term if token.text == "+" else _negative(term)
        return Node("Pos" if token.text == "+" else "Neg", "", (term,), token.start, token.length)

    # Paths

    def _path(self) -> Node:
        root = self._term()
        return self._steps(root, simple=False)

    def _simple_path(self) -> Node:
        """A path to write to: names and literal indexes."""
        if self._token.kind not in ("name", "quoted"):
            raise errors.malformed("Expected identifier for simple path")
        return self._steps(self._name(), simple=True)

    def _name(self) -> Node:
        token = self._advance()
        return Node("Id", token.text, (), token.start, token.length)

    def _steps(self, root: Node, *, simple: bool) -> Node:
        steps = [root]
        while True:
            if self._accept("."):
                steps.append(self._dot_step(simple=simple))
            elif self._at("["):
                steps.append(self._bracket_step(simple=simple))
            else:
                break
        return root if len(steps) == 1 else Node("Path", "", tuple(steps), root.start, root.length)

    def _dot_step(self, *, simple: bool) -> Node:
        if self._token.kind in ("name", "quoted"):
            return self._name()
        if not self._at_star():
            raise errors.malformed("Invalid path dot component")
        if simple:
            raise errors.malformed("Invalid path dot component for simple path")
        star = self._advance()
        return Node("AnyName", "", (), star.start, star.length)

    def _bracket_step(self, *, simple: bool) -> Node:
        opening = self._advance()
        if self._at_star():
            self._advance()
            step = Node("AnyIndex", "", (), opening.start, opening.length)
        else:
            index = self._expression()
            step = Node("Index", "", (index,), index.start, index.length)
        self._expect("]", "RIGHT_BRACKET")
        if simple and (step.kind == "AnyIndex" or step.children[0].children):
            raise errors.malformed("Invalid path component for simple path")
        return step

    # Terms

    def _term(self) -> Node:
        token = self._token
        literal = _LITERALS.get(token.kind)
        if literal is not None:
            self._advance()
            return Node(literal, token.text, (), token.start, token.length)
        if token.kind in ("name", "quoted"):
            return self._call() if self._peek().text == "(" and self._peek().kind == "symbol" else self._name()
        if token.kind == "keyword":
            return self._keyword_term()
        if token.kind == "operator" and token.text != "*":
            raise errors.malformed("Unexpected operator")
        return self._symbol_term()

    def _keyword_term(self) -> Node:
        word = self._token.text
        if word in self.statement_keywords:
            return self._statement()
        if word in FUNCTION_KEYWORDS and self._peek().text == "(":
            return self._call()
        raise errors.malformed("Unexpected keyword")

    def _symbol_term(self) -> Node:
        token = self._token
        if self._accept("?"):
            self._parameters += 1
            return Node("Parameter", str(self._parameters - 1), (), token.start, token.length)
        if self._accept("("):
            return self._group(token)
        if self._accept("["):
            return self._collection("List", token, "]", "RIGHT_BRACKET", self._expression)
        if self._accept("<<"):
            return self._collection("Bag", token, ">>", "RIGHT_DOUBLE_ANGLE_BRACKET", self._expression)
        if self._accept("{"):
            return self._collection("Struct", token, "}", "RIGHT_CURLY", self._member)
        raise errors.malformed("Unexpected term")

    def _group(self, opening: Token) -> Node:
        """An expression in parentheses, or several of them, which make a list."""
        members = self._list(self._expression)
        self._expect(")", "RIGHT_PAREN")
        return members[0] if len(members) == 1 else Node("List", "", members, opening.start, opening.length)

    def _collection(self, kind: str, opening: Token, end: str, end_name: str, item: Callable[[], Node]) -> Node:
        members = () if self._at(end) else self._list(item)
        self._expect(end, end_name)
        return Node(kind, "", members, opening.start, opening.length)

    def _member(self) -> Node:
        key = self._expression()
        self._expect(":", "COLON")
        return Node("Member", "", (key, self._expression()), key.start, key.length)

    def _call(self) -> Node:
        function = self._advance()
        self._advance()
        name = function.text.lower()
        if name in AGGREGATES:
            arguments = self._aggregated(name)
            kind = "CallAgg"
        else:
            arguments = () if self._at(")") else self._arguments(name)
            kind = "Call"
        self._expect(")", "RIGHT_PAREN")
        return Node(kind, name, arguments, function.start, function.length)

    def _arguments(self, name: str) -> tuple[Node, ...]:
        if self._at_star():
            raise errors.malformed(f"{name}(*) is not allowed")
        return self._list(self._expression)

    def _aggregated(self, name: str) -> tuple[Node, ...]:
        if name == "count" and self._at_star():
            self._advance()
            return ()
        if not self._accept_word("distinct"):
            self._accept_word("all")
        arguments = () if self._at(")") else self._arguments(name)
        if len(arguments) != 1:
            raise errors.malformed("Aggregate functions are always unary")
        return arguments


def _negative(number: Node) -> Node:
    text = number.text[1:] if number.text.startswith("-") else f"-{number.text}"
    return Node("Number", text, (), number.start, number.length)
