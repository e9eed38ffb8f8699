"""The black-box suite on PostgreSQL: a part of it in every run, all of it with SLIPRING_TEST_STORE=postgresql."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PART = ["tests/api/items", "tests/api/tables", "tests/api/transactions", "tests/api/test_streams.py"]
"""What touches each kind of key: items, indexes, counters, tokens, the journal, the catalog and its jobs."""


@pytest.mark.skipif("SLIPRING_TEST_STORE" in os.environ, reason="the suite runs on a chosen store already")
def test_clients_see_the_same_on_postgresql(address: str) -> None:
    command = [sys.executable, "-m", "pytest", "-W", "error", "-q", "-x", "-p", "no:cacheprovider", *PART]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ended = subprocess.run(
        command, cwd=ROOT, env={**kept, "SLIPRING_TEST_STORE": address}, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout[-10_000:]
    assert " passed" in ended.stdout
