"""What the edge asks of the layer beneath it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

from slipring.admin.calls import AdminAnswer
from slipring.edge.framing import Page
from slipring.edge.request import Request
from slipring.iam.caller import Caller


class Api(Protocol):
    """Carries out operations."""

    def call(self, operation: str, body: bytes, caller: Caller) -> Coroutine[Any, Any, list[bytes]]:
        """Carry out `operation` on the JSON `body`; the chunks of the JSON answer.

        Raises an `ApiError` to refuse. The coroutine may wait for plain futures only: the edge drives it by hand
        (`edge.steps`), outside any task.
        """
        ...


Metrics = Callable[[], bytes]
"""The page of metrics."""

Administer = Callable[[str, str, bytes], Awaitable[AdminAnswer] | None]
"""What will answer a request of this method, path and body; None where it is for no admin call."""

Ready = Callable[[], Awaitable[object]]
"""Touches the store as a read would; raises if reads would fail."""

QueryApi = Callable[[Request], Coroutine[Any, Any, Page] | None]
"""What will answer a request of the query protocol; None where it is none."""
