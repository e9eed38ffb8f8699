"""The ordered index under every scan of memory."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from slipring.storage.sorted_keys import SortedKeys

NUMBERS = st.integers(0, 3000)


def key(number: int) -> bytes:
    return b"%05d" % number


@settings(max_examples=60, deadline=None)
@given(
    first=st.sets(NUMBERS, max_size=3000),
    changes=st.lists(st.tuples(st.sets(NUMBERS, max_size=40), st.sets(NUMBERS, max_size=40)), max_size=4),
    start=NUMBERS,
    stop=NUMBERS,
    count=st.integers(1, 1500),
)
def test_any_range_in_either_direction(
    first: set[int], changes: list[tuple[set[int], set[int]]], start: int, stop: int, count: int
) -> None:
    """After additions by the few and by the many, and removals, ranges agree with a sorted list."""
    model = set(first)
    keys = SortedKeys(map(key, first))
    for added, removed in changes:
        keys.add_all([key(number) for number in added - model])
        model |= added
        for number in removed & model:
            keys.remove(key(number))
        model -= removed
    expected = [key(number) for number in sorted(model) if start <= number < stop]
    assert len(keys) == len(model)
    assert keys.between(key(start), key(stop), count, reverse=False) == expected[:count]
    assert keys.between(key(start), key(stop), count, reverse=True) == expected[::-1][:count]


def test_chunks_split_as_keys_arrive_one_by_one() -> None:
    """Thousands of single additions stay in order across the chunks that they fill."""
    keys = SortedKeys(map(key, range(0, 4000, 2)))
    for number in range(1, 4000, 2):
        keys.add_all([key(number)])
    assert keys.between(b"", b"\xff", 9999, reverse=False) == [key(number) for number in range(4000)]
