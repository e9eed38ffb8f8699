"""When checkpoints are written: beside the commits, once a segment is full; and a last one at closing."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from slipring.storage.contract import StoreError
from slipring.storage.file.checkpoints import Advance, Checkpointer
from slipring.storage.file.log import Log

_BACKLOG_MAX = 4
"""So many full segments may wait for the base, in memory and on disk, before commits have to."""

_RETRY_SECONDS = 1.0


class Schedule:
    """Keeps the base up with the journal."""

    def __init__(self, log: Log, checkpointer: Checkpointer) -> None:
        self._log = log
        self._checkpointer = checkpointer
        self._task: asyncio.Task[None] | None = None
        self._failure: StoreError | None = None
        self._next_try_seconds = 0.0

    def keep_up(self) -> bool:
        """Start a checkpoint if one is due. False if commits must wait until it has ended.

        Raises what the last one failed with, if so much waits for the base that no more can be taken.
        """
        backlog = self._log.backlog()
        if not backlog:
            return True
        loop = asyncio.get_running_loop()
        runs = self._task is not None and not self._task.done() and self._task.get_loop() is loop
        if not runs and loop.time() >= self._next_try_seconds:
            self._task = loop.create_task(self._advance(self._log.finished()))
        if backlog < _BACKLOG_MAX:
            return True
        if self._failure is not None:
            raise self._failure
        return False

    async def finish(self, *, everything: bool) -> None:
        """Wait for the checkpoint that is running, and write one of all that is left if asked to."""
        if self._task is not None and self._task.get_loop() is asyncio.get_running_loop():
            await self._task
        if everything:
            with suppress(OSError):  # the journal still holds it
                await self._advance(self._log.everything())

    async def _advance(self, advance: Advance | None) -> None:
        if advance is None:
            return
        try:
            await self._checkpointer.write(advance, lambda: self._log.keys_landed)
            self._log.drop_applied()
            self._failure = None
        except StoreError as error:
            # The journal still holds everything: commits go on until the backlog is too long.
            self._failure = error
            self._next_try_seconds = asyncio.get_running_loop().time() + _RETRY_SECONDS
