"""One page for all workers: sums that never go backwards, and only the living count as they are now."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.admin.board import Board
from slipring.admin.meters import Meters
from slipring.admin.reporter import INHERITED_BYTES_MAX, Reporter
from slipring.admin.samples import Samples, decode, encode, merged, single
from slipring.admin.stored import table_samples
from slipring.engine.usage import INDEXES_MAX, TABLES_MAX, Usages
from slipring.model.errors.base import ApiError
from slipring.model.service import operations
from tests.admin.prometheus import Page, parse

WHOLE = {
    "slipring_errors_total": st.dictionaries(
        st.tuples(st.sampled_from("ab"), st.sampled_from("cd")), st.lists(st.integers(0, 99), min_size=1, max_size=1)
    ),
    "slipring_request_duration_seconds": st.dictionaries(
        st.tuples(st.sampled_from("ab")), st.lists(st.integers(0, 99), min_size=3, max_size=3)
    ),
    "slipring_store_bytes": st.just({()}).map(lambda keys: {key: [7.0] for key in keys}),
}
samples = st.fixed_dictionaries({}, optional=WHOLE)


class Worker:
    """A reporter whose figures the test sets."""

    def __init__(self, board: Board, place: int) -> None:
        self.requests = 0.0
        self.connections = 0.0
        self.store_bytes = 100.0
        self.started_s = 1000.0 + place
        self.reporter = Reporter(board, place)
        self.reporter.watch(self._counted, self._held)

    def _counted(self) -> Samples:
        return {"slipring_requests_total": {("GetItem",): [self.requests]}}

    def _held(self) -> Samples:
        return {
            "slipring_open_connections": single(self.connections),
            "slipring_store_bytes": single(self.store_bytes),
            "process_start_time_seconds": single(self.started_s),
        }

    def page(self) -> Page:
        return parse(self.reporter.page().decode())


def requests(page: Page) -> float:
    return page.value("slipring_requests_total", operation="GetItem")


def test_whoever_is_asked_tells_the_sum_of_all() -> None:
    """A scrape reaches any one of them, and Prometheus must not see a different server each time."""
    board = Board(2)
    first, second = Worker(board, 0), Worker(board, 1)
    first.requests, first.connections, second.requests, second.connections = 3, 1, 40, 10
    assert requests(first.page()) == 3
    for worker in (second, first):
        page = worker.page()
        assert requests(page) == 43
        assert page.value("slipring_open_connections") == 11
        # One store, not two.
        assert page.value("slipring_store_bytes") == 100
        assert page.value("process_start_time_seconds") == 1000


@given(st.lists(st.tuples(st.sampled_from(["serve", "ask", "restart"]), st.integers(0, 2)), max_size=30))
def test_counters_never_go_backwards(steps: list[tuple[str, int]]) -> None:
    """Not when one of them dies and another takes its place. What it had counted may be lost as far as nobody saw it;
    what was seen stays. A counter that falls is a restart to Prometheus, which would then count it all again."""
    board = Board(3)
    workers = [Worker(board, place) for place in range(3)]
    seen = 0.0
    for step, place in steps:
        if step == "serve":
            workers[place].requests += 7
        elif step == "restart":
            workers[place] = Worker(board, place)
        else:
            now = requests(workers[place].page())
            assert now >= seen
            seen = now


def test_of_a_worker_that_died_only_what_it_had_done_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connections are gone with it, and so is its memory; its requests were answered."""
    board = Board(2)
    first, second = Worker(board, 0), Worker(board, 1)
    first.requests, first.connections, second.requests, second.connections = 3, 1, 40, 10
    ended = _ended_pid()
    with monkeypatch.context() as patched:
        patched.setattr(os, "getpid", lambda: ended)
        second.page()
    page = first.page()
    assert requests(page) == 43
    assert page.value("slipring_open_connections") == 1
    successor = Worker(board, 1)
    successor.requests, successor.connections = 2, 5
    page = successor.page()
    assert requests(page) == 45
    assert page.value("slipring_open_connections") == 6


def as_much_as_can_be(tables: str) -> Samples:
    """The figures of a process that met every operation, error, and table name there can be."""
    meters = Meters(operations())
    for operation in operations():
        for kind in ApiError.registry.values():
            meters[operation].failed(kind("m"))
        meters[operation].answers = [10**9] * len(meters[operation].answers)
    usages = Usages()
    for number in range(TABLES_MAX + 1):
        usages.table(f"{tables}{number}".ljust(255, "t"))
    for number in range(INDEXES_MAX + 1):
        usages.index(f"{tables}0".ljust(255, "t"), f"{number}".ljust(255, "i"))
    for usage in usages.all():
        usage.read_units = usage.write_units = 123456789.5
        usage.returned_items = 10**9
    return {**meters.samples(), **table_samples(usages)}


def test_what_workers_hand_on_stays_within_its_place() -> None:
    """However many die, each having met other tables than the last. Their requests are never forgotten."""
    board = Board()
    for generation in range(5):
        reporter = Reporter(board, 0)
        figures = as_much_as_can_be(f"generation{generation}-")
        reporter.watch(lambda figures=figures: figures)  # type: ignore[misc]
        page = parse(reporter.page().decode())
    assert len(board.get(0)) > INHERITED_BYTES_MAX
    one = figures["slipring_requests_total"]["GetItem",][0]
    assert page.value("slipring_requests_total", operation="GetItem") == 5 * one


def _ended_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@given(samples)
def test_samples_survive_their_way_over_the_board(one: Samples) -> None:
    assert decode(encode(one)) == one


@given(samples, samples, samples)
def test_the_order_of_workers_does_not_matter(one: Samples, other: Samples, third: Samples) -> None:
    together = merged([one, other, third])
    assert merged([third, merged([other, one])]) == together
    assert merged([together, {}]) == together
