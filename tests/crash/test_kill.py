"""Servers that end under load, by kill -9 above all, again and again.

What was acknowledged is there, whole, in every index and in every count.
"""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.cli.processes import Serving
from tests.crash import tables
from tests.crash.api import Api
from tests.crash.load import Load, all_lanes, check
from tests.edge.wire import eventually

ROUNDS = (0, 10, 20, 40, 40, 60, 80, 100)
"""How many calls each server answers before it is killed, and somewhat more."""
WORKER_ROUNDS = 4
SOMEWHAT_S = 0.2

SMALL_SEGMENTS = "?segment_bytes=150000"
"""So small that segments end and checkpoints run all the time, and kills hit those too."""


def test_a_server_killed_again_and_again(tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    random = Random(seed)
    lanes = all_lanes(random)
    store = f"file:{tmp_path / 'store'}{SMALL_SEGMENTS}"
    for number, answers in enumerate(ROUNDS):
        with Serving("--store", store) as serving, Api(serving.port) as api, ThreadPoolExecutor(len(lanes)) as pool:
            if number == 0:
                tables.create(api)
            check(api, lanes)
            load = Load(pool, serving.port, lanes)
            load.go_on_until(answers)
            time.sleep(random.uniform(0, SOMEWHAT_S))
            serving.send(signal.SIGKILL)
            load.stop()
            assert serving.ended() == (-signal.SIGKILL, "")
    with Serving("--store", store) as serving, Api(serving.port) as api:
        check(api, lanes)


def test_workers_killed_again_and_again(tmp_path: Path) -> None:
    """One of two at a time: the other serves on, on the store that the dead one was writing to."""
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    random = Random(seed)
    lanes = all_lanes(random)
    store = f"file:{tmp_path / 'store'}{SMALL_SEGMENTS}"
    with Serving("--store", store, "--workers", "2") as serving, ThreadPoolExecutor(len(lanes)) as pool:
        with Api(serving.port) as api:
            tables.create(api)
        for _ in range(WORKER_ROUNDS):
            load = Load(pool, serving.port, lanes)
            load.go_on_until(20)
            time.sleep(random.uniform(0, SOMEWHAT_S))
            killed = random.choice(serving.workers())
            os.kill(killed, signal.SIGKILL)
            time.sleep(random.uniform(0, 0.1))
            load.stop()
            with Api(serving.port) as api:
                check(api, lanes)
            assert eventually(partial(is_replaced, serving, killed))
        serving.send(signal.SIGTERM)
        code, log = serving.ended()
    assert code == 0
    assert log.count("died; another takes its place") == log.count("\n") == WORKER_ROUNDS


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_stopped_under_load(tmp_path: Path, workers: str) -> None:
    """SIGTERM while every client goes on asking: it ends in order and soon, and keeps what it acknowledged."""
    lanes = all_lanes(Random())
    store = str(tmp_path / "store")
    with Serving("--store", store, "--workers", workers) as serving, ThreadPoolExecutor(len(lanes)) as pool:
        with Api(serving.port) as api:
            tables.create(api)
        load = Load(pool, serving.port, lanes)
        load.go_on_until(50)
        serving.send(signal.SIGTERM)
        load.stop()
        assert serving.ended(within_s=5) == (0, "")
    with Serving("--store", store) as serving, Api(serving.port) as api:
        check(api, lanes)


def is_replaced(serving: Serving, killed: int) -> bool:
    living = serving.workers()
    return len(living) == 2 and killed not in living
