"""A whole server in a thread of this process, for tests that speak the client's language."""

from __future__ import annotations

import asyncio
import socket
import threading
from types import TracebackType

import uvloop

from slipring.clock import Clock, Ids, SystemClock
from slipring.edge.auth import TrustingAuthenticator
from slipring.edge.limits import Limits
from slipring.edge.listener import Listener
from slipring.engine.engine import Engine
from slipring.model.service import TARGETS
from slipring.operations.registry import HANDLERS
from slipring.operations.service import Service
from slipring.storage.backends import open_store


class ServerThread:
    """Serves a store on a free port of 127.0.0.1 until it is left."""

    def __init__(self, store: str = "memory:", clock: Clock | None = None) -> None:
        self._store = store
        self._clock = clock or SystemClock()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._loop = uvloop.new_event_loop()
        self._started = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="slipring-server")

    def __enter__(self) -> ServerThread:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        store = open_store(self._store)
        ids = Ids()
        engine = Engine(store, self._clock, ids)
        engine.background.start()
        listener = Listener(
            api=Service(engine, HANDLERS),
            targets=TARGETS,
            authenticate=TrustingAuthenticator(),
            ready=lambda: store.get(b""),
            clock=self._clock,
            ids=ids,
            limits=Limits(),
            region="us-east-1",
        )
        await listener.start([self._socket])
        self._started.set()
        await self._stop.wait()
        await listener.drain()
        await engine.background.stop()
        await store.close()
