"""One scrape, whichever worker it reaches, tells of all of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.admin.prometheus import Page, parse
from tests.cli.processes import Serving
from tests.edge.wire import eventually, request

SCRAPE = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
LIST_TABLES = request(b"{}", {"X-Amz-Target": "DynamoDB_20120810.ListTables"})
REQUESTS = 40


@pytest.fixture
def two_workers(tmp_path: Path) -> Iterator[Serving]:
    with Serving("--store", str(tmp_path / "store"), "--workers", "2") as serving:
        yield serving


def scrape(serving: Serving) -> tuple[str, Page]:
    """Who answered, and what."""
    with serving.client() as client:
        answer = client.ask(SCRAPE)
    # A process is known by the beginning of its request ids.
    return answer.headers["x-amzn-requestid"][:36], parse(answer.body.decode())


def ask(serving: Serving) -> None:
    """Each on a connection of its own, so that the kernel deals them out."""
    for _ in range(REQUESTS):
        with serving.client() as client:
            assert client.ask(LIST_TABLES).status == 200


def requests(page: Page) -> float:
    return page.value("slipring_requests_total", operation="ListTables")


def test_a_scrape_of_any_worker_tells_of_all(two_workers: Serving) -> None:
    """Prometheus knows one address; which worker answers there is chance."""
    ask(two_workers)
    assert eventually(lambda: requests(scrape(two_workers)[1]) == REQUESTS)
    answers = [scrape(two_workers) for _ in range(40)]
    assert len({worker for worker, _ in answers}) == 2
    assert {requests(page) for _, page in answers} == {REQUESTS}
    page = answers[-1][1]
    assert page.value("slipring_workers") == 2
    assert page.value("slipring_request_duration_seconds_count", operation="ListTables") == REQUESTS
    assert page.value("process_resident_memory_bytes") > 20_000_000


def test_counters_outlive_a_worker_that_is_killed(two_workers: Serving) -> None:
    """What was seen is not taken back, and the one that takes its place goes on from there."""
    ask(two_workers)
    assert eventually(lambda: requests(scrape(two_workers)[1]) == REQUESTS)
    cpu_s = scrape(two_workers)[1].value("process_cpu_seconds_total")
    os.kill(two_workers.workers()[0], signal.SIGKILL)

    def replaced() -> bool:
        page = scrape(two_workers)[1]
        assert requests(page) == REQUESTS
        return (page.value("slipring_workers"), page.value("slipring_worker_starts_total")) == (2, 3)

    assert eventually(replaced)
    ask(two_workers)
    assert eventually(lambda: requests(scrape(two_workers)[1]) == 2 * REQUESTS)
    assert scrape(two_workers)[1].value("process_cpu_seconds_total") >= cpu_s
