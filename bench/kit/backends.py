"""A pytest plugin: the fixture `ddb` by moto, tests several times over, and what they took.

Loaded by name (`-p bench.kit.backends`) in an environment that has moto; Slipring's plugin is off where moto serves.
"""

from __future__ import annotations

import json
import statistics
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--backend", choices=("slipring", "moto-decorator", "moto-server"), required=True)
    parser.addoption("--rounds", type=int, default=1)
    parser.addoption("--out", type=Path, required=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.fixturenames.append("_round")
    metafunc.parametrize("_round", range(metafunc.config.getoption("--rounds")))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Stopwatch(config.getoption("--out")))
    backend = config.getoption("--backend")
    if backend != "slipring":
        config.pluginmanager.register(MotoDecorator() if backend == "moto-decorator" else MotoServer())


class Stopwatch:
    """Adds up what each test took, fixtures included; the first one, which imports everything, is left out."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._took_s: dict[str, float] = defaultdict(float)
        self._cpu_begun_s = 0.0

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        assert not report.failed, f"{report.nodeid} failed"
        self._took_s[report.nodeid] += report.duration
        if report.when == "teardown" and len(self._took_s) == 1:
            self._cpu_begun_s = time.process_time()

    def pytest_sessionfinish(self) -> None:
        cpu_s = time.process_time() - self._cpu_begun_s
        took_s = list(self._took_s.values())[1:]
        figures = {
            "tests": len(took_s),
            "median_ms": statistics.median(took_s) * 1e3,
            "cpu_ms": cpu_s / len(took_s) * 1e3,
        }
        self._out.write_text(json.dumps(figures))


class MotoDecorator:
    """What `@mock_aws` does, around each test."""

    @pytest.fixture
    def ddb(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        from moto import mock_aws

        for name, value in _CREDENTIALS.items():
            monkeypatch.setenv(name, value)
        with mock_aws():
            yield


class MotoServer:
    """A server in a thread, reset after each test, as its documentation says."""

    @pytest.fixture(scope="session")
    def moto_url(self) -> Iterator[str]:
        from moto.server import ThreadedMotoServer

        server = ThreadedMotoServer(port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()

    @pytest.fixture
    def ddb(self, moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        for name, value in {**_CREDENTIALS, "AWS_ENDPOINT_URL": moto_url}.items():
            monkeypatch.setenv(name, value)
        yield
        reset: Any = urllib.request.Request(f"{moto_url}/moto-api/reset", method="POST")
        urllib.request.urlopen(reset).close()
