"""What each table and index has served: counters that only grow, for whoever watches.

They are raised where requests are answered (`capacity.metering`) and outlive what the catalog keeps of a table.
"""

from __future__ import annotations

from collections.abc import Collection

TABLES_MAX = 200
INDEXES_MAX = 400
"""How many are told apart; what comes later counts as one. A test suite may make thousands of tables."""

OTHERS = "(other)"
"""What comes later; neither a table nor an index can be named so."""


class Usage:
    """One table's, or one index's."""

    __slots__ = ("expired_items", "index", "read_units", "returned_items", "table", "write_units")

    def __init__(self, table: str, index: str = "") -> None:
        self.table = table
        self.index = index
        """Empty for the table itself."""
        self.read_units = 0.0
        self.write_units = 0.0
        self.returned_items = 0
        self.expired_items = 0
        """Deleted by time to live."""


class Usages:
    """Everything's. Tables of one name in several namespaces are one."""

    def __init__(self) -> None:
        self._tables: dict[str, Usage] = {}
        self._indexes: dict[tuple[str, str], Usage] = {}
        self._others = Usage(OTHERS)
        self._other_indexes = Usage(OTHERS, OTHERS)

    def table(self, name: str) -> Usage:
        usage = self._tables.get(name)
        if usage is None:
            if len(self._tables) >= TABLES_MAX:
                return self._others
            usage = self._tables[name] = Usage(name)
        return usage

    def index(self, table: str, name: str) -> Usage:
        usage = self._indexes.get((table, name))
        if usage is None:
            if len(self._indexes) >= INDEXES_MAX or table not in self._tables:
                return self._other_indexes
            usage = self._indexes[table, name] = Usage(table, name)
        return usage

    def all(self) -> Collection[Usage]:
        return [*self._tables.values(), *self._indexes.values(), self._others, self._other_indexes]
