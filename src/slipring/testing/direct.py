"""A transport without a socket: what a client of boto3 or aiobotocore sends is handed to the server's own HTTP code in
this process.

The bytes are those that would go over the wire, and the answer's too. What is saved is the sockets and the client's
HTTP library.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from slipring.edge.listener import Listener

ANSWER_TIMEOUT_S = 60.0
"""What botocore waits for an answer unless it is told otherwise."""


class Direct:
    """Sends the requests of clients to a listener that lives in another thread's event loop."""

    def __init__(self, listener: Listener, loop: asyncio.AbstractEventLoop) -> None:
        self._listener = listener
        self._loop = loop

    def attach(self, client: Any) -> None:
        """Have `client` send its requests here. botocore asks who listens to `before-send` before it opens a
        socket, and takes the response that it is given."""
        timeout_s = client.meta.config.read_timeout or ANSWER_TIMEOUT_S

        def send(request: Any, **_: Any) -> AWSResponse:
            return self.send(request, timeout_s)

        client.meta.events.register_first("before-send", send)

    def attach_async(self, client: Any) -> None:
        """The same for a client of aiobotocore."""
        timeout_s = client.meta.config.read_timeout or ANSWER_TIMEOUT_S

        async def send(request: Any, **_: Any) -> AWSResponse:
            return await self.send_async(request, timeout_s)

        client.meta.events.register_first("before-send", send)

    def send(self, request: Any, timeout_s: float) -> AWSResponse:
        """The answer to one of botocore's prepared requests. Raises what botocore raises where nobody listens, or a
        server closes the connection or does not answer in time."""
        ended = threading.Lock()
        ended.acquire()
        exchange = self._begun(request, ended.release)
        if not ended.acquire(timeout=timeout_s):
            self._loop.call_soon_threadsafe(exchange.abort)
            raise ReadTimeoutError(endpoint_url=request.url)
        return AWSResponse(request.url, *_parsed(request.url, exchange.answer))

    async def send_async(self, request: Any, timeout_s: float) -> AWSResponse:
        """`send`, waiting in the event loop of whoever asks, which is another one than the server's."""
        from aiobotocore.awsrequest import AioAWSResponse

        loop = asyncio.get_running_loop()
        ended = asyncio.Event()

        def end() -> None:
            # Whoever asked may be gone.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(ended.set)

        exchange = self._begun(request, end)
        try:
            async with asyncio.timeout(timeout_s):
                await ended.wait()
        except TimeoutError:
            self._loop.call_soon_threadsafe(exchange.abort)
            raise ReadTimeoutError(endpoint_url=request.url) from None
        response: AWSResponse = AioAWSResponse(request.url, *_parsed(request.url, exchange.answer))
        return response

    def _begun(self, request: Any, ended: Callable[[], None]) -> Exchange:
        exchange = Exchange(self._listener.connection, _bytes_of(request), ended)
        try:
            self._loop.call_soon_threadsafe(exchange.begin)
        except RuntimeError:
            # The loop is closed.
            raise EndpointConnectionError(endpoint_url=request.url) from None
        return exchange


class Exchange(asyncio.Transport):
    """The transport of a connection that carries one request."""

    def __init__(self, connection: Callable[[], asyncio.Protocol], request: bytes, ended: Callable[[], None]) -> None:
        """`ended` is called, in the loop's thread, when the answer is there or will not come."""
        super().__init__()
        self._connect = connection
        self._request = request
        self._ended = ended
        self._is_open = True
        self.answer = bytearray()

    def begin(self) -> None:
        """Hand the request over, in the loop's thread."""
        self._protocol = self._connect()
        self._protocol.connection_made(self)
        self._protocol.data_received(self._request)

    def write(self, data: Any) -> None:
        self.answer += data
        self._end()

    def writelines(self, list_of_data: Any) -> None:
        self.write(b"".join(list_of_data))

    def write_eof(self) -> None:
        pass

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def close(self) -> None:
        self._end()

    def abort(self) -> None:
        self._end()

    def _end(self) -> None:
        """A response is written at once and whole, so the first write is the last; or the connection ends."""
        if self._is_open:
            self._is_open = False
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)
            self._ended()


class _Body:
    """An answer's body as botocore reads it, and as aiobotocore does."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._body

    async def read(self) -> bytes:
        return self._body


def _bytes_of(request: Any) -> bytes:
    url = urlsplit(request.url)
    body = request.body or b""
    if not isinstance(body, bytes):
        body = body.encode() if isinstance(body, str) else body.read()
    path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    lines = [f"{request.method} {path} HTTP/1.1", f"Host: {url.netloc}"]
    for name, value in request.headers.items():
        lines.append(f"{name}: {value.decode('latin-1') if isinstance(value, bytes) else value}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _parsed(url: str, answer: bytearray) -> tuple[int, HeadersDict, _Body]:
    """Status, headers and body. Raises ConnectionClosedError if there is no answer."""
    if not answer:
        raise ConnectionClosedError(endpoint_url=url)
    head, _, body = bytes(answer).partition(b"\r\n\r\n")
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers = HeadersDict([line.split(": ", 1) for line in lines])
    return int(status_line.split(" ", 2)[1]), headers, _Body(body)
