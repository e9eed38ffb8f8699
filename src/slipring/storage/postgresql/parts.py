"""The one statement that writes what a group decided, of the parts that the group needs.

Each part costs the server time, whether or not it has something to do. The four that most groups need are put in one
by one; a group that needs another gets all of them, so that a session prepares no more than 17 statements.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple


class _Part(NamedTuple):
    sql: str
    """{given} are the rows that it is given, one array for each column."""
    types: tuple[str, ...]
    """Of the columns."""
    must_find_all: bool = False
    """Whether it answers as many rows as it is given, if all that the group saw still holds."""


_ROWS = ("bytea", "bytea", "bytea")
_INSERT = "INSERT INTO {kv} (k, rest, v, n) SELECT k, rest, v, $1 FROM {given} AS new (k, rest, v)"
_PARTS = {
    "held": _Part(
        "SELECT 1 FROM {given} AS seen (k, n) JOIN {kv} AS kv ON kv.k = seen.k AND kv.n = seen.n FOR SHARE OF kv",
        ("bytea", "bigint"),
        must_find_all=True,
    ),
    "updated": _Part(
        "UPDATE {kv} AS kv SET v = new.v, n = $1 FROM {given} AS new (k, n, v)"
        " WHERE kv.k = new.k AND kv.n = new.n RETURNING 1",
        ("bytea", "bigint", "bytea"),
        must_find_all=True,
    ),
    "deleted": _Part(
        "DELETE FROM {kv} AS kv USING {given} AS old (k, n) WHERE kv.k = old.k AND kv.n = old.n RETURNING 1",
        ("bytea", "bigint"),
        must_find_all=True,
    ),
    "inserted": _Part(_INSERT, _ROWS),
    "replaced": _Part(_INSERT + " ON CONFLICT (k) DO UPDATE SET v = excluded.v, n = excluded.n", _ROWS),
    "erased": _Part("DELETE FROM {kv} AS kv USING {given} AS old (k) WHERE kv.k = old.k", ("bytea",)),
    "counted": _Part(
        "INSERT INTO {counts} AS counts (k, rest, slot, a, b) SELECT * FROM {given} AS new (k, rest, slot, a, b)"
        " ON CONFLICT (k, slot) DO UPDATE SET a = counts.a + excluded.a, b = counts.b + excluded.b",
        ("bytea", "bytea", "smallint", "bigint", "bigint"),
    ),
    "uncounted": _Part("DELETE FROM {counts} AS counts USING {given} AS old (k) WHERE counts.k = old.k", ("bytea",)),
}
"""In the order in which they are given their rows, after $1 the commit, $2 its committer, $3 the commit before, and $4
how many rows the mark and the parts that must find all of theirs are to answer."""

COLUMNS = {name: len(part.types) for name, part in _PARTS.items()}
"""How many columns each part is given."""
_COMMON = frozenset(("held", "updated", "inserted", "counted"))


def parts_for(needed: Collection[str]) -> tuple[str, ...]:
    """The parts of the statement for a group that needs these."""
    return tuple(name for name in _PARTS if name in needed) if _COMMON.issuperset(needed) else tuple(_PARTS)


def land(parts: Collection[str], kv: str, counts: str, marks: str) -> str:
    """A statement that writes what a group decided, if all that it saw still holds; else it fails as a whole.

    Rows that were seen must still be of the commit that they were of; the rows that were not there are inserted, which
    fails if they are there now. Locks are taken in the order of the arrays.
    """
    steps = [f"mark AS (UPDATE {marks} SET n = $1, at = now() WHERE p = $2 AND n = $3 RETURNING 1)"]
    counted = ["mark"]
    number = 5
    for name in parts:
        part = _PARTS[name]
        arrays = ", ".join(f"${number + column}::{kind}[]" for column, kind in enumerate(part.types))
        steps.append(f"{name} AS ({part.sql.format(kv=kv, counts=counts, given=f'unnest({arrays})')})")
        number += len(part.types)
        if part.must_find_all:
            counted.append(name)
    found = " + ".join(f"(SELECT count(*) FROM {name})" for name in counted)
    return f"WITH {', '.join(steps)} SELECT 1 / (CASE WHEN {found} = $4 THEN 1 ELSE 0 END)"
