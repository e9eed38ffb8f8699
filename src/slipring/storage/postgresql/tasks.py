"""Tasks whose outcome is a plain future, which a request's coroutine may wait for without being a task itself."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Tasks:
    """The tasks of one store that are under way."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def run(self, work: Coroutine[Any, Any, T]) -> asyncio.Future[T]:
        """Begin `work`; its outcome. Whoever waits may give up, the work goes on."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()

        def ended(task: asyncio.Task[T]) -> None:
            self._running.discard(task)
            if task.cancelled():
                outcome.cancel()
                return
            error = task.exception()
            if outcome.done():
                return
            if error is None:
                outcome.set_result(task.result())
            else:
                outcome.set_exception(error)

        task = loop.create_task(work)
        self._running.add(task)
        task.add_done_callback(ended)
        return outcome

    async def drain(self) -> None:
        """Return when all that was begun has ended."""
        loop = asyncio.get_running_loop()
        while running := [task for task in self._running if task.get_loop() is loop]:
            await asyncio.wait(running)
