"""The unit for systemd: what systemd itself says of it, where it is there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from slipring.cli.commands import slipring
from slipring.settings import SETTINGS

UNIT = Path(__file__).parent.parent.parent / "deploy" / "slipring.service"
EXPOSURE_MAX = 2.0
"""Of ten, as `systemd-analyze security` counts; up to two it calls it OK."""

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not there")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that there is."""
    copy = tmp_path / "slipring.service"
    copy.write_text(UNIT.read_text().replace("/opt/slipring/bin/slipring", sys.executable))
    return copy


def analyzed(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, timeout=60)


@needs_systemd
def test_systemd_understands_all_of_it(unit: Path) -> None:
    """An unknown name would be passed over when it starts, and leave a door open."""
    result = analyzed("verify", unit)
    if "Failed to " in result.stderr and unit.name not in result.stderr:
        pytest.skip(f"systemd cannot look at units here: {result.stderr.strip()}")
    assert (result.returncode, result.stderr) == (0, "")


@needs_systemd
def test_systemd_finds_it_closed(unit: Path) -> None:
    result = analyzed("security", "--offline=true", unit)
    found = re.search(r"exposure level for \S+: ([\d.]+)", result.stdout)
    if found is None:
        pytest.skip(f"systemd is too old to judge a unit: {result.stderr.strip()}")
    assert float(found[1]) <= EXPOSURE_MAX


def test_it_starts_what_there_is() -> None:
    """The command, the settings, and time enough to stop: the drain's own limit and some more."""
    text = UNIT.read_text()
    command = re.search(r"^ExecStart=/opt/slipring/bin/slipring (\w+)$", text, re.MULTILINE)
    assert command is not None and command[1] in slipring.commands
    variables = {setting.variable for setting in SETTINGS.values()}
    assert set(re.findall(r"SLIPRING_[A-Z_]+", text)) <= variables
    stop = re.search(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)
    assert stop is not None and int(stop[1]) > float(str(SETTINGS["drain_s"].default)) + 5
    assert "@resources" not in text, "the bound on open files is raised by setrlimit, which is among those calls"
