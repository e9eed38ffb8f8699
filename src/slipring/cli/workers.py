"""Several processes on one port and one store, and the parent that looks after them.

The parent binds a socket for each worker and forks; it opens no store and accepts nothing. It keeps the sockets, so
connections that wait for a worker that died are served by the one that takes its place.
"""

from __future__ import annotations

import asyncio
import logging
import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import NoReturn

from slipring.admin.board import Board
from slipring.assembly import StartError
from slipring.cli import heap
from slipring.clock import Clock, SystemClock
from slipring.edge.sockets import bind, url_of
from slipring.server import Server, clock_for
from slipring.settings import Settings

logger = logging.getLogger("slipring.workers")

_BACKOFF_FIRST_S = 0.1
_BACKOFF_MAX_S = 10.0
_STABLE_S = 30.0
"""A worker that lived so long had nothing wrong from the start: the next one begins without a long wait."""
_KILL_AFTER_S = 5.0
"""How much longer than the drain's own limit a worker may take to stop."""

_READY = b"1"
_FAILED = b"0"
"""What a worker tells its parent; after the latter comes the reason."""
_REASON_BYTES_MAX = 4096


@dataclass(slots=True)
class Worker:
    """One place among the workers, and the process that fills it."""

    listening: socket.socket
    place: int
    """Which one it is, from zero on."""
    pid: int = 0
    """Zero while there is none."""
    link: socket.socket | None = None
    """The worker says here that it is ready; that it ends tells the worker that its parent is gone."""
    ready: bool = False
    started_s: float = 0.0
    backoff_s: float = _BACKOFF_FIRST_S
    due_s: float = 0.0
    """When to start the next process, on the monotonic clock."""


