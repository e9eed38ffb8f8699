"""A proxy between the store and a PostgreSQL server: it counts round trips, and breaks connections at a chosen moment.

A statement of the driver's, with all its messages, arrives as one piece here, and so does the end of its answer.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


class Cut(Enum):
    """When a connection breaks."""

    BEFORE_REQUEST = "the server never sees it"
    BEFORE_ANSWER = "the server has done it, and the answer is lost"
    REQUEST_LATE = "the server sees it only when the client has gone"


class Proxy:
    """Listens on a socket of its own for a server that an address names by its socket's directory."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        options = dict(parse_qsl(parts.query))
        self._server = str(Path(options["host"]) / ".s.PGSQL.5432")
        self._directory = TemporaryDirectory(prefix="slipring-proxy-")
        self._listening: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.address = urlunsplit(parts._replace(query=urlencode({**options, "host": self._directory.name})))
        self.requests = 0
        self.late = asyncio.Event()
        """Let a late request go to the server."""
        self.was_late = asyncio.Event()
        """It was answered."""
        self._cut: tuple[Cut, int] | None = None
        self._cut_at: tuple[Cut, bytes] | None = None

    def cut(self, cut: Cut, request: int) -> None:
        """Break the connection at a request, the next one being 1."""
        self._cut = (cut, self.requests + request)

    def cut_at(self, text: bytes, cut: Cut = Cut.BEFORE_ANSWER) -> None:
        """Break a connection once, over a request that contains a text."""
        self._cut_at = (cut, text)

    def _cut_of(self, request: bytes) -> Cut | None:
        """When the connection is to break over this request, if it is."""
        if self._cut is not None and self._cut[1] == self.requests:
            return self._cut[0]
        if self._cut_at is not None and self._cut_at[1] in request:
            cut, self._cut_at = self._cut_at[0], None
            return cut
        return None

    async def __aenter__(self) -> Proxy:
        path = str(Path(self._directory.name) / ".s.PGSQL.5432")
        self._listening = await asyncio.start_unix_server(self._connected, path)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._listening is not None
        self._listening.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._directory.cleanup()

    async def _connected(self, client_in: asyncio.StreamReader, client_out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        server_in, server_out = await asyncio.open_unix_connection(self._server)
        answers = asyncio.create_task(_pump(server_in, client_out))
        try:
            while request := await client_in.read(1 << 20):
                self.requests += 1
                if (cut := self._cut_of(request)) is not None:
                    answers.cancel()
                    await asyncio.wait({answers})
                    await self._break(cut, request, client_out, server_in, server_out)
                    return
                server_out.write(request)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            answers.cancel()
            client_out.close()
            server_out.close()

    async def _break(
        self,
        cut: Cut,
        request: bytes,
        client_out: asyncio.StreamWriter,
        server_in: asyncio.StreamReader,
        server_out: asyncio.StreamWriter,
    ) -> None:
        if cut is Cut.BEFORE_REQUEST:
            return
        if cut is Cut.REQUEST_LATE:
            client_out.close()
            await self.late.wait()
        server_out.write(request)
        answer = b""
        while not answer.endswith(_READY):
            answer += await server_in.read(1 << 20)
        self.was_late.set()


_READY = b"Z\x00\x00\x00\x05I"
"""The server waits for a query, outside of any transaction."""


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await source.read(1 << 20):
            sink.write(piece)
        sink.close()
