"""How many tables and indexes are told apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from slipring.engine.usage import INDEXES_MAX, OTHERS, TABLES_MAX, Usages


@pytest.mark.parametrize(
    ("name_of", "bound"),
    [
        (lambda usages, number: usages.table(f"table{number}").table, TABLES_MAX),
        (lambda usages, number: usages.index("table", f"index{number}").index, INDEXES_MAX),
    ],
    ids=["tables", "indexes"],
)
def test_tables_and_indexes_told_apart_are_bounded(name_of: Callable[[Usages, int], str], bound: int) -> None:
    """A suite that makes a table for each test would otherwise make a time series for each, for ever."""
    usages = Usages()
    usages.table("table")
    names = [name_of(usages, number) for number in range(bound + 50)]
    assert OTHERS in names[-50:]
    assert len(set(names)) <= bound + 1
    assert [name_of(usages, number) for number in range(bound + 50)] == names
