"""Syncs that the kernel carries out beside the event loop: Linux's asynchronous I/O, with an eventfd for the outcome.

A sync in a thread of ours needs the interpreter's lock when it has ended, which a busy loop rarely gives up; the kernel
needs no lock of ours. Sources: io_setup(2), io_submit(2) (IOCB_CMD_FDSYNC, since Linux 4.18), io_getevents(2).
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import platform
import sys
from struct import Struct

_CALLS = {"x86_64": (206, 207, 208, 209), "aarch64": (0, 1, 4, 2)}
"""The numbers of io_setup, io_destroy, io_getevents and io_submit. Source: the kernel's tables of system calls."""

_REQUEST = Struct("=QIIHhIQQqQII")
"""struct iocb on a little-endian machine: data, key, flags, operation, priority, file, buffer, bytes, offset, reserved,
flags, eventfd. Source: linux/aio_abi.h."""

_OUTCOME = Struct("=QQqq")
"""struct io_event: data, request, result, second result. Source: linux/aio_abi.h."""

_FDSYNC = 3
_TELL_EVENTFD = 1


class KernelSyncs:
    """One sync at a time, for one event loop at a time."""

    def __init__(self) -> None:
        """Raises `OSError` where the kernel has no such thing, forbids it, or has given out all that it has."""
        if sys.platform != "linux" or sys.byteorder != "little" or platform.machine() not in _CALLS:
            raise OSError("no asynchronous I/O that is known here")
        setup, self._destroy, self._get_events, self._submit = _CALLS[platform.machine()]
        # The calls return at once, so the interpreter's lock is kept.
        self._libc = ctypes.PyDLL(None, use_errno=True)
        self._context = ctypes.c_ulong(0)
        self._eventfd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        try:
            self._call(setup, ctypes.c_uint(1), ctypes.byref(self._context))
        except OSError:
            os.close(self._eventfd)
            raise
        self._loop: asyncio.AbstractEventLoop | None = None
        self._number = 0
        self._ended: asyncio.Future[int] | None = None
        self._request = ctypes.create_string_buffer(_REQUEST.size)
        self._requests = (ctypes.c_void_p * 1)(ctypes.addressof(self._request))
        self._outcome = ctypes.create_string_buffer(_OUTCOME.size)

    async def run(self, fd: int) -> bool:
        """Return True when a file's data would survive a power cut, or False at once if its file system takes no such
        request. Raises `OSError`: then nobody knows."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._listen_on(loop)
        self._number += 1
        _REQUEST.pack_into(
            self._request, 0, self._number, 0, 0, _FDSYNC, 0, fd, 0, 0, 0, 0, _TELL_EVENTFD, self._eventfd
        )
        self._ended = ended = loop.create_future()
        try:
            self._call(self._submit, self._context, ctypes.c_long(1), self._requests)
        except OSError:
            return False
        if (result := await ended) < 0:
            raise OSError(-result, os.strerror(-result))
        return True

    def close(self) -> None:
        """Return when no sync is under way any more. Who waits for one is cancelled."""
        self._listen_on(None)
        if self._ended is not None:
            self._ended.cancel()
        self._call(self._destroy, self._context)
        os.close(self._eventfd)

    def _listen_on(self, loop: asyncio.AbstractEventLoop | None) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._eventfd)
        self._loop = loop
        if loop is not None:
            loop.add_reader(self._eventfd, self._end)

    def _end(self) -> None:
        try:
            os.eventfd_read(self._eventfd)
        except BlockingIOError:
            return
        while self._call(self._get_events, self._context, ctypes.c_long(0), ctypes.c_long(1), self._outcome, None):
            number, _, result, _ = _OUTCOME.unpack(self._outcome.raw)
            # One that nobody waits for any more may end after the next was asked for.
            if number == self._number and self._ended is not None and not self._ended.done():
                self._ended.set_result(result)

    def _call(self, number: int, *arguments: object) -> int:
        result: int = self._libc.syscall(ctypes.c_long(number), *arguments)
        if result < 0:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))
        return result
