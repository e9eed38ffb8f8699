"""A connection without a socket: what is fed in, in which pieces, and what is written back."""

from __future__ import annotations

import asyncio
from typing import Any

from slipring.edge.limits import Limits
from slipring.edge.protocol import Connection
from tests.edge.scripted import ScriptedApi, listener
from tests.edge.wire import Response, read_response


class MemoryTransport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.closed = False
        self.reading = True
        self.ended = False

    def write(self, data: Any) -> None:
        assert not self.closed, "written after close"
        self.written += data

    def writelines(self, list_of_data: Any) -> None:
        self.write(b"".join(list_of_data))

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended = True

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        assert self.reading
        self.reading = False

    def resume_reading(self) -> None:
        assert not self.reading
        self.reading = True

    def responses(self) -> list[Response]:
        """Everything written, as responses."""
        found = []
        rest = bytes(self.written)
        while rest:
            one = read_response(rest)
            assert one is not None, rest
            response, rest = one
            found.append(response)
        return found


async def _ready() -> None:
    return None


class Wire:
    """A connection of a listener of its own, on the running loop."""

    def __init__(self) -> None:
        self.api = ScriptedApi()
        self.transport = MemoryTransport()
        self.connection: Connection = listener(self.api, Limits(), _ready).connection()
        self.connection.connection_made(self.transport)

    async def feed(self, data: bytes) -> None:
        """Deliver bytes as a transport would: none while reading is paused, none after the end."""
        for _ in range(10_000):
            if self.transport.reading or self.transport.closed:
                break
            await asyncio.sleep(0)
        if not self.transport.closed:
            self.connection.data_received(data)

    async def settle(self, answers: int) -> list[Response]:
        """The responses, once there are so many or the connection is closed."""
        for _ in range(10_000):
            responses = self.transport.responses()
            if len(responses) >= answers or self.transport.closed:
                return responses
            await asyncio.sleep(0)
        raise AssertionError(f"{answers} answers expected, {len(responses)} came")
