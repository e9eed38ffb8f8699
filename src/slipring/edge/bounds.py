"""Where requests are held to what one client may send; nothing here runs unless there is such a bound."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from slipring.edge.auth import Authenticate
from slipring.edge.clients import Clients, Rate, name_of
from slipring.edge.framing import Page
from slipring.edge.request import Request
from slipring.edge.routes import Answer, Routes
from slipring.edge.traffic import monotonic
from slipring.iam.caller import Caller

_HEALTH = b"/health/"
"""Whatever is between a client and us asks for these, from one address for all."""


class BoundedRoutes(Routes):
    """Looks at an address before anything else is done for it, even before it is known what it wants."""

    __slots__ = ("_clients", "_rate")

    def __init__(self, clients: Clients, rate: Rate, *others: Any) -> None:
        super().__init__(*others)
        self._clients = clients
        self._rate = rate

    def route(self, request: Request) -> Coroutine[Any, Any, Answer] | Page:
        if not request.url.startswith(_HEALTH):
            request.meter = self.meter_of(request)
            self._clients.require(self._rate, "address_requests_per_s", request.origin.network, monotonic())
        return super().route(request)


def bounded(authenticate: Authenticate, clients: Clients) -> Authenticate:
    """The same, but for callers who have sent what they may: raises ThrottlingException."""
    rate = clients.by_caller
    if rate is None:
        return authenticate

    def identify(request: Request) -> Caller:
        caller = authenticate(request)
        clients.require(rate, "caller_requests_per_s", name_of(caller), monotonic())
        return caller

    return identify
