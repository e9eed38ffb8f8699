"""The checker itself: it must find what is wrong, or it shows nothing."""

from __future__ import annotations

import pytest

from tests.postgresql.linearizability import Operation, is_linearizable


def read(began: float, ended: float, value: int) -> Operation[int]:
    return Operation(began, ended, lambda state: (state == value, state))


def write(began: float, ended: float, value: int) -> Operation[int]:
    return Operation(began, ended, lambda _: (True, value))


def add(began: float, ended: float, answer: int) -> Operation[int]:
    return Operation(began, ended, lambda state: (state + 1 == answer, state + 1))


@pytest.mark.parametrize(
    ("history", "fine"),
    [
        ([write(0, 1, 5), read(2, 3, 5)], True),
        ([write(0, 1, 5), read(2, 3, 0)], False),
        ([write(0, 3, 5), read(1, 2, 0)], True),
        ([write(0, 9, 5), read(1, 2, 5), read(3, 4, 0)], False),
        ([add(0, 9, 2), add(1, 8, 1)], True),
        ([add(0, 9, 1), add(1, 8, 1)], False),
        ([add(0, 1, 2), add(2, 3, 1)], False),
        ([write(0, 9, 1), write(0, 9, 2), read(10, 11, 1), read(12, 13, 2)], False),
    ],
)
def test_what_could_have_happened_one_at_a_time(history: list[Operation[int]], fine: bool) -> None:
    assert is_linearizable(history, 0) is fine
