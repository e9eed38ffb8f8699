"""kill -9 under load, again and again: what was acknowledged is there, whole, in every index and in every count."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from tests.cli.processes import Serving
from tests.crash import tables
from tests.crash.api import Api, Unanswered
from tests.crash.lanes import Batches, Lane, Puts, Transactions, Versions
from tests.crash.shared_lanes import Claims, Counter, Transfers

ROUNDS = 8
ROUND_S = (0.05, 0.5)

SMALL_SEGMENTS = "?segment_bytes=150000"
"""So small that segments end and checkpoints run all the time, and kills hit those too."""


def lanes(random: Random) -> list[Lane]:
    """One for each thread."""
    counter, claims, transfers = Counter(), Claims(), Transfers(random)
    own: list[Lane] = [
        Puts("puts 0", random),
        Puts("puts 1", random),
        Batches("batches", random),
        Versions("versions", random),
    ]
    several: list[Lane] = [Transactions("transactions 0", random), Transactions("transactions 1", random)]
    return [*own, *several, counter, counter, claims, claims, transfers, transfers]


def work(port: int, lane: Lane) -> int:
    """Step until the server is gone. How many calls were answered."""
    answered = 0
    with Api(port) as api:
        try:
            while True:
                lane.step(api)
                answered += 1
        except Unanswered:
            return answered


def check(port: int, lanes: Iterable[Lane]) -> None:
    with Api(port) as api:
        for lane in lanes:
            lane.settle(api)
        items = tables.everything(api)
        for lane in lanes:
            lane.check(items)
        tables.check_agreement(api, items)


def test_a_server_killed_again_and_again(tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    random = Random(seed)
    working = lanes(random)
    store = f"file:{tmp_path / 'store'}{SMALL_SEGMENTS}"
    answered = 0
    for number in range(ROUNDS):
        with Serving("--store", store) as serving, ThreadPoolExecutor(len(working)) as pool:
            if number == 0:
                with Api(serving.port) as api:
                    tables.create(api)
            check(serving.port, dict.fromkeys(working))
            running = [pool.submit(work, serving.port, lane) for lane in working]
            time.sleep(random.uniform(*ROUND_S))
            serving.send(signal.SIGKILL)
            answered += sum(each.result() for each in running)
            assert serving.ended() == (-signal.SIGKILL, "")
    with Serving("--store", store) as serving:
        check(serving.port, dict.fromkeys(working))
    assert answered > 200, "hardly anything was written: the test showed nothing"
