"""A whole server in one process: settings in, requests answered, until it is told to stop.

`run` -> `serve` -> start up, main loop, shut down. It runs in any thread; signals are captured only on the main one.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, Any

import uvloop

from slipring.admin.board import Board
from slipring.admin.calls import AdminCalls
from slipring.admin.clock_calls import FollowClock, add_clock_calls
from slipring.admin.fault_calls import add_fault_calls
from slipring.admin.meters import Meters
from slipring.admin.process import Process
from slipring.admin.reporter import Reporter
from slipring.admin.samples import Samples, by_label
from slipring.admin.snapshot_calls import add_snapshot_calls
from slipring.admin.stored import archive_samples, journal_samples, scrub_samples, store_samples, table_samples
from slipring.admin.stream_calls import add_stream_calls
from slipring.admin.trigger_calls import add_trigger_calls, trigger_samples
from slipring.admin.upkeep_calls import add_upkeep_calls
from slipring.clock import Clock, Ids, MovableClock, SystemClock
from slipring.edge.admission import Admission
from slipring.edge.audit import Audit, open_log
from slipring.edge.contract import Administer, Api, Ready
from slipring.edge.listener import Listener
from slipring.edge.query_api import QueryApi
from slipring.edge.sockets import ListenError, bind, url_of
from slipring.edge.tls.context import Tls
from slipring.edge.tls.development import development_pair
from slipring.edge.tls.pairs import Pair, TlsError
from slipring.edge.vigilance import Failures, authenticators
from slipring.engine.archive.archiver import Archiver
from slipring.engine.archive.destinations import ArchiveError, Destination, open_destination
from slipring.engine.engine import Engine
from slipring.engine.scrub.passes import Passes
from slipring.engine.snapshots.saved import Snapshots
from slipring.faults import files as fault_files
from slipring.faults.active import Faults
from slipring.faults.api import Over
from slipring.faults.parsing import RuleInvalid
from slipring.faults.switch import Switch
from slipring.iam.credentials import OneKeyPair
from slipring.iam.isolation import Isolation
from slipring.model.service import operations, targets
from slipring.model.validation import WORDINGS
from slipring.operations.registry import HANDLERS
from slipring.operations.service import Service
from slipring.settings import Settings
from slipring.storage.backends import open_store
from slipring.storage.contract import Store, StoreError
from slipring.storage.encryption.opening import unlocked
from slipring.storage.sealing import MasterKeyError, Seal
from slipring.triggers.targets import TargetUnknown, opened
from slipring.triggers.triggers import Triggers

if TYPE_CHECKING:
    from slipring.iam.access import Access
    from slipring.operations.access.gate import Gate

logger = logging.getLogger("slipring")

_READY_KEY = b"\x00ready"
"""A key that no keyspace uses: reading it touches the store and finds nothing."""


_CAUGHT_UP_WITHIN_S = 10.0
"""How long a move of the clock waits for the triggers to take what came of it."""


class StartError(Exception):
    """The server cannot start; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """What answers requests, put together."""

    api: Api
    ready: Ready
    administer: Administer
    access: Callable[[], Access]
    """Makes what keeps identities when it is asked for: with auth off hardly anybody does."""
    samples: Callable[[], Samples]
    close: Callable[[], Awaitable[None]]
    engine: Engine
    snapshots: Snapshots
    over: Over
    """The operations over a store: that of the engine, or another view of it."""
    follow_clock: FollowClock


