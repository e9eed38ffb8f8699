"""What is said of statements that are not PartiQL.

The words and the places come from the public conformance suite for DynamoDB, which was checked against the service,
and from clients' reports of it.
"""

from __future__ import annotations

import pytest

from tests.partiql.running import refusal

ENVELOPE = "Statement wasn't well formed, can't be processed: "
LEFTOVER = "Unexpected token after expression"

MALFORMED = {
    # A token left over
    "SELECT * FROM t WHERE pk = 1 foo": LEFTOVER,
    "SELECT * FROM t WHERE pk = 1 e5": LEFTOVER,
    "INSERT INTO t VALUE {'pk': 1} foo": LEFTOVER,
    "UPDATE t SET a = 9 WHERE pk = 1 foo": LEFTOVER,
    "DELETE FROM t WHERE pk = 1 foo": LEFTOVER,
    "SELECT * FROM t WHERE pk = 1)": LEFTOVER,
    "DELETE FROM t WHERE pk = 1 ORDER BY pk": LEFTOVER,
    "SELECT * FROM t ORDER BY pk WHERE pk = 1": LEFTOVER,
    "INSERT INTO t u VALUE {'pk': 'x'}": LEFTOVER,
    "FROM t SET c = 1 WHERE pk = 'x'": LEFTOVER,
    "FROM t SET c = 1 WHERE pk = 'x' SET d = 2": LEFTOVER,
    "UPDATE t REMOVE a, b WHERE pk = 'x'": LEFTOVER,
    "SELECT * FROM t; SELECT * FROM t": "Unexpected token after semicolon. (Only one query is allowed.)",
    # Something missing
    "SELECT * FROM t WHERE": "Unexpected term",
    "SELECT * FROM t WHERE;": "Unexpected term",
    "SELECT pk FROM t WHERE   ": "Unexpected term",
    "UPDATE t SET a = 1 WHERE": "Unexpected term",
    "DELETE FROM t WHERE": "Unexpected term",
    "SELECT * FROM t WHERE NOT": "Unexpected term",
    "SELECT * FROM t WHERE (": "Unexpected term",
    "SELECT * FROM": "Unexpected term",
    "SELECT * FROM t WHERE pk = 'a' AND": "Missing right-hand side expression of infix operator",
    "SELECT * FROM t WHERE pk = 'a' OR": "Missing right-hand side expression of infix operator",
    "DELETE FROM": "Expected identifier for simple path",
    "DELETE FROM;": "Expected identifier for simple path",
    "DELETE FROM WHERE pk = 'a'": "Expected identifier for simple path",
    "": "Unexpected term",
    # A word out of place
    "SELECT * FROM t WHERE ORDER BY pk": "Unexpected keyword",
    "INSERT INTO urls (key, secret) VALUES (?, ?)": "Unexpected keyword",
    "SELECT * FROM t WHERE pk = 'a' AND x IS FOO": "Expected type name",
    "SELECT * FROM t WHERE IS NULL": "Unexpected operator",
    "SELECT * FROM t WHERE pk = LIKE": "Unexpected operator",
    "SELECT * FROM t WHERE attribute_exists(m.inner)": "Invalid path dot component",
    "UPDATE t SET m.inner = 1 WHERE pk = 'a'": "Invalid path dot component",
    "SLECT * FROM t WHERE pk = 'a'": "Expected data manipulation",
    "UPDATE Payment-x SET a = ? WHERE b = ?": "Expected data manipulation",
}

# Said by PartiQL's reference implementation, whose words those above are too; not seen from the service itself.
OTHERWISE_MALFORMED = {
    "INSERT t": "Unexpected keyword",
    "SELECT a": "Expected FROM after SELECT list",
    "SELECT a AS 1 FROM t": "Expected identifier for AS-alias",
    "SELECT *, a FROM t": "Other expressions may not be present in the select list when '*' is used without dot "
    "notation.",
    "SELECT count() FROM t": "Aggregate functions are always unary",
    "SELECT size(*) FROM t": "size(*) is not allowed",
    "SELECT * FROM t ORDER pk": "Expected BY",
    "SELECT * FROM t WHERE a BETWEEN 1 OR 2": "Expected AND keyword",
    "SELECT * FROM t WHERE a BETWEEN 1 AND": "Expected expression after AND",
    "SELECT * FROM t WHERE f(a": "Expected RIGHT_PAREN",
    "SELECT * FROM t WHERE a = [1": "Expected RIGHT_BRACKET",
    "INSERT INTO t VALUE {'a' 1}": "Expected COLON",
    "INSERT INTO t VALUE {'a': <<1}": "Expected RIGHT_DOUBLE_ANGLE_BRACKET",
    "DELETE t WHERE pk = 'a'": "Expected FROM after DELETE",
    "UPDATE t SET a WHERE pk = 'a'": "Expected '='",
    "UPDATE t SET a.* = 1": "Invalid path dot component for simple path",
    "UPDATE t SET a[1 + 1] = 1": "Invalid path component for simple path",
}


@pytest.mark.parametrize(("text", "detail"), (MALFORMED | OTHERWISE_MALFORMED).items())
def test_malformed_statements(text: str, detail: str) -> None:
    """People search for these words; and what a mistake is called shows that the whole grammar is there."""
    assert refusal(text) == ENVELOPE + detail


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM t WHERE pk = 1e2147483648",
        "SELECT * FROM t WHERE pk = 1e99999999999",
        "SELECT * FROM t WHERE pk = 1.5e-2147483647",
        "SELECT * FROM t WHERE pk = 1 # note",
        "SELECT * FROM t WHERE pk = 1 /* note",
        'SELECT * FROM "t',
        "SELECT * FROM t WHERE pk = 'a",
        "SELECT * FROM t WHERE pk = 1e+",
        "SELECT * FROM t WHERE pk = ä",
    ],
)
def test_what_is_no_token_gets_no_detail(text: str) -> None:
    """The service's lexer has no words for its mistakes, so nothing follows the colon, not even the space's end."""
    assert refusal(text) == ENVELOPE


@pytest.mark.parametrize("type_name", ["INT4", "INT8", "DOUBLE PRECISION", "CHARACTER VARYING"])
def test_a_bare_expression_is_refused_by_its_operation(type_name: str) -> None:
    """It is PartiQL, so it parses; the service then names the operation it doesn't run."""
    assert refusal(f"x IS {type_name}") == "Unsupported operation: IsType"


NESTED = ["(" * 4000, "NOT " * 2000, "[" * 8000, "-" + " -" * 4000, "f(" * 4000, "a" + "[a" * 4000, "a" + "=a" * 4000]


@pytest.mark.parametrize("text", NESTED)
def test_deep_nesting_is_refused(text: str) -> None:
    """Statements of 8 KB can nest thousands of levels; that must cost neither the stack nor a crash."""
    assert refusal(text).startswith("Nesting Levels have exceeded supported limits")


def test_long_chains_are_no_nesting() -> None:
    """A thousand conditions side by side are one level, however many there are."""
    assert refusal("x = 1" + " AND x = 1" * 800) == "Unsupported operation: And"
