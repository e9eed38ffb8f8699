"""The commands that come and go."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from slipring import __version__
from slipring.settings import SETTINGS
from tests.cli.processes import Serving, slipring
from tests.edge.wire import Client


def test_the_version_is_told() -> None:
    assert slipring("--version").stdout == f"slipring {__version__}\n"


def test_help_names_every_setting_and_every_command() -> None:
    """It is made from the settings, so it cannot fall behind; this shows that it is."""
    for command in ("serve", "env", "healthcheck"):
        assert command in slipring("--help").stdout
    help_text = re.sub(r"\s+", " ", slipring("serve", "--help").stdout)
    for setting in SETTINGS.values():
        assert f"{setting.flag} {setting.metavar}" in help_text
        if setting.default not in (None, ()):
            assert f"[default: {setting.default}]" in help_text


def test_help_lists_every_command_by_what_one_wants_to_do() -> None:
    """A command that nobody put in a section would stand at the end, under More."""
    told = slipring("--help").stdout
    assert told.count("Look after a store:") == 1
    assert "More:" not in told


def test_env_prints_what_a_shell_can_take(tmp_path: Path) -> None:
    """Both endpoints, because SDKs read one for the tables and one for the streams, and where roles are assumed."""
    result = slipring("env", "--port", "8123", "--region", "eu west", cwd=tmp_path)
    assert result.stdout.splitlines() == [
        "export AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8123",
        "export AWS_ENDPOINT_URL_DYNAMODB_STREAMS=http://127.0.0.1:8123",
        "export AWS_ENDPOINT_URL_STS=http://127.0.0.1:8123",
        "export AWS_REGION='eu west'",
        "export AWS_DEFAULT_REGION='eu west'",
        "export AWS_ACCESS_KEY_ID=slipring",
        "export AWS_SECRET_ACCESS_KEY=slipring",
    ]


@pytest.mark.parametrize(
    ("host", "reached"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("localhost", "localhost")]
)
def test_env_names_an_address_that_can_be_reached(host: str, reached: str) -> None:
    """A wildcard is an address to listen on, not one to connect to."""
    assert f"AWS_ENDPOINT_URL_DYNAMODB=http://{reached}:8000" in shlex.split(slipring("env", "--host", host).stdout)


def test_healthcheck_tells_ready_from_gone() -> None:
    """By its exit code, for an image that has no curl."""
    with Serving("--store", "memory:") as serving:
        ready = slipring("healthcheck", "--port", str(serving.port))
        assert (ready.returncode, ready.stdout) == (0, f"{serving.url} is ready\n")
    gone = slipring("healthcheck", "--port", str(serving.port))
    assert (gone.returncode, gone.stdout) == (1, "")
    assert gone.stderr.startswith(f"slipring: {serving.url} does not answer: ")


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["--port", "70000"], 2, "--port: '70000' is not a whole number from 0 to 65535"),
        (["--config", "gone.toml"], 2, "gone.toml: No such file or directory"),
        (["--store", "memory:", "--workers", "2"], 2, "a memory: store lives in one process"),
        (["--open-access", "yes", "--host", "256.256.256.256"], 1, "cannot listen on 256.256.256.256: "),
        (
            ["--open-access", "yes", "--host", "192.0.2.1"],
            1,
            "cannot listen on 192.0.2.1:0: this machine has no such address",
        ),
        (["--store", "nope://x"], 1, "cannot open the store: nope://x: there is no store called 'nope'"),
    ],
)
def test_what_cannot_be_served_is_one_line_and_a_code(
    tmp_path: Path, arguments: list[str], code: int, complaint: str
) -> None:
    """No traceback: the reader is an operator, or a script."""
    port = [] if "--port" in arguments else ["--port", "0"]
    result = slipring("serve", *port, *arguments, cwd=tmp_path)
    assert result.returncode == code
    assert result.stderr.startswith(f"slipring: {complaint}")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_in_use_is_refused_before_the_store_is_touched(tmp_path: Path, workers: str) -> None:
    """Workers share a port among themselves; that must not let a second server slip in."""
    with Serving("--store", "memory:") as first:
        store = str(tmp_path / "store")
        second = slipring("serve", "--port", str(first.port), "--store", store, "--workers", workers)
        assert second.returncode == 1
        assert second.stderr == f"slipring: cannot listen on 127.0.0.1:{first.port}: the port is in use\n"
        assert list(tmp_path.iterdir()) == []
        with Client(first.port) as client:
            assert client.ask(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").status == 200
