"""The `slipring` command as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import pytest

from tests.edge.wire import Client

COMMAND = [sys.executable, "-m", "slipring"]


def environment(**more: str) -> dict[str, str]:
    """This process's environment without any setting of ours or of AWS's tools, and with `more`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLIPRING_", "AWS_"))}
    source = str(Path(__file__).parents[2] / "src")
    return {**kept, "PYTHONPATH": source, **more}


def slipring(
    *arguments: str, cwd: Path | None = None, more: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=30, cwd=cwd, env=environment(**more or {})
    )


class Serving:
    """`slipring serve`, ready on entry, and gone on exit."""

    def __init__(
        self,
        *arguments: str,
        cwd: Path | None = None,
        more: dict[str, str] | None = None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        flags: Sequence[str] = arguments if "--port" in arguments else ("--port", "0", *arguments)
        # A file, for a pipe that nobody reads fills up, and then whoever logs waits.
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self._process = subprocess.Popen(
            [*command, "serve", *flags],
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            cwd=cwd,
            env=environment(**more or {}),
        )
        self.ready_line = ""
        self.authority = ""
        """Where the development CA is, if there is one."""
        self.url = ""
        self.port = 0

    @property
    def pid(self) -> int:
        return self._process.pid

    def __enter__(self) -> Serving:
        assert self._process.stdout is not None
        self.ready_line = self._process.stdout.readline()
        if self.ready_line.startswith("clients trust it"):
            self.authority = self.ready_line.partition("AWS_CA_BUNDLE=")[2].partition(";")[0]
            self.ready_line = self._process.stdout.readline()
        found = re.search(r"ready on (https?://\S+:(\d+))", self.ready_line)
        if not found:
            ended = self.ended(within_s=30)
            self._log.close()
            raise AssertionError(f"not ready: {self.ready_line!r} {ended}")
        self.url, self.port = found[1].rstrip(","), int(found[2])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()
        self._log.close()

    def workers(self) -> list[int]:
        """The process ids of the workers that live now. Skips the test where the kernel does not tell."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        if not children.exists():
            pytest.skip("the children of a process cannot be listed here")
        return [int(pid) for pid in children.read_text().split()]

    def client(self) -> Client:
        return Client(self.port)

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def ended(self, within_s: float = 20) -> tuple[int, str]:
        """The exit code and what stands on stderr."""
        self._process.communicate(timeout=within_s)
        self._log.seek(0)
        return self._process.returncode, self._log.read()
