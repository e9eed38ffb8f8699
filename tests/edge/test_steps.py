"""Driving a coroutine by hand: every way in which it can wait and end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

import pytest

from slipring.edge.steps import Suspended, drive


class Outcome:
    """Takes what a request comes to."""

    def __init__(self) -> None:
        self.answers: list[object] = []
        self.errors: list[BaseException] = []
        self.suspended: Suspended | None = None

    def finished(self, answer: object) -> None:
        self.answers.append(answer)

    def failed(self, error: BaseException) -> None:
        self.errors.append(error)

    def waits(self, suspended: Suspended) -> None:
        self.suspended = suspended


def _run(work: Callable[[], Coroutine[Any, Any, object]], turns: int = 20) -> Outcome:
    async def scenario() -> Outcome:
        outcome = Outcome()
        drive(work(), outcome)
        for _ in range(turns):
            await asyncio.sleep(0)
        return outcome

    return asyncio.run(scenario())


async def _after(wait: Awaitable[object] | None, answer: object) -> object:
    if wait is not None:
        await wait
    return answer


def test_work_that_never_waits_is_done_at_once() -> None:
    """Outside any event loop, even: nothing of asyncio is touched."""
    outcome = Outcome()
    drive(_after(None, 7), outcome)
    assert (outcome.answers, outcome.suspended) == ([7], None)


def test_work_goes_on_when_its_future_is_done() -> None:
    async def work() -> object:
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0, future.set_result, 3)
        return await future + await asyncio.ensure_future(_after(None, 4))

    assert _run(work).answers == [7]


def test_a_future_that_is_already_done_costs_no_turn() -> None:
    async def work() -> object:
        future = asyncio.get_running_loop().create_future()
        future.set_result(5)
        return await future

    assert _run(work, turns=0).answers == [5]


def test_giving_others_a_turn_is_waiting_too() -> None:
    assert _run(lambda: _after(asyncio.sleep(0), 1)).answers == [1]


@pytest.mark.parametrize("turns", [0, 1])
def test_an_error_ends_it(turns: int) -> None:
    async def work() -> object:
        for _ in range(turns):
            await asyncio.sleep(0)
        raise KeyError(turns)

    outcome = _run(work)
    assert [type(error) for error in outcome.errors] == [KeyError]
    assert outcome.answers == []


def test_the_error_of_a_future_reaches_who_waits() -> None:
    async def work() -> object:
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_exception, OSError("gone"))
        try:
            await future
        except OSError as error:
            return str(error)
        return None

    assert _run(work).answers == ["gone"]


def test_a_cancelled_future_ends_it_once() -> None:
    async def work() -> object:
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.cancel)
        return await future

    outcome = _run(work)
    assert [type(error) for error in outcome.errors] == [asyncio.CancelledError]


class _Nonsense:
    def __await__(self) -> Generator[object, None, None]:
        yield "not a future"


def test_waiting_for_something_else_is_an_error_at_that_place() -> None:
    """It would otherwise wait for ever."""
    outcome = _run(lambda: _after(_Nonsense(), 1))
    assert "is no future" in str(outcome.errors[0])


def test_work_can_be_ended_from_outside_and_may_clean_up_first() -> None:
    cleaned: list[str] = []

    async def work() -> object:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await asyncio.sleep(0)
            cleaned.append("up")
        return None

    async def scenario() -> Outcome:
        outcome = Outcome()
        drive(work(), outcome)
        assert outcome.suspended is not None
        outcome.suspended.throw(asyncio.CancelledError())
        assert cleaned == []
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return outcome

    outcome = asyncio.run(scenario())
    assert cleaned == ["up"]
    assert [type(error) for error in outcome.errors] == [asyncio.CancelledError]
