"""A thread for calls that wait for the disk, beside an event loop that may never pause by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_POLL_SECONDS = 0.001
_LENT_SECONDS = 0.0001


class _Job(Generic[T]):
    """One call, and its outcome once `ended` can be acquired."""

    __slots__ = ("call", "ended", "error", "result")

    def __init__(self, call: Callable[[], T]) -> None:
        self.call = call
        self.ended = Lock()
        self.ended.acquire()
        self.result: T | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self.call()
        except BaseException as error:
            self.error = error
        self.ended.release()

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

        A busy loop hardly ever releases the interpreter's lock for long enough that a waiting thread gets it
        (measured: seconds). So once a millisecond the loop stands aside until the call has ended, a tenth of a
        millisecond at most.
        """
        job = self.submit(call)
        while not job.ended.acquire(timeout=_LENT_SECONDS):  # noqa: ASYNC110
            await asyncio.sleep(_POLL_SECONDS)
        return job.outcome()

    def submit(self, call: Callable[[], T]) -> _Job[T]:
        """Run `call` after those before it; nobody needs to wait."""
        if self._thread is None:
            self._thread = Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        job = _Job(call)
        self._jobs.put(job)
        return job

    def close(self) -> None:
        """End the thread after the calls it was given."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.run()
