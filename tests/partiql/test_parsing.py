"""How statements are read: notations that mean the same, and notations that don't."""

from __future__ import annotations

import pytest

from slipring.partiql.statement_parser import parse

SAME = [
    ("select * from t where pk = 'a'", "SELECT * FROM t WHERE pk = 'a'"),
    ("SELECT * FROM t WHERE pk = 'a';", "SELECT * FROM t WHERE pk = 'a'"),
    ("SELECT * FROM t WHERE pk = 'a' -- a note", "SELECT * FROM t WHERE pk = 'a'"),
    ("-- a note\nSELECT * FROM t -- WHERE pk = 'b'\nWHERE pk = 'a'", "SELECT * FROM t WHERE pk = 'a'"),
    ("SELECT * FROM t /* WHERE * ** */ WHERE pk = 'a' /**/", "SELECT * FROM t WHERE pk = 'a'"),
    ('SELECT "a"."b c"[0] FROM "t"', 'SELECT a."b c"[0] FROM t'),
    ("SELECT * FROM t WHERE a != 1", "SELECT * FROM t WHERE a <> 1"),
    ("SELECT * FROM t WHERE a IN (1, 2)", "SELECT * FROM t WHERE a IN [1, 2]"),
    ("SELECT * FROM t WHERE a NOT IN [1]", "SELECT * FROM t WHERE NOT a IN [1]"),
    ("SELECT * FROM t WHERE a NOT BETWEEN 1 AND 2", "SELECT * FROM t WHERE NOT (a BETWEEN 1 AND 2)"),
    ("SELECT * FROM t WHERE a IS NOT MISSING", "SELECT * FROM t WHERE NOT (a IS MISSING)"),
    ("SELECT * FROM t WHERE a = 1 OR b = 2 AND c = 3", "SELECT * FROM t WHERE a = 1 OR (b = 2 AND c = 3)"),
    ("SELECT * FROM t WHERE NOT a = 1 AND b = 2", "SELECT * FROM t WHERE (NOT (a = 1)) AND b = 2"),
    ("SELECT * FROM t WHERE a BETWEEN 1 AND 2 AND b = 3", "SELECT * FROM t WHERE (a BETWEEN 1 AND 2) AND (b = 3)"),
    ("UPDATE t SET a = b - 1 + 2", "UPDATE t SET a = (b - 1) + 2"),
    ("SELECT * FROM t WHERE SIZE(a) > 1", "SELECT * FROM t WHERE size(a) > 1"),
    ("FROM t WHERE pk = 'a' SET b = 1 REMOVE c", "UPDATE t SET b = 1 REMOVE c WHERE pk = 'a'"),
    ("SELECT * FROM t WHERE pk = 'it''s'", "SELECT\t*\r\nFROM\x0bt WHERE pk = 'it''s'"),
    ("SELECT ALL * FROM t ORDER BY sk", "SELECT * FROM t ORDER BY sk ASC"),
]


@pytest.mark.parametrize(("text", "same"), SAME)
def test_two_ways_to_write_one_statement(text: str, same: str) -> None:
    """Keywords in any case, comments, quotes, synonyms and precedence change nothing."""
    assert parse(text) == parse(same)


def test_a_quoted_string_is_read_exactly() -> None:
    """Doubled quotes are quotes; nothing else in a string or a quoted name means anything."""
    tree = parse("""INSERT INTO "a""b -- c" VALUE {'it''s /* ? */': '"\\n"'}""")[0]
    target, value = tree.children[0].children
    assert target.text == 'a"b -- c'
    [member] = value.children
    assert [part.text for part in member.children] == ["it's /* ? */", '"\\n"']


def test_parameters_are_counted_in_order() -> None:
    """Each question mark outside strings, names and comments takes the next parameter."""
    tree, count = parse("""UPDATE "t?" SET a = ?, b = '?' /* ? */ WHERE pk = ? -- ?""")
    where = tree.child("Where")
    assert count == 2
    assert where is not None
    assert where.children[0].children[1].text == "1"
