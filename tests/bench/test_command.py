"""`slipring bench` as its users see it."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from slipring.bench.workloads import WORKLOADS
from tests.cli.processes import slipring
from tests.servers import ServerThread

SHORT = ("--seconds", "0.3", "--warm-up-seconds", "0.1", "--prepared", "300", "--items", "1400", "--connections", "4")


def test_it_measures_prints_and_writes(server: ServerThread, tmp_path: Path) -> None:
    json, plot = tmp_path / "out.json", tmp_path / "out.svg"
    files = ("--json", str(json), "--plot", str(plot))
    workloads = ("--workload", "get", "--workload", "ycsb-a")
    result = slipring("bench", "--endpoint", server.url, *workloads, "--processes", "2", *SHORT, *files)
    assert (result.returncode, result.stderr) == (0, "")
    assert [line.split()[0] for line in result.stdout.splitlines()[:3]] == ["requests/s", "get", "ycsb-a"]
    told = orjson.loads(json.read_bytes())
    assert [each["workload"] for each in told["results"]] == ["get", "ycsb-a"]
    assert all(each["requests"] > 0 and each["errors"] == {} for each in told["results"])
    assert set(told["results"][1]["operations"]) == {"read", "update"}
    assert plot.read_text().startswith("<svg")


def test_it_can_show_what_it_could_do(tmp_path: Path) -> None:
    """No server is needed for that."""
    result = slipring("bench", "--ceiling", *SHORT, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines()[1].startswith("get ")


def test_workloads_are_listed() -> None:
    listed = [line.split()[0] for line in slipring("bench", "--list").stdout.splitlines()]
    assert listed == list(WORKLOADS)


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["--endpoint", "localhost"], 2, "--endpoint: 'localhost' is not like http://127.0.0.1:8000"),
        (["--workload", "gett"], 2, "--workload: there is no workload 'gett'; --list lists them"),
        (["--seconds", "10000"], 1, "a run lasts "),
        (["--endpoint", "http://127.0.0.1:9"], 1, "http://127.0.0.1:9: CreateTable: ConnectionRefusedError"),
    ],
)
def test_what_cannot_be_measured_is_one_line_and_a_code(arguments: list[str], code: int, complaint: str) -> None:
    result = slipring("bench", *arguments)
    assert result.returncode == code
    assert result.stderr.startswith(f"slipring: {complaint}")
    assert result.stderr.count("\n") == 1
