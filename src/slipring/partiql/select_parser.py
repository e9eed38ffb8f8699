"""The grammar of SELECT."""

from __future__ import annotations

from slipring.model.errors import partiql as errors
from slipring.partiql.expression_parser import ExpressionParser
from slipring.partiql.syntax import Node
from slipring.partiql.words import SELECT_PRECEDENCE

_JOIN_WORDS = frozenset({"inner", "left", "right", "full", "outer", "cross"})


class SelectParser(ExpressionParser):
    __slots__ = ()

    def _select(self, start: int, length: int) -> Node:
        distinct = self._accept_word("distinct")
        if not distinct:
            self._accept_word("all")
        children = [self._projection()]
        if distinct:
            children.append(Node("Distinct", "", (), start, length))
        if not self._accept_word("from"):
            raise errors.malformed("Expected FROM after SELECT list")
        children.insert(1, self._sources())
        children += self._clauses()
        return Node("Select", "", tuple(children), start, length)

    def _projection(self) -> Node:
        token = self._token
        if self._accept_word("value"):
            return Node("ProjectValue", "", (self._expression(),), token.start, token.length)
        items = self._list(self._projected)
        if any(item.kind == "ProjectAll" for item in items):
            if len(items) > 1:
                raise errors.malformed(
                    "Other expressions may not be present in the select list when '*' is used without dot notation."
                )
            return items[0]
        return Node("ProjectList", "", items, token.start, token.length)

    def _projected(self) -> Node:
        token = self._token
        if self._at_star():
            self._advance()
            return Node("ProjectAll", "", (), token.start, token.length)
        expression = self._expression()
        if expression.kind == "Path":
            _check_stars([step.kind for step in expression.children[1:]])
        return self._alias(expression, "as")

    def _alias(self, node: Node, *words: str) -> Node:
        """`node` with the aliases that follow it; AS may be left out, AT and BY not."""
        for word in words:
            if self._accept_word(word):
                if self._token.kind not in ("name", "quoted"):
                    raise errors.malformed(f"Expected identifier for {word.upper()}-alias")
            elif word != "as" or self._token.kind not in ("name", "quoted"):
                continue
            node = Node("Alias", self._advance().text, (node,), node.start, node.length)
        return node

    def _sources(self) -> Node:
        """What FROM names: one source, or a Join of several, whose conditions are dropped: no join is ever run."""
        sources = [self._source()]
        while self._accept(",") or self._accept_join():
            sources.append(self._source())
            if self._accept_word("on"):
                self._expression(SELECT_PRECEDENCE)
        return sources[0] if len(sources) == 1 else Node("Join", "", tuple(sources), sources[0].start)

    def _source(self) -> Node:
        return self._alias(self._expression(SELECT_PRECEDENCE), "as", "at", "by")

    def _accept_join(self) -> bool:
        """JOIN, perhaps with its kind before it, as in LEFT OUTER JOIN."""
        ahead = self._next - 1
        while self._tokens[ahead].kind == "keyword" and self._tokens[ahead].text in _JOIN_WORDS:
            ahead += 1
        if self._tokens[ahead].kind != "keyword" or self._tokens[ahead].text != "join":
            return False
        while not self._accept_word("join"):
            self._advance()
        return True

    def _clauses(self) -> list[Node]:
        found = [self._clause("where", "Where"), self._order(), self._grouping()]
        found += [self._clause("having", "Having"), self._clause("limit", "Limit")]
        return [clause for clause in found if clause is not None]

    def _clause(self, word: str, kind: str) -> Node | None:
        """A clause of one expression, if it is there."""
        if not self._accept_word(word):
            return None
        expression = self._expression(SELECT_PRECEDENCE)
        return Node(kind, "", (expression,), expression.start, expression.length)

    def _order(self) -> Node | None:
        token = self._token
        if not self._accept_word("order"):
            return None
        self._expect_by()
        return Node("OrderBy", "", self._list(self._sort_key), token.start, token.length)

    def _sort_key(self) -> Node:
        key = self._expression()
        direction = "DESC" if self._accept_word("desc") else "ASC"
        if direction == "ASC":
            self._accept_word("asc")
        return Node("SortSpec", direction, (key,), key.start, key.length)

    def _grouping(self) -> Node | None:
        token = self._token
        if not self._accept_word("group"):
            return None
        self._accept_word("partial")
        self._expect_by()
        return Node("GroupBy", "", self._list(self._projected), token.start, token.length)

    def _expect_by(self) -> None:
        if not self._accept_word("by"):
            raise errors.malformed("Expected BY")


def _check_stars(steps: list[str]) -> None:
    """A star in a path of the SELECT list may only be its last step, and only without indexes before it."""
    if "AnyIndex" in steps or "AnyName" in steps[:-1]:
        raise errors.malformed("Invalid use of * in select list")
    if "AnyName" in steps and "Index" in steps:
        raise errors.malformed("Cannot use [] and * together in SELECT list expression")
