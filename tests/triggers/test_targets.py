"""A target that does not come back does not hold its trigger up for ever."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from threading import Event

import pytest

from slipring.triggers.targets import Target, TargetFailed, called, open_target

TIMEOUT_S = 0.05


class Hanging:
    """A function that waits until the test ends."""

    def __init__(self) -> None:
        self.end = Event()

    def call(self, payload: bytes, request_id: str, timeout_s: float) -> None:
        self.end.wait()


def why_it_failed(target: Target) -> str:
    async def scenario() -> str:
        with pytest.raises(TargetFailed) as raised:
            await called(target, b"{}", "id", TIMEOUT_S)
        return str(raised.value)

    return asyncio.run(scenario())


def test_a_function_that_hangs_is_no_longer_waited_for() -> None:
    hanging = Hanging()
    assert why_it_failed(hanging) == "it took longer than 0.05 s"
    hanging.end.set()


def test_a_command_that_hangs_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "hang.py"
    script.write_text("import time\ntime.sleep(60)\n")
    assert "took longer than 0.05 s" in why_it_failed(open_target(str(script)))


def test_a_command_that_there_is_not_is_named() -> None:
    assert why_it_failed(open_target("./missing --all")) == "./missing: No such file or directory"


def test_what_is_given_up_is_its_owners_alone(tmp_path: Path) -> None:
    """Whole items are in it, and the directory may be one for all to look into. A file that is there stays as it is."""
    mask = os.umask(0o022)
    try:
        open_target(f"file:{tmp_path / 'new'}").call(b"{}", "id", 1.0)
    finally:
        os.umask(mask)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600
    (tmp_path / "shared").touch(0o640)
    open_target(f"file:{tmp_path / 'shared'}").call(b"{}", "id", 1.0)
    assert (tmp_path / "shared").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "shared").read_bytes() == b"{}\n"
