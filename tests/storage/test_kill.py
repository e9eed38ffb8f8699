"""kill -9, again and again: what was acknowledged is there, and nothing is there by half."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import defaultdict
from pathlib import Path

import pytest

from slipring.storage.contract import Store, decode_counts
from tests.storage import writers
from tests.storage.conftest import Backend
from tests.storage.mutations import put, scan

LANES = 4
ROUNDS = 10

Acknowledged = dict[tuple[str, str, int], int]


class Writer:
    """A process that writes until it is killed. It reports to a file, so that it never waits for a reader."""

    def __init__(self, backend: Backend, name: str, directory: Path) -> None:
        self._name = name
        self._report = directory / f"{name}.report"
        with self._report.open("wb") as output:
            self._process = writers.start("write", backend.address, name, LANES, output)
        while not self._report.stat().st_size:
            assert self._process.poll() is None
            time.sleep(0.005)

    def kill(self, acknowledged: Acknowledged) -> None:
        """Kill it, and note the last write of each lane that it reported."""
        self._process.send_signal(signal.SIGKILL)
        assert self._process.wait() == -signal.SIGKILL
        for line in self._report.read_bytes().splitlines(keepends=True)[1:]:
            if line.endswith(b"\n"):
                kind, lane, n = line.split()
                acknowledged[self._name, kind.decode(), int(lane)] = int(n)


async def check(store: Store, acknowledged: Acknowledged) -> None:
    parts: dict[bytes, int] = defaultdict(int)
    for key, _ in await scan(store):
        if b"/all/" in key:
            parts[key.rpartition(b"/")[0]] += 1
    assert set(parts.values()) <= {writers.TRANSACTION_PARTS}
    expected = (len(parts), len(parts) * writers.TRANSACTION_PARTS)
    assert decode_counts(await store.get(b"\x04transactions")) == expected
    for (name, kind, lane), last in acknowledged.items():
        if kind == "one":
            value = await store.get(b"%s/one/%d" % (name.encode(), lane))
            assert value is not None
            assert int(value) >= last
        else:
            assert all(b"%s/all/%d/%06d" % (name.encode(), lane, n) in parts for n in range(last + 1))


@pytest.fixture
def small_segments(tmp_path: Path) -> Backend:
    """A store that begins a segment and a checkpoint every few groups, so that kills hit those too."""
    return Backend(f"file:{tmp_path / 'store'}?segment_bytes=30000", durable=True)


def test_a_writer_killed_again_and_again(small_segments: Backend, tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    moments = random.Random(seed)
    acknowledged: Acknowledged = {}
    # On a machine that does much else a round may see hardly anything written, and shows nothing.
    for number in range(10 * ROUNDS):
        writer = Writer(small_segments, f"round{number}", tmp_path)
        time.sleep(moments.uniform(0.0, 0.15))
        writer.kill(acknowledged)
        small_segments.run(lambda store: check(store, acknowledged))
        if number >= ROUNDS and sum(acknowledged.values()) > 100:
            break
    else:
        pytest.fail("the writers wrote hardly anything")


def test_one_of_two_writers_killed_while_the_other_goes_on(small_segments: Backend, tmp_path: Path) -> None:
    """Who dies holding the commit lock, or in the middle of a checkpoint, leaves the others able to go on."""
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    moments = random.Random(seed)
    acknowledged: Acknowledged = {}
    survivor = Writer(small_segments, "survivor", tmp_path)
    for number in range(ROUNDS // 2):
        victim = Writer(small_segments, f"victim{number}", tmp_path)
        time.sleep(moments.uniform(0.0, 0.1))
        victim.kill(acknowledged)
    survivor.kill(acknowledged)

    async def check_and_write(store: Store) -> None:
        await check(store, acknowledged)
        await put(store, {b"still": b"writable"})
        assert await store.get(b"still") == b"writable"

    small_segments.run(check_and_write)
    assert sum(n for (name, _, _), n in acknowledged.items() if name == "survivor") > 10
