"""The tables that histories play on: keys of all types, local and global indexes of every projection."""

from __future__ import annotations

from collections.abc import Callable

from tests.reference.tables import Index, Table

TYPES = {"pk": "S", "sk": "N", "bk": "B", "g": "S", "r": "N", "x": "B"}
"""The key attributes of all tables and indexes. `a`, `b` and `c` are no keys and have any type."""


def plain() -> Table:
    return Table(TYPES, ("pk",), [])


def local() -> Table:
    return Table(
        TYPES,
        ("pk", "sk"),
        [
            Index("local-r", False, ("pk",), ("r",), None),
            Index("local-g", False, ("pk",), ("g",), ()),
            Index("local-x", False, ("pk",), ("x",), ("a", "r")),
            Index("global-g", True, ("g",), (), None),
        ],
    )


def remote() -> Table:
    return Table(
        TYPES,
        ("bk", "pk"),
        [
            Index("global-g", True, ("g",), ("r",), None),
            Index("global-r", True, ("r",), (), ()),
            Index("global-x", True, ("x",), ("pk",), ("b", "c")),
            Index("global-wide", True, ("g", "pk"), ("r", "x"), ("a",)),
        ],
    )


TABLES: dict[str, Callable[[], Table]] = {"plain": plain, "local": local, "remote": remote}

LATER = Index("global-later", True, ("r",), ("g",), ("a",))
"""An index that comes and goes while a history runs."""
