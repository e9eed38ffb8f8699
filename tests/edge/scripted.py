"""A tiny `Api` whose answers the requests themselves ask for, and a server for it in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import uvloop

from slipring.admin.meters import Meters
from slipring.clock import Ids, SystemClock
from slipring.edge.auth import TrustingAuthenticator
from slipring.edge.limits import Limits
from slipring.edge.listener import Listener
from slipring.iam.caller import Caller
from tests.edge.wire import Client

TARGETS = {b"DynamoDB_20120810.GetItem": "GetItem", b"DynamoDB_20120810.PutItem": "PutItem"}
REGION = "us-east-1"
METRICS = b"the_page_of_metrics 1\n"


@dataclass
class Call:
    operation: str
    body: bytes
    caller: Caller


class ScriptedApi:
    """Does what the body says: {"turns": n} waits n turns of the loop, {"hold": true} waits for `release`,
    {"bytes": n} answers n bytes, {"chunks": n} answers in pieces. Anything else is echoed."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.finished = 0
        self.holding: list[asyncio.Future[None]] = []
        self.errors: dict[str, BaseException] = {}

    async def call(self, operation: str, body: bytes, caller: Caller) -> list[bytes]:
        self.calls.append(Call(operation, body, caller))
        script = _script(body)
        for _ in range(script.get("turns", 0)):
            await _turn()
        if script.get("hold"):
            future = asyncio.get_running_loop().create_future()
            self.holding.append(future)
            await future
        if "error" in script:
            raise self.errors[script["error"]]
        self.finished += 1
        if "bytes" in script:
            return [b'"' + b"a" * (script["bytes"] - 2) + b'"']
        if "chunks" in script:
            return [b"["] + [b'"%d",' % number for number in range(script["chunks"])] + [b"0]"]
        return [body]

    def release(self) -> None:
        """Let everything held go on."""
        holding, self.holding = self.holding, []
        for future in holding:
            future.get_loop().call_soon_threadsafe(_settle, future)


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


async def _turn() -> None:
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_soon(future.set_result, None)
    await future


def _script(body: bytes) -> dict[str, Any]:
    try:
        script = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return script if isinstance(script, dict) else {}


def listener(api: ScriptedApi, limits: Limits, ready: Callable[[], Any], meters: Meters | None = None) -> Listener:
    return Listener(
        api=api,
        targets=TARGETS,
        administer=lambda *_: None,
        metrics=lambda: METRICS,
        meters=meters or Meters(TARGETS.values()),
        authenticate=TrustingAuthenticator().identify,
        ready=ready,
        clock=SystemClock(),
        ids=Ids(),
        limits=limits,
        region=REGION,
    )


class Server:
    """A listener on a port of its own, in a thread of its own."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.api = ScriptedApi()
        self.limits = limits or Limits()
        self.unready: Exception | None = None
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.meters = Meters(TARGETS.values())
        self.listener = listener(self.api, self.limits, self._ready, self.meters)
        self.loop = uvloop.new_event_loop()
        self._started = threading.Event()
        self._stopped: asyncio.Event
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self._started.wait()

    def client(self, source: str = "") -> Client:
        return Client(self.port, source)

    def drain(self) -> None:
        """Begin to drain; returns at once."""
        self.loop.call_soon_threadsafe(self._stopped.set)

    def join(self, within_s: float) -> bool:
        """Whether the server stops in time."""
        self._thread.join(within_s)
        return not self._thread.is_alive()

    def close(self) -> None:
        if self._thread.is_alive():
            self.api.release()
            self.drain()
        assert self.join(10), "the server did not stop"

    async def _ready(self) -> None:
        if self.unready is not None:
            raise self.unready

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._stopped = asyncio.Event()
        await self.listener.start([self.socket])
        self._started.set()
        await self._stopped.wait()
        await self.listener.drain()
