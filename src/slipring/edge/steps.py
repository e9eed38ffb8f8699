"""Drives the coroutine of a request by hand, step by step.

Most requests never wait. They are done in one step, inside the callback that read them, with no task, no context copy
and no turn of the event loop. One that waits goes on when the future it waits for is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

R = TypeVar("R", contravariant=True)


class Asker(Protocol[R]):
    """Where the outcome of a request goes, exactly once."""

    def finished(self, answer: R) -> None: ...

    def failed(self, error: BaseException) -> None: ...

    def waits(self, suspended: Suspended) -> None:
        """The request did not finish in its first step."""
        ...


def drive(coroutine: Coroutine[Any, Any, R], asker: Asker[R]) -> None:
    """Take the first step of `coroutine`, at once."""
    try:
        waited_for = coroutine.send(None)
    except StopIteration as stop:
        asker.finished(stop.value)
    except Exception as error:
        asker.failed(error)
    else:
        suspended = Suspended(coroutine, asker)
        asker.waits(suspended)
        suspended.wait_for(waited_for)


class Suspended:
    """A request that waits."""

    __slots__ = ("_asker", "_coroutine")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], asker: Asker[Any]) -> None:
        self._coroutine = coroutine
        self._asker = asker

    def wait_for(self, waited_for: object) -> None:
        """Go on when `waited_for`, which the coroutine yielded, is done."""
        if isinstance(waited_for, asyncio.Future):
            # Set by `Future.__await__`; whoever drives the coroutine takes it back, as `asyncio.Task` does.
            waited_for._asyncio_future_blocking = False
            waited_for.add_done_callback(self._go_on)
        elif waited_for is None:
            # A bare yield, such as `asyncio.sleep(0)`: give others a turn.
            asyncio.get_running_loop().call_soon(self._go_on)
        else:
            self.throw(RuntimeError(f"a request waited for {waited_for!r}, which is no future"))

    def throw(self, error: BaseException) -> None:
        """End the request with `error`, wherever it waits."""
        try:
            waited_for = self._coroutine.throw(error)
        except StopIteration as stop:
            self._asker.finished(stop.value)
        except BaseException as raised:
            self._asker.failed(raised)
        else:
            self.wait_for(waited_for)

    def _go_on(self, _done: object = None) -> None:
        try:
            waited_for = self._coroutine.send(None)
        except StopIteration as stop:
            self._asker.finished(stop.value)
        except BaseException as error:
            self._asker.failed(error)
        else:
            self.wait_for(waited_for)
