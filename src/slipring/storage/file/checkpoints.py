"""Checkpoints: moving what the journal's finished segments hold into the base."""

from __future__ import annotations

import asyncio
import os
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import lmdb

from slipring.storage.file import long_keys, segments
from slipring.storage.file.base import Base, base_error
from slipring.storage.file.control import APPLIED, Control
from slipring.storage.file.directory import CHECKPOINT_LOCK
from slipring.storage.file.disk import Disk
from slipring.storage.file.locks import FileLock
from slipring.storage.file.long_keys import DIRECT_BYTES, Transaction
from slipring.storage.file.place import Place
from slipring.storage.file.worker import Worker

_RUN_KEYS = 1024
_SLICE_KEYS_MIN = 64
_SLICE_KEYS_MAX = 512


@dataclass(frozen=True, slots=True)
class Advance:
    """What brings the base from one place in the journal to a later one."""

    values: Mapping[bytes, bytes | None]
    """The newest value of every key that was written before `place` and is not yet in the base."""
    place: Place
    """Segments before it are not needed afterwards."""


class Checkpointer:
    """Writes checkpoints in slices between which the event loop serves requests.

    The thread that begins LMDB's transaction and ends it, with the sync, is the worker's. The writes in between are
    made on the loop's thread: a thread of its own would have to take the interpreter's lock once for every key, and
    under load waits a millisecond and more for it each time.
    """

    def __init__(self, disk: Disk, base: Base, control: Control) -> None:
        self._disk = disk
        self._base = base
        self._words = control.words
        self._lock = FileLock(disk, CHECKPOINT_LOCK)
        self._worker = Worker("slipring-checkpoint")
        self._txn: Transaction | None = None

    async def write(self, advance: Advance, keys_committed: Callable[[], int]) -> None:
        """Advance the base, unless another process is at it or was already.

        `keys_committed` counts the keys that commits write meanwhile: slices keep ahead of them. Raises `StoreError`.
        """
        try:
            if await self._worker.run(self._begin) and self._base.view().applied() < advance.place:
                await self._fill(advance, keys_committed)
                await self._worker.run(lambda: self._commit(advance))
        except lmdb.Error as error:
            raise base_error(error, self._disk.directory) from None
        finally:
            # In the worker's thread, behind whatever it is still doing when this task is cancelled.
            self._worker.submit(self._end)

    def close(self) -> None:
        self._worker.close()
        self._lock.close()

    def _begin(self) -> bool:
        if not self._lock.try_acquire():
            return False
        if self._txn is not None:
            # A loop that ended in the middle of a checkpoint left it behind.
            self._txn.abort()
        self._txn = self._base.begin()
        return True

    async def _fill(self, advance: Advance, keys_committed: Callable[[], int]) -> None:
        values = advance.values
        before = keys_committed()
        for keys in _in_order(list(values)):
            at = 0
            while at < len(keys):
                now = keys_committed()
                count = min(_SLICE_KEYS_MIN + 2 * (now - before), _SLICE_KEYS_MAX)
                before = now
                self._write_slice(values, keys[at : at + count])
                # The kernel's part of a sync waits for this core, and is not let in while slices follow one another.
                os.sched_yield()
                at += count
                await asyncio.sleep(0)
            await asyncio.sleep(0)

    def _write_slice(self, values: Mapping[bytes, bytes | None], keys: Sequence[bytes]) -> None:
        txn, databases = self._transaction(), self._base.databases
        puts = []
        for key in keys:
            value = values[key]
            if len(key) <= DIRECT_BYTES:
                if value is None:
                    txn.delete(key)
                else:
                    puts.append((key, value))
            elif value is None:
                long_keys.delete(txn, databases, key)
            else:
                long_keys.put(txn, databases, key, value)
        txn.cursor().putmulti(puts)

    def _commit(self, advance: Advance) -> None:
        txn = self._transaction()
        self._base.set_applied(txn, advance.place)
        self._txn = None
        txn.commit()
        self._words[APPLIED] = advance.place.sequence
        with suppress(OSError):  # what stays is retired with the next checkpoint
            for number in segments.numbers(self._disk):
                if number < advance.place.segment:
                    segments.retire(self._disk, number)

    def _end(self) -> None:
        txn, self._txn = self._txn, None
        if txn is not None:
            txn.abort()
        self._lock.release()

    def _transaction(self) -> Transaction:
        assert self._txn is not None
        return self._txn


def _in_order(keys: list[bytes]) -> Iterator[list[bytes]]:
    """The keys in ascending order, in pieces, never sorting many at once, because nothing interrupts a sort.

    Runs of a bounded size are sorted alone (an empty piece comes out for each), then cut at common pivots; the parts
    between two pivots make a piece.
    """
    runs: list[list[bytes]] = []
    for at in range(0, len(keys), _RUN_KEYS):
        runs.append(sorted(keys[at : at + _RUN_KEYS]))
        yield []
    samples = sorted([key for run in runs for key in run[::_SLICE_KEYS_MIN]])
    step = _RUN_KEYS // _SLICE_KEYS_MIN
    places = [0] * len(runs)
    for pivot in [*samples[step::step], None]:
        piece: list[bytes] = []
        for at, run in enumerate(runs):
            end = len(run) if pivot is None else bisect_left(run, pivot, places[at])
            piece += run[places[at] : end]
            places[at] = end
        piece.sort()
        yield piece
