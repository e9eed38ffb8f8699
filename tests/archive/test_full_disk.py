"""The archive's disk is full: archiving stops, says so, and goes on by itself when there is room. Serving goes on."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from click.testing import CliRunner

from slipring.cli.commands import slipring
from tests.admin_api import admin
from tests.archive.test_command import eventually, metric
from tests.conftest import make_client, s, table_definition
from tests.servers import ServerThread


class Disk(Protocol):
    path: Path

    def fill(self) -> None: ...

    def empty(self) -> None: ...


class SimulatedDisk:
    """Every write of a file refuses, once the disk is full, as the kernel does."""

    def __init__(self, path: Path, patch: pytest.MonkeyPatch) -> None:
        self.path = path
        self._is_full = False
        opened = os.fdopen

        def fdopen(*arguments: Any) -> Any:
            return (_Refusing if self._is_full else opened)(*arguments)

        patch.setattr(os, "fdopen", fdopen)

    def fill(self) -> None:
        self._is_full = True

    def empty(self) -> None:
        self._is_full = False


class _Refusing:
    """A file that takes the first half of what is written."""

    def __init__(self, descriptor: int, _mode: str) -> None:
        self._descriptor = descriptor

    def write(self, data: bytes) -> None:
        os.write(self._descriptor, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def __enter__(self) -> _Refusing:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


class MountedDisk:
    """A file system of its own that is really full."""

    BYTES = 1 << 20

    def __init__(self, path: Path) -> None:
        self.path = path

    def fill(self) -> None:
        with (self.path / "ballast").open("wb", buffering=0) as file:
            while True:
                try:
                    file.write(b"x" * 4096)
                except OSError as error:
                    assert error.errno == errno.ENOSPC
                    return

    def empty(self) -> None:
        (self.path / "ballast").unlink()


@contextmanager
def mounted(path: Path) -> Iterator[MountedDisk]:
    """Skips the test where nothing can be mounted."""
    path.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={MountedDisk.BYTES}", "tmpfs", str(path)], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"cannot mount a file system here: {done.stderr.strip()}")
    try:
        yield MountedDisk(path)
    finally:
        subprocess.run(["umount", str(path)], check=True)


@pytest.fixture(params=["simulated", "mounted"])
def disk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    if request.param == "simulated":
        yield SimulatedDisk(tmp_path / "disk", monkeypatch)
    else:
        with mounted(tmp_path / "disk") as real:
            yield real


def test_archiving_stops_and_goes_on_with_nothing_lost(
    disk: Disk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive = str(disk.path / "archive")
    with ServerThread(str(tmp_path / "store"), archive=archive, archive_interval_s=0.02) as server:
        client = make_client(server.url)

        def failing() -> bool:
            return metric(server.url, "slipring_archive_failing") == 1

        def error() -> str:
            return str(admin(server.port, "GET", "/_slipring/archive")[1]["error"])

        client.create_table(**table_definition("things", ("pk", "S")))
        client.put_item(TableName="things", Item={"pk": s("before")})
        assert eventually(lambda: metric(server.url, "slipring_archive_written_bytes_total") > 0)
        disk.fill()
        client.put_item(TableName="things", Item={"pk": s("full")})
        assert eventually(failing)
        assert "No space left on device" in error()
        failures = metric(server.url, "slipring_archive_failures_total")
        assert eventually(lambda: metric(server.url, "slipring_archive_failures_total") > failures)
        for number in range(20):
            client.put_item(TableName="things", Item={"pk": s(f"{number}")})
        assert client.scan(TableName="things")["Count"] == 22
        disk.empty()
        assert eventually(lambda: not failing())
        assert error() == "None"
        stopped = metric(server.url, "slipring_archive_time_seconds")
        assert eventually(lambda: metric(server.url, "slipring_archive_time_seconds") > stopped)
        client.close()
    assert caplog.text.count("archiving stops: cannot write") == 1
    assert caplog.text.count("archiving goes on") == 1
    assert list((disk.path / "archive" / "partial").iterdir()) == [], "what was begun takes no space"
    result = CliRunner().invoke(slipring, ["restore", "--from", archive, "--store", str(tmp_path / "new")])
    assert result.exit_code == 0, result.output
    with ServerThread(str(tmp_path / "new")) as server:
        client = make_client(server.url)
        assert client.scan(TableName="things")["Count"] == 22
        client.close()
