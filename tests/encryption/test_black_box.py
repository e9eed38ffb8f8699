"""The black-box suite on an encrypted store: a part of it in every run, all of it with SLIPRING_TEST_ENCRYPTION=on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PART = ["tests/api/batches", "tests/api/items", "tests/api/transactions", "tests/api/test_streams.py"]
"""What reads and writes each kind of value that is sealed: items, entries of indexes, records of the journal."""


@pytest.mark.skipif("SLIPRING_TEST_ENCRYPTION" in os.environ, reason="the suite runs on an encrypted store already")
def test_clients_see_the_same_on_an_encrypted_store() -> None:
    command = [sys.executable, "-m", "pytest", "-W", "error", "-q", "-x", "-p", "no:cacheprovider", *PART]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ended = subprocess.run(
        command, cwd=ROOT, env={**kept, "SLIPRING_TEST_ENCRYPTION": "on"}, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout[-10_000:]
    assert " passed" in ended.stdout
