"""Threads that keep a server under load, and the comparison of what they know with what is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from random import Random
from threading import Event

from tests.crash import tables
from tests.crash.api import Api, Unanswered, wire_key
from tests.crash.lanes import Batches, Lane, Puts, Transactions, Versions
from tests.crash.shared_lanes import Claims, Counter, Transfers
from tests.edge.wire import eventually


def all_lanes(random: Random) -> list[Lane]:
    """Writers of every kind, one for each thread; some threads share theirs."""
    counter, claims, transfers = Counter(), Claims(), Transfers(random)
    own: list[Lane] = [Puts("puts 0", random), Puts("puts 1", random), Batches("batches", random)]
    careful: list[Lane] = [Versions("versions", random), Transactions("t 0", random), Transactions("t 1", random)]
    return [*own, *careful, counter, counter, claims, claims, transfers, transfers]


class Load:
    """Each lane in a thread of its own, from now until its server is gone or `stop`."""

    def __init__(self, pool: ThreadPoolExecutor, port: int, lanes: Sequence[Lane]) -> None:
        self._port = port
        self._enough = Event()
        self._answered = [0] * len(lanes)
        self._running: list[Future[None]] = [pool.submit(self._work, *each) for each in enumerate(lanes)]

    def go_on_until(self, answered: int) -> None:
        """Return once so many calls were answered, however long that takes on this machine."""
        assert eventually(lambda: sum(self._answered) >= answered, within_s=60)

    def stop(self) -> int:
        """Wait for the threads. How many calls were answered; raises what a lane did not expect."""
        self._enough.set()
        for each in self._running:
            each.result()
        return sum(self._answered)

    def _work(self, place: int, lane: Lane) -> None:
        with Api(self._port) as api:
            try:
                while not self._enough.is_set():
                    lane.step(api)
                    self._answered[place] += 1
            except Unanswered:
                pass


def check(api: Api, lanes: Iterable[Lane]) -> None:
    """Everything is as the lanes know it must be, and agrees with itself."""
    # A process that died may have left a commit behind that the next one makes whole, so there must be a next one.
    api.call("PutItem", TableName=tables.OTHER, Item=wire_key(("mark", 0)))
    distinct = list(dict.fromkeys(lanes))
    for lane in distinct:
        lane.settle(api)
    items = tables.everything(api)
    for lane in distinct:
        lane.check(items)
    tables.check_agreement(api, items)
