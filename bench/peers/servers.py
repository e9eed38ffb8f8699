"""Servers that run while they are measured."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.peers.catalog import CREDENTIAL, Place, Start

from slipring.bench.control import Control, Refusal
from slipring.bench.endpoint import Endpoint

_READY_WITHIN_S = 60.0
_LOOK_S = 0.1
_STOP_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    endpoint: Endpoint
    pid: int | None = None
    """None if it is not a process of ours."""


class StartError(Exception):
    """A server did not start; the message is one line that says why."""


@contextmanager
def running(
    start: Callable[[Place], Start], *, installed: Path, scratch: Path, store: str, cores: tuple[int, ...]
) -> Iterator[Running]:
    """A server on a free port and in an empty folder, on these cores alone. Raises StartError."""
    data = Path(tempfile.mkdtemp(prefix="data-", dir=scratch))
    place = Place(installed, data, free_port(), store)
    how = start(place)
    log = (scratch / f"{Path(how.command[0]).name}.log").open("wb")
    try:
        process = subprocess.Popen(
            how.command,
            cwd=data,
            env={**_environment(), **how.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
        )
        try:
            endpoint = Endpoint("127.0.0.1", place.port, tls=False)
            _wait_until_ready(process, endpoint, log.name)
            yield Running(endpoint, process.pid)
        finally:
            _stop(process)
    finally:
        log.close()
        shutil.rmtree(data, ignore_errors=True)


def _environment() -> dict[str, str]:
    """This process's environment without anything that AWS's tools or the servers would take for a setting."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SLIPRING_"))}


def free_port() -> int:
    """A port of the loopback address that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[bytes], endpoint: Endpoint, log: str) -> None:
    give_up_s = time.monotonic() + _READY_WITHIN_S
    while True:
        try:
            with closing(Control(endpoint, CREDENTIAL)) as control:
                control.call("ListTables", {})
            return
        except Refusal as refusal:
            if process.poll() is not None:
                raise StartError(f"it ended with code {process.returncode}; see {log}") from None
            if time.monotonic() > give_up_s:
                raise StartError(f"not ready after {_READY_WITHIN_S:.0f} s: {refusal}; see {log}") from None
            time.sleep(_LOOK_S)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
