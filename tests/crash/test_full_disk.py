"""A disk that fills up under a running server, and has room again later.

The kernel's limit on the size of a process's files stands for the disk: it refuses in the same calls, and may be set
and lifted while the process runs.
"""

from __future__ import annotations

import resource
import signal
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from tests.cli.processes import Serving
from tests.crash import tables
from tests.crash.api import Api, Item, Key, Refused, wire_key
from tests.edge.wire import eventually

WRITES_MAX = 3000
"""Far more than fit."""
REFUSALS = 10

RETRIED = {(500, "InternalServerError"), (503, "ServiceUnavailableException")}

JOURNAL_FULL = ("", 3 << 20)
"""One segment, which cannot grow."""
BASE_FULL = ("?segment_bytes=200000", (1 << 20) + (1 << 18))
"""Segments that are small enough, and a base for checkpoints that is not: it fails in the background."""


class Filling:
    """A server and its items. It has an index, so a write that failed by half would show."""

    def __init__(self, path: Path, options: str, file_bytes: int) -> None:
        self.path = str(path)
        self.store = f"file:{path}{options}"
        self.numbers = count()
        self.there: dict[Key, Item] = {}
        self._file_bytes = file_bytes

    def begin(self, serving: Serving, api: Api) -> None:
        api.call("CreateTable", TableName=tables.MAIN, **tables.INDEXED)
        limit_files(serving, self._file_bytes)

    def fill(self, api: Api) -> None:
        """Write until no write succeeds. The first that fails may leave room for smaller pieces."""
        refused_in_a_row = 0
        for _ in range(WRITES_MAX):
            if self.put(api):
                refused_in_a_row = 0
            else:
                refused_in_a_row += 1
            if refused_in_a_row == REFUSALS:
                return
        raise AssertionError("it never was full")

    def put(self, api: Api) -> bool:
        """Whether it was done. If not, the error is one that SDKs try again."""
        number = next(self.numbers)
        key = ("full", number)
        sized = {"group": {"S": f"group {number % 3}"}, "size": {"N": str(number)}}
        item = {**wire_key(key), **sized, "text": {"S": "x" * 10_000}}
        try:
            api.call("PutItem", TableName=tables.MAIN, Item=item)
        except Refused as refused:
            assert (refused.status, refused.code) in RETRIED
            return False
        self.there[key] = item
        return True

    def check(self, api: Api) -> None:
        """What was acknowledged is there, and what was refused is not, in the table, its indexes and its counts."""
        expected = tables.by_key(list(self.there.values()))
        assert tables.by_key(api.scan(tables.MAIN)) == expected
        assert tables.by_key(api.scan(tables.MAIN, IndexName=tables.GROUPS)) == expected
        assert set(tables.counts(api, tables.MAIN).values()) == {len(expected)}


def limit_files(serving: Serving, file_bytes: int = resource.RLIM_INFINITY) -> None:
    resource.prlimit(serving.pid, resource.RLIMIT_FSIZE, (file_bytes, resource.RLIM_INFINITY))


@pytest.fixture(params=[JOURNAL_FULL, BASE_FULL], ids=["journal", "base"])
def filling(request: pytest.FixtureRequest, tmp_path: Path) -> Filling:
    return Filling(tmp_path / "store", *request.param)


def test_writes_fail_while_reads_go_on_until_there_is_room(filling: Filling) -> None:
    """The log says where something is wrong; a client whose SDK tries again for long enough never notices."""
    with Serving("--store", filling.store) as serving, Api(serving.port) as api:
        filling.begin(serving, api)
        filling.fill(api)
        filling.check(api)
        limit_files(serving)
        # A checkpoint that failed is tried anew a second later.
        assert eventually(partial(filling.put, api))
        assert all(filling.put(api) for _ in range(50))
        filling.check(api)
        serving.send(signal.SIGTERM)
        code, log = serving.ended()
    assert code == 0
    assert filling.path in log
    assert "Traceback" not in log
    with Serving("--store", filling.store) as serving, Api(serving.port) as api:
        filling.check(api)


def test_a_server_killed_while_the_disk_is_full_loses_nothing(filling: Filling) -> None:
    with Serving("--store", filling.store) as serving, Api(serving.port) as api:
        filling.begin(serving, api)
        filling.fill(api)
        serving.send(signal.SIGKILL)
        serving.ended()
    with Serving("--store", filling.store) as serving, Api(serving.port) as api:
        filling.check(api)
        assert filling.put(api)
        filling.check(api)
