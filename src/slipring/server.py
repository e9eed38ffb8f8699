"""A whole server in one process: settings in, requests answered, until it is told to stop.

`run` -> `serve` -> start up, main loop, shut down. It runs in any thread; signals are captured only on the main one.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from socket import socket

import uvloop

from slipring.admin.board import Board
from slipring.admin.reporter import Reporter
from slipring.assembly import Assembly, StartError, build, plant_seeds
from slipring.clock import Clock, Ids, MovableClock, SystemClock
from slipring.edge.audit import Audit, open_log
from slipring.edge.contract import Api
from slipring.edge.listener import Listener
from slipring.edge.sockets import ListenError, bind, url_of
from slipring.edge.tls.pairs import TlsError
from slipring.engine.archive.destinations import ArchiveError
from slipring.faults import files as fault_files
from slipring.faults.active import Faults
from slipring.faults.parsing import RuleInvalid
from slipring.faults.switch import Switch
from slipring.front import front, tls_of
from slipring.settings import Settings
from slipring.storage.contract import StoreError
from slipring.storage.sealing import MasterKeyError
from slipring.triggers.targets import TargetUnknown

logger = logging.getLogger("slipring")


def clock_for(settings: Settings) -> Clock:
    """The machine's; in test mode one that can be moved, also by processes that are forked later."""
    return MovableClock() if settings.test_mode else SystemClock()


class Server:
    """One process's server."""

    def __init__(
        self,
        settings: Settings,
        *,
        sockets: Sequence[socket] | None = None,
        board: Board | None = None,
        place: int = 0,
        clock: Clock | None = None,
        ids: Ids | None = None,
        around: Callable[[Api], Api] = lambda api: api,
        on_ready: Callable[[Server], None] | None = None,
        signals: Sequence[signal.Signals] = (signal.SIGINT, signal.SIGTERM),
    ) -> None:
        """`sockets` are bound already; without them the settings' host and port are bound. On `board`, which it
        shares with other workers, this one has a `place`. What `around` makes of the operations' door is what requests
        come to. `on_ready` is called, in the server's thread, once requests are accepted. Each of `signals` stops
        it."""
        self.settings = settings
        self.url = ""
        """Where it is reached, once it has started."""
        self._sockets = sockets
        self._clock = clock or clock_for(settings)
        self._ids = ids or Ids()
        self._reporter = Reporter(board or Board(), place)
        self._around = around
        self._on_ready = on_ready
        self._captured = signals
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._audit: Audit | None = None
        self.faults: Faults
        """The rules by which calls fail; once it has started, to be changed in its event loop only."""
        self._listener: Listener
        self._assembly: Assembly

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Its event loop, once it has started."""
        assert self._loop is not None, "it has started"
        return self._loop

    @property
    def listener(self) -> Listener:
        return self._listener

    @property
    def assembly(self) -> Assembly:
        return self._assembly

    def run(self) -> None:
        """Serve until stopped. Raises StartError."""
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self.serve())

    async def serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        with self._captured_signals(self._loop):
            await self._start_up()
            await self._stopping.wait()
            await self._shut_down()

    def stop(self) -> None:
        """Drain, then stop. Called again, it stops at once. May be called from any thread; does not wait."""
        if self._loop is not None:
            # A loop that is closed has stopped already.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stop)

    async def _start_up(self) -> None:
        try:
            self.faults = fault_files.load(self.settings.faults, self.settings.error_probability)
        except RuleInvalid as error:
            raise StartError(str(error)) from None
        try:
            # The port is taken before the store is touched, and accepts nobody before the store is open.
            sockets = self._sockets or bind(self.settings.host, self.settings.port)
        except ListenError as error:
            raise StartError(str(error)) from None
        try:
            tls = tls_of(self.settings, self._clock)
            await self._open()
        except (StartError, MasterKeyError, TlsError) as error:
            _close(sockets)
            raise StartError(str(error)) from None
        except StoreError as error:
            _close(sockets)
            raise StartError(f"cannot open the store: {error}") from None
        except (TargetUnknown, ArchiveError) as error:
            _close(sockets)
            raise StartError(str(error)) from None
        self._listener = front(self.settings, self._assembly, self._clock, self._ids, self._reporter, self._audit, tls)
        store = self._assembly.engine.store
        Switch(self.faults, store, self._assembly.over, self._clock, self._answer_by)
        try:
            await self._listener.start(sockets)
        except OSError as error:
            await self._assembly.close()
            _close(sockets)
            raise StartError(f"cannot listen on {self._url(sockets[0])}: {error.strerror}") from None
        self._reporter.start()
        self.url = self._url(sockets[0])
        if self._on_ready is not None:
            self._on_ready(self)

    def _url(self, bound: socket) -> str:
        return url_of(bound, secure=self.settings.secure)

    async def _open(self) -> None:
        """Raises what `build` does, and StartError."""
        self._assembly = assembly = await build(self.settings, self._clock, self._ids, self.faults)
        try:
            self._audit = self._audit_log()
            await self._plant()
        except StartError:
            await assembly.close()
            raise

    async def _plant(self) -> None:
        """Raises StartError."""
        if self.settings.seed is None:
            return
        from slipring.seeds.errors import SeedError

        try:
            for line in await plant_seeds(self.settings, self._assembly, self.settings.seed):
                logger.info("seeded %s", line)
        except SeedError as error:
            raise StartError(f"cannot seed: {error}") from None

    def _audit_log(self) -> Audit | None:
        """Raises StartError."""
        place = self.settings.audit_log
        try:
            return None if place is None else Audit(open_log(place), self._clock)
        except OSError as error:
            raise StartError(f"cannot open the audit log {place}: {error.strerror}") from None

    def _answer_by(self, api: Api) -> None:
        self._listener.answer_by(self._around(api))

    async def _shut_down(self) -> None:
        self.faults.remove()
        await self._listener.drain()
        self._reporter.stop()
        await self._assembly.close()
        if self._audit is not None:
            self._audit.close()

    def _stop(self) -> None:
        if self._stopping.is_set():
            self._listener.abort()
        self._stopping.set()

    @contextmanager
    def _captured_signals(self, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        for number in self._captured:
            loop.add_signal_handler(number, self._stop)
        try:
            yield
        finally:
            for number in self._captured:
                loop.remove_signal_handler(number)


def _close(sockets: Sequence[socket]) -> None:
    for each in sockets:
        each.close()


@contextmanager
def running(
    settings: Settings,
    *,
    sockets: Sequence[socket] | None = None,
    clock: Clock | None = None,
    ids: Ids | None = None,
    around: Callable[[Api], Api] = lambda api: api,
) -> Iterator[Server]:
    """A server in a thread of its own, ready on entry and stopped on exit. Raises StartError."""
    started = threading.Event()
    failures: list[BaseException] = []
    server = Server(settings, sockets=sockets, clock=clock, ids=ids, around=around, on_ready=lambda _: started.set())

    def run() -> None:
        try:
            server.run()
        except BaseException as error:
            failures.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=run, name="slipring")
    thread.start()
    started.wait()
    if failures:
        raise failures[0]
    try:
        yield server
    finally:
        server.stop()
        thread.join()
        if failures:
            raise failures[0]
