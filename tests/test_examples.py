"""The examples work as they are told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_the_tests_of_the_example_pass_in_several_processes() -> None:
    """As its page says, with warnings as errors."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "-n", "2", "-q", "-W", "error", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=EXAMPLES / "sessions", env=kept, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "16 passed" in done.stdout
