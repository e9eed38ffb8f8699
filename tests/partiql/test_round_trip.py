"""Whatever PartiQL there is, and whatever there isn't, the parser and the compiler take it properly."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from slipring.model.errors.tree import ValidationException
from slipring.partiql import (
    Delete,
    Exists,
    Select,
    Update,
    compile_statement,
    delete_target,
    exists_target,
    plan_read,
    update_target,
)
from slipring.partiql.statement_parser import parse
from slipring.partiql.syntax import Node
from tests.partiql.printing import numbered, printed
from tests.partiql.schemas import COMPOSITE, KEY_NAMES
from tests.partiql.trees import expressions, statements

_LANGUAGE = """
SELECT * FROM "t" . i WHERE pk = ? AND OR NOT sk IN [ ] ( ) { } << >> 'a' 1 , : ; IS MISSING NULL BETWEEN < UPDATE SET
REMOVE a + - DELETE INSERT INTO VALUE RETURNING ALL MODIFIED OLD NEW EXISTS set_add size attribute_type begins_with
list_append ORDER BY DESC TRUE STRING != <= LIMIT COUNT AS JOIN -- /* */ 1e5 $x
"""
_WORDS = _LANGUAGE.split()


@given(statements)
@settings(max_examples=200)
def test_a_printed_statement_parses_to_the_same_tree(tree: Node) -> None:
    """Names, texts and numbers of any kind survive, and no operator takes what belongs to another."""
    assert parse(printed(tree))[0] == numbered(tree)


@given(expressions)
@settings(max_examples=200)
def test_a_printed_expression_parses_to_the_same_tree(tree: Node) -> None:
    """Expressions stand alone in the grammar too, though the service runs none that do."""
    assert parse(printed(tree))[0] == numbered(tree)


def _run(text: str, parameters: int) -> None:
    """Take a statement as far as it goes without a table."""
    with contextlib.suppress(ValidationException):
        statement = compile_statement(text).bind([{"S": "a"} for _ in range(parameters)])
        match statement:
            case Select():
                plan_read(statement, COMPOSITE)
            case Update():
                update_target(statement, KEY_NAMES)
            case Delete():
                delete_target(statement, KEY_NAMES)
            case Exists():
                exists_target(statement, KEY_NAMES)


@given(st.text(max_size=60), st.integers(0, 2))
@settings(max_examples=200)
def test_any_text_is_a_statement_or_a_validation_error(text: str, parameters: int) -> None:
    """A server that answers garbage with anything else than ValidationException is broken for its clients."""
    _run(text, parameters)


@given(st.lists(st.sampled_from(_WORDS), max_size=14), st.integers(0, 3))
@settings(max_examples=400)
def test_any_words_are_a_statement_or_a_validation_error(words: list[str], parameters: int) -> None:
    """Words of the language in any order get deeper than random letters."""
    _run(" ".join(words), parameters)


@given(statements, st.integers(0, 3))
@settings(max_examples=200)
def test_any_statement_is_planned_or_refused(tree: Node, parameters: int) -> None:
    """All of PartiQL parses, and what DynamoDB has not of it is refused in the service's way."""
    _run(printed(tree), parameters)
