"""A thread for calls that wait for the disk, beside an event loop that may never pause by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_LEND_EVERY_SECONDS = 0.001
_LEND_SECONDS = 0.0001


class _Job(Generic[T]):
    """One call, its outcome, and what to do once it is there."""

    __slots__ = ("_call", "_then", "ended", "error", "result")

    def __init__(self, call: Callable[[], T], then: Callable[[], object]) -> None:
        self._call = call
        self._then = then
        self.ended = Event()
        self.result: T | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self._call()
        except BaseException as error:
            self.error = error
        self.ended.set()
        self._then()

    def outcome(self) -> T:
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]


class Worker:
    """Runs one call after the other in a thread of its own, which starts with the first."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._thread: Thread | None = None

    async def run(self, call: Callable[[], T]) -> T:
        """What `call` returns or raises in the thread, while the loop goes on.

        A busy loop hardly ever releases the interpreter's lock for long enough that a waiting thread gets it: a
        thread may then wait for seconds. So every millisecond the loop stands aside for a tenth of one, or until the
        call has ended.
        """
        loop = asyncio.get_running_loop()
        ended = loop.create_future()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
                loop.call_soon_threadsafe(_set, ended)

        job = self._put(_Job(call, wake))
        while not job.ended.is_set():
            await asyncio.wait({ended}, timeout=_LEND_EVERY_SECONDS)
            job.ended.wait(_LEND_SECONDS)
        return job.outcome()

    def submit(self, call: Callable[[], object]) -> None:
        """Run `call` after those before it. Nobody waits for it."""
        self._put(_Job(call, lambda: None))

    def close(self) -> None:
        """End the thread after the calls it was given."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None

    def _put(self, job: _Job[T]) -> _Job[T]:
        if self._thread is None:
            self._thread = Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        self._jobs.put(job)
        return job

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.run()


def _set(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