async def build(settings: Settings, clock: Clock, ids: Ids, faults: Faults | None = None) -> Assembly:
    """Open the store and put the layers on it, in the running event loop. Raises StartError, StoreError,
    MasterKeyError, TargetUnknown, ArchiveError."""
    master_key = settings.master_key_bytes()
    if settings.auth == "enforce" and not (master_key or key_pair(settings) or settings.tls_client_ca):
        raise StartError(
            "auth enforce needs access_key_id and secret_access_key, or a master key for the users in the store:"
            " nobody could sign a request"
        )
    callees = opened(settings.trigger)
    destination = None if settings.archive is None else open_destination(settings.archive)
    store = open_store(settings.store, durability=settings.durability)
    beneath = store
    try:
        await store.start()
        store = await unlocked(store, master_key, ids.secret_bytes, wanted=settings.encryption == "on")
    except (StoreError, MasterKeyError):
        await store.close()
        raise
    encrypted = store is not beneath
    if destination is not None and encrypted:
        destination = _sealed(destination, master_key, ids)
    engine = Engine(store, clock, ids, settings.pace(), settings.tables_max, encrypted=encrypted)
    snapshots = Snapshots(engine)
    triggers = Triggers(engine, callees, settings.region)
    archiver = None
    if destination is not None:
        archiver = Archiver(store, engine.catalog, clock, ids, destination, settings.archive_interval_s)
    engine.background.archives = archiver is not None
    engine.start()
    triggers.start()
    scrubs = Passes(store, clock, ids, settings.scrub_interval_s)
    scrubs.start()
    if archiver is not None:
        archiver.start()

    @cache
    def access() -> Access:
        from slipring.iam.access import access_to

        trust_s = settings.credentials_trusted_s
        return access_to(store, clock, ids, master_key, key_pair(settings), trust_s, secure=settings.secure)

    async def close() -> None:
        if access.cache_info().currsize:
            await access().keyring.stop()
        if archiver is not None:
            await archiver.stop()
        await scrubs.stop()
        await triggers.stop()
        await engine.stop()
        snapshots.close()
        await store.close()

    try:
        if master_key is not None:
            await access().check_master_key()
    except (MasterKeyError, StoreError):
        await close()
        raise
    if settings.auth != "off":
        access().keyring.start()

    def samples() -> Samples:
        denied: Samples = {} if gate is None else {"slipring_denied_requests_total": by_label(gate.denied)}
        return {
            **store_samples(store),
            **table_samples(engine.catalog.usages),
            **journal_samples(engine.background.journal_sizes),
            **scrub_samples(scrubs),
            **trigger_samples(triggers),
            **archive_samples(archiver),
            **denied,
        }

    async def follow_clock() -> dict[str, Any]:
        deleted = await engine.follow_clock()
        return {"expired_items": deleted, "triggers_behind": await triggers.caught_up(_CAUGHT_UP_WITHIN_S)}

    calls = _admin_calls(settings, engine, triggers, follow_clock)
    add_snapshot_calls(calls, snapshots)
    add_fault_calls(calls, Faults() if faults is None else faults, settings.workers)
    gate = None if settings.auth == "off" else _gate(settings, engine)

    def over(other: Store) -> Api:
        return Service(engine.over(other), HANDLERS, WORDINGS[settings.wording], gate)

    return Assembly(
        api=over(store),
        ready=lambda: store.get(_READY_KEY),
        administer=calls.answer,
        access=access,
        samples=samples,
        close=close,
        engine=engine,
        snapshots=snapshots,
        over=over,
        follow_clock=follow_clock,
    )


def _sealed(destination: Destination, master_key: bytes | None, ids: Ids) -> Destination:
    """An encrypted store's archive."""
    from slipring.engine.archive.sealed import SealedDestination

    assert master_key is not None, "the store was opened with it"
    return SealedDestination(destination, Seal(master_key, ids.secret_bytes))


def _gate(settings: Settings, engine: Engine) -> Gate:
    from slipring.operations.access.gate import Gate

    return Gate(engine, lenient=settings.auth == "warn", secure=settings.secure)


def _admin_calls(settings: Settings, engine: Engine, triggers: Triggers, follow_clock: FollowClock) -> AdminCalls:
    calls = AdminCalls(test_mode=settings.test_mode)
    add_upkeep_calls(calls, engine)
    add_stream_calls(calls, engine)
    add_trigger_calls(calls, triggers)
    add_clock_calls(calls, engine.clock, follow_clock)
    return calls


