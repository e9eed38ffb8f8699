"""A server that does nothing: how fast the client can be, and how fast any server could.

`bare` answers whatever comes, once a request is whole. `http` parses requests as this package's server does, on the
same event loop and parser, and answers with the same bytes: what is between it and a server is that server's own cost.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, cast

import uvloop
from httptools import HttpRequestParser

from slipring.bench.endpoint import Endpoint

BARE = "bare"
HTTP = "http"

_BODY_BYTES = 1200
"""About a GetItem's answer with an item of 1 KB."""
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n{%b}" % (_BODY_BYTES, b" " * (_BODY_BYTES - 2))
_LENGTH = b"\r\nContent-Length: "


class _Answering(asyncio.Protocol):
    """Answers each request with the same."""

    _transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)


class Bare(_Answering):
    """Counts bytes, no more; for clients that wait for each answer."""

    _missing_bytes = 0

    def data_received(self, data: bytes) -> None:
        if self._missing_bytes:
            self._missing_bytes -= len(data)
        else:
            at = data.index(_LENGTH) + len(_LENGTH)
            end = data.index(b"\r\n\r\n", at)
            self._missing_bytes = end + 4 + int(data[at:end]) - len(data)
        if not self._missing_bytes:
            self._transport.write(_ANSWER)


class Http(_Answering):
    """Reads requests with httptools."""

    def __init__(self) -> None:
        self._parser = HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._transport.write(_ANSWER)


_PROTOCOLS: dict[str, Callable[[], _Answering]] = {BARE: Bare, HTTP: Http}


class Stub(NamedTuple):
    """A stub that answers."""

    endpoint: Endpoint
    pid: int | None


@contextmanager
def serving(kind: str, cores: tuple[int, ...] = ()) -> Iterator[Stub]:
    """A stub in a process of its own, on these cores."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(kind, listening, cores), daemon=True)
    process.start()
    try:
        # The socket accepts already, so nobody has to wait until the process does.
        yield Stub(Endpoint("127.0.0.1", listening.getsockname()[1], tls=False), process.pid)
    finally:
        listening.close()
        process.kill()
        process.join()


def _serve(kind: str, listening: socket.socket, cores: tuple[int, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if cores:
        os.sched_setaffinity(0, cores)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_accept(kind, listening))


async def _accept(kind: str, listening: socket.socket) -> None:
    server = await asyncio.get_running_loop().create_server(_PROTOCOLS[kind], sock=listening)
    await server.serve_forever()
