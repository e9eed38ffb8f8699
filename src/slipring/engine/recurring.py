"""Work that comes up again and again, in a task of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from slipring.engine.leases import Lease
from slipring.storage.contract import StoreError

_log = logging.getLogger(__name__)


class Recurring:
    """Does `work` every `period_s` seconds, and sooner when it is woken, until it is stopped."""

    def __init__(self, name: str, period_s: float, lease: Lease, work: Callable[[], Awaitable[object]]) -> None:
        """`work` holds `lease` while it lasts; it is given back when the work is stopped."""
        self._name = name
        self._period_s = period_s
        self._lease = lease
        self._work = work
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"slipring-{self._name}")
        self.wake()

    def wake(self) -> None:
        """There is something to do now."""
        self._wanted.set()

    async def stop(self) -> None:
        """Stop where the work waits; what is left goes on later, here or elsewhere. Idempotent."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        with contextlib.suppress(StoreError):
            await self._lease.release()

    async def _run(self) -> None:
        while True:
            self._wanted.clear()
            try:
                await self._work()
            except StoreError as error:
                _log.warning("%s waits: %s", self._name, error)
            except Exception:
                _log.exception("%s failed; it is tried again", self._name)
            # Before Python 3.12, `wait_for` forgets a cancellation that comes together with what it waits for.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._period_s):
                    await self._wanted.wait()
