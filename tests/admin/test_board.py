"""The memory that workers share: each place holds the last whole snapshot that was put there."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.admin.board import SNAPSHOT_BYTES_MAX, Board
from tests.cli.processes import environment


@given(st.lists(st.tuples(st.integers(0, 2), st.binary(max_size=300)), max_size=20))
def test_a_place_holds_the_last_snapshot_put_there(puts: list[tuple[int, bytes]]) -> None:
    """Shorter ones after longer ones too, and none touches another place."""
    board = Board(3)
    last = {0: b"", 1: b"", 2: b""}
    for place, snapshot in puts:
        board.put(place, snapshot)
        last[place] = snapshot
        assert {each: board.get(each) for each in last} == last


def test_large_snapshots_stay_in_their_place() -> None:
    board = Board(3)
    large = b"x" * SNAPSHOT_BYTES_MAX
    for place in (1, 1, 0, 2, 1):
        board.put(place, large)
    assert [board.get(place) == large for place in range(3)] == [True] * 3


def test_a_snapshot_that_does_not_fit_is_a_mistake_of_ours() -> None:
    """What a process tells apart is bounded, so this cannot come from outside; nothing else is overwritten."""
    board = Board(2)
    board.put(1, b"there")
    with pytest.raises(AssertionError):
        board.put(0, b"x" * (SNAPSHOT_BYTES_MAX + 1))
    assert (board.get(0), board.get(1)) == (b"", b"there")


FORKING = """
import os, signal
from slipring.admin.board import Board
from tests.cli.processes import environment
board = Board(2)
ready, told = os.pipe()
pid = os.fork()
if pid == 0:
    board.put(1, b"from the child")
    os.write(told, b"1")
    signal.pause()
os.read(ready, 1)
print(board.get(1).decode())
os.kill(pid, signal.SIGKILL)
os.waitpid(pid, 0)
print(board.get(1).decode())
"""


def test_it_is_shared_with_processes_forked_later_and_outlives_them() -> None:
    """A worker that takes a dead one's place finds there what that one had counted."""
    # In a process of its own: this one has threads, and must not fork.
    done = subprocess.run(
        [sys.executable, "-c", FORKING], capture_output=True, text=True, timeout=30, env=environment(), check=True
    )
    assert done.stdout.splitlines() == ["from the child"] * 2
