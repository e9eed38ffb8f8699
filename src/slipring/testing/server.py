"""A server in this process: `with slipring.Server() as server: ...`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from pathlib import Path
from socket import socket
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from slipring import server as serving
from slipring.clock import Clock, Ids
from slipring.edge.contract import Api
from slipring.engine.engine import Engine
from slipring.settings import Settings
from slipring.testing.clients import ACCESS_KEY, Endpoint
from slipring.testing.clock import ServerClock
from slipring.testing.faults import FaultRules
from slipring.testing.snapshots import SnapshotsHere
from slipring.testing.triggers import TriggersHere

if TYPE_CHECKING:
    from slipring.testing.direct import Direct

R = TypeVar("R")

Transport = Literal["http", "direct"]
"""How a client reaches the server: over a socket, or by a call within the process."""

_SETTINGS: dict[str, Any] = {"port": 0, "drain_s": 5.0, "test_mode": True}
"""What differs from the defaults. Whoever leaves a server that it started has its answers already, so a request still
in flight is not waited for long; and its clock is there to be moved."""


class Server:
    """A whole server in a thread of this process, on a free port, gone when it is left.

    A context manager, for `with` and for `async with`; or `start` and `stop`. Many may run at once.
    """

    def __init__(
        self,
        store: str = "memory:",
        *,
        clock: Clock | None = None,
        seed: int | None = None,
        listening: socket | None = None,
        around: Callable[[Api], Api] = lambda api: api,
        **settings: Any,
    ) -> None:
        """`store` is an address like that of `slipring serve --store`. `clock` takes the place of one that `self.clock`
        moves. `seed` repeats the ids that the server makes
        up. `listening` is a socket that is bound already, and takes the place of the settings' host and port.
        `settings` are those of docs/settings.md by name. What `around` makes of the operations' door is what requests
        come to."""
        self._settings = Settings(**{**_SETTINGS, **settings, "store": store})
        self._clock = clock
        self._ids = None if seed is None else Ids(seed)
        self._sockets = None if listening is None else [listening]
        self._around = around
        self._stack = ExitStack()
        self._running: serving.Server | None = None
        self._clients: dict[tuple[str, ...], Any] = {}
        self.faults = FaultRules(self)
        self.clock = ServerClock(self)
        self.snapshots = SnapshotsHere(self)
        self.triggers = TriggersHere(self)

    def start(self) -> Server:
        """Start, and return once requests are accepted. Raises `slipring.assembly.StartError`."""
        if self._running is not None:
            raise RuntimeError("the server is running already")
        self._running = self._stack.enter_context(
            serving.running(
                self._settings, sockets=self._sockets, clock=self._clock, ids=self._ids, around=self._around
            )
        )
        return self

    def stop(self) -> None:
        """Stop, and return once the port and the store are let go of. Idempotent."""
        self._running = None
        self._clients = {}
        self._stack.close()

    @property
    def running(self) -> serving.Server:
        """The server proper. Raises RuntimeError while it does not run."""
        if self._running is None:
            raise RuntimeError("the server is not running: enter it, or call start()")
        return self._running

    @property
    def engine(self) -> Engine:
        return self.running.assembly.engine

    @property
    def endpoint_url(self) -> str:
        return self.running.url

    @property
    def region(self) -> str:
        return self._settings.region

    def endpoint(self, access_key: str = ACCESS_KEY) -> Endpoint:
        """Where clients go; `access_key` is who they say they are."""
        return Endpoint(self.endpoint_url, self.region, access_key)

    def client(
        self,
        service: str = "dynamodb",
        *,
        transport: Transport = "http",
        access_key: str = ACCESS_KEY,
        **parameters: Any,
    ) -> Any:
        """A boto3 client of `dynamodb` or `dynamodbstreams`; `parameters` are those of `boto3.client`. Without any it
        is the same one each time. With the transport `direct` its requests take no socket."""

        def make() -> Any:
            client = self.endpoint(access_key).client(service, parameters)
            self._reach(client, transport)
            return client

        return make() if parameters else self._kept((service, transport, access_key), make)

    def resource(self, *, transport: Transport = "http", access_key: str = ACCESS_KEY, **parameters: Any) -> Any:
        """A boto3 resource of `dynamodb`; as `client`."""

        def make() -> Any:
            resource = self.endpoint(access_key).resource(parameters)
            self._reach(resource.meta.client, transport)
            return resource

        return make() if parameters else self._kept(("resource", transport, access_key), make)

    def aioclient(
        self,
        service: str = "dynamodb",
        *,
        transport: Transport = "http",
        access_key: str = ACCESS_KEY,
        **parameters: Any,
    ) -> AbstractAsyncContextManager[Any]:
        """An aiobotocore client, to be entered with `async with`; transports are as for `client`."""
        made = self.endpoint(access_key).aioclient(service, parameters)
        return self._reached(made, lambda client: client, transport)

    def aioresource(
        self, *, transport: Transport = "http", access_key: str = ACCESS_KEY, **parameters: Any
    ) -> AbstractAsyncContextManager[Any]:
        """An aioboto3 resource of `dynamodb`, to be entered with `async with`."""
        made = self.endpoint(access_key).aioresource(parameters)
        return self._reached(made, lambda resource: resource.meta.client, transport)

    def apply(self, *files: str | Path, parameters: Mapping[str, str] | None = None, partial: bool = False) -> None:
        """Make tables what templates say, as `slipring apply` does. Raises
        `slipring.templates.desired.TemplateError`."""
        from slipring.testing.preparing import apply

        apply(self.client(), files, parameters or {}, region=self.region, partial=partial)

    def seed(self, directory: str | Path) -> None:
        """Plant a directory of seeds, as `slipring seed` does. Raises `slipring.seeds.errors.SeedError`."""
        from slipring.testing.preparing import seed

        seed(self, directory, "")

    def _kept(self, name: tuple[str, ...], make: Callable[[], Any]) -> Any:
        if name not in self._clients:
            self._clients[name] = make()
        return self._clients[name]

    def _reach(self, client: Any, transport: Transport) -> None:
        """Have a boto3 client go by `transport`, and end with the server."""
        self._stack.callback(client.close)
        if transport == "direct":
            self._direct().attach(client)

    @asynccontextmanager
    async def _reached(
        self, made: AbstractAsyncContextManager[Any], client_of: Callable[[Any], Any], transport: Transport
    ) -> AsyncIterator[Any]:
        """What aiobotocore or aioboto3 has made, going by `transport`."""
        async with made as entered:
            if transport == "direct":
                self._direct().attach_async(client_of(entered))
            yield entered

    def _direct(self) -> Direct:
        from slipring.testing.direct import Direct

        return Direct(self.running.listener, self.running.loop)

    def wait_for(self, work: Coroutine[Any, Any, R]) -> R:
        """Run a coroutine in the server's event loop, and wait for it in this thread."""
        return asyncio.run_coroutine_threadsafe(work, self.running.loop).result()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Server:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)
