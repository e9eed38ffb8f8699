"""The grammar of PartiQL's statements that write, and of statements as a whole.

SELECT and the statements that write are terms of the expression grammar, as in PartiQL; where they may stand is for
whoever reads the tree. Sources: developer guide, "PartiQL reference for DynamoDB"; the public conformance suite for
the form FROM … WHERE … SET and for what is said of mistakes.
"""

from __future__ import annotations

from slipring.model.errors import partiql as errors
from slipring.model.errors.attribute_values import nested_too_deep
from slipring.partiql.select_parser import SelectParser
from slipring.partiql.syntax import Node, depth

_ACTIONS = frozenset({"set", "remove"})
_TREE_LEVELS_MAX = 128
"""Well above what `expression_parser.NESTING_MAX` levels of source make, below what recursion over a tree can bear."""


def parse(text: str) -> tuple[Node, int]:
    """A statement's tree, and the number of its parameters. Raises ValidationException for what is not PartiQL."""
    parser = StatementParser(text)
    tree = parser.parse()
    if depth(tree) > _TREE_LEVELS_MAX:
        raise nested_too_deep()
    return tree, parser.parameter_count


class StatementParser(SelectParser):
    __slots__ = ()

    statement_keywords = frozenset({"select", "insert", "update", "delete", "from", "set", "remove"})

    def parse(self) -> Node:
        tree = self._expression()
        at_semicolon = self._accept(";")
        if self._token.kind == "end":
            return tree
        if at_semicolon:
            raise errors.malformed("Unexpected token after semicolon. (Only one query is allowed.)")
        raise errors.malformed("Unexpected token after expression")

    def _statement(self) -> Node:
        word = self._token.text
        if self._at_action():
            action = self._action()
            return Node("Dml", "", (action,), action.start, action.length)
        if word == "insert":
            raise errors.malformed("Unexpected keyword")
        token = self._advance()
        if word == "select":
            return self._select(token.start, token.length)
        parts = {"update": self._update, "delete": self._delete, "from": self._from_first}[word]()
        return Node("Dml", "", tuple(parts), token.start, token.length)

    # Statements that write: the source first, then actions and clauses in their order

    def _update(self) -> list[Node]:
        source = self._alias(self._simple_path(), "as", "at", "by")
        return [source, *self._actions(), *self._where_and_returning()]

    def _delete(self) -> list[Node]:
        if not self._accept_word("from"):
            raise errors.malformed("Expected FROM after DELETE")
        source = self._alias(self._simple_path(), "as", "at", "by")
        return [source, Node("Delete", "", (), source.start, source.length), *self._where_and_returning()]

    def _from_first(self) -> list[Node]:
        source = self._sources()
        where = self._write_where()
        return [source, *self._actions(), *where, *self._returning()]

    def _where_and_returning(self) -> list[Node]:
        where = self._write_where()
        return where + self._returning()

    def _write_where(self) -> list[Node]:
        if not self._accept_word("where"):
            return []
        condition = self._expression()
        return [Node("Where", "", (condition,), condition.start, condition.length)]

    def _actions(self) -> list[Node]:
        actions = []
        while self._at_action():
            actions.append(self._action())
        if not actions:
            raise errors.malformed("Expected data manipulation")
        return actions

    def _at_action(self) -> bool:
        word = self._token.text
        return self._token.kind == "keyword" and (
            word in _ACTIONS or (word == "insert" and self._peek().text == "into")
        )

    def _action(self) -> Node:
        token = self._advance()
        if token.text == "set":
            return Node("Set", "", self._list(self._assignment), token.start, token.length)
        if token.text == "remove":
            return Node("Remove", "", (self._simple_path(),), token.start, token.length)
        self._advance()
        return self._insert(token.start, token.length)

    def _assignment(self) -> Node:
        path = self._simple_path()
        if self._token.kind != "operator" or self._token.text != "=":
            raise errors.malformed("Expected '='")
        self._advance()
        return Node("Assignment", "", (path, self._expression()), path.start, path.length)

    def _insert(self, start: int, length: int) -> Node:
        target = self._simple_path()
        if not self._accept_word("value"):
            return Node("Insert", "", (target, self._expression()), start, length)
        children = [target, self._expression()]
        token = self._token
        if self._accept_word("at"):
            children.append(Node("Position", "", (self._expression(),), token.start, token.length))
        return Node("InsertValue", "", (*children, *self._returning()), start, length)

    # RETURNING

    def _returning(self) -> list[Node]:
        token = self._token
        if not self._accept_word("returning"):
            return []
        return [Node("Returning", "", self._list(self._returned), token.start, token.length)]

    def _returned(self) -> Node:
        first, second = self._token, self._peek()
        if first.kind != "keyword" or first.text not in ("all", "modified") or second.text not in ("old", "new"):
            raise errors.malformed("Expected ( MODIFIED | ALL ) ( NEW | OLD ) in each returning element.")
        self._advance()
        self._advance()
        mapping = f"{first.text} {second.text}".upper()
        if self._at_star():
            self._advance()
            return Node("Returned", f"{mapping} *", (), first.start, first.length)
        column = self._expression()
        return Node("Returned", mapping, (column,), first.start, first.length)