async def plant_seeds(settings: Settings, assembly: Assembly, directory: str, *, again: bool = False) -> list[str]:
    """Put a directory of seeds where callers find it who are nobody in particular; a line for each file. Raises
    SeedError."""
    from slipring.iam.caller import DEFAULT_ACCOUNT, Caller
    from slipring.seeds.planting import plant

    namespace = Isolation.named(settings.isolate).namespace(DEFAULT_ACCOUNT, settings.region)
    caller = Caller("slipring", settings.region, DEFAULT_ACCOUNT, "", namespace)
    return await plant(assembly.engine, assembly.api.call, caller, Path(directory), again=again)


def clock_for(settings: Settings) -> Clock:
    """The machine's; in test mode one that can be moved, also by processes that are forked later."""
    return MovableClock() if settings.test_mode else SystemClock()


def key_pair(settings: Settings) -> OneKeyPair | None:
    """The key pair of the account's root, if there is one."""
    if settings.access_key_id is None or settings.secret_access_key is None:
        return None
    return OneKeyPair(settings.access_key_id, settings.secret_access_key)


def tls_of(settings: Settings, clock: Clock) -> Tls | None:
    """What connections are shaken hands with, if the settings ask for it. Raises TlsError, StoreUrlInvalid."""
    now, client_ca = clock.machine_now, settings.tls_client_ca
    if settings.tls_development is not None and settings.tls_certificate is not None:
        raise TlsError("tls_development makes a certificate, and tls_certificate is another: choose one")
    if settings.tls_development is not None:
        names = [name.strip() for name in settings.tls_development.split(",") if name.strip()]
        pair = development_pair(settings.development_folder(), names, now())
    elif settings.tls_certificate is not None and settings.tls_key is not None:
        pair = Pair(Path(settings.tls_certificate), Path(settings.tls_key))
    elif settings.tls_certificate is not None or settings.tls_key is not None:
        raise TlsError("tls_certificate and tls_key need each other")
    elif client_ca is not None:
        raise TlsError("tls_client_ca needs tls_certificate and tls_key, or tls_development")
    else:
        return None
    return Tls(pair, None if client_ca is None else Path(client_ca), now)


def front(
    settings: Settings,
    assembly: Assembly,
    clock: Clock,
    ids: Ids,
    reporter: Reporter,
    audit: Audit | None = None,
    tls: Tls | None = None,
) -> Listener:
    """What connections are handed to; `reporter` tells its figures, and those of all that is behind it."""
    meters = Meters(operations())
    failures = Failures()
    authenticate = authenticators(
        settings.auth,
        lambda: assembly.access().keyring,
        clock.machine_now,
        Isolation.named(settings.isolate),
        failures,
        users=None if settings.tls_client_ca is None else lambda: assembly.access().keyring,
        region=settings.region,
    )
    sts = authenticate.sts if audit is None else audit.noting(authenticate.sts)
    listener = Listener(
        api=assembly.api,
        targets=targets(),
        metrics=reporter.page,
        administer=assembly.administer,
        meters=meters,
        authenticate=authenticate.dynamodb,
        query_api=QueryApi(sts, lambda: assembly.access().tokens, ids).answer,
        keeps_repeated=settings.auth != "off",
        audit=audit,
        admission=Admission(settings.admin_token, enforcing=settings.auth == "enforce"),
        ready=assembly.ready,
        clock=clock,
        ids=ids,
        limits=settings.limits(),
        region=settings.region,
        tls=tls,
    )
    reporter.watch(meters.samples, failures.samples, listener.samples, assembly.samples, Process(clock).samples)
    return listener


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
    clock: Clock | None = None,
    ids: Ids | None = None,
    around: Callable[[Api], Api] = lambda api: api,
) -> Iterator[Server]:
    """A server in a thread of its own, ready on entry and stopped on exit. Raises StartError."""
    started = threading.Event()
    failures: list[BaseException] = []
    server = Server(settings, clock=clock, ids=ids, around=around, on_ready=lambda _: started.set())

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