class Supervisor:
    """Keeps the workers running until it is told to stop."""

    def __init__(self, settings: Settings, on_ready: Callable[[str], None]) -> None:
        """`on_ready` is called with the URL once every worker accepts requests."""
        self._settings = settings
        self._on_ready = on_ready
        self._monotonic = SystemClock.monotonic
        self._workers: list[Worker] = []
        self._board = Board(settings.workers)
        self._clock = clock_for(settings)
        self._announced = False
        self._failure = ""
        self._stopping = False
        self._kill_s = float("inf")

    def run(self) -> None:
        """Serve until stopped. Raises StartError and ListenError."""
        sockets = bind(self._settings.host, self._settings.port, self._settings.workers)
        self._workers = [Worker(each, place) for place, each in enumerate(sockets)]
        with _wakeups() as wakeup:
            while not self._stopping or any(worker.pid for worker in self._workers):
                self._start_due()
                for number in self._wait(wakeup):
                    if number in (signal.SIGINT, signal.SIGTERM):
                        self._stop()
                self._reap()
        if self._failure:
            raise StartError(self._failure)

    def _start_due(self) -> None:
        now_s = self._monotonic()
        if self._stopping:
            if now_s > self._kill_s:
                self._signal(signal.SIGKILL)
            return
        for worker in self._vacant():
            if worker.due_s <= now_s:
                self._start(worker)

    def _vacant(self) -> list[Worker]:
        """The places to fill. At first one at a time: one worker shows whether the store can be opened at all."""
        vacant = [worker for worker in self._workers if not worker.pid]
        if self._announced:
            return vacant
        starting = any(worker.pid and not worker.ready for worker in self._workers)
        return [] if starting else vacant[:1]

    def _start(self, worker: Worker) -> None:
        worker.link, child_link = socket.socketpair()
        sys.stdout.flush()
        sys.stderr.flush()
        # No signal may reach the child before it has let go of the parent's handlers.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        pid = os.fork()
        if pid == 0:
            self._become(worker, child_link, before)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        child_link.close()
        worker.pid, worker.started_s, worker.ready = pid, self._monotonic(), False

    def _become(self, worker: Worker, link: socket.socket, mask: set[signal.Signals | int]) -> NoReturn:
        """The life of the child."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # A terminal sends its interrupt to the whole group; the parent passes it on, once.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for other in self._workers:
            if other.link is not None:
                other.link.close()
            if other is not worker:
                other.listening.close()
        code = 1
        try:
            code = _work(self._settings_of(worker), self._clock, worker, self._board, link)
        except BaseException:
            logger.exception("worker failed")
        finally:
            logging.shutdown()
            os._exit(code)

    def _settings_of(self, worker: Worker) -> Settings:
        """The first worker plants the seeds, once: what changes in their files later waits for the next start."""
        is_first = worker.place == 0 and not self._announced
        return self._settings if is_first else replace(self._settings, seed=None)

    def _wait(self, wakeup: socket.socket) -> list[int]:
        """Wait for a signal, a word of a worker, or the next thing that is due; the signals that came."""
        links = {worker.link: worker for worker in self._workers if worker.link is not None}
        readable, _, _ = select.select([wakeup, *links], [], [], self._wait_s())
        for link in readable:
            if link in links:
                self._hear(links[link], link)
        return list(wakeup.recv(4096)) if wakeup in readable else []

    def _wait_s(self) -> float | None:
        due = [self._kill_s] if self._stopping else [worker.due_s for worker in self._vacant()]
        return max(0.0, min(due) - self._monotonic()) if due else None

    def _hear(self, worker: Worker, link: socket.socket) -> None:
        said = link.recv(_REASON_BYTES_MAX)
        if said == _READY:
            worker.ready = True
            if not self._announced and all(each.ready for each in self._workers):
                self._announced = True
                self._on_ready(url_of(worker.listening, secure=self._settings.secure))
        elif said:
            reason = said.removeprefix(_FAILED).decode()
            logger.error("worker %d cannot start: %s", worker.pid, reason) if self._announced else self._fail(reason)
        else:
            link.close()
            worker.link = None

    def _reap(self) -> None:
        for worker in self._workers:
            if worker.pid and os.waitpid(worker.pid, os.WNOHANG)[0]:
                self._bury(worker)

    def _bury(self, worker: Worker) -> None:
        if worker.link is not None:
            # Its last words may have come after they were last looked for.
            self._hear(worker, worker.link)
        pid, worker.pid = worker.pid, 0
        if self._stopping:
            return
        if not self._announced:
            self._fail(f"worker {pid} died while it started")
            return
        now_s = self._monotonic()
        if now_s - worker.started_s > _STABLE_S:
            worker.backoff_s = _BACKOFF_FIRST_S
        logger.error("worker %d died; another takes its place in %.1f s", pid, worker.backoff_s)
        worker.due_s = now_s + worker.backoff_s
        worker.backoff_s = min(worker.backoff_s * 2, _BACKOFF_MAX_S)

    def _fail(self, reason: str) -> None:
        self._failure = self._failure or reason
        if not self._stopping:
            self._stop()

    def _stop(self) -> None:
        """Have the workers drain; called again, have them stop at once."""
        if not self._stopping:
            self._stopping = True
            self._kill_s = self._monotonic() + self._settings.drain_s + _KILL_AFTER_S
            for worker in self._workers:
                # Or the kernel would go on taking connections for it.
                worker.listening.close()
        self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        for worker in self._workers:
            if worker.pid:
                os.kill(worker.pid, number)


def _work(settings: Settings, clock: Clock, worker: Worker, board: Board, link: socket.socket) -> int:
    """Serve as a worker; the exit code."""

    def on_ready(server: Server) -> None:
        heap.settle()
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            link.send(_READY)

        def parent_is_gone() -> None:
            loop.remove_reader(link.fileno())
            server.stop()

        loop.add_reader(link.fileno(), parent_is_gone)

    try:
        Server(
            settings,
            sockets=[worker.listening],
            board=board,
            place=worker.place,
            clock=clock,
            on_ready=on_ready,
            signals=(signal.SIGTERM,),
        ).run()
    except StartError as error:
        link.send(_FAILED + str(error).encode()[: _REASON_BYTES_MAX - 1])
        return 1
    return 0


@contextmanager
def _wakeups() -> Iterator[socket.socket]:
    """A socket from which the numbers of the signals that come can be read."""
    readable, writable = socket.socketpair()
    readable.setblocking(False)
    writable.setblocking(False)
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)
    before = [signal.signal(number, lambda *_: None) for number in numbers]
    signal.set_wakeup_fd(writable.fileno())
    try:
        yield readable
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
        readable.close()
        writable.close()
