"""What is tried after a failure: each record reaches success or is given up, in order, and no try is forgotten.

Lambda Developer Guide, "Configuring partial batch response" and "Retain discarded records"."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.triggers.batches import Batch, Policy, Record, failed_from, next_tries, too_old


def record(position: int, time_s: float = 0.0) -> Record:
    return Record(position, time_s, {"dynamodb": {"SequenceNumber": str(100 + position)}})


def batch(count: int, failures: int = 0) -> Batch:
    return Batch([record(position) for position in range(count)], failures)


def positions(tries: list[Batch]) -> list[list[int]]:
    return [[record.position for record in each.records] for each in tries]


def test_a_batch_is_tried_again_so_often_and_then_given_up() -> None:
    policy, tried = Policy(retries=2), batch(3)
    for _ in range(2):
        [tried] = next_tries(tried, 0, policy)
        assert positions([tried]) == [[0, 1, 2]]
    assert next_tries(tried, 0, policy) == []


def test_without_a_bound_it_is_tried_for_ever() -> None:
    tried = batch(1)
    for _ in range(1000):
        [tried] = next_tries(tried, 0, Policy())
    assert tried.failures == 1000


def test_halving_is_no_try() -> None:
    """The documentation: "Splitting a batch does not count towards the retry quota"."""
    policy = Policy(retries=0, bisects=True)
    assert positions(next_tries(batch(3), 0, policy)) == [[0, 1], [2]]
    assert next_tries(batch(1), 0, policy) == []


def test_a_partial_failure_is_tried_from_the_first_that_failed() -> None:
    assert positions(next_tries(batch(4), 2, Policy(retries=1))) == [[2, 3]]
    assert next_tries(batch(4), 2, Policy(retries=0)) == []


@given(
    count=st.integers(1, 20),
    poison=st.sets(st.integers(0, 19)),
    retries=st.integers(0, 3),
    bisects=st.booleans(),
    partial=st.booleans(),
)
def test_every_record_is_taken_or_given_up_once_and_in_order(
    count: int, poison: set[int], retries: int, bisects: bool, partial: bool
) -> None:
    """Whatever fails: with halving, or with partial answers and a try to spare, exactly the bad ones are lost."""
    policy = Policy(retries=retries, bisects=bisects)
    waiting, taken, lost = deque([batch(count)]), [], []
    for _ in range(10_000):
        if not waiting:
            break
        each = waiting.popleft()
        told = [record.position for record in each.records]
        bad = [place for place, position in enumerate(told) if position in poison]
        if not bad:
            taken += told
            continue
        begins = bad[0] if partial else 0
        taken += told[:begins]
        tries = next_tries(each, begins, policy)
        if not tries:
            lost += told[begins:]
        waiting.extendleft(reversed(tries))
    assert not waiting
    assert sorted(taken + lost) == list(range(count))
    assert taken == sorted(taken)
    if bisects and (retries or not partial):
        assert set(lost) == poison & set(range(count))


@pytest.mark.parametrize(
    ("response", "begins"),
    [
        (None, None),
        ({}, None),
        ("", None),
        ({"batchItemFailures": []}, None),
        ({"batchItemFailures": None}, None),
        ({"batchItemFailures": [{"itemIdentifier": "102"}, {"itemIdentifier": "101"}]}, 1),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, 0),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, 0),
        ({"batchItemFailures": [{"itemIdentifier": "999"}]}, 0),
        ({"batchItemFailures": [{"key": "102"}]}, 0),
        ({"batchItemFailures": "102"}, 0),
        ([1], 0),
    ],
)
def test_where_a_partial_response_says_that_failures_begin(response: Any, begins: int | None) -> None:
    """The documentation lists which answers are a whole success and which a whole failure."""
    assert failed_from(batch(3), response) == begins


def test_records_that_are_too_old_are_counted_from_the_beginning() -> None:
    told = Batch([record(0, 10.0), record(1, 20.0), record(2, 30.0)])
    assert too_old(told, Policy(), 1e9) == 0
    assert too_old(told, Policy(record_age_s=10.0), 30.0) == 1
    assert too_old(told, Policy(record_age_s=10.0), 30.5) == 2
    assert too_old(told, Policy(record_age_s=1.0), 100.0) == 3
