"""A whole server in a thread of this process, for tests that speak the client's language."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Any

from slipring.clock import Clock
from slipring.server import running
from slipring.settings import Settings


class ServerThread:
    """Serves a store on a free port of 127.0.0.1 until it is left."""

    def __init__(self, store: str = "memory:", clock: Clock | None = None, **settings: Any) -> None:
        self._settings = Settings(store=store, port=0, **settings)
        self._clock = clock
        self._stack = ExitStack()
        self.url = ""

    def __enter__(self) -> ServerThread:
        self.url = self._stack.enter_context(running(self._settings, clock=self._clock)).url
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])
