"""Triggers as they are written on the command line and in slipring.toml."""

from __future__ import annotations

from typing import Any

import pytest

from slipring.triggers.batches import Policy
from slipring.triggers.specification import read_triggers


def test_the_shortest() -> None:
    [trigger] = read_triggers(["orders=./handler.py"])
    assert (trigger.table, trigger.target, trigger.name) == ("orders", "./handler.py", "orders=./handler.py")
    assert (trigger.batch, trigger.window_s, trigger.start) == (100, 0.0, "TRIM_HORIZON")
    assert trigger.policy == Policy()
    assert trigger.wants({})


def test_text_and_table_say_the_same() -> None:
    """Whoever moves a long flag into the file moves its options as they are."""
    text = (
        """orders="./notify --all" name=n batch=10 window=500ms retries=3 max_age=1h bisect=true partial=true """
        """filter='{"eventName": ["INSERT"]}' filter='{"eventName": ["REMOVE"]}' on_failure=file:f start=latest """
        """stream=keys_only timeout=2m"""
    )
    table = {
        "table": "orders",
        "target": "./notify --all",
        "name": "n",
        "batch": 10,
        "window": 0.5,
        "retries": 3,
        "max_age": "1h",
        "bisect": True,
        "partial": True,
        "filter": [{"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}],
        "on_failure": "file:f",
        "start": "LATEST",
        "stream": "KEYS_ONLY",
        "timeout": 120,
    }
    [first], [second] = read_triggers([text]), read_triggers([table])
    for each in (first, second):
        assert each.policy == Policy(3, True, 3600.0)
        assert (each.target, each.batch, each.window_s, each.timeout_s) == ("./notify --all", 10, 0.5, 120.0)
        assert (each.start, each.enables, each.partial, each.on_failure) == ("LATEST", "KEYS_ONLY", True, "file:f")
        wanted = [each.wants({"eventName": name}) for name in ("INSERT", "MODIFY", "REMOVE")]
        assert wanted == [True, False, True]


def test_a_url_with_a_query_is_one_word() -> None:
    [trigger] = read_triggers("orders=http://localhost:9000/hook?a=b batch=1\n")
    assert (trigger.target, trigger.batch) == ("http://localhost:9000/hook?a=b", 1)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (["orders"], "has 'orders', where TABLE=TARGET is expected"),
        (["orders=x batch"], "has 'batch', where OPTION=VALUE is expected"),
        (["orders=x size=1"], "has an option 'size'; there are table, target, name, batch"),
        (["orders=x batch=0"], "has a batch that is not a whole number from 1 to 10000: 0"),
        (["orders=x batch=1 batch=2"], "has batch more than once"),
        (["orders=x window=10"], "has a window that is no duration like 500ms, 10s or 1h up to 300s: '10'"),
        (["orders=x window=1h"], "has a window that is no duration"),
        (["orders=x bisect=maybe"], "has a bisect that is neither true nor false: 'maybe'"),
        (["orders=x start=now"], "has a start that is not one of TRIM_HORIZON, LATEST: 'now'"),
        (["orders=x filter={"], "has a filter that is no JSON"),
        (["orders='x"], "has a trigger that cannot be split into words: No closing quotation"),
        (["orders=x", "orders=x batch=2"], "has two triggers 'orders=x': give each a name=… of its own"),
        ([{"table": "orders"}], "has a trigger without its target"),
        ([{"table": 1, "target": "x"}], "has a table that is no text: 1"),
        ([1], "is not a list of triggers"),
        (1, "is not a list of triggers"),
    ],
)
def test_what_is_wrong_is_said(given: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=r"^(has|is) ") as raised:
        read_triggers(given)
    assert complaint in str(raised.value)
